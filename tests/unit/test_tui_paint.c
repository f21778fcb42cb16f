/* The bytes that turn one picture into the next. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "tui/paint.h"

enum { WIDTH = 40, HEIGHT = 4 };

struct fixture {
	struct ks_painter painter;
	struct ks_canvas *canvas;
	struct ks_buf out;
};

static const struct ks_abilities xterm = {
    .colors = 256,
    .attrs = 0xFF,
    .utf8 = true,
    .erase_ahead = true,
    .erase_colored = true,
};

static struct ks_area all(struct fixture *fixture)
{
	return ks_canvas_area(fixture->canvas);
}

static const char *frame(struct fixture *fixture)
{
	ks_buf_reset(&fixture->out);
	ks_painter_frame(
	    &fixture->painter, fixture->canvas, ks_theme_builtin(0), WIDTH, HEIGHT, &fixture->out);
	return ks_buf_text(&fixture->out);
}

static void start(struct fixture *fixture, const struct ks_abilities *abilities)
{
	ks_painter_init(&fixture->painter, abilities);
	fixture->canvas = ks_canvas_new(WIDTH, HEIGHT);
	ks_buf_init(&fixture->out, 1024 * 1024);
	frame(fixture);
}

static void end(struct fixture *fixture)
{
	ks_painter_free(&fixture->painter);
	ks_canvas_free(fixture->canvas);
	ks_buf_free(&fixture->out);
}

static void text(struct fixture *fixture, int x, int y, enum ks_role role, const char *words)
{
	ks_draw_text(all(fixture), x, y, -1, ks_style(role), words);
}

static void nothing_changed_costs_nothing(void **state)
{
	struct fixture fixture;

	(void)state;
	start(&fixture, &xterm);
	text(&fixture, 0, 0, KS_ROLE_OK, "hello");
	assert_string_not_equal(frame(&fixture), "");
	assert_string_equal(frame(&fixture), "");
	/* Blanks look the same in all roles without a background. */
	ks_draw_fill(all(&fixture), 10, 1, 20, 2, ks_style(KS_ROLE_BAD));
	assert_string_equal(frame(&fixture), "");
	end(&fixture);
}

static void the_first_frame_clears(void **state)
{
	struct fixture fixture;

	(void)state;
	start(&fixture, &xterm);
	assert_string_equal(ks_buf_text(&fixture.out), "\033[m\033[H\033[2J\033[?25l");
	ks_painter_forget(&fixture.painter);
	text(&fixture, 2, 1, KS_ROLE_TEXT, "a");
	assert_string_equal(frame(&fixture), "\033[m\033[H\033[2J\033[?25l\r\n\033[2Ca\033[1H");
	end(&fixture);
}

static void only_what_changed_is_sent(void **state)
{
	struct fixture fixture;

	(void)state;
	start(&fixture, &xterm);
	text(&fixture, 0, 2, KS_ROLE_TEXT, "one two three");
	ks_draw_cursor(all(&fixture), 0, 2, false);
	frame(&fixture);
	text(&fixture, 8, 2, KS_ROLE_TEXT, "THREE");
	assert_string_equal(frame(&fixture), "\033[8CTHREE\r");
	/* A short gap is written rather than skipped. */
	text(&fixture, 0, 2, KS_ROLE_TEXT, "ONE TWO THREE");
	assert_string_equal(frame(&fixture), "ONE TWO\r");
	end(&fixture);
}

static void colours_change_by_what_differs(void **state)
{
	struct fixture fixture;

	(void)state;
	start(&fixture, &xterm);
	text(&fixture, 0, 0, KS_ROLE_OK, "ab");
	text(&fixture, 2, 0, KS_ROLE_BAD, "cd");
	text(&fixture, 4, 0, KS_ROLE_TEXT, "ef");
	text(&fixture, 6, 0, KS_ROLE_TITLE_FOCUS, "gh");
	text(&fixture, 8, 0, KS_ROLE_TEXT, "ij");
	assert_string_equal(frame(&fixture), "\033[38;5;114mab\033[38;5;203mcd\033[mef"
					     "\033[1mgh\033[mij\r");
	end(&fixture);
}

