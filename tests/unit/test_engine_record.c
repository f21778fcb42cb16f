/* The worker's journal and its sinks: what is on the disk, and when. */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "core/base/mem.h"
#include "core/base/paths.h"
#include "core/base/secret.h"
#include "core/engine/worker.h"
#include "tests/support/stage.h"
#include "tests/support/toolbox.h"

#define NEW_KEY "AKIANEWAAAAAAAAAAAA1"

/* ---- the journal's file ---- */

static char *read_file(const char *folder, const char *name)
{
	char *path = ks_path_join(folder, name), *text;
	int fd = open(path, O_RDONLY);
	struct stat info;

	free(path);
	if (fd < 0)
		return ks_strdup("");
	assert_int_equal(fstat(fd, &info), 0);
	text = ks_calloc((size_t)info.st_size + 1, 1);
	assert_int_equal(read(fd, text, (size_t)info.st_size), info.st_size);
	close(fd);
	return text;
}

static void remove_from(const char *folder, const char *name)
{
	char *path = ks_path_join(folder, name);

	unlink(path);
	free(path);
}

static void assert_journal(const char *part, bool has)
{
	char *text = read_file(stage.shop.journal_folder, "journal.jsonl");

	if ((strstr(text, part) != NULL) != has)
		fail_msg("\"%s\" is %sin the journal: %s", part, has ? "not " : "", text);
	free(text);
}

static struct ks_request *create_request(const char *bucket)
{
	struct ks_request *request = ks_request_new(KS_REQUEST_CALL);
	struct ks_str old = {0};

	request->op = KS_OP_CREATE_BUCKET_ACCESS_KEY;
	request->priority = KS_PRIORITY_CHANGE;
	request->region = ks_strdup("us-east-1");
	request->input.bucket = ks_strdup(bucket);
	ks_str_set(&old, "AKIAOLD");
	ks_str_list_add(&request->known, &old);
	ks_str_free(&old);
	return request;
}

/* ---- changes ---- */

static void the_intent_is_there_before_the_request(void **state)
{
	const struct scripted_step steps[] = {{.after = SCRIPTED_STALL}};

	(void)state;
	stage_start(steps, STAGE_COUNT(steps));
	workshop_submit(&stage.shop, create_request("media"));
	assert_true(scripted_wait(stage.server, 1));
	assert_journal("\"entry\":\"create\"", true);
	assert_journal("\"bucket\":\"media\",\"known\":[\"AKIAOLD\"]", true);
	assert_journal(stage.shop.url, true);
	assert_journal("\"entry\":\"done\"", false);
	stage_leave();
	stage_clear();
}

static void the_outcome_is_there_before_the_answer(void **state)
{
	static const struct {
		int status;
		const char *body;
		enum scripted_after after;
		const char *entry;
		bool unclear;
	} ends[] = {
	    {200, STAGE_CREATED, SCRIPTED_KEEP, "\"entry\":\"done\"", false},
	    {403, STAGE_DENIED, SCRIPTED_KEEP, "\"entry\":\"failed\"", false},
	    {0, NULL, SCRIPTED_RESET, "\"entry\":\"unknown\"", true},
	    {200, "{\"accessKey\":{}}", SCRIPTED_KEEP, "\"entry\":\"unknown\"", true},
	};

	(void)state;
	for (size_t i = 0; i < STAGE_COUNT(ends); i++) {
		const struct scripted_step steps[] = {
		    {.answer = ends[i].body != NULL ? stage_http(ends[i].status, "", ends[i].body)
						    : NULL,
			.after = ends[i].after}};
		struct ks_event *event;

		stage_start(steps, 1);
		event = workshop_reply(
		    &stage.shop, workshop_submit(&stage.shop, create_request("media")));
		assert_journal(ends[i].entry, true);
		assert_journal(event->journal, true);
		assert_int_equal(event->unclear, ends[i].unclear);
		assert_null(event->warning);
		assert_journal(STAGE_SECRET, false);
		assert_journal("abcdefghijkl", false);
		assert_int_equal(strlen(event->journal), KS_JOURNAL_ID_SIZE - 1);
		ks_event_free(event);
		stage_finish();
	}
}

