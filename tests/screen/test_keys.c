/*
 * Making and deleting keys in a real terminal against the emulator, and leaving from each dialog.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <signal.h>

#include <cmocka.h>

#include "tests/screen/desk.h"

/* ---- keys ---- */

static void a_doubled_n_or_d_does_nothing(void **state)
{
	struct desk *desk = *state;

	desk_start(desk, 1);
	desk_press(desk, "n n n");
	desk_wait_for_dialog(desk, "[Create]");
	desk_press(desk, "n Esc");
	assert_true(ks_pty_wait_gone(desk->pty, "[Create]"));
	desk_press(desk, "2 d d d");
	desk_wait_for_dialog(desk, "[Cancel]");
	desk_press(desk, "d Esc");
	assert_true(ks_pty_wait_gone(desk->pty, "[Cancel]"));
	desk_press(desk, "q");
	assert_desk_left(desk, 0);
	assert_int_equal(desk_served(desk, "CreateBucketAccessKey"), 0);
	assert_int_equal(desk_served(desk, "DeleteBucketAccessKey"), 0);
}

static void what_was_typed_ahead_does_not_reach_a_dialog(void **state)
{
	struct desk *desk = *state;

	desk_start(desk, 1);
	ks_pty_send(desk->pty, "n\r\r\r", 4);
	desk_wait_for_dialog(desk, "[Create]");
	desk_press(desk, "Esc");
	assert_true(ks_pty_wait_gone(desk->pty, "[Create]"));
	desk_press(desk, "q");
	assert_desk_left(desk, 0);
	assert_int_equal(desk_served(desk, "CreateBucketAccessKey"), 0);
}

/* From a terminal that sends the line breaks as they are in the file. */
static void a_line_break_in_a_paste_makes_no_key(void **state)
{
	struct desk *desk = *state;

	desk_start(desk, 1);
	desk_press(desk, "n");
	desk_wait_for_dialog(desk, "[Create]");
	desk_press(desk, "Tab Enter");
	desk_wait_for_dialog(desk, "NAME [");
	desk_press(desk, "Ctrl-U");
	ks_pty_paste(desk->pty, "vault\r\n\r\nmore\n");
	desk_wait_for(desk, "[vault");
	desk_wait_for(desk, " more ");
	desk_press(desk, "Esc");
	desk_wait_for(desk, "▸[Deliver to ..]");
	desk_press(desk, "Ctrl-C");
	assert_desk_left(desk, 0);
	assert_int_equal(desk_served(desk, "CreateBucketAccessKey"), 0);
}

static void the_only_key_is_deleted_after_its_end_is_typed(void **state)
{
	struct desk *desk = *state;
	char id[KS_EMULATOR_KEY_ID_SIZE];
	const char *at;

	desk_start(desk, 1);
	desk_press(desk, "2 d");
	desk_wait_for_dialog(desk, "[Cancel]");
	at = strstr(ks_pty_screen(desk->pty), "Key ID ");
	assert_non_null(at);
	at = strstr(at, "AKIA");
	assert_non_null(at);
	snprintf(id, sizeof id, "%.20s", at);
	desk_press(desk, "Tab");
	ks_pty_type(desk->pty, "zzzz");
	desk_press(desk, "Enter");
	desk_wait_for(desk, "isn't how");
	desk_press(desk, "Ctrl-U");
	ks_pty_type(desk->pty, id + 16);
	desk_press(desk, "Enter");
	desk_wait_for(desk, "▸[Delete]");
	assert_int_equal(desk_served(desk, "DeleteBucketAccessKey"), 0);
	desk_press(desk, "Enter");
	desk_wait_for(desk, "Deleted");
	assert_int_equal(desk_served(desk, "DeleteBucketAccessKey"), 1);
	assert_false(ks_emulator_key_secret(desk->server.emulator, id, desk->secret));
	desk_press(desk, "q");
	assert_desk_left(desk, 0);
}

static void a_full_bucket_is_refused_without_asking_the_server(void **state)
{
	struct desk *desk = *state;

	desk_start(desk, 2);
	desk_press(desk, "n");
	desk_wait_for_dialog(desk, "no deactivate");
	desk_press(desk, "Esc");
	assert_true(ks_pty_wait_gone(desk->pty, "no deactivate"));
	desk_press(desk, "q");
	assert_desk_left(desk, 0);
	assert_int_equal(desk_served(desk, "CreateBucketAccessKey"), 0);
}

static void a_lost_answer_ends_in_an_orphan_and_no_second_request(void **state)
{
	struct desk *desk = *state;
	struct ks_err err;

	desk_start(desk, 1);
	assert_true(ks_emulator_add_fault(
	    desk->server.emulator, "kind=reset-after,op=CreateBucketAccessKey,count=1", &err));
	desk_press(desk, "n");
	desk_wait_for_dialog(desk, "[Create]");
	desk_press(desk, "Enter");
	desk_wait_for_dialog(desk, "secret nobody has");
	assert_int_equal(desk_served(desk, "CreateBucketAccessKey"), 1);
	desk_press(desk, "Tab Enter");
	desk_wait_for_dialog(desk, "Delete this key?");
	desk_press(desk, "Tab Enter");
	desk_wait_for(desk, "Deleted");
	desk_press(desk, "q");
	assert_desk_left(desk, 0);
}

