/* Browsing, in a real terminal against the emulator: the whole program, keys in, a picture out. */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>

#include <cmocka.h>

#include "tests/screen/stage.h"

/* A server that takes requests and never answers. */
#define STALLED "kind=hang"

static const struct stage_options usual = {0};

static void the_keys_follow_the_bucket_under_the_cursor(void **state)
{
	struct stage stage;
	int x, y, cursor_x, cursor_y;
	bool visible;

	(void)state;
	stage_begin_loaded(&stage, &usual);
	stage_wait(&stage, "2 Keys · app-logs-prod");
	stage_press(&stage, "j");
	stage_wait(&stage, "2 Keys · app-logs-staging");
	stage_press(&stage, "G");
	stage_wait(&stage, "2 Keys · wordpress-uploads");
	stage_press(&stage, "Up Up");
	stage_wait(&stage, "2 Keys · training-videos");
	stage_wait(&stage, "No access keys. n makes one.");
	assert_true(ks_pty_find(stage.pty, "▸training-videos", &x, &y));
	ks_pty_cursor(stage.pty, &cursor_x, &cursor_y, &visible);
	assert_int_equal(cursor_y, y);
	stage_press(&stage, "g q");
	stage_assert_left(&stage, 0);
	stage_end(&stage);
}

static void a_filter_narrows_the_list_and_escape_widens_it(void **state)
{
	struct stage stage;

	(void)state;
	stage_begin_loaded(&stage, &usual);
	stage_press(&stage, "/ l o g s");
	stage_wait(&stage, "/logs · 1/2 of 18");
	stage_wait_gone(&stage, "hackathon-demo");
	stage_press(&stage, "Enter j");
	stage_wait(&stage, "/logs · 2/2 of 18");
	stage_press(&stage, "Esc");
	stage_wait(&stage, "hackathon-demo");
	stage_wait(&stage, "2/18");
	stage_press(&stage, "q");
	stage_assert_left(&stage, 0);
	stage_end(&stage);
}

static void a_key_id_typed_as_filter_finds_its_bucket(void **state)
{
	struct stage stage;
	char id[32] = "";
	const char *at;

	(void)state;
	stage_begin_loaded(&stage, &usual);
	stage_press(&stage, "/ o l d - Enter");
	stage_wait(&stage, "2 Keys · old-site");
	at = strstr(ks_pty_screen(stage.pty), "AKIA");
	assert_non_null(at);
	snprintf(id, sizeof id, "%.20s", at);
	stage_press(&stage, "Esc");
	stage_wait(&stage, "13/18");
	stage_press(&stage, "g");
	stage_wait(&stage, "2 Keys · app-logs-prod");
	stage_press(&stage, "/");
	ks_pty_paste(stage.pty, id);
	stage_wait(&stage, "1/1 of 18");
	stage_wait(&stage, "▸old-site");
	stage_press(&stage, "Enter q");
	stage_assert_left(&stage, 0);
	stage_end(&stage);
}

static void the_order_changes_and_the_cursor_stays_with_its_bucket(void **state)
{
	struct stage stage;

	(void)state;
	stage_begin_loaded(&stage, &usual);
	stage_press(&stage, "j j j s");
	stage_wait(&stage, "REGION▲");
	stage_wait(&stage, "▸backups-2024");
	stage_press(&stage, "S");
	stage_wait(&stage, "REGION▼");
	stage_wait(&stage, "▸backups-2024");
	stage_press(&stage, "s s");
	stage_wait(&stage, "USED▲");
	stage_wait(&stage, "▸backups-2024");
	stage_press(&stage, "q");
	stage_assert_left(&stage, 0);
	stage_end(&stage);
}

static void details_help_and_zoom_open_and_close(void **state)
{
	struct stage stage;

	(void)state;
	stage_begin_loaded(&stage, &usual);
	stage_press(&stage, "Enter");
	stage_wait(&stage, "Versioning");
	stage_press(&stage, "?");
	stage_wait(&stage, "every key of this place");
	stage_press(&stage, "Esc");
	stage_wait_gone(&stage, "every key of this place");
	stage_press(&stage, "q");
	stage_wait_gone(&stage, "Versioning");
	stage_press(&stage, "2 Enter");
	stage_wait(&stage, "Last used");
	stage_press(&stage, "q z");
	stage_wait_gone(&stage, "1 Buckets");
	stage_press(&stage, "z");
	stage_wait(&stage, "1 Buckets");
	stage_press(&stage, "3 Enter");
	stage_wait(&stage, "Operation ID");
	stage_press(&stage, "q q");
	stage_assert_left(&stage, 0);
	stage_end(&stage);
}