static void without_a_journal_no_key_is_made_but_one_is_deleted(void **state)
{
	const struct scripted_step steps[] = {{.answer = stage_ok("{}"), .forever = true}};
	struct ks_event *event;

	(void)state;
	stage_set_up(steps, STAGE_COUNT(steps));
	stage.shop.options.journal_folder = "/dev/null/none";
	workshop_open(&stage.shop);
	event = workshop_reply(&stage.shop, workshop_submit(&stage.shop, create_request("media")));
	assert_int_equal(event->err.kind, KS_ERR_REFUSED);
	assert_true(event->err.not_sent);
	stage_assert_has(event->err.message, "journal");
	assert_int_equal(scripted_count(stage.server, NULL), 0);
	ks_event_free(event);
	event = workshop_ask(&stage.shop, KS_OP_DELETE_BUCKET_ACCESS_KEY, "media");
	assert_int_equal(event->err.kind, KS_ERR_NONE);
	assert_non_null(event->warning);
	stage_assert_has(event->warning, "This change is not in the journal");
	assert_string_equal(event->journal, "");
	assert_int_equal(scripted_count(stage.server, NULL), 1);
	ks_event_free(event);
	stage_finish();
}

/* What the next start could not read protects no key. */
static void with_a_journal_too_large_to_be_read_no_key_is_made_either(void **state)
{
	const struct scripted_step steps[] = {{.answer = stage_ok("{}"), .forever = true}};
	struct ks_event *event;
	char *path;
	int fd;

	(void)state;
	stage_set_up(steps, STAGE_COUNT(steps));
	path = ks_path_join(stage.shop.journal_folder, "journal.jsonl");
	fd = open(path, O_CREAT | O_WRONLY, 0600);
	assert_true(fd >= 0);
	assert_int_equal(ftruncate(fd, 9 * 1024 * 1024), 0);
	close(fd);
	free(path);
	workshop_open(&stage.shop);
	event = workshop_reply(&stage.shop, workshop_submit(&stage.shop, create_request("media")));
	assert_int_equal(event->err.kind, KS_ERR_REFUSED);
	assert_true(event->err.not_sent);
	stage_assert_has(event->err.message, "too large");
	assert_string_not_equal(event->err.tip, "");
	assert_int_equal(scripted_count(stage.server, NULL), 0);
	ks_event_free(event);
	event = workshop_ask(&stage.shop, KS_OP_DELETE_BUCKET_ACCESS_KEY, "media");
	assert_int_equal(event->err.kind, KS_ERR_NONE);
	assert_non_null(event->warning);
	stage_assert_has(event->warning, "too large");
	ks_event_free(event);
	stage_finish();
}

static void a_folder_that_is_made_later_is_good_enough(void **state)
{
	const struct scripted_step steps[] = {{.answer = stage_ok(STAGE_CREATED)}};
	char *folder, *in_the_way;
	struct ks_event *event;
	int fd;

	(void)state;
	stage_set_up(steps, STAGE_COUNT(steps));
	in_the_way = ks_path_join(stage.shop.journal_folder, "way");
	folder = ks_path_join(in_the_way, "deep");
	fd = open(in_the_way, O_CREAT | O_WRONLY, 0600);
	assert_true(fd >= 0);
	close(fd);
	stage.shop.options.journal_folder = folder;
	workshop_open(&stage.shop);
	event = workshop_reply(&stage.shop, workshop_submit(&stage.shop, create_request("media")));
	assert_true(event->err.not_sent);
	ks_event_free(event);
	unlink(in_the_way);
	event = workshop_reply(&stage.shop, workshop_submit(&stage.shop, create_request("media")));
	assert_int_equal(event->err.kind, KS_ERR_NONE);
	ks_event_free(event);
	assert_true(workshop_is_quiet(&stage.shop));
	remove_from(folder, "journal.jsonl");
	remove_from(folder, "journal.claims");
	rmdir(folder);
	rmdir(in_the_way);
	stage_finish();
	free(folder);
	free(in_the_way);
}

