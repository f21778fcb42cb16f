/* The widgets: list cursor, table, text input, layout, and the spelling of keys. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tui/input.h"
#include "tui/key.h"
#include "tui/layout.h"
#include "tui/list.h"
#include "tui/table.h"

/* ---- list ---- */

static void set_rows(struct ks_list *list, const char *letters)
{
	uint64_t ids[64] = {0};
	size_t count = strlen(letters);

	for (size_t i = 0; i < count; i++)
		ids[i] = (uint64_t)letters[i];
	ks_list_set_rows(list, ids, count);
}

static void the_selection_follows_the_resource(void **state)
{
	struct ks_list list = {0};

	(void)state;
	set_rows(&list, "abcdef");
	assert_true(ks_list_select(&list, 'c'));
	set_rows(&list, "fedcba");
	assert_int_equal(ks_list_selected(&list), 'c');
	assert_int_equal(list.cursor, 3);
	set_rows(&list, "xyzabcdef");
	assert_int_equal(ks_list_selected(&list), 'c');
	ks_list_free(&list);
}

static void a_row_that_vanishes_leaves_the_cursor_to_its_neighbour(void **state)
{
	struct ks_list list = {0};

	(void)state;
	set_rows(&list, "abcdef");
	ks_list_select(&list, 'c');
	ks_list_adopt(&list);
	set_rows(&list, "abef");
	assert_int_equal(ks_list_selected(&list), 'e');
	/* It came back before anything else was chosen. */
	set_rows(&list, "abcdef");
	assert_int_equal(ks_list_selected(&list), 'c');
	set_rows(&list, "ab");
	assert_int_equal(ks_list_selected(&list), 'b');
	ks_list_adopt(&list);
	set_rows(&list, "abcdef");
	assert_int_equal(ks_list_selected(&list), 'b');
	set_rows(&list, "");
	assert_int_equal(ks_list_selected(&list), 0);
	assert_false(ks_list_move(&list, KS_LIST_DOWN));
	assert_false(ks_list_move(&list, KS_LIST_LAST));
	ks_list_free(&list);
}

static void an_empty_list_takes_the_first_row_that_comes(void **state)
{
	struct ks_list list = {0};

	(void)state;
	set_rows(&list, "");
	set_rows(&list, "mn");
	assert_int_equal(ks_list_selected(&list), 'm');
	set_rows(&list, "klmn");
	assert_int_equal(ks_list_selected(&list), 'm');
	ks_list_free(&list);
}

static void moves_end_at_the_ends(void **state)
{
	struct ks_list list = {0};

	(void)state;
	set_rows(&list, "abcdefghijklmnopqrst");
	ks_list_set_height(&list, 5);
	assert_false(ks_list_move(&list, KS_LIST_UP));
	assert_true(ks_list_move(&list, KS_LIST_DOWN));
	assert_true(ks_list_move(&list, KS_LIST_PAGE_DOWN));
	assert_int_equal(list.cursor, 5);
	assert_true(ks_list_move(&list, KS_LIST_HALF_DOWN));
	assert_int_equal(list.cursor, 7);
	assert_true(ks_list_move(&list, KS_LIST_LAST));
	assert_int_equal(list.cursor, 19);
	assert_int_equal(list.top, 15);
	assert_false(ks_list_move(&list, KS_LIST_PAGE_DOWN));
	assert_true(ks_list_move(&list, KS_LIST_HALF_UP));
	assert_int_equal(list.cursor, 17);
	assert_int_equal(list.top, 15);
	assert_true(ks_list_move(&list, KS_LIST_PAGE_UP));
	assert_int_equal(list.cursor, 13);
	assert_true(ks_list_move(&list, KS_LIST_FIRST));
	assert_int_equal(list.top, 0);
	ks_list_free(&list);
}

static void the_selected_row_keeps_its_line_when_rows_come_above(void **state)
{
	struct ks_list list = {0};

	(void)state;
	set_rows(&list, "hijklmnop");
	ks_list_set_height(&list, 4);
	ks_list_move(&list, KS_LIST_LAST);
	ks_list_move(&list, KS_LIST_UP);
	assert_int_equal(list.cursor - list.top, 2);
	set_rows(&list, "abcdefghijklmnop");
	assert_int_equal(ks_list_selected(&list), 'o');
	assert_int_equal(list.cursor - list.top, 2);
	ks_list_set_height(&list, 100);
	assert_int_equal(list.top, 0);
	ks_list_set_height(&list, 0);
	assert_int_equal(list.top, list.cursor);
	ks_list_free(&list);
}

