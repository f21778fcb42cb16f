/*
 * What a program leaves when it ends with a secret in its hands, however it ends, and what the next
 * one shows of it: in a real terminal against the emulator.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <signal.h>

#include <cmocka.h>

#include "tests/screen/desk.h"

/* Programs of one desk, one after the other, share the folder of the journal. */
static void keep_state(struct desk *desk)
{
	char folder[sizeof desk->tools.dir + 8];

	snprintf(folder, sizeof folder, "%s/state", desk->tools.dir);
	desk_add_env(desk, "XDG_STATE_HOME", folder);
}

static void begin_with_a_secret(struct desk *desk)
{
	keep_state(desk);
	desk_start(desk, 1);
	desk_make_key(desk);
}

/* Another program on the same server, in place of the one before. */
static void start_next(struct desk *desk)
{
	ks_pty_free(desk->pty);
	desk_open(desk, ks_emulator_url(desk->server.emulator), NULL, 120, 34);
}

static void assert_is_settled(struct desk *desk)
{
	start_next(desk);
	desk_wait_for(desk, "AKIA");
	desk_press(desk, "u");
	desk_wait_for(desk, "Nothing was left open");
	desk_press(desk, "q");
	assert_desk_left(desk, 0);
}

static void wait_for_end(struct desk *desk)
{
	int status;

	assert_true(ks_pty_wait_exit(desk->pty, &status));
}

static bool key_is_there(struct desk *desk)
{
	char secret[KS_EMULATOR_SECRET_SIZE];

	return ks_emulator_key_secret(desk->server.emulator, desk->key_id, secret);
}

static void delete_what_was_left(struct desk *desk)
{
	desk_wait_for(desk, "[Delete ..");
	desk_press(desk, "Tab Tab Enter");
	desk_wait_for_dialog(desk, "Delete this key?");
	desk_press(desk, "Tab Enter");
	desk_wait_for(desk, "Deleted");
	assert_false(key_is_there(desk));
	desk_press(desk, "q");
	assert_desk_left(desk, 0);
}

/* ---- however it ends ---- */

static void whatever_kills_it_the_next_one_shows_the_key(void **state)
{
	static const int signals[] = {SIGKILL, SIGTERM, SIGHUP, SIGSEGV};

	(void)state;
	for (size_t i = 0; i < sizeof signals / sizeof signals[0]; i++) {
		void *one = NULL;
		struct desk *desk;

		desk_set_up(&one);
		desk = one;
		begin_with_a_secret(desk);
		ks_pty_signal(desk->pty, signals[i]);
		wait_for_end(desk);
		start_next(desk);
		desk_wait_for_dialog(desk, "Left open");
		desk_wait_for(desk, desk->key_id);
		desk_wait_for(desk, "its secret was not");
		delete_what_was_left(desk);
		assert_is_settled(desk);
		desk_tear_down(&one);
	}
}

static void a_terminal_that_goes_leaves_it_open(void **state)
{
	struct desk *desk = *state;

	begin_with_a_secret(desk);
	desk_press(desk, "c");
	desk_wait_for(desk, "[It arrived]");
	ks_pty_hang_up(desk->pty);
	wait_for_end(desk);
	start_next(desk);
	desk_wait_for_dialog(desk, "Left open");
	desk_wait_for(desk, "nobody said that");
	desk_wait_for(desk, "[Delete ..");
	desk_press(desk, "Tab Enter");
	assert_true(ks_pty_wait_gone(desk->pty, "Left open"));
	desk_press(desk, "q");
	assert_desk_left(desk, 0);
	assert_true(key_is_there(desk));
	assert_is_settled(desk);
}

static void a_signal_after_a_copy_says_what_is_known(void **state)
{
	struct desk *desk = *state;

	begin_with_a_secret(desk);
	desk_press(desk, "c");
	desk_wait_for(desk, "[It arrived]");
	ks_pty_signal(desk->pty, SIGTERM);
	desk_wait_for(desk, "went out (");
	wait_for_end(desk);
}

static void what_was_confirmed_or_given_up_is_settled(void **state)
{
	static const char *const ends[] = {"c Enter", "Esc Tab Tab Enter"};

	(void)state;
	for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++) {
		void *one = NULL;
		struct desk *desk;

		desk_set_up(&one);
		desk = one;
		begin_with_a_secret(desk);
		desk_press(desk, ends[i][0] == 'c' ? "c" : "Esc");
		desk_wait_for(desk, ends[i][0] == 'c' ? "▸[It arrived]" : "▸[Back]");
		desk_press(desk, strchr(ends[i], ' ') + 1);
		assert_true(ks_pty_wait_gone(desk->pty, "Secret access key"));
		assert_true(ks_pty_wait_gone(desk->pty, "Give the secret up?"));
		desk_press(desk, "q");
		assert_desk_left(desk, 0);
		assert_is_settled(desk);
		desk_tear_down(&one);
	}
}

