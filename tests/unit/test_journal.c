/* What the lines of the journal say: written, read, and replayed. */
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
#include "tests/unit/journal_folder.h"

#define SECRET "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"

/* ---- lines ---- */

static void an_intent_comes_back_whole_in_another_process(void **state)
{
	static const char *const known[] = {"AKIAONE", "AKIATWO"};
	struct ks_journal *journal = open_journal();
	struct ks_journal_entry entry = create_entry(ID("a"), HERE);
	struct ks_journal_list list;
	struct ks_journal_change *change;

	(void)state;
	entry.text[KS_JOURNAL_ACCOUNT] = "123456789012";
	entry.known = known;
	entry.n_known = 2;
	append(journal, &entry);
	ks_journal_close(journal);
	journal = open_journal();
	list = read_all(journal);
	assert_int_equal(list.count, 1);
	assert_int_equal(list.broken, 0);
	change = &list.changes[0];
	assert_string_equal(change->id, ID("a"));
	assert_int_equal(change->intent, KS_JOURNAL_CREATE);
	assert_int_equal(change->step, KS_JOURNAL_CREATE);
	assert_int_equal(change->began, NOON);
	for (int i = 0; i < KS_JOURNAL_FIELDS; i++)
		assert_string_equal(
		    ks_str_raw(&change->text[i]), entry.text[i] != NULL ? entry.text[i] : "");
	assert_int_equal(change->n_known, 2);
	assert_string_equal(ks_str_raw(&change->known[1]), "AKIATWO");
	ks_journal_list_free(&list);
	ks_journal_close(journal);
}

static void a_line_is_one_object(void **state)
{
	struct ks_journal *journal = open_journal();
	char *text;

	(void)state;
	append_create(journal, ID("a"), HERE);
	append_step(journal, ID("a"), KS_JOURNAL_DONE);
	text = read_raw();
	assert_string_equal(text,
	    "{\"change\":\"" ID(
		"a") "\",\"entry\":\"create\",\"time\":\"2021-08-06T12:00:00Z\","
		     "\"endpoint\":\"" HERE "\",\"profile\":\"prod\",\"region\":\"us-east-1\","
		     "\"bucket\":\"media-assets\",\"known\":[]}\n"
		     "{\"change\":\"" ID(
			 "a") "\",\"entry\":\"done\",\"time\":"
			      "\"2021-08-06T12:00:00.002Z\",\"key\":\"AKIANEW\"}\n");
	free(text);
	ks_journal_close(journal);
}

#define END KS_JOURNAL_STEPS