static void rows_that_come_above_the_top_are_seen_to_come(void **state)
{
	struct ks_list list = {0};

	(void)state;
	set_rows(&list, "mnop");
	ks_list_set_height(&list, 4);
	set_rows(&list, "almnop");
	assert_int_equal(ks_list_selected(&list), 'm');
	assert_int_equal(list.top, 0);
	ks_list_free(&list);
}

/* ---- table ---- */

static void draw_cell(const struct ks_table_cell *cell, const void *view, size_t row)
{
	const char *const *rows = view;

	ks_table_match(cell, KS_ROLE_TEXT, rows[row], "an");
}

static const struct ks_table_column columns[] = {
    {"NAME", 6, 10, 1, KS_ALIGN_LEFT, 0, draw_cell},
    {"REGION", 6, 9, 0, KS_ALIGN_LEFT, 2, draw_cell},
    {"AGE", 3, 4, 0, KS_ALIGN_RIGHT, 1, draw_cell},
};

static void columns_give_way_in_their_order(void **state)
{
	static const struct ks_table table = {.columns = columns, .n_columns = 3};
	int widths[KS_TABLE_MAX_COLUMNS];

	(void)state;
	ks_table_widths(&table, 40, widths);
	assert_int_equal(widths[0], 23);
	assert_int_equal(widths[1], 9);
	assert_int_equal(widths[2], 4);
	ks_table_widths(&table, 19, widths); /* the minimal widths fit just so */
	assert_int_equal(widths[0] + widths[1] + widths[2], 15);
	ks_table_widths(&table, 18, widths);
	assert_int_equal(widths[2], 0);
	assert_int_equal(widths[0], 10);
	ks_table_widths(&table, 13, widths);
	assert_int_equal(widths[1], 0);
	assert_int_equal(widths[0], 13);
	ks_table_widths(&table, 3, widths);
	assert_int_equal(widths[0], 3);
	ks_table_widths(&table, -5, widths);
	assert_int_equal(widths[0], 0);
}

static void a_table_shows_where_it_is(void **state)
{
	static const char *const rows[] = {"banana", "日本語日本語", "fig", "grape-fruit", "kiwi"};
	static const struct ks_table table = {
	    .columns = columns, .n_columns = 3, .sort = 2, .descending = true, .focused = true};
	struct ks_canvas *canvas = ks_canvas_new(25, 4);
	struct ks_list list = {0};
	struct ks_buf dump;

	(void)state;
	set_rows(&list, "abcde");
	ks_list_select(&list, 'c');
	ks_table_draw(&table, ks_canvas_area(canvas), &list, &ks_glyphs_utf8, rows);
	ks_list_move(&list, KS_LIST_DOWN);
	ks_canvas_reset(canvas, 25, 4);
	ks_table_draw(&table, ks_canvas_area(canvas), &list, &ks_glyphs_utf8, rows);
	ks_buf_init(&dump, 4096);
	ks_canvas_dump(canvas, &dump);
	assert_string_equal(ks_buf_text(&dump), " NAME        REGION ▼AGE\n"
						" 日本語日…   日本…   日…▲\n"
						" fig         fig     fig\n"
						"▸grape-fru…  grape…  gr…▼\n");
	assert_int_equal(canvas->cursor_y, 3);
	assert_false(canvas->cursor_on);
	ks_buf_free(&dump);
	ks_list_free(&list);
	ks_canvas_free(canvas);
}

static void what_a_filter_matches_stands_out(void **state)
{
	static const char *const rows[] = {"bANana", "xxxxxxxxxxxan"};
	static const struct ks_table table = {
	    .columns = columns, .n_columns = 1, .sort = KS_TABLE_NO_SORT};
	struct ks_canvas *canvas = ks_canvas_new(12, 3);
	struct ks_list list = {0};
	struct ks_buf dump;

	(void)state;
	set_rows(&list, "ab");
	ks_table_draw(&table, ks_canvas_area(canvas), &list, &ks_glyphs_utf8, rows);
	ks_buf_init(&dump, 4096);
	ks_canvas_dump_roles(canvas, &dump);
	assert_string_equal(ks_buf_text(&dump), ".hhhh.......|............\n"
						"..mm........|------------\n"
						"............|............\n");
	ks_buf_free(&dump);
	ks_list_free(&list);
	ks_canvas_free(canvas);
}