static void a_lost_answer_is_a_guess_at_the_next_start(void **state)
{
	struct desk *desk = *state;
	struct ks_err err;

	keep_state(desk);
	desk_start(desk, 1);
	assert_true(ks_emulator_add_fault(
	    desk->server.emulator, "kind=hang,op=CreateBucketAccessKey,count=1", &err));
	desk_press(desk, "n");
	desk_wait_for_dialog(desk, "[Create]");
	desk_press(desk, "Enter");
	desk_wait_for(desk, "Asking Lightsail");
	ks_pty_signal(desk->pty, SIGKILL);
	wait_for_end(desk);
	start_next(desk);
	desk_wait_for_dialog(desk, "Left open");
	desk_wait_for(desk, "a key was asked for");
	desk_wait_for(desk, "▸[Dismiss]");
	desk_press(desk, "Enter");
	assert_true(ks_pty_wait_gone(desk->pty, "Left open"));
	desk_press(desk, "q");
	assert_desk_left(desk, 0);
	assert_is_settled(desk);
}

/* ---- who it is shown to ---- */

static void what_another_program_has_in_hand_is_not_left(void **state)
{
	struct desk *desk = *state;
	struct ks_pty *first;

	begin_with_a_secret(desk);
	first = desk->pty;
	desk_open(desk, ks_emulator_url(desk->server.emulator), NULL, 120, 34);
	desk_wait_for(desk, desk->key_id);
	desk_press(desk, "u");
	desk_wait_for(desk, "Nothing was left open");
	desk_press(desk, "q");
	assert_desk_left(desk, 0);
	ks_pty_free(desk->pty);
	desk->pty = first;
	desk_press(desk, "c");
	desk_wait_for(desk, "▸[It arrived]");
	desk_press(desk, "Enter");
	assert_true(ks_pty_wait_gone(desk->pty, "[It arrived]"));
	desk_press(desk, "q");
	assert_desk_left(desk, 0);
	assert_is_settled(desk);
}

static void another_endpoint_has_nothing_open(void **state)
{
	struct desk *desk = *state;
	char url[200];

	begin_with_a_secret(desk);
	ks_pty_signal(desk->pty, SIGKILL);
	wait_for_end(desk);
	ks_pty_free(desk->pty);
	snprintf(url, sizeof url, "http://localhost%s",
	    strrchr(ks_emulator_url(desk->server.emulator), ':'));
	desk_open(desk, url, NULL, 120, 34);
	desk_wait_for(desk, desk->key_id);
	desk_press(desk, "u");
	desk_wait_for(desk, "Nothing was left open");
	desk_press(desk, "q");
	assert_desk_left(desk, 0);
}

/* ---- delivered by itself ---- */

static bool command_has_it(struct ks_pty *pty, void *ctx)
{
	const struct desk *desk = ctx;

	(void)pty;
	return toolbox_has(&desk->tools, "in", desk->secret);
}

static void what_a_command_took_may_have_arrived(void **state)
{
	struct desk *desk = *state;

	toolbox_add(&desk->tools, "taker", "cat >\"$D/in\"; exec sleep 300");
	begin_with_a_secret(desk);
	desk_press(desk, "Tab Enter");
	desk_wait_for_dialog(desk, "[Deliver]");
	desk_press(desk, "Down Down Down Down Down Ctrl-U");
	ks_pty_type(desk->pty, "taker");
	desk_press(desk, "Enter");
	desk_wait_for(desk, "Delivering");
	assert_true(ks_pty_wait_until(desk->pty, command_has_it, desk, "the command to have it"));
	ks_pty_signal(desk->pty, SIGKILL);
	wait_for_end(desk);
	start_next(desk);
	desk_wait_for_dialog(desk, "Left open");
	desk_wait_for(desk, "and may have arrived");
	desk_wait_for(desk, "command:taker");
	delete_what_was_left(desk);
	assert_is_settled(desk);
}

static void a_file_takes_the_secret_and_that_is_all(void **state)
{
	struct desk *desk = *state;
	char *text;

	begin_with_a_secret(desk);
	desk_press(desk, "Tab Enter");
	desk_wait_for_dialog(desk, "[Deliver]");
	desk_press(desk, "Down Down Ctrl-U");
	ks_pty_type(desk->pty, desk->tools.dir);
	ks_pty_type(desk->pty, "/out.json");
	desk_press(desk, "Enter");
	desk_wait_for(desk, "keysail has wiped");
	text = toolbox_read(&desk->tools, "out.json");
	assert_non_null(strstr(text, desk->key_id));
	assert_non_null(strstr(text, desk->secret));
	free(text);
	desk_press(desk, "q");
	assert_desk_left(desk, 0);
	assert_int_equal(desk_count_raw(desk, desk->secret), 0);
	assert_is_settled(desk);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, desk_set_up, desk_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(whatever_kills_it_the_next_one_shows_the_key),
	    TEST(a_terminal_that_goes_leaves_it_open),
	    TEST(a_signal_after_a_copy_says_what_is_known),
	    cmocka_unit_test(what_was_confirmed_or_given_up_is_settled),
	    TEST(a_lost_answer_is_a_guess_at_the_next_start),
	    TEST(what_another_program_has_in_hand_is_not_left),
	    TEST(another_endpoint_has_nothing_open),
	    TEST(what_a_command_took_may_have_arrived),
	    TEST(a_file_takes_the_secret_and_that_is_all),
	};

	return cmocka_run_group_tests_name("left", tests, NULL, NULL);
}