static void long_blanks_are_erased(void **state)
{
	struct ks_abilities vt100 = {.attrs = KS_ATTR_BOLD | KS_ATTR_REVERSE, .utf8 = true};
	struct fixture fixture;

	(void)state;
	start(&fixture, &xterm);
	text(&fixture, 0, 0, KS_ROLE_TEXT, "x234567890123456789y");
	frame(&fixture);
	text(&fixture, 1, 0, KS_ROLE_TEXT, "                  y");
	assert_string_equal(frame(&fixture), "x\033[18X\r");
	text(&fixture, 0, 0, KS_ROLE_TEXT, "                    ");
	assert_string_equal(frame(&fixture), "\033[K");
	end(&fixture);
	start(&fixture, &vt100);
	text(&fixture, 0, 0, KS_ROLE_TEXT, "x234567890123456789y");
	frame(&fixture);
	text(&fixture, 1, 0, KS_ROLE_TEXT, "                  y");
	assert_string_equal(frame(&fixture), "x                  \r");
	end(&fixture);
}

static void wide_characters_are_followed_by_a_place(void **state)
{
	struct fixture fixture;

	(void)state;
	start(&fixture, &xterm);
	text(&fixture, 0, 0, KS_ROLE_TEXT, "日x");
	assert_string_equal(frame(&fixture), "日\033[1;3Hx\r");
	text(&fixture, 0, 0, KS_ROLE_TEXT, "a");
	assert_string_equal(frame(&fixture), "a \r");
	end(&fixture);
}

static void other_locales_get_ascii(void **state)
{
	struct ks_abilities ascii = xterm;
	struct fixture fixture;

	(void)state;
	ascii.utf8 = false;
	start(&fixture, &ascii);
	text(&fixture, 0, 0, KS_ROLE_TEXT, "日x\xc3\xa9y");
	assert_string_equal(frame(&fixture), "? x?y\r");
	end(&fixture);
}

static void the_last_cell_is_left_out_where_it_scrolls(void **state)
{
	struct ks_abilities scrolling = xterm;
	struct fixture fixture;

	(void)state;
	scrolling.scrolls_at_end = true;
	start(&fixture, &scrolling);
	text(&fixture, WIDTH - 2, HEIGHT - 1, KS_ROLE_TEXT, "ab");
	assert_string_equal(frame(&fixture), "\033[4;39Ha\033[1H");
	end(&fixture);
}

static void another_theme_repaints_without_clearing(void **state)
{
	struct fixture fixture;

	(void)state;
	start(&fixture, &xterm);
	text(&fixture, 0, 0, KS_ROLE_OK, "a");
	frame(&fixture);
	ks_buf_reset(&fixture.out);
	ks_painter_frame(
	    &fixture.painter, fixture.canvas, ks_theme_builtin(1), WIDTH, HEIGHT, &fixture.out);
	assert_non_null(strstr(ks_buf_text(&fixture.out), "\033[38;5;28ma"));
	assert_null(strstr(ks_buf_text(&fixture.out), "\033[2J"));
	end(&fixture);
}

static void a_canvas_of_another_size_than_the_terminal_is_cut(void **state)
{
	struct fixture fixture;

	(void)state;
	start(&fixture, &xterm);
	ks_canvas_reset(fixture.canvas, 300, 100);
	text(&fixture, WIDTH - 1, 0, KS_ROLE_TEXT, "日本");
	text(&fixture, 0, HEIGHT, KS_ROLE_TEXT, "below");
	assert_null(strstr(frame(&fixture), "below"));
	assert_null(strstr(ks_buf_text(&fixture.out), "日"));
	ks_canvas_reset(fixture.canvas, 0, 0);
	frame(&fixture);
	ks_canvas_reset(fixture.canvas, 1, 1);
	frame(&fixture);
	end(&fixture);
}

/* ---- what is written past it ---- */

static const struct ks_rect place = {4, 1, 10, 1};

static void kept_cells_are_left_alone(void **state)
{
	struct fixture fixture;

	(void)state;
	start(&fixture, &xterm);
	text(&fixture, 0, 1, KS_ROLE_TEXT, "ab  ");
	text(&fixture, 14, 1, KS_ROLE_TEXT, "0123456789012345");
	frame(&fixture);
	assert_true(ks_painter_keep(&fixture.painter, place));
	/* Erasing from the left would go on through it; from the right, it begins behind it. */
	ks_draw_fill(all(&fixture), 0, 1, WIDTH, 1, ks_style(KS_ROLE_TEXT));
	assert_true(ks_painter_can_keep(&fixture.painter, fixture.canvas, ks_theme_builtin(0)));
	assert_string_equal(frame(&fixture), "\r\n  \033[12C\033[K\033[1H");
	/* Gaps that are sent again because that is shorter. */
	assert_true(ks_painter_keep(&fixture.painter, (struct ks_rect){2, 0, 2, 1}));
	text(&fixture, 0, 0, KS_ROLE_TEXT, "ab");
	text(&fixture, 4, 0, KS_ROLE_TEXT, "ef");
	assert_string_equal(frame(&fixture), "ab\033[2Cef\r");
	end(&fixture);
}