/* ---- text input ---- */

static enum ks_input_result press(struct ks_input *input, const char *name)
{
	struct ks_key key;

	assert_true(ks_key_parse(name, &key));
	return ks_input_key(input, key);
}

static void type_text(struct ks_input *input, const char *letters)
{
	for (; *letters != '\0'; letters++)
		ks_input_key(input, (struct ks_key){.code = (uint32_t)*letters});
}

static void a_line_is_edited_as_in_a_shell(void **state)
{
	struct ks_input input = {0};

	(void)state;
	type_text(&input, "hello big world");
	assert_int_equal(press(&input, "Ctrl-W"), KS_INPUT_CHANGED);
	assert_string_equal(input.text, "hello big ");
	press(&input, "Home");
	press(&input, "Right");
	press(&input, "Delete");
	assert_string_equal(input.text, "hllo big ");
	press(&input, "é");
	assert_string_equal(input.text, "héllo big ");
	press(&input, "Left");
	press(&input, "Ctrl-K");
	assert_string_equal(input.text, "h");
	press(&input, "Ctrl-E");
	press(&input, "Backspace");
	assert_string_equal(input.text, "");
	assert_int_equal(press(&input, "Backspace"), KS_INPUT_USED);
	type_text(&input, "abc");
	press(&input, "Left");
	press(&input, "Ctrl-U");
	assert_string_equal(input.text, "c");
	assert_int_equal(press(&input, "Enter"), KS_INPUT_IGNORED);
	assert_int_equal(press(&input, "Esc"), KS_INPUT_IGNORED);
	assert_int_equal(press(&input, "Alt-x"), KS_INPUT_IGNORED);
}

static void only_clean_text_enters_and_no_more_than_fits(void **state)
{
	struct ks_input input = {.max = 4};

	(void)state;
	ks_input_set(&input, "ab\033cdef");
	assert_string_equal(input.text, "ab\xef\xbf\xbd"
					"c");
	ks_input_set(&input, "日本");
	assert_int_equal(ks_input_key(&input, (struct ks_key){.code = 0x202E}), KS_INPUT_USED);
	type_text(&input, "xyz");
	assert_string_equal(input.text, "日本xy");
	input.max = 0;
	for (int i = 0; i < 2 * KS_INPUT_SIZE; i++)
		press(&input, "語");
	assert_true(input.len < KS_INPUT_SIZE);
	assert_true(strlen(input.text) == input.len);
}

static void pasted_line_breaks_are_blanks(void **state)
{
	struct ks_input input = {0};

	(void)state;
	ks_input_key(&input, (struct ks_key){.code = KS_KEY_PASTE_BEGIN});
	type_text(&input, "a");
	assert_int_equal(press(&input, "Enter"), KS_INPUT_CHANGED);
	assert_int_equal(press(&input, "Up"), KS_INPUT_USED);
	type_text(&input, "b");
	ks_input_key(&input, (struct ks_key){.code = KS_KEY_PASTE_END});
	assert_string_equal(input.text, "a b");
	assert_int_equal(press(&input, "Enter"), KS_INPUT_IGNORED);
}

static void a_long_line_scrolls_with_its_cursor(void **state)
{
	struct ks_canvas *canvas = ks_canvas_new(6, 1);
	struct ks_input input = {0};
	struct ks_buf dump;

	(void)state;
	type_text(&input, "abcdefgh");
	ks_input_draw(&input, ks_canvas_area(canvas), 1, 0, 4, ks_style(KS_ROLE_INPUT), true);
	ks_buf_init(&dump, 256);
	ks_canvas_dump(canvas, &dump);
	assert_string_equal(ks_buf_text(&dump), " fgh\n");
	assert_int_equal(canvas->cursor_x, 4);
	assert_true(canvas->cursor_on);
	ks_input_draw(&input, ks_canvas_area(canvas), 1, 0, 0, ks_style(KS_ROLE_INPUT), true);
	ks_buf_free(&dump);
	ks_canvas_free(canvas);
}

/* ---- layout ---- */

static bool overlap(struct ks_rect a, struct ks_rect b)
{
	return a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height &&
	       b.y < a.y + a.height;
}

static void assert_inside(struct ks_rect rect, int width, int height)
{
	assert_true(rect.x >= 0 && rect.y >= 0 && rect.width >= 0 && rect.height >= 0);
	assert_true(rect.x + rect.width <= width && rect.y + rect.height <= height);
}