/* Each row: what is appended after the intent, the step that counts, and whether it is open. */
static void every_step_is_replayed(void **state)
{
	static const struct {
		enum ks_journal_step intent, steps[4], result;
		bool open;
	} cases[] = {
	    {KS_JOURNAL_CREATE, {END}, KS_JOURNAL_CREATE, true},
	    {KS_JOURNAL_CREATE, {KS_JOURNAL_FAILED, END}, KS_JOURNAL_FAILED, false},
	    {KS_JOURNAL_CREATE, {KS_JOURNAL_UNKNOWN, END}, KS_JOURNAL_UNKNOWN, true},
	    {KS_JOURNAL_CREATE, {KS_JOURNAL_UNKNOWN, KS_JOURNAL_DELETED, END}, KS_JOURNAL_DELETED,
		false},
	    {KS_JOURNAL_CREATE, {KS_JOURNAL_UNKNOWN, KS_JOURNAL_DISMISSED, END},
		KS_JOURNAL_DISMISSED, false},
	    {KS_JOURNAL_CREATE, {KS_JOURNAL_DONE, END}, KS_JOURNAL_DONE, true},
	    {KS_JOURNAL_CREATE, {KS_JOURNAL_DONE, KS_JOURNAL_DELIVERED, END}, KS_JOURNAL_DELIVERED,
		true},
	    {KS_JOURNAL_CREATE, {KS_JOURNAL_DONE, KS_JOURNAL_DELIVERED, KS_JOURNAL_CONFIRMED, END},
		KS_JOURNAL_CONFIRMED, false},
	    {KS_JOURNAL_CREATE, {KS_JOURNAL_DONE, KS_JOURNAL_CONFIRMED, KS_JOURNAL_DELIVERED, END},
		KS_JOURNAL_CONFIRMED, false},
	    {KS_JOURNAL_CREATE, {KS_JOURNAL_DONE, KS_JOURNAL_KEPT, END}, KS_JOURNAL_KEPT, false},
	    {KS_JOURNAL_CREATE, {KS_JOURNAL_DONE, KS_JOURNAL_DELETED, END}, KS_JOURNAL_DELETED,
		false},
	    {KS_JOURNAL_CREATE, {KS_JOURNAL_DONE, KS_JOURNAL_DISMISSED, END}, KS_JOURNAL_DISMISSED,
		false},
	    {KS_JOURNAL_CREATE, {KS_JOURNAL_FAILED, KS_JOURNAL_UNKNOWN, END}, KS_JOURNAL_FAILED,
		false},
	    {KS_JOURNAL_DELETE, {END}, KS_JOURNAL_DELETE, true},
	    {KS_JOURNAL_DELETE, {KS_JOURNAL_UNKNOWN, END}, KS_JOURNAL_UNKNOWN, true},
	    {KS_JOURNAL_DELETE, {KS_JOURNAL_DONE, END}, KS_JOURNAL_DONE, false},
	    {KS_JOURNAL_DELETE, {KS_JOURNAL_FAILED, END}, KS_JOURNAL_FAILED, false},
	    {KS_JOURNAL_DELETE, {KS_JOURNAL_DONE, KS_JOURNAL_DELIVERED, END}, KS_JOURNAL_DONE,
		false},
	    {KS_JOURNAL_CREATE, {KS_JOURNAL_DONE, KS_JOURNAL_DELIVERING, END},
		KS_JOURNAL_DELIVERING, true},
	    {KS_JOURNAL_CREATE, {KS_JOURNAL_DONE, KS_JOURNAL_DELIVERING, KS_JOURNAL_DELIVERED, END},
		KS_JOURNAL_DELIVERED, true},
	    {KS_JOURNAL_CREATE, {KS_JOURNAL_DONE, KS_JOURNAL_DELIVERED, KS_JOURNAL_DELIVERING, END},
		KS_JOURNAL_DELIVERING, true},
	    {KS_JOURNAL_CREATE, {KS_JOURNAL_DONE, KS_JOURNAL_DELIVERING, KS_JOURNAL_KEPT, END},
		KS_JOURNAL_KEPT, false},
	    {KS_JOURNAL_CREATE, {KS_JOURNAL_DELIVERING, END}, KS_JOURNAL_CREATE, true},
	};
	struct ks_journal *journal = open_journal();
	struct ks_journal_list list;
	char id[KS_JOURNAL_ID_SIZE];
	size_t count = sizeof cases / sizeof cases[0];

	(void)state;
	for (size_t i = 0; i < count; i++) {
		snprintf(id, sizeof id, "%032zx", i);
		if (cases[i].intent == KS_JOURNAL_CREATE)
			append_create(journal, id, HERE);
		else
			append_delete(journal, id);
		for (size_t s = 0; cases[i].steps[s] != END; s++)
			append_step(journal, id, cases[i].steps[s]);
	}
	list = read_all(journal);
	assert_int_equal(list.count, count);
	assert_int_equal(list.broken, 0);
	for (size_t i = 0; i < count; i++) {
		assert_int_equal(list.changes[i].intent, cases[i].intent);
		assert_int_equal(list.changes[i].step, cases[i].result);
		assert_int_equal(ks_journal_is_open(&list.changes[i]), cases[i].open);
	}
	assert_string_equal(ks_str_raw(&list.changes[5].text[KS_JOURNAL_KEY]), "AKIANEW");
	assert_string_equal(
	    ks_str_raw(&list.changes[6].text[KS_JOURNAL_WAY]), "to the clipboard with wl-copy");
	assert_string_equal(ks_str_raw(&list.changes[15].text[KS_JOURNAL_KEY]), "AKIAOLD");
	ks_journal_list_free(&list);
	ks_journal_close(journal);
}

static void open_changes_are_those_of_the_endpoint(void **state)
{
	struct ks_journal *journal = open_journal();
	struct ks_journal_list list;

	(void)state;
	append_create(journal, ID("a"), HERE);
	append_create(journal, ID("b"), THERE);
	append_create(journal, ID("c"), THERE);
	append_step(journal, ID("b"), KS_JOURNAL_FAILED);
	assert_true(ks_journal_read_open(journal, is_at, (void *)(uintptr_t)THERE, &list, &err));
	assert_int_equal(list.count, 1);
	assert_string_equal(list.changes[0].id, ID("c"));
	ks_journal_list_free(&list);
	assert_int_equal(count_open(journal, HERE), 1);
	assert_int_equal(count_open(journal, HERE "/"), 0);
	ks_journal_close(journal);
}