/* ---- notes, and what is left ---- */

static struct ks_request *note_request(const char *id, enum ks_journal_step step)
{
	struct ks_request *request = ks_request_new(KS_REQUEST_NOTE);

	snprintf(request->journal, sizeof request->journal, "%s", id);
	request->step = step;
	return request;
}

static void a_note_is_written_though_the_worker_ends(void **state)
{
	const struct scripted_step steps[] = {{.answer = stage_ok(STAGE_CREATED)}};
	struct ks_event *event;
	char *text;

	(void)state;
	stage_start(steps, STAGE_COUNT(steps));
	event = workshop_reply(&stage.shop, workshop_submit(&stage.shop, create_request("media")));
	workshop_submit(&stage.shop, note_request(event->journal, KS_JOURNAL_CONFIRMED));
	assert_true(ks_worker_stop(stage.shop.worker));
	stage.shop.worker = NULL;
	text = read_file(stage.shop.journal_folder, "journal.jsonl");
	stage_assert_has(text, "\"entry\":\"confirmed\"");
	free(text);
	ks_event_free(event);
	stage_leave();
	stage_clear();
}

static void what_another_run_left_here_is_found(void **state)
{
	const struct scripted_step steps[] = {{.answer = stage_ok(STAGE_CREATED)}};
	struct ks_journal *journal;
	struct ks_journal_entry entry = {.step = KS_JOURNAL_CREATE, .at = 1628251200000};
	struct ks_event *event;
	struct ks_err err;
	char here[KS_JOURNAL_ID_SIZE], there[KS_JOURNAL_ID_SIZE];

	(void)state;
	stage_set_up(steps, STAGE_COUNT(steps));
	journal = ks_journal_open(stage.shop.journal_folder, &err);
	assert_non_null(journal);
	assert_true(ks_journal_new_id(here, &err) && ks_journal_new_id(there, &err));
	entry.text[KS_JOURNAL_REGION] = "eu-west-1";
	entry.text[KS_JOURNAL_BUCKET] = "media";
	entry.text[KS_JOURNAL_ENDPOINT] = stage.shop.url;
	entry.id = here;
	assert_true(ks_journal_append(journal, &entry, &err));
	entry.text[KS_JOURNAL_ENDPOINT] = "https://lightsail.eu-west-1.amazonaws.com";
	entry.id = there;
	assert_true(ks_journal_append(journal, &entry, &err));
	workshop_open(&stage.shop);
	/* While that one has it in hand, it isn't left. */
	event = workshop_reply(
	    &stage.shop, workshop_submit(&stage.shop, ks_request_new(KS_REQUEST_LEFT)));
	assert_int_equal(event->left.count, 0);
	ks_event_free(event);
	ks_journal_close(journal);
	event = workshop_reply(
	    &stage.shop, workshop_submit(&stage.shop, ks_request_new(KS_REQUEST_LEFT)));
	assert_int_equal(event->kind, KS_EVENT_LEFT);
	assert_int_equal(event->left.count, 1);
	assert_string_equal(event->left.changes[0].id, here);
	ks_event_free(event);
	stage_finish();
}

/* ---- sinks ---- */

static char *file_sink(void)
{
	char text[200];

	snprintf(text, sizeof text, "json:%s/out.json", stage.shop.journal_folder);
	return ks_strdup(text);
}

static struct ks_request *deliver_request(bool replace)
{
	struct ks_request *request = ks_request_new(KS_REQUEST_DELIVER);
	struct ks_err err;

	request->region = ks_strdup("us-east-1");
	request->input.bucket = ks_strdup("media");
	request->input.key_id = ks_strdup(NEW_KEY);
	request->sink = file_sink();
	request->replace = replace;
	request->secret = ks_secret_new(STAGE_SECRET, strlen(STAGE_SECRET), &err);
	return request;
}