static void panes_fill_every_size_without_overlap(void **state)
{
	(void)state;
	for (int width = 1; width < 240; width++) {
		for (int height = 1; height < 70; height++) {
			struct ks_layout layout =
			    ks_layout_compute(width, height, KS_PANE_KEYS, height % 2 == 0);
			struct ks_rect all[] = {layout.header, layout.tabs, layout.hints,
			    layout.panes[0], layout.panes[1], layout.panes[2]};
			int cells = 0;

			for (size_t i = 0; i < 6; i++) {
				assert_inside(all[i], width, height);
				cells += all[i].width * all[i].height;
				for (size_t j = 0; j < i; j++)
					assert_false(overlap(all[i], all[j]));
			}
			assert_int_equal(layout.too_small, width < 40 || height < 10);
			assert_int_equal(cells, layout.too_small ? 0 : width * height);
		}
	}
}

static void narrow_terminals_show_one_pane_and_its_tabs(void **state)
{
	struct ks_layout layout = ks_layout_compute(79, 24, KS_PANE_OPERATIONS, false);

	(void)state;
	assert_true(layout.one_pane);
	assert_int_equal(layout.tabs.height, 1);
	assert_int_equal(layout.panes[KS_PANE_BUCKETS].width, 0);
	assert_int_equal(layout.panes[KS_PANE_OPERATIONS].height, 21);
	layout = ks_layout_compute(80, 24, KS_PANE_OPERATIONS, false);
	assert_false(layout.one_pane);
	for (int i = 0; i < KS_PANE_COUNT; i++)
		assert_true(layout.panes[i].height >= 5);
	layout = ks_layout_compute(80, 24, KS_PANE_BUCKETS, true);
	assert_true(layout.one_pane);
	assert_int_equal(layout.panes[KS_PANE_BUCKETS].width, 80);
}

/* ---- keys ---- */

static void each_key_has_one_spelling(void **state)
{
	static const char *const names[] = {"a", "Z", "?", "-", "Ctrl-R", "Alt-x", "Ctrl-Alt-K",
	    "Enter", "Esc", "Tab", "Shift-Tab", "Space", "Backspace", "Delete", "Insert", "Up",
	    "Down", "Left", "Right", "Home", "End", "PgUp", "PgDn", "F1", "F12", "é", "日"};
	static const char *const none[] = {
	    "", "ab", "Ctrl-", "F0", "F13", "F1x", " ", "\n", "Strg-C"};
	struct ks_key key, other = {0};
	char name[32];

	(void)state;
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
		assert_true(ks_key_parse(names[i], &key));
		assert_string_equal(ks_key_name(key, name, sizeof name), names[i]);
	}
	for (size_t i = 0; i < sizeof none / sizeof none[0]; i++)
		assert_false(ks_key_parse(none[i], &key));
	assert_true(ks_key_parse("Ctrl-r", &key) && ks_key_parse("Ctrl-R", &other));
	assert_true(ks_key_equal(key, other));
	assert_true(ks_key_parse("pgdn", &key));
	assert_int_equal(key.code, KS_KEY_PGDN);
	assert_false(ks_key_is_text(key));
	assert_true(ks_key_parse("Space", &key) && ks_key_is_text(key));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(the_selection_follows_the_resource),
	    cmocka_unit_test(a_row_that_vanishes_leaves_the_cursor_to_its_neighbour),
	    cmocka_unit_test(an_empty_list_takes_the_first_row_that_comes),
	    cmocka_unit_test(moves_end_at_the_ends),
	    cmocka_unit_test(the_selected_row_keeps_its_line_when_rows_come_above),
	    cmocka_unit_test(rows_that_come_above_the_top_are_seen_to_come),
	    cmocka_unit_test(columns_give_way_in_their_order),
	    cmocka_unit_test(a_table_shows_where_it_is),
	    cmocka_unit_test(what_a_filter_matches_stands_out),
	    cmocka_unit_test(a_line_is_edited_as_in_a_shell),
	    cmocka_unit_test(only_clean_text_enters_and_no_more_than_fits),
	    cmocka_unit_test(pasted_line_breaks_are_blanks),
	    cmocka_unit_test(a_long_line_scrolls_with_its_cursor),
	    cmocka_unit_test(panes_fill_every_size_without_overlap),
	    cmocka_unit_test(narrow_terminals_show_one_pane_and_its_tabs),
	    cmocka_unit_test(each_key_has_one_spelling),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