/* A create in the bucket, and the key that it made, if it is known. */
static void append_key(
    struct ks_journal *journal, const char *id, const char *bucket, const char *key_id)
{
	static const char *const known[] = {"AKIABEFORE"};
	struct ks_journal_entry entry = create_entry(id, HERE);
	struct ks_journal_entry done = {.step = KS_JOURNAL_DONE, .id = id, .at = NOON};

	entry.text[KS_JOURNAL_BUCKET] = bucket;
	entry.known = known;
	entry.n_known = 1;
	append(journal, &entry);
	if (key_id == NULL)
		return;
	done.text[KS_JOURNAL_KEY] = key_id;
	append(journal, &done);
	append_step(journal, id, KS_JOURNAL_CONFIRMED);
}

static void what_other_changes_made_is_known_to_a_lost_one(void **state)
{
	struct ks_journal *journal = open_journal();
	struct ks_journal_list list;

	(void)state;
	append_key(journal, ID("a"), "media", "AKIAFIRST");
	append_key(journal, ID("b"), "media", NULL);
	append_key(journal, ID("c"), "media", "AKIATHIRD");
	append_key(journal, ID("d"), "other", "AKIAELSEWHERE");
	assert_true(ks_journal_read_open(journal, is_at, (void *)(uintptr_t)HERE, &list, &err));
	assert_int_equal(list.count, 1);
	assert_string_equal(list.changes[0].id, ID("b"));
	assert_int_equal(list.changes[0].n_known, 3);
	assert_string_equal(ks_str_raw(&list.changes[0].known[0]), "AKIABEFORE");
	assert_string_equal(ks_str_raw(&list.changes[0].known[1]), "AKIAFIRST");
	assert_string_equal(ks_str_raw(&list.changes[0].known[2]), "AKIATHIRD");
	ks_journal_list_free(&list);
	ks_journal_close(journal);
}

static void what_another_has_in_hand_is_not_left(void **state)
{
	struct ks_journal *mine = open_journal(), *other = open_journal();

	(void)state;
	append_create(mine, ID("a"), HERE);
	append_create(other, ID("b"), HERE);
	assert_int_equal(count_open(mine, HERE), 1);
	assert_int_equal(count_open(other, HERE), 1);
	ks_journal_close(mine);
	assert_int_equal(count_open(other, HERE), 2);
	append_step(other, ID("a"), KS_JOURNAL_DISMISSED);
	assert_int_equal(count_open(other, HERE), 1);
	ks_journal_close(other);
}

static void an_id_is_random(void **state)
{
	char one[KS_JOURNAL_ID_SIZE], two[KS_JOURNAL_ID_SIZE];

	(void)state;
	assert_true(ks_journal_new_id(one, &err));
	assert_true(ks_journal_new_id(two, &err));
	assert_int_equal(strspn(one, "0123456789abcdef"), 32);
	assert_int_equal(strlen(one), 32);
	assert_string_not_equal(one, two);
}

static void an_entry_that_lacks_something_is_refused(void **state)
{
	struct ks_journal *journal = open_journal();
	struct ks_journal_entry entry = create_entry(ID("a"), HERE);
	char name[300];

	(void)state;
	entry.id = "short";
	assert_false(ks_journal_append(journal, &entry, &err));
	entry = create_entry(ID("a"), NULL);
	assert_false(ks_journal_append(journal, &entry, &err));
	entry = create_entry(ID("a"), HERE);
	entry.text[KS_JOURNAL_WAY] = "by post";
	assert_false(ks_journal_append(journal, &entry, &err));
	memset(name, 'x', sizeof name - 1);
	name[sizeof name - 1] = '\0';
	entry = create_entry(ID("a"), HERE);
	entry.text[KS_JOURNAL_BUCKET] = name;
	assert_false(ks_journal_append(journal, &entry, &err));
	assert_string_equal(err.message,
	    "An entry \"create\" can't be written to the journal: a name in it is too long");
	entry = (struct ks_journal_entry){.step = KS_JOURNAL_DONE, .id = ID("a"), .at = NOON};
	assert_false(ks_journal_append(journal, &entry, &err));
	assert_int_equal(file_size(), 0);
	ks_journal_close(journal);
}