static void only_blank_cells_can_be_kept(void **state)
{
	struct fixture fixture;

	(void)state;
	start(&fixture, &xterm);
	assert_true(ks_painter_keep(&fixture.painter, place));
	text(&fixture, 13, 1, KS_ROLE_TEXT, "x");
	assert_false(ks_painter_can_keep(&fixture.painter, fixture.canvas, ks_theme_builtin(0)));
	frame(&fixture);
	assert_false(ks_painter_keep(&fixture.painter, place));
	assert_false(ks_painter_keep(&fixture.painter, (struct ks_rect){WIDTH - 2, 0, 3, 1}));
	assert_false(ks_painter_keep(&fixture.painter, (struct ks_rect){0, HEIGHT - 1, 3, 2}));
	ks_painter_forget(&fixture.painter);
	assert_false(ks_painter_keep(&fixture.painter, (struct ks_rect){0, 0, 3, 1}));
	end(&fixture);
}

static void whatever_sends_all_anew_can_keep_nothing(void **state)
{
	struct fixture fixture;

	(void)state;
	start(&fixture, &xterm);
	assert_true(ks_painter_keep(&fixture.painter, place));
	assert_true(ks_painter_can_keep(&fixture.painter, fixture.canvas, ks_theme_builtin(0)));
	assert_false(ks_painter_can_keep(&fixture.painter, fixture.canvas, ks_theme_builtin(1)));
	ks_canvas_reset(fixture.canvas, WIDTH + 1, HEIGHT);
	assert_false(ks_painter_can_keep(&fixture.painter, fixture.canvas, ks_theme_builtin(0)));
	ks_canvas_reset(fixture.canvas, WIDTH, HEIGHT);
	ks_painter_forget(&fixture.painter);
	assert_false(ks_painter_can_keep(&fixture.painter, fixture.canvas, ks_theme_builtin(0)));
	end(&fixture);
}

static void the_way_back_is_to_where_it_was(void **state)
{
	struct fixture fixture;

	(void)state;
	start(&fixture, &xterm);
	text(&fixture, 3, 2, KS_ROLE_OK, "hello");
	fixture.canvas->cursor_x = 8;
	fixture.canvas->cursor_y = 2;
	frame(&fixture);
	assert_true(ks_painter_keep(&fixture.painter, place));
	ks_buf_reset(&fixture.out);
	ks_painter_step_out(&fixture.painter, &fixture.out);
	assert_string_equal(ks_buf_text(&fixture.out), "\033[m");
	ks_buf_reset(&fixture.out);
	ks_painter_step_in(&fixture.painter, &fixture.out);
	assert_string_equal(ks_buf_text(&fixture.out), "\033[0;38;5;114m\033[3;9H");
	/* And it goes on as if nothing had been. */
	assert_string_equal(frame(&fixture), "");
	end(&fixture);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(nothing_changed_costs_nothing),
	    cmocka_unit_test(the_first_frame_clears),
	    cmocka_unit_test(only_what_changed_is_sent),
	    cmocka_unit_test(colours_change_by_what_differs),
	    cmocka_unit_test(long_blanks_are_erased),
	    cmocka_unit_test(wide_characters_are_followed_by_a_place),
	    cmocka_unit_test(other_locales_get_ascii),
	    cmocka_unit_test(the_last_cell_is_left_out_where_it_scrolls),
	    cmocka_unit_test(another_theme_repaints_without_clearing),
	    cmocka_unit_test(a_canvas_of_another_size_than_the_terminal_is_cut),
	    cmocka_unit_test(kept_cells_are_left_alone),
	    cmocka_unit_test(only_blank_cells_can_be_kept),
	    cmocka_unit_test(whatever_sends_all_anew_can_keep_nothing),
	    cmocka_unit_test(the_way_back_is_to_where_it_was),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