static void every_size_shows_what_fits(void **state)
{
	static const struct {
		int width, height;
		const char *shows;
	} sizes[] = {{80, 24, "3 Operations"}, {50, 15, "▸1 Buckets"}, {39, 20, "too small"},
	    {120, 9, "too small"}, {40, 10, "▸1 Buckets"}, {200, 60, "3 Operations"}, {1, 1, ""},
	    {120, 34, "3 Operations"}};
	struct stage stage;

	(void)state;
	stage_begin_loaded(&stage, &usual);
	for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
		ks_pty_resize(stage.pty, sizes[i].width, sizes[i].height);
		stage_wait(&stage, sizes[i].shows);
	}
	stage_wait(&stage, "▸app-logs-prod");
	stage_press(&stage, "q");
	stage_assert_left(&stage, 0);
	stage_end(&stage);
}

/* The colour of the focused border, once it is one of a theme's own. */
static bool border_has_color(struct ks_pty *pty, void *ctx)
{
	int *color = ctx, x, y;

	if (!ks_pty_find(pty, "1 Buckets", &x, &y))
		return false;
	*color = ks_pty_cell(pty, x - 2, y).fg;
	return *color >= 16;
}

static int border_color(enum ks_pty_answers answers, const char *theme)
{
	struct stage_options options = {
	    .answers = answers, .args = {theme != NULL ? "--theme" : NULL, theme}};
	struct stage stage;
	int color = -1;

	stage_begin(&stage, &options);
	assert_true(ks_pty_wait_until(stage.pty, border_has_color, &color, "a coloured border"));
	stage_press(&stage, "q");
	stage_assert_left(&stage, 0);
	stage_end(&stage);
	return color;
}

static void the_terminal_says_whether_it_is_dark_or_light(void **state)
{
	int dark = border_color(KS_PTY_DARK, NULL), light = border_color(KS_PTY_LIGHT, NULL);

	(void)state;
	assert_int_not_equal(dark, light);
	assert_int_equal(dark, border_color(KS_PTY_SILENT, "dark"));
	assert_int_equal(dark, border_color(KS_PTY_LIGHT, "dark"));
	assert_int_equal(light, border_color(KS_PTY_SILENT, "light"));
}

static void a_theme_is_chosen_by_looking_at_it(void **state)
{
	struct stage stage;

	(void)state;
	stage_begin_loaded(&stage, &(struct stage_options){.args = {"--theme", "dark"}});
	stage_press(&stage, "t");
	stage_wait(&stage, "▸dark");
	stage_press(&stage, "t");
	stage_wait(&stage, "▸light");
	stage_press(&stage, "Enter");
	stage_wait(&stage, "Theme light.");
	stage_press(&stage, "q");
	stage_assert_left(&stage, 0);
	stage_end(&stage);
}

static void without_color_and_in_ascii_it_says_the_same(void **state)
{
	struct stage stage;

	(void)state;
	stage_begin_loaded(&stage, &(struct stage_options){.args = {"--no-color", "--ascii"}});
	stage_wait(&stage, "+ 1 Buckets -");
	stage_wait(&stage, ">app-logs-prod");
	for (int y = 0; y < 34; y++)
		for (int x = 0; x < 120; x++) {
			assert_int_equal(ks_pty_cell(stage.pty, x, y).fg, -1);
			assert_int_equal(ks_pty_cell(stage.pty, x, y).bg, -1);
		}
	stage_press(&stage, "q");
	stage_assert_left(&stage, 0);
	stage_end(&stage);
}