static void what_looks_like_a_secret_is_taken_out(void **state)
{
	struct ks_journal *journal = open_journal();
	struct ks_journal_entry entry = {.step = KS_JOURNAL_UNKNOWN, .id = ID("a"), .at = NOON};
	char *text;

	(void)state;
	append_create(journal, ID("a"), HERE);
	entry.text[KS_JOURNAL_ERROR] = "got \x1b[1m " SECRET " and stopped";
	append(journal, &entry);
	entry = (struct ks_journal_entry){.step = KS_JOURNAL_DELIVERED, .id = ID("a"), .at = NOON};
	entry.text[KS_JOURNAL_WAY] = "to put --password=hunter2";
	append(journal, &entry);
	text = read_raw();
	assert_null(strstr(text, SECRET));
	assert_null(strstr(text, "hunter2"));
	assert_non_null(strstr(text, "got \xef\xbf\xbd[1m [redacted] and stopped"));
	free(text);
	ks_journal_close(journal);
}

static void a_long_error_is_cut_and_not_refused(void **state)
{
	struct ks_journal *journal = open_journal();
	struct ks_journal_entry entry = {.step = KS_JOURNAL_FAILED, .id = ID("a"), .at = NOON};
	char text[3000];

	(void)state;
	for (size_t i = 0; i + 2 < sizeof text; i += 2)
		memcpy(text + i, "\xc3\xa9", 3);
	append_create(journal, ID("a"), HERE);
	entry.text[KS_JOURNAL_ERROR] = text;
	append(journal, &entry);
	assert_counts(journal, 1, 0);
	assert_int_equal(count_open(journal, HERE), 0);
	ks_journal_close(journal);
}

/* ---- lines that others wrote ---- */

#define HEAD "{\"change\":\"" ID("b") "\",\"entry\":\"create\",\"time\":\"2021-08-06T12:00:00Z\","

static void a_broken_line_is_counted_and_left_out(void **state)
{
	static const char *const lines[] = {
	    "nonsense",
	    "[]",
	    "null",
	    "\"create\"",
	    "{}",
	    "{\"entry\":7}",
	    HEAD BODY "} {}",
	    HEAD "\"endpoint\":7,\"region\":\"r\",\"bucket\":\"b\",\"known\":[]}",
	    HEAD "\"endpoint\":\"e\",\"region\":null,\"bucket\":\"b\",\"known\":[]}",
	    HEAD "\"endpoint\":\"e\",\"region\":\"r\",\"known\":[]}",
	    HEAD "\"endpoint\":\"e\",\"region\":\"r\",\"bucket\":\"b\",\"known\":{}}",
	    HEAD "\"endpoint\":\"e\",\"region\":\"r\",\"bucket\":\"b\",\"known\":[7]}",
	    HEAD
	    "\"endpoint\":\"e\",\"region\":\"r\",\"bucket\":\"b\",\"known\":[],\"profile\":[]}",
	    "{\"change\":\"B\",\"entry\":\"create\",\"time\":\"2021-08-06T12:00:00Z\"," BODY "}",
	    "{\"change\":\"" ID("b") "\",\"entry\":\"create\",\"time\":5," BODY "}",
	    "{\"change\":\"" ID("b") "\",\"entry\":\"create\",\"time\":\"noon\"," BODY "}",
	    "{\"change\":\"" ID("a") "\",\"entry\":\"done\",\"time\":\"2021-08-06T12:00:00Z\"}",
	};
	size_t count = sizeof lines / sizeof lines[0];
	struct ks_journal *journal = open_journal();

	(void)state;
	append_create(journal, ID("a"), HERE);
	for (size_t i = 0; i < count; i++) {
		write_text(lines[i]);
		write_text("\n");
		assert_counts(journal, 1, i + 1);
	}
	write_raw("{\"entry\":\"x\"\0}\n", 15);
	write_raw("\n\n", 2);
	append_step(journal, ID("a"), KS_JOURNAL_DONE);
	write_text(HEAD BODY "}\n" HEAD BODY "}\n");
	assert_counts(journal, 2, count + 2);
	ks_journal_close(journal);
}

static void deep_nesting_is_a_broken_line(void **state)
{
	struct ks_journal *journal = open_journal();
	char deep[60000];

	(void)state;
	memset(deep, '[', sizeof deep);
	write_raw(deep, sizeof deep);
	append_create(journal, ID("a"), HERE);
	assert_counts(journal, 1, 1);
	ks_journal_close(journal);
}

