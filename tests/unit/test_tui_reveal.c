/* The bytes that show a secret past the painter, and take it away. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "core/base/fd.h"
#include "tui/reveal.h"

static struct ks_secret *secret_of(const char *value)
{
	struct ks_err err;
	struct ks_secret *secret = ks_secret_new(value, strlen(value), &err);

	assert_non_null(secret);
	return secret;
}

static void it_is_written_row_by_row(void **state)
{
	static const char wanted[] = "\033[3;5Habcd\033[4;5Hefgh\033[5;5Hi";
	struct ks_secret *secret = secret_of("abcdefghi");
	char bytes[256];
	ssize_t count;
	int ends[2];

	(void)state;
	assert_true(ks_fd_pipe(ends));
	assert_true(ks_reveal_write(ends[1], (struct ks_rect){4, 2, 4, 3}, secret));
	count = read(ends[0], bytes, sizeof bytes);
	assert_int_equal(count, sizeof wanted - 1);
	assert_memory_equal(bytes, wanted, sizeof wanted - 1);
	close(ends[0]);
	close(ends[1]);
	ks_secret_free(secret);
}

static void a_terminal_that_is_gone_is_told(void **state)
{
	struct ks_secret *secret = secret_of("abc");

	(void)state;
	assert_false(ks_reveal_write(-1, (struct ks_rect){0, 0, 4, 1}, secret));
	ks_secret_free(secret);
}

static void blanks_cover_every_cell_of_the_place(void **state)
{
	struct ks_buf out;

	(void)state;
	ks_buf_init(&out, 1 << 16);
	assert_true(ks_reveal_erase((struct ks_rect){4, 2, 4, 3}, &out));
	assert_string_equal(ks_buf_text(&out), "\033[3;5H    \033[4;5H    \033[5;5H    ");
	ks_buf_reset(&out);
	ks_reveal_erase_rows(2, &out);
	assert_string_equal(ks_buf_text(&out), "\033[1H\033[2K\033[2H\033[2K");
	ks_buf_reset(&out);
	assert_false(ks_reveal_erase((struct ks_rect){0, 0, 100, 11}, &out));
	ks_buf_free(&out);
}

static void it_never_comes_to_the_last_column(void **state)
{
	struct ks_secret *secret = secret_of("abcdefgh");

	(void)state;
	assert_true(ks_reveal_fits(secret, (struct ks_rect){2, 0, 4, 2}, 7, 2));
	assert_false(ks_reveal_fits(secret, (struct ks_rect){2, 0, 4, 2}, 6, 2));
	assert_false(ks_reveal_fits(secret, (struct ks_rect){2, 1, 4, 2}, 7, 2));
	assert_false(ks_reveal_fits(secret, (struct ks_rect){2, 0, 4, 1}, 7, 2));
	assert_false(ks_reveal_fits(secret, (struct ks_rect){-1, 0, 4, 2}, 7, 2));
	assert_false(ks_reveal_fits(secret, (struct ks_rect){0}, 7, 2));
	ks_secret_free(secret);
}

static void only_printable_ascii_is_plain(void **state)
{
	static const struct {
		const char *value;
		bool plain;
	} rows[] = {{"wJalr/+=~!", true}, {"a b", false}, {"a\tb", false}, {"a\033b", false},
	    {"a\x7f", false}, {"a\xc3\xa9", false}, {"", false}};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct ks_secret *secret = secret_of(rows[i].value);

		assert_int_equal(ks_reveal_is_plain(secret), rows[i].plain);
		ks_secret_free(secret);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(it_is_written_row_by_row),
	    cmocka_unit_test(a_terminal_that_is_gone_is_told),
	    cmocka_unit_test(blanks_cover_every_cell_of_the_place),
	    cmocka_unit_test(it_never_comes_to_the_last_column),
	    cmocka_unit_test(only_printable_ascii_is_plain),
	};

	ks_secret_setup();
	return cmocka_run_group_tests_name("reveal", tests, NULL, NULL);
}