/* ---- leaving ---- */

static void quit_from_a_question_leaves_at_once(void **state)
{
	struct desk *desk = *state;

	desk_start(desk, 1);
	desk_press(desk, "n");
	desk_wait_for_dialog(desk, "[Create]");
	desk_press(desk, "Ctrl-C");
	assert_desk_left(desk, 0);
}

static void quit_from_the_delete_dialog_leaves_at_once(void **state)
{
	struct desk *desk = *state;

	desk_start(desk, 1);
	desk_press(desk, "2 d");
	desk_wait_for_dialog(desk, "[Cancel]");
	desk_press(desk, "Ctrl-C");
	assert_desk_left(desk, 0);
	assert_int_equal(desk_served(desk, "DeleteBucketAccessKey"), 0);
}

static void quit_with_a_secret_held_asks_and_names_the_key_at_the_end(void **state)
{
	struct desk *desk = *state;

	desk_start(desk, 1);
	desk_make_key(desk);
	desk_press(desk, "Ctrl-C");
	desk_wait_for_dialog(desk, "Quit keysail?");
	desk_press(desk, "Esc");
	desk_wait_for(desk, "▸[Copy]");
	desk_press(desk, "Ctrl-C");
	desk_wait_for_dialog(desk, "▸[Stay]");
	desk_press(desk, "Left Enter");
	assert_desk_left(desk, 0);
	assert_true(ks_pty_shows(desk->pty, desk->key_id));
	assert_int_equal(desk_count_raw(desk, desk->secret), 0);
}

static void quit_with_a_secret_unconfirmed_can_delete_the_key_first(void **state)
{
	struct desk *desk = *state;

	desk_start(desk, 1);
	desk_make_key(desk);
	desk_press(desk, "c");
	desk_wait_for(desk, "[It arrived]");
	desk_press(desk, "Ctrl-C");
	desk_wait_for_dialog(desk, "is not confirmed");
	desk_press(desk, "Tab Enter");
	assert_desk_left(desk, 0);
	assert_false(ks_emulator_key_secret(desk->server.emulator, desk->key_id, desk->secret));
}

static void leaving_the_secret_can_be_taken_back(void **state)
{
	struct desk *desk = *state;

	desk_start(desk, 1);
	desk_make_key(desk);
	desk_press(desk, "q");
	desk_wait_for(desk, "Give it up?");
	desk_press(desk, "q");
	desk_wait_for(desk, "▸[Copy]");
	desk_press(desk, "Esc");
	desk_wait_for(desk, "▸[Back]");
	desk_press(desk, "Enter");
	desk_wait_for(desk, "▸[Copy]");
	desk_press(desk, "Esc");
	desk_wait_for(desk, "▸[Back]");
	desk_press(desk, "Tab Enter");
	desk_wait_for(desk, "Deleted");
	assert_false(ks_emulator_key_secret(desk->server.emulator, desk->key_id, desk->secret));
	desk_press(desk, "q");
	assert_desk_left(desk, 0);
}

static void a_signal_with_a_secret_held_leaves_and_names_the_key(void **state)
{
	struct desk *desk = *state;

	desk_start(desk, 1);
	desk_make_key(desk);
	ks_pty_signal(desk->pty, SIGTERM);
	assert_desk_left(desk, 128 + SIGTERM);
	assert_true(ks_pty_shows(desk->pty, desk->key_id));
}

static void the_job_is_done_in_the_smallest_terminal_too(void **state)
{
	struct desk *desk = *state;

	desk_start_sized(desk, 0, 40, 10);
	desk_press(desk, "n");
	desk_wait_for_dialog(desk, "[Create]");
	desk_press(desk, "Enter");
	desk_wait_for_dialog(desk, "[Copy]");
	desk_press(desk, "c");
	desk_wait_for(desk, "[It arrived]");
	desk_press(desk, "Enter");
	assert_true(ks_pty_wait_gone(desk->pty, "[It arrived]"));
	desk_press(desk, "q");
	assert_desk_left(desk, 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, desk_set_up, desk_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(a_doubled_n_or_d_does_nothing),
	    TEST(what_was_typed_ahead_does_not_reach_a_dialog),
	    TEST(a_line_break_in_a_paste_makes_no_key),
	    TEST(the_only_key_is_deleted_after_its_end_is_typed),
	    TEST(a_full_bucket_is_refused_without_asking_the_server),
	    TEST(a_lost_answer_ends_in_an_orphan_and_no_second_request),
	    TEST(quit_from_a_question_leaves_at_once),
	    TEST(quit_from_the_delete_dialog_leaves_at_once),
	    TEST(quit_with_a_secret_held_asks_and_names_the_key_at_the_end),
	    TEST(quit_with_a_secret_unconfirmed_can_delete_the_key_first),
	    TEST(leaving_the_secret_can_be_taken_back),
	    TEST(a_signal_with_a_secret_held_leaves_and_names_the_key),
	    TEST(the_job_is_done_in_the_smallest_terminal_too),
	};

	return cmocka_run_group_tests_name("keys", tests, NULL, NULL);
}