static void a_sink_is_tried_before_anything_is_sent(void **state)
{
	const struct scripted_step steps[] = {{.answer = stage_ok(STAGE_CREATED)}};
	struct ks_request *request;
	struct ks_event *event;

	(void)state;
	stage_start(steps, STAGE_COUNT(steps));
	request = create_request("media");
	request->sink = ks_strdup("env:/dev/null/none/x");
	event = workshop_reply(&stage.shop, workshop_submit(&stage.shop, request));
	assert_int_not_equal(event->err.kind, KS_ERR_NONE);
	assert_true(event->err.not_sent);
	assert_int_equal(scripted_count(stage.server, NULL), 0);
	assert_journal("create", false);
	ks_event_free(event);
	request = create_request("media");
	request->sink = file_sink();
	event = workshop_reply(&stage.shop, workshop_submit(&stage.shop, request));
	assert_int_equal(event->err.kind, KS_ERR_NONE);
	assert_non_null(event->reply->secret);
	ks_event_free(event);
	stage_finish();
}

static void a_file_is_written_and_replaced_when_that_is_allowed(void **state)
{
	const struct scripted_step steps[] = {{.answer = stage_ok("{}")}};
	struct ks_event *event;
	char *text;

	(void)state;
	stage_start(steps, STAGE_COUNT(steps));
	event = workshop_reply(&stage.shop, workshop_submit(&stage.shop, deliver_request(false)));
	assert_int_equal(event->kind, KS_EVENT_SINK);
	assert_int_equal(event->err.kind, KS_ERR_NONE);
	stage_assert_has(event->way, "Delivered in the file ");
	ks_event_free(event);
	text = read_file(stage.shop.journal_folder, "out.json");
	stage_assert_has(text, NEW_KEY);
	stage_assert_has(text, STAGE_SECRET);
	free(text);
	event = workshop_reply(&stage.shop, workshop_submit(&stage.shop, deliver_request(false)));
	assert_int_equal(event->err.kind, KS_ERR_EXISTS);
	assert_null(event->way);
	ks_event_free(event);
	event = workshop_reply(&stage.shop, workshop_submit(&stage.shop, deliver_request(true)));
	assert_int_equal(event->err.kind, KS_ERR_NONE);
	ks_event_free(event);
	remove_from(stage.shop.journal_folder, "out.json");
	stage_finish();
}

/* The worker goes on with its calls meanwhile. */
static void a_command_holds_up_nothing(void **state)
{
	const struct scripted_step steps[] = {{.answer = stage_ok("{}")}};
	struct ks_worker_places places = {.path = "/usr/bin:/bin"};
	struct ks_request *request;
	struct ks_event *event;
	char fifo[200], line[400];
	uint64_t id;
	int fd;

	(void)state;
	stage_set_up(steps, STAGE_COUNT(steps));
	stage.shop.options.places = &places;
	snprintf(fifo, sizeof fifo, "%s/fifo", stage.shop.journal_folder);
	assert_int_equal(mkfifo(fifo, 0600), 0);
	workshop_open(&stage.shop);
	request = deliver_request(false);
	free(request->sink);
	snprintf(line, sizeof line, "command:sh -c 'cat >/dev/null; read x <%s'", fifo);
	request->sink = ks_strdup(line);
	id = workshop_submit(&stage.shop, request);
	event = workshop_ask(&stage.shop, KS_OP_GET_BUCKETS, NULL);
	assert_int_equal(event->err.kind, KS_ERR_NONE);
	ks_event_free(event);
	fd = open(fifo, O_WRONLY);
	assert_int_equal(write(fd, "x\n", 2), 2);
	close(fd);
	event = workshop_reply(&stage.shop, id);
	assert_int_equal(event->err.kind, KS_ERR_NONE);
	stage_assert_has(event->way, "Delivered to the command sh");
	ks_event_free(event);
	unlink(fifo);
	stage_finish();
}

