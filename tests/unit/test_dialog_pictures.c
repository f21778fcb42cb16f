/* What the dialogs look like, in four sizes and in ASCII: compared with pictures that are kept. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "tests/unit/booth.h"
#include "tests/unit/golden.h"
#include "tui/dialogs/quit.h"

/* All sizes in one file. */
static void check(struct booth *b, const char *name)
{
	static const int sizes[][2] = {{120, 34}, {80, 24}, {50, 15}, {40, 10}};
	struct ks_buf all;

	ks_buf_init(&all, 1 << 20);
	for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
		char *picture = booth_dialog_picture(b, sizes[i][0], sizes[i][1]);

		ks_buf_printf(&all, "%dx%d\n%s", sizes[i][0], sizes[i][1], picture);
		free(picture);
	}
	golden_check(name, ks_buf_text(&all));
	ks_buf_free(&all);
}

static void create(void **state)
{
	struct booth *b = *state;

	booth_given_keys(b, 1);
	booth_open_create(b);
	check(b, "dialog-create");
}

static void create_in_a_full_bucket(void **state)
{
	struct booth *b = *state;

	booth_given_keys(b, 2);
	booth_open_create(b);
	check(b, "dialog-create-full");
}

static void create_under_way(void **state)
{
	struct booth *b = *state;

	booth_given_keys(b, 1);
	b->creates = WAITS;
	booth_open_create(b);
	booth_press(b, "Enter");
	check(b, "dialog-create-asking");
	booth_answer_waiting(b, LOSES);
	check(b, "dialog-create-unclear");
}

static void create_refused(void **state)
{
	struct booth *b = *state;

	booth_given_keys(b, 1);
	b->creates = REFUSES;
	booth_open_create(b);
	booth_press(b, "Enter");
	check(b, "dialog-create-failed");
}

static void an_orphan(void **state)
{
	struct booth *b = *state;

	booth_given_keys(b, 1);
	b->creates = LOSES;
	booth_open_create(b);
	booth_press(b, "Enter");
	booth_find_out(b);
	check(b, "dialog-orphan");
}

static void delete_a_key_in_use(void **state)
{
	struct booth *b = *state;

	booth_given_keys(b, 2);
	booth_open_delete(b, OLD_KEY);
	check(b, "dialog-delete-in-use");
	booth_press(b, "M P L E Enter");
	check(b, "dialog-delete-typed");
}

static void delete_a_key_never_used(void **state)
{
	struct booth *b = *state;

	booth_given_keys(b, 2);
	booth_open_delete(b, TWO_KEY);
	check(b, "dialog-delete-never-used");
}

static void the_secret(void **state)
{
	struct booth *b = *state;

	booth_open_secret(b);
	check(b, "dialog-secret-held");
	booth_press(b, "c");
	check(b, "dialog-secret-delivered");
	booth_press(b, "Esc");
	check(b, "dialog-secret-leaving");
}

static void where_to_deliver(void **state)
{
	struct booth *b = *state;

	b->delivers = EXISTS;
	booth_open_secret(b);
	booth_press(b, "Tab Enter");
	check(b, "dialog-ways");
	booth_press(b, "Enter");
	check(b, "dialog-secret-exists");
}

static void what_was_left_open(void **state)
{
	struct booth *b = *state;

	b->keys[0] = (struct key){OLD_KEY, KS_USE_USED, 3 * 3600 * 1000, 0};
	b->keys[1] = (struct key){TWO_KEY, KS_USE_NEVER, 0, 412};
	b->n_keys = 2;
	booth_open_world(b, &ks_glyphs_utf8);
	booth_left_open(b, KS_JOURNAL_DELIVERED, OLD_KEY);
	booth_left_open(b, KS_JOURNAL_UNKNOWN, NULL);
	check(b, "dialog-left");
	booth_press(b, "j");
	check(b, "dialog-left-guess");
}

static void quitting_with_a_secret(void **state)
{
	struct booth *b = *state;

	booth_open_secret(b);
	ks_quit_dialog_open(b->ui);
	check(b, "dialog-quit");
}

static void in_ascii(void **state)
{
	struct booth *b = *state;

	b->keys[0] = (struct key){OLD_KEY, KS_USE_USED, 40 * DAY, 0};
	b->n_keys = 1;
	booth_open_world(b, &ks_glyphs_ascii);
	booth_open_delete(b, OLD_KEY);
	check(b, "dialog-ascii-delete");
	booth_press(b, "Esc");
	booth_open_create(b);
	booth_press(b, "Enter");
	check(b, "dialog-ascii-secret");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, booth_set_up, booth_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(create),
	    TEST(create_in_a_full_bucket),
	    TEST(create_under_way),
	    TEST(create_refused),
	    TEST(an_orphan),
	    TEST(delete_a_key_in_use),
	    TEST(delete_a_key_never_used),
	    TEST(the_secret),
	    TEST(where_to_deliver),
	    TEST(what_was_left_open),
	    TEST(quitting_with_a_secret),
	    TEST(in_ascii),
	};

	ks_secret_setup();
	return cmocka_run_group_tests_name("dialog pictures", tests, NULL, NULL);
}