static void control_c_leaves_from_everywhere(void **state)
{
	static const struct {
		const char *keys, *shows;
	} places[] = {{"g", "▸app-logs-prod"}, {"Enter", "Versioning"}, {"?", "this place"},
	    {"/ a", "/a"}, {"t", "no colours"}, {"2 z", "KEY ID"}};

	(void)state;
	for (size_t i = 0; i < sizeof places / sizeof places[0]; i++) {
		struct stage stage;

		stage_begin_loaded(&stage, &usual);
		stage_press(&stage, places[i].keys);
		stage_wait(&stage, places[i].shows);
		stage_press(&stage, "Ctrl-C");
		stage_assert_left(&stage, 0);
		stage_end(&stage);
	}
}

static void a_signal_ends_it_and_the_terminal_is_as_before(void **state)
{
	static const int signals[] = {SIGTERM, SIGHUP, SIGINT};

	(void)state;
	for (size_t i = 0; i < sizeof signals / sizeof signals[0]; i++) {
		struct stage stage;

		stage_begin_loaded(&stage, &usual);
		ks_pty_signal(stage.pty, signals[i]);
		stage_assert_left(&stage, 128 + signals[i]);
		stage_end(&stage);
	}
}

static void a_lost_terminal_ends_it(void **state)
{
	struct stage stage;
	int status;

	(void)state;
	stage_begin_loaded(&stage, &usual);
	ks_pty_hang_up(stage.pty);
	assert_true(ks_pty_wait_exit(stage.pty, &status));
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 128 + SIGHUP);
	stage_end(&stage);
}

/* A shell with job control around it: without one there is nobody who could bring it back. */
static void it_can_be_suspended_and_comes_back(void **state)
{
	struct stage stage;

	(void)state;
	stage_begin_loaded(&stage, &(struct stage_options){.job_control = true});
	stage_press(&stage, "j");
	stage_wait(&stage, "2 Keys · app-logs-staging");
	stage_press(&stage, "Ctrl-Z");
	assert_true(ks_pty_wait_raw(stage.pty, "it is stopped"));
	stage_wait(&stage, "2 Keys · app-logs-staging");
	assert_true(ks_pty_alternate(stage.pty));
	stage_press(&stage, "k");
	stage_wait(&stage, "2 Keys · app-logs-prod");
	stage_press(&stage, "q");
	stage_assert_left(&stage, 0);
	stage_end(&stage);
}

/*
 * What was typed before a dialog's first frame does not reach it: the frame after that proves that
 * it is there, so the terminal grows by a line.
 */
static bool hints_are_below(struct ks_pty *pty, void *ctx)
{
	int x, y;

	return ks_pty_find(pty, "Tab next", &x, &y) && y == *(const int *)ctx - 1;
}

static void open_dialog(struct stage *stage, int *height, const char *keys, const char *shows)
{
	stage_press(stage, keys);
	stage_wait(stage, shows);
	ks_pty_resize(stage->pty, 120, ++*height);
	assert_true(ks_pty_wait_until(stage->pty, hints_are_below, height, "the hints below"));
}

static void suspend(struct stage *stage)
{
	stage_press(stage, "Ctrl-Z");
	assert_true(ks_pty_wait_raw(stage->pty, "it is stopped"));
}

static void it_can_be_suspended_in_a_dialog_and_comes_back_to_it(void **state)
{
	struct stage stage;
	int height = 34;

	(void)state;
	stage_begin_loaded(&stage, &(struct stage_options){.job_control = true});
	open_dialog(&stage, &height, "j n", "▸[Create]");
	suspend(&stage);
	stage_wait(&stage, "▸[Create]");
	assert_true(ks_pty_alternate(stage.pty));
	stage_press(&stage, "Esc");
	stage_wait_gone(&stage, "[Create]");
	stage_press(&stage, "q");
	stage_assert_left(&stage, 0);
	stage_end(&stage);
}

static void what_was_typed_into_a_dialog_is_there_after_a_suspension(void **state)
{
	struct stage stage;
	int height = 34;

	(void)state;
	stage_begin_loaded(&stage, &(struct stage_options){.job_control = true});
	open_dialog(&stage, &height, "2 d", "Type its last 4 characters");
	stage_press(&stage, "Z Y");
	stage_wait(&stage, "[ZY");
	suspend(&stage);
	stage_wait(&stage, "[ZY");
	stage_press(&stage, "X");
	stage_wait(&stage, "[ZYX");
	stage_press(&stage, "Esc");
	stage_wait_gone(&stage, "[ZYX");
	stage_press(&stage, "q");
	stage_assert_left(&stage, 0);
	stage_end(&stage);
}