static void a_line_of_64_kib_is_too_long(void **state)
{
	static const char end[] = "\",\"known\":[]}\n";
	struct ks_journal *journal = open_journal();
	size_t size = KS_JOURNAL_LINE_MAX + 100, head = sizeof HEAD BODY - 1;
	char *line = ks_malloc(size);

	(void)state;
	memset(line, 'x', size);
	memcpy(line, HEAD BODY ",\"more\":\"", head + 9);
	memcpy(line + KS_JOURNAL_LINE_MAX - (sizeof end - 2), end, sizeof end - 1);
	write_raw(line, KS_JOURNAL_LINE_MAX + 1);
	assert_counts(journal, 0, 1);
	assert_int_equal(truncate(path, 0), 0);
	memcpy(line + KS_JOURNAL_LINE_MAX - 1 - (sizeof end - 2), end, sizeof end - 1);
	write_raw(line, KS_JOURNAL_LINE_MAX);
	assert_counts(journal, 1, 0);
	free(line);
	ks_journal_close(journal);
}

static void hostile_strings_have_a_clean_twin_and_a_limit(void **state)
{
	struct ks_journal *journal = open_journal();
	struct ks_journal_list list;
	char line[1000], name[300];

	(void)state;
	write_text(HEAD "\"endpoint\":\"" HERE "\",\"region\":\"r\",\"bucket\":\"a\\u001b[2Jb\","
			"\"known\":[\"K\\u202e\"]}\n");
	memset(name, 'x', 257);
	name[257] = '\0';
	snprintf(line, sizeof line,
	    "{\"change\":\"" ID(
		"c") "\",\"entry\":\"create\",\"time\":\"2021-08-06T12:00:00Z\","
		     "\"endpoint\":\"e\",\"region\":\"r\",\"bucket\":\"%s\",\"known\":[]}\n",
	    name);
	write_text(line);
	list = read_all(journal);
	assert_int_equal(list.count, 1);
	assert_int_equal(list.broken, 1);
	assert_string_equal(ks_str_raw(&list.changes[0].text[KS_JOURNAL_BUCKET]), "a\x1b[2Jb");
	assert_string_equal(
	    ks_str_clean(&list.changes[0].text[KS_JOURNAL_BUCKET]), "a\xef\xbf\xbd[2Jb");
	assert_string_equal(ks_str_clean(&list.changes[0].known[0]), "K\xef\xbf\xbd");
	ks_journal_list_free(&list);
	ks_journal_close(journal);
}

static void a_newer_version_is_ignored_and_kept(void **state)
{
	static const char newer[] = "{\"entry\":\"rotated\",\"change\":\"" ID(
	    "f") "\",\"x\":[1]}\n"
		 "{\"entry\":\"done\",\"change\":\"" ID(
		     "f") "\",\"time\":"
			  "\"2021-08-06T12:00:00Z\",\"key\":\"AKIAF\"}\n" HEAD BODY
			  ",\"colour\":{\"of\":\"x\"}}\n";
	struct ks_journal *journal = open_journal();
	char *text;

	(void)state;
	write_text(newer);
	write_text("broken\n");
	assert_counts(journal, 1, 1);
	assert_true(ks_journal_compact(journal, &err));
	text = read_raw();
	assert_string_equal(text, newer);
	free(text);
	ks_journal_close(journal);
}

static void only_the_torn_last_line_is_lost(void **state)
{
	struct ks_journal *journal = open_journal();

	(void)state;
	append_create(journal, ID("a"), HERE);
	write_text("{\"change\":\"" ID("b") "\",\"ent");
	assert_counts(journal, 1, 1);
	append_create(journal, ID("c"), HERE);
	assert_counts(journal, 2, 1);
	ks_journal_close(journal);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, make_folder, remove_folder)

int main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(an_intent_comes_back_whole_in_another_process),
	    TEST(a_line_is_one_object),
	    TEST(every_step_is_replayed),
	    TEST(open_changes_are_those_of_the_endpoint),
	    TEST(what_other_changes_made_is_known_to_a_lost_one),
	    TEST(what_another_has_in_hand_is_not_left),
	    TEST(an_id_is_random),
	    TEST(an_entry_that_lacks_something_is_refused),
	    TEST(what_looks_like_a_secret_is_taken_out),
	    TEST(a_long_error_is_cut_and_not_refused),
	    TEST(a_broken_line_is_counted_and_left_out),
	    TEST(deep_nesting_is_a_broken_line),
	    TEST(a_line_of_64_kib_is_too_long),
	    TEST(hostile_strings_have_a_clean_twin_and_a_limit),
	    TEST(a_newer_version_is_ignored_and_kept),
	    TEST(only_the_torn_last_line_is_lost),
	};

	return cmocka_run_group_tests_name("journal", tests, NULL, NULL);
}
