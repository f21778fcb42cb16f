/* The canvas: clipping, wide characters, combining marks, wrapping, boxes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tui/canvas.h"
#include "tui/glyphs.h"

static void assert_picture(const struct ks_canvas *canvas, const char *wanted)
{
	struct ks_buf dump;

	ks_buf_init(&dump, 65536);
	ks_canvas_dump(canvas, &dump);
	assert_string_equal(ks_buf_text(&dump), wanted);
	ks_buf_free(&dump);
}

static struct ks_style text_style(void)
{
	return ks_style(KS_ROLE_TEXT);
}

/* Every wide cell is followed by its right half, and no half stands alone. */
static void assert_whole(const struct ks_canvas *canvas)
{
	for (int y = 0; y < canvas->height; y++) {
		const struct ks_cell *row = canvas->cells + y * canvas->width;

		for (int x = 0; x < canvas->width; x++) {
			if (row[x].width == 2)
				assert_true(x + 1 < canvas->width && row[x + 1].width == 0);
			if (row[x].width == 0)
				assert_true(x > 0 && row[x - 1].width == 2);
		}
	}
}

static void text_is_clipped_on_all_sides(void **state)
{
	struct ks_canvas *canvas = ks_canvas_new(4, 2);
	struct ks_area area = ks_canvas_area(canvas);

	(void)state;
	assert_int_equal(ks_draw_text(area, -2, 0, -1, text_style(), "abcdefgh"), 6);
	ks_draw_text(area, 0, -1, -1, text_style(), "above");
	ks_draw_text(area, 0, 2, -1, text_style(), "below");
	ks_draw_text(area, 3, 1, -1, text_style(), "xyz");
	ks_draw_text(area, 100, 1, -1, text_style(), "right");
	ks_draw_text(area, INT32_MIN, 1, -1, text_style(), "far");
	assert_picture(canvas, "cdef\n   x\n");
	ks_canvas_free(canvas);
}

static void a_part_never_leaves_its_area(void **state)
{
	struct ks_canvas *canvas = ks_canvas_new(6, 3);
	struct ks_area area = ks_area_sub(ks_canvas_area(canvas), 1, 1, 3, 1), part;

	(void)state;
	ks_draw_text(area, 0, 0, -1, text_style(), "abcdef");
	assert_picture(canvas, "\n abc\n\n");
	part = ks_area_sub(area, -1, 0, 3, 9);
	assert_int_equal(part.width, 2);
	assert_int_equal(part.height, 1);
	part = ks_area_sub(area, 1, 0, INT32_MAX, INT32_MAX);
	assert_int_equal(part.width, 2);
	part = ks_area_sub(area, 3, 0, 5, 5);
	assert_int_equal(part.width, 0);
	assert_int_equal(part.height, 0);
	part = ks_area_sub(area, 0, 0, -3, 1);
	assert_int_equal(part.width, 0);
	ks_canvas_free(canvas);
}

static void wide_characters_are_never_cut_in_two(void **state)
{
	struct ks_canvas *canvas = ks_canvas_new(5, 3);
	struct ks_area area = ks_canvas_area(canvas);

	(void)state;
	assert_int_equal(ks_draw_text(area, 0, 0, -1, text_style(), "日本語"), 4);
	assert_int_equal(ks_draw_text(area, 0, 1, 3, text_style(), "日本"), 2);
	/* Half of it is left of the edge. */
	ks_draw_text(area, -1, 2, -1, text_style(), "日本");
	assert_picture(canvas, "日本\n日\n 本\n");
	assert_whole(canvas);
	ks_canvas_free(canvas);
}

static void overwriting_half_of_a_wide_character_blanks_the_other(void **state)
{
	struct ks_canvas *canvas = ks_canvas_new(6, 4);
	struct ks_area area = ks_canvas_area(canvas);

	(void)state;
	for (int y = 0; y < 4; y++)
		ks_draw_text(area, 0, y, -1, text_style(), "日本語");
	ks_draw_text(area, 2, 0, -1, text_style(), "x");
	ks_draw_text(area, 3, 1, -1, text_style(), "x");
	ks_draw_text(area, 1, 2, -1, text_style(), "字");
	ks_draw_fill(area, 3, 3, 2, 1, text_style());
	assert_whole(canvas);
	assert_picture(canvas, "日x 語\n日 x語\n 字 語\n日\n");
	ks_canvas_free(canvas);
}