/* The shell's user is told why that one is not to be forgotten. */
static void a_secret_is_still_held_after_a_suspension(void **state)
{
	struct stage stage;
	int height = 34;

	(void)state;
	stage_begin_loaded(&stage, &(struct stage_options){.job_control = true});
	open_dialog(&stage, &height, "j n", "▸[Create]");
	open_dialog(&stage, &height, "Enter", "▸[Copy]");
	suspend(&stage);
	assert_true(ks_pty_wait_raw(stage.pty, "a secret waits"));
	stage_wait(&stage, "▸[Copy]");
	stage_press(&stage, "Esc");
	stage_wait(&stage, "▸[Back]");
	stage_press(&stage, "Tab Tab Enter");
	stage_wait_gone(&stage, "[Back]");
	stage_press(&stage, "q");
	stage_assert_left(&stage, 0);
	stage_end(&stage);
}

static size_t count_raw(struct ks_pty *pty, const char *what)
{
	size_t len, count = 0;
	const char *at = ks_pty_raw(pty, &len);

	/* The output has no NUL in it. */
	for (; (at = strstr(at, what)) != NULL; at++)
		count++;
	return count;
}

static bool came_again(struct ks_pty *pty, void *ctx)
{
	return count_raw(pty, "[Create]") > *(const size_t *)ctx;
}

static void a_dialog_can_be_drawn_anew(void **state)
{
	struct stage stage;
	int height = 34;
	size_t count;

	(void)state;
	stage_begin_loaded(&stage, &usual);
	open_dialog(&stage, &height, "j n", "▸[Create]");
	count = count_raw(stage.pty, "[Create]");
	stage_press(&stage, "Ctrl-L");
	assert_true(ks_pty_wait_until(stage.pty, came_again, &count, "the button once more"));
	stage_press(&stage, "Ctrl-C");
	stage_assert_left(&stage, 0);
	stage_end(&stage);
}

static void where_nobody_could_bring_it_back_it_does_not_stop(void **state)
{
	struct stage stage;

	(void)state;
	stage_begin_loaded(&stage, &usual);
	stage_press(&stage, "Ctrl-Z j");
	stage_wait(&stage, "2 Keys · app-logs-staging");
	stage_press(&stage, "q");
	stage_assert_left(&stage, 0);
	stage_end(&stage);
}

/* ---- a server that is slow, wrong, or gone ---- */

static void while_nothing_comes_every_key_is_answered(void **state)
{
	struct stage stage;

	(void)state;
	stage_begin(&stage, &(struct stage_options){.fault = STALLED});
	stage_wait(&stage, "Loading…");
	stage_press(&stage, "?");
	stage_wait(&stage, "every key of this place");
	stage_press(&stage, "Esc");
	stage_wait_gone(&stage, "every key of this place");
	stage_press(&stage, "2 q");
	stage_assert_left(&stage, 0);
	stage_end(&stage);
}

static void what_was_read_stays_when_the_server_stalls(void **state)
{
	struct stage stage;
	struct ks_err err;

	(void)state;
	stage_begin_loaded(&stage, &usual);
	assert_true(ks_emulator_add_fault(stage.server.emulator, STALLED, &err));
	stage_press(&stage, "Ctrl-R j j");
	stage_wait(&stage, "▸backups-2023");
	stage_press(&stage, "G");
	stage_wait(&stage, "2 Keys · wordpress-uploads");
	stage_wait(&stage, "18 buckets");
	stage_press(&stage, "q");
	stage_assert_left(&stage, 0);
	stage_end(&stage);
}

