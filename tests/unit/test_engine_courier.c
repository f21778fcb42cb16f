/* Deliveries that are given up on their way: what is stopped, and what is left of them. */
#include <errno.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include <openssl/crypto.h>

#include <cmocka.h>

#include "core/base/mem.h"
#include "core/base/secret.h"
#include "core/engine/courier.h"
#include "tests/support/resolve.h"
#include "tests/support/toolbox.h"

#define ID     "AKIAI44QH8DHBEXAMPLE"
#define SECRET "je7MtGbClwBF/2Zp9Utk/h3yCo8nvb+EXAMPLEKEY="
#define WAITS  "echo $$ >\"$D/pid\"; exec sleep 1000"

enum { PATIENCE_MS = 20000 };

struct room {
	struct toolbox box;
	char credentials[96];
	struct ks_worker_places places;
	struct ks_secret *account;
	struct ks_identity *identity;
	struct ks_courier *courier;
	size_t secure; /* bytes of the secure heap before anything is on its way */
};

static int set_up(void **state)
{
	struct room *r = ks_calloc(1, sizeof *r);
	struct ks_identity_given given = {.access_key_id = "AKIDEXAMPLE",
	    .region = "us-east-1",
	    .endpoint_url = "http://127.0.0.1:1"};
	struct ks_identity_options options = {.given = &given};
	struct ks_err err;

	toolbox_open(&r->box);
	snprintf(r->credentials, sizeof r->credentials, "%s/credentials", r->box.dir);
	r->places = (struct ks_worker_places){
	    .credentials_file = r->credentials, .home = r->box.dir, .path = r->box.dir};
	given.secret = r->account = ks_secret_new("abc", 3, &err);
	assert_true(resolve_at_once(&options, NULL, &r->identity, &err));
	r->courier = ks_courier_new(&r->places, ks_clock_system());
	r->secure = CRYPTO_secure_used();
	*state = r;
	return 0;
}

/* No test leaves a child behind, dead or alive. */
static int tear_down(void **state)
{
	struct room *r = *state;

	ks_courier_free(r->courier);
	assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
	assert_int_equal(errno, ECHILD);
	ks_identity_free(r->identity);
	ks_secret_free(r->account);
	toolbox_close(&r->box);
	free(r);
	return 0;
}

static void take(struct room *r, uint64_t id, const char *sink)
{
	struct ks_request *request = ks_request_new(KS_REQUEST_DELIVER);
	struct ks_err err;

	request->id = id;
	request->region = ks_strdup("us-east-1");
	request->input.bucket = ks_strdup("media");
	request->input.key_id = ks_strdup(ID);
	request->sink = ks_strdup(sink);
	request->secret = ks_secret_new(SECRET, strlen(SECRET), &err);
	ks_courier_take(r->courier, request, r->identity);
	ks_request_free(request);
}

/* Goes on with all of them until this one is over; no other one may be before. */
static void assert_arrives(struct room *r, uint64_t id)
{
	int64_t until = ks_clock_mono(ks_clock_system()) + PATIENCE_MS;
	struct ks_event *event;

	while ((event = ks_courier_ended(r->courier)) == NULL) {
		size_t count;
		const int *fds = ks_courier_fds(r->courier, &count);
		struct pollfd fd = {.fd = count > 0 ? fds[0] : -1, .events = POLLIN};

		if (ks_clock_mono(ks_clock_system()) > until)
			fail_msg("nothing arrives");
		poll(&fd, 1, 5);
		ks_courier_turn(r->courier);
	}
	assert_int_equal(event->request, id);
	if (event->err.kind != KS_ERR_NONE)
		fail_msg("%s", event->err.message);
	ks_event_free(event);
}

static void assert_nothing_is_left(struct room *r)
{
	size_t count;

	ks_courier_turn(r->courier);
	assert_null(ks_courier_ended(r->courier));
	assert_int_equal(ks_courier_wake(r->courier), -1);
	ks_courier_fds(r->courier, &count);
	assert_int_equal(count, 0);
	assert_int_equal(CRYPTO_secure_used(), r->secure);
}

/* It has read the secret and not ended; it has read nothing. */
static void a_command_that_is_given_up_is_stopped_and_its_copy_wiped(void **state)
{
	static const char *const scripts[] = {TOOLBOX_HOLDS, WAITS};
	struct room *r = *state;

	for (size_t i = 0; i < sizeof scripts / sizeof scripts[0]; i++) {
		pid_t pid;

		toolbox_add(&r->box, "vault", scripts[i]);
		assert_true(toolbox_run("rm -f %s/pid", r->box.dir));
		take(r, 7, "command:vault");
		ks_courier_turn(r->courier);
		pid = toolbox_pid(&r->box);
		assert_true(CRYPTO_secure_used() > r->secure);
		ks_courier_cancel(r->courier, 7);
		assert_true(toolbox_is_gone(pid));
		assert_nothing_is_left(r);
	}
}

static void only_that_one_is_stopped(void **state)
{
	struct room *r = *state;

	toolbox_add(&r->box, "first", WAITS);
	toolbox_add(&r->box, "second", "cat >\"$D/in\"");
	take(r, 7, "command:first");
	take(r, 8, "command:second");
	ks_courier_cancel(r->courier, 6);
	ks_courier_cancel(r->courier, 7);
	ks_courier_cancel(r->courier, 7);
	assert_arrives(r, 8);
	assert_toolbox_file(&r->box, "in", SECRET);
	assert_nothing_is_left(r);
}

/* A file is written at once: it is there, and what it took to write it is not left beside it. */
static void what_has_arrived_is_finished_and_answered(void **state)
{
	struct room *r = *state;

	toolbox_add_file(&r->box, "credentials", "[other]\naws_access_key_id = AKIAOTHER\n");
	take(r, 7, "profile:media");
	ks_courier_cancel(r->courier, 7);
	assert_arrives(r, 7);
	assert_true(toolbox_has(&r->box, "credentials", SECRET));
	assert_true(toolbox_has(&r->box, "credentials", "AKIAOTHER"));
	assert_toolbox_file(&r->box, "credentials.keysail-backup", "");
	assert_nothing_is_left(r);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	static const struct CMUnitTest tests[] = {
	    TEST(a_command_that_is_given_up_is_stopped_and_its_copy_wiped),
	    TEST(only_that_one_is_stopped),
	    TEST(what_has_arrived_is_finished_and_answered),
	};

	ks_secret_setup();
	return cmocka_run_group_tests_name("engine courier", tests, NULL, NULL);
}