static void random_drawing_leaves_no_half_characters(void **state)
{
	struct ks_canvas *canvas = ks_canvas_new(9, 2);
	struct ks_area area = ks_canvas_area(canvas);
	static const char *const texts[] = {"a", "日", "日本", "x日y", "e\xcc\x81", "🚀🚀🚀"};
	unsigned seed = 1;

	(void)state;
	for (int i = 0; i < 5000; i++) {
		int x, y;

		seed = seed * 1103515245u + 12345u;
		x = (int)(seed >> 16) % 12 - 2;
		y = (int)(seed >> 20) % 2;
		if (i % 3 == 0)
			ks_draw_fill(ks_area_sub(area, x, y, 3, 1), 1, 0, 1, 1, text_style());
		else
			ks_draw_text(ks_area_sub(area, 1, 0, 7, 2), x, y, -1, text_style(),
			    texts[(seed >> 24) % 6]);
		assert_whole(canvas);
	}
	ks_canvas_free(canvas);
}

static void combining_marks_stand_on_their_letter(void **state)
{
	struct ks_canvas *canvas = ks_canvas_new(4, 2);
	struct ks_area area = ks_canvas_area(canvas);

	(void)state;
	assert_int_equal(ks_draw_text(area, 0, 0, -1, text_style(), "e\xcc\x81x"), 2);
	assert_int_equal(canvas->cells[0].code[1], 0x301);
	/* A third mark has no room, and a mark at the beginning has nothing to stand on. */
	ks_draw_text(area, 0, 1, -1, text_style(), "\xcc\x81日\xcc\x81\xcc\x82\xcc\x83");
	assert_int_equal(canvas->cells[4].code[2], 0x302);
	assert_picture(canvas, "e\xcc\x81x\n日\xcc\x81\xcc\x82\n");
	ks_canvas_free(canvas);
}

static void cut_text_ends_in_an_ellipsis(void **state)
{
	struct ks_canvas *canvas = ks_canvas_new(8, 6);
	struct ks_area area = ks_canvas_area(canvas);

	(void)state;
	assert_int_equal(ks_draw_cut(area, 0, 0, 5, text_style(), "abcdefgh", "…"), 5);
	assert_int_equal(ks_draw_cut(area, 0, 1, 5, text_style(), "abcde", "…"), 5);
	assert_int_equal(ks_draw_cut(area, 0, 2, 4, text_style(), "日本語", "…"), 3);
	assert_int_equal(ks_draw_cut(area, 0, 3, 1, text_style(), "abc", "…"), 1);
	assert_int_equal(ks_draw_cut(area, 0, 4, 0, text_style(), "abc", "…"), 0);
	assert_int_equal(ks_draw_cut(area, 0, 5, 2, text_style(), "abc", "..."), 2);
	assert_picture(canvas, "abcd…\nabcde\n日…\n…\n\nab\n");
	ks_canvas_free(canvas);
}

static void text_wraps_at_blanks_and_line_breaks(void **state)
{
	struct ks_canvas *canvas = ks_canvas_new(6, 6);
	struct ks_area area = ks_canvas_area(canvas);
	static const char text[] = "one two\nthree-four 日本語\n\nend";

	(void)state;
	assert_int_equal(ks_text_lines(text, 6), 7);
	assert_int_equal(ks_draw_wrapped(area, 0, text_style(), text), 6);
	assert_picture(canvas, "one\ntwo\nthree-\nfour\n日本語\n\n");
	ks_canvas_reset(canvas, 6, 6);
	assert_int_equal(ks_draw_wrapped(area, 5, text_style(), text), 2);
	assert_picture(canvas, "\nend\n\n\n\n\n");
	assert_int_equal(ks_text_lines("日", 1), 1);
	assert_int_equal(ks_text_lines("", 5), 1);
	assert_int_equal(ks_text_lines("abc", 0), 0);
	ks_canvas_free(canvas);
}