static void what_was_read_stays_when_the_server_is_gone(void **state)
{
	struct stage stage;

	(void)state;
	stage_begin_loaded(
	    &stage, &(struct stage_options){.args = {"--region", "us-east-1", "--region",
						"eu-west-1", "--region", "eu-central-1"}});
	stage_kill_server(&stage);
	stage_press(&stage, "j Ctrl-R");
	stage_wait(&stage, "3 regions failed");
	stage_wait(&stage, "18 buckets");
	stage_wait(&stage, "2 Keys · app-logs-staging");
	stage_press(&stage, "k Enter");
	stage_wait(&stage, "Bundle can change");
	stage_press(&stage, "q G Enter");
	stage_wait(&stage, "Region that failed");
	stage_press(&stage, "q q");
	stage_assert_left(&stage, 0);
	stage_end(&stage);
}

static void one_region_that_fails_is_a_row_and_the_rest_works(void **state)
{
	struct stage stage;

	(void)state;
	stage_begin(&stage,
	    &(struct stage_options){.fault = "kind=access-denied,op=GetBuckets,region=eu-west-1",
		.args = {"--region", "us-east-1", "--region", "eu-west-1"}});
	stage_wait(&stage, "! eu-west-1: Ask the account's admin");
	stage_wait(&stage, "1 region failed");
	stage_wait(&stage, "▸app-logs-prod");
	stage_press(&stage, "q");
	stage_assert_left(&stage, 0);
	stage_end(&stage);
}

static void without_credentials_it_says_where_it_looked(void **state)
{
	struct stage stage;

	(void)state;
	stage_begin(&stage, &(struct stage_options){.no_credentials = true});
	stage_wait(&stage, "No credentials");
	stage_wait(&stage, "AWS_ACCESS_KEY_ID is not set");
	stage_wait(&stage, "~/.aws/credentials");
	stage_press(&stage, "q");
	stage_assert_left(&stage, 0);
	stage_end(&stage);
}

static void from_there_the_demo_is_one_key_away(void **state)
{
	struct stage stage;

	(void)state;
	stage_begin(&stage, &(struct stage_options){.no_credentials = true});
	stage_wait(&stage, "No credentials");
	stage_press(&stage, "D");
	stage_wait(&stage, "DEMO");
	stage_wait(&stage, "18 buckets");
	stage_press(&stage, "q");
	stage_assert_left(&stage, 0);
	stage_end(&stage);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(the_keys_follow_the_bucket_under_the_cursor),
	    cmocka_unit_test(a_filter_narrows_the_list_and_escape_widens_it),
	    cmocka_unit_test(a_key_id_typed_as_filter_finds_its_bucket),
	    cmocka_unit_test(the_order_changes_and_the_cursor_stays_with_its_bucket),
	    cmocka_unit_test(details_help_and_zoom_open_and_close),
	    cmocka_unit_test(every_size_shows_what_fits),
	    cmocka_unit_test(the_terminal_says_whether_it_is_dark_or_light),
	    cmocka_unit_test(a_theme_is_chosen_by_looking_at_it),
	    cmocka_unit_test(without_color_and_in_ascii_it_says_the_same),
	    cmocka_unit_test(control_c_leaves_from_everywhere),
	    cmocka_unit_test(a_signal_ends_it_and_the_terminal_is_as_before),
	    cmocka_unit_test(a_lost_terminal_ends_it),
	    cmocka_unit_test(it_can_be_suspended_and_comes_back),
	    cmocka_unit_test(it_can_be_suspended_in_a_dialog_and_comes_back_to_it),
	    cmocka_unit_test(what_was_typed_into_a_dialog_is_there_after_a_suspension),
	    cmocka_unit_test(a_secret_is_still_held_after_a_suspension),
	    cmocka_unit_test(a_dialog_can_be_drawn_anew),
	    cmocka_unit_test(where_nobody_could_bring_it_back_it_does_not_stop),
	    cmocka_unit_test(while_nothing_comes_every_key_is_answered),
	    cmocka_unit_test(what_was_read_stays_when_the_server_stalls),
	    cmocka_unit_test(what_was_read_stays_when_the_server_is_gone),
	    cmocka_unit_test(one_region_that_fails_is_a_row_and_the_rest_works),
	    cmocka_unit_test(without_credentials_it_says_where_it_looked),
	    cmocka_unit_test(from_there_the_demo_is_one_key_away),
	};

	return cmocka_run_group_tests_name("browse", tests, NULL, NULL);
}