/* Nothing answers it, and it is no more by the time that the next request is answered. */
static void a_delivery_that_is_given_up_is_stopped(void **state)
{
	const struct scripted_step steps[] = {{.answer = stage_ok("{}"), .forever = true}};
	struct toolbox box;
	struct ks_worker_places places = {.path = box.dir};
	struct ks_request *request;
	struct ks_event *event;
	uint64_t id;
	pid_t pid;

	(void)state;
	toolbox_open(&box);
	toolbox_add(&box, "vault", TOOLBOX_HOLDS);
	stage_set_up(steps, STAGE_COUNT(steps));
	stage.shop.options.places = &places;
	workshop_open(&stage.shop);
	request = deliver_request(false);
	free(request->sink);
	request->sink = ks_strdup("command:vault");
	id = workshop_submit(&stage.shop, request);
	pid = toolbox_pid(&box);
	workshop_cancel(&stage.shop, id);
	event = workshop_ask(&stage.shop, KS_OP_GET_BUCKETS, NULL);
	assert_int_equal(event->err.kind, KS_ERR_NONE);
	assert_true(toolbox_is_gone(pid));
	ks_event_free(event);
	assert_true(workshop_is_quiet(&stage.shop));
	stage_finish();
	toolbox_close(&box);
}

/* Both are with the worker at once, and the file is there: that is said. */
static void a_file_that_is_given_up_at_once_is_there_all_the_same(void **state)
{
	const struct scripted_step steps[] = {{.answer = stage_ok("{}")}};
	struct ks_event *event;
	uint64_t id;
	char *text;

	(void)state;
	stage_start(steps, STAGE_COUNT(steps));
	id = workshop_submit(&stage.shop, deliver_request(false));
	workshop_cancel(&stage.shop, id);
	event = workshop_reply(&stage.shop, id);
	assert_int_equal(event->err.kind, KS_ERR_NONE);
	assert_non_null(event->way);
	ks_event_free(event);
	text = read_file(stage.shop.journal_folder, "out.json");
	stage_assert_has(text, STAGE_SECRET);
	free(text);
	remove_from(stage.shop.journal_folder, "out.json");
	stage_finish();
}

static void without_room_for_a_copy_it_says_so(void **state)
{
	const struct scripted_step steps[] = {{.answer = stage_ok("{}")}};
	struct ks_request *request;
	struct ks_event *event;

	(void)state;
	stage_start(steps, STAGE_COUNT(steps));
	request = deliver_request(false);
	ks_secret_free(request->secret);
	request->secret = NULL;
	event = workshop_reply(&stage.shop, workshop_submit(&stage.shop, request));
	stage_assert_has(event->err.message, "memory for secrets is full");
	ks_event_free(event);
	stage_finish();
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
	    cmocka_unit_test(the_intent_is_there_before_the_request),
	    cmocka_unit_test(the_outcome_is_there_before_the_answer),
	    cmocka_unit_test(without_a_journal_no_key_is_made_but_one_is_deleted),
	    cmocka_unit_test(with_a_journal_too_large_to_be_read_no_key_is_made_either),
	    cmocka_unit_test(a_folder_that_is_made_later_is_good_enough),
	    cmocka_unit_test(a_note_is_written_though_the_worker_ends),
	    cmocka_unit_test(what_another_run_left_here_is_found),
	    cmocka_unit_test(a_sink_is_tried_before_anything_is_sent),
	    cmocka_unit_test(a_file_is_written_and_replaced_when_that_is_allowed),
	    cmocka_unit_test(a_command_holds_up_nothing),
	    cmocka_unit_test(a_delivery_that_is_given_up_is_stopped),
	    cmocka_unit_test(a_file_that_is_given_up_at_once_is_there_all_the_same),
	    cmocka_unit_test(without_room_for_a_copy_it_says_so),
	};

	ks_secret_setup();
	return cmocka_run_group_tests_name("engine record", tests, NULL, NULL);
}