static void a_box_frames_its_area_at_any_size(void **state)
{
	struct ks_canvas *canvas = ks_canvas_new(14, 3);
	struct ks_area inner;

	(void)state;
	inner = ks_draw_box(ks_canvas_area(canvas), &ks_glyphs_utf8, text_style(), text_style(),
	    "1 Buckets", "2/42");
	assert_picture(canvas, "╭ 1 Buckets ─╮\n│            │\n╰──── 2/42 ──╯\n");
	assert_int_equal(inner.x, 1);
	assert_int_equal(inner.width, 12);
	assert_int_equal(inner.height, 1);
	for (int width = 0; width < 14; width++) {
		for (int height = 0; height < 4; height++) {
			ks_canvas_reset(canvas, width, height);
			inner = ks_draw_box(ks_canvas_area(canvas), &ks_glyphs_ascii, text_style(),
			    text_style(), "1 Buckets", "2/42");
			assert_true(inner.width <= width && inner.height <= height);
		}
	}
	ks_canvas_reset(canvas, 9, 2);
	ks_draw_box(ks_canvas_area(canvas), &ks_glyphs_ascii, text_style(), text_style(),
	    "1 Buckets", "2/42");
	assert_picture(canvas, "+ 1 Bu~ +\n+-------+\n");
	ks_canvas_free(canvas);
}

static void roles_and_grounds_can_be_seen_in_a_dump(void **state)
{
	struct ks_canvas *canvas = ks_canvas_new(4, 1);
	struct ks_area area = ks_canvas_area(canvas);
	struct ks_buf dump;

	(void)state;
	ks_draw_text(area, 0, 0, -1, ks_style(KS_ROLE_ACCENT), "a");
	ks_draw_text(area, 1, 0, -1, ks_style_on(KS_ROLE_ACCENT, KS_GROUND_SELECTED), "b");
	ks_draw_fill(area, 2, 0, 1, 1, ks_style_on(KS_ROLE_TEXT, KS_GROUND_SELECTED));
	ks_buf_init(&dump, 1024);
	ks_canvas_dump_roles(canvas, &dump);
	assert_string_equal(ks_buf_text(&dump), "aa..|.ss.\n");
	ks_buf_free(&dump);
	ks_canvas_free(canvas);
}

static void the_cursor_stays_in_its_area(void **state)
{
	struct ks_canvas *canvas = ks_canvas_new(4, 4);
	struct ks_area area = ks_area_sub(ks_canvas_area(canvas), 1, 1, 2, 2);

	(void)state;
	ks_draw_cursor(area, 1, 1, true);
	ks_draw_cursor(area, 2, 1, false);
	assert_int_equal(canvas->cursor_x, 2);
	assert_int_equal(canvas->cursor_y, 2);
	assert_true(canvas->cursor_on);
	ks_canvas_free(canvas);
}

static void every_role_has_a_name_and_a_letter_of_its_own(void **state)
{
	enum ks_role found;

	(void)state;
	for (int i = 0; i < KS_ROLE_COUNT; i++) {
		assert_non_null(ks_role_name((enum ks_role)i));
		assert_true(ks_role_by_name(ks_role_name((enum ks_role)i), &found));
		assert_int_equal(found, i);
		for (int j = 0; j < i; j++)
			assert_int_not_equal(
			    ks_role_letter((enum ks_role)i), ks_role_letter((enum ks_role)j));
	}
	assert_false(ks_role_by_name("nothing", &found));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(text_is_clipped_on_all_sides),
	    cmocka_unit_test(a_part_never_leaves_its_area),
	    cmocka_unit_test(wide_characters_are_never_cut_in_two),
	    cmocka_unit_test(overwriting_half_of_a_wide_character_blanks_the_other),
	    cmocka_unit_test(random_drawing_leaves_no_half_characters),
	    cmocka_unit_test(combining_marks_stand_on_their_letter),
	    cmocka_unit_test(cut_text_ends_in_an_ellipsis),
	    cmocka_unit_test(text_wraps_at_blanks_and_line_breaks),
	    cmocka_unit_test(a_box_frames_its_area_at_any_size),
	    cmocka_unit_test(roles_and_grounds_can_be_seen_in_a_dump),
	    cmocka_unit_test(the_cursor_stays_in_its_area),
	    cmocka_unit_test(every_role_has_a_name_and_a_letter_of_its_own),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
