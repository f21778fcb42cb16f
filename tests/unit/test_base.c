/* The foundations: buffers, dates, cleaned text, errors, secrets. */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "core/base/base64.h"
#include "core/base/buf.h"
#include "core/base/date.h"
#include "core/base/err.h"
#include "core/base/fd.h"
#include "core/base/hash.h"
#include "core/base/hex.h"
#include "core/base/secret.h"
#include "core/base/text.h"

static void a_buffer_refuses_what_passes_its_ceiling(void **state)
{
	struct ks_buf buf;

	(void)state;
	ks_buf_init(&buf, 8);
	assert_true(ks_buf_puts(&buf, "12345"));
	assert_false(ks_buf_puts(&buf, "6789"));
	assert_true(buf.overflow);
	assert_string_equal(ks_buf_text(&buf), "12345");
	assert_true(ks_buf_printf(&buf, "%d", 678));
	assert_string_equal(ks_buf_text(&buf), "12345678");
	ks_buf_reset(&buf);
	assert_false(buf.overflow);
	assert_string_equal(ks_buf_text(&buf), "");
	ks_buf_free(&buf);
}

static void check_base64(const char *data, const char *padded, const char *for_urls)
{
	char text[20];
	size_t len = strlen(data);

	assert_true(strlen(padded) <= KS_BASE64_SIZE(len));
	*ks_base64_put(text, data, len) = '\0';
	assert_string_equal(text, padded);
	*ks_base64url_put(text, data, len) = '\0';
	assert_string_equal(text, for_urls);
}

/* RFC 4648, section 10. */
static void base64_is_written_in_both_forms(void **state)
{
	(void)state;
	check_base64("", "", "");
	check_base64("f", "Zg==", "Zg");
	check_base64("fo", "Zm8=", "Zm8");
	check_base64("foo", "Zm9v", "Zm9v");
	check_base64("foob", "Zm9vYg==", "Zm9vYg");
	check_base64("fooba", "Zm9vYmE=", "Zm9vYmE");
	check_base64("foobar", "Zm9vYmFy", "Zm9vYmFy");
	check_base64("\xff\xfe\xfb", "//77", "__77");
	check_base64("\xfb\xef\xbe", "++++", "----");
}

static void dates_are_written_in_each_form(void **state)
{
	char text[KS_DATE_SIZE];

	(void)state;
	assert_string_equal(ks_date_rfc3339(1628236800000, text), "2021-08-06T08:00:00Z");
	assert_string_equal(ks_date_rfc3339(1628236800123, text), "2021-08-06T08:00:00.123Z");
	assert_string_equal(ks_date_rfc3339(-1, text), "1969-12-31T23:59:59.999Z");
	assert_string_equal(ks_date_rfc3339(-62135596800000, text), "0001-01-01T00:00:00Z");
	assert_string_equal(ks_date_amz(1628251200000, text), "20210806T120000Z");
	assert_string_equal(ks_date_http(1628251200000, text), "Fri, 06 Aug 2021 12:00:00 GMT");
}

static void dates_are_read_in_each_form(void **state)
{
	int64_t ms = 0;

	(void)state;
	assert_true(ks_date_parse_rfc3339("2021-08-06T08:00:00.1234Z", &ms));
	assert_int_equal(ms, 1628236800123);
	assert_true(ks_date_parse_rfc3339("2021-08-06T10:00:00+02:00", &ms));
	assert_int_equal(ms, 1628236800000);
	assert_true(ks_date_parse_rfc3339("2021-08-06T08:00:00UTC", &ms));
	assert_int_equal(ms, 1628236800000);
	assert_true(ks_date_parse_rfc3339("2021-08-06T08:00:00", &ms));
	assert_int_equal(ms, 1628236800000);
	assert_false(ks_date_parse_rfc3339("2021-13-06T08:00:00Z", &ms));
	assert_false(ks_date_parse_rfc3339("2021-08-06", &ms));
	assert_true(ks_date_parse_amz("20210806T120000Z", &ms));
	assert_int_equal(ms, 1628251200000);
	assert_false(ks_date_parse_amz("20210806T120000", &ms));
	assert_true(ks_date_parse_http("Fri, 06 Aug 2021 12:00:00 GMT", &ms));
	assert_int_equal(ms, 1628251200000);
	assert_false(ks_date_parse_http("Fri", &ms));
	assert_false(ks_date_parse_http("", &ms));
}

static void spans_read_as_one_short_word(void **state)
{
	static const struct {
		int64_t seconds;
		const char *word;
	} cases[] = {{-5, "0s"}, {59, "59s"}, {60, "1m"}, {3599, "59m"}, {3600, "1h"},
	    {47 * 3600, "47h"}, {48 * 3600, "2d"}, {412 * 86400 + 5, "412d"}};
	char text[KS_DATE_SIZE];

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		int64_t ms = cases[i].seconds * 1000, next = ks_date_span_changes_in(ms);
		char later[KS_DATE_SIZE];

		assert_string_equal(ks_date_span(ms, text), cases[i].word);
		assert_true(next > 0);
		assert_string_equal(ks_date_span(ms + next - 1, later), text);
		assert_string_not_equal(ks_date_span(ms + next, later), text);
	}
}

static void hostile_text_gets_a_harmless_twin(void **state)
{
	static const struct {
		const char *raw, *clean;
	} cases[] = {
	    {"plain-name", "plain-name"},
	    {"a\x1b[31mred", "a\xef\xbf\xbd[31mred"},
	    {"line\r\nbreak\tand tab", "line  break and tab"},
	    {"\xe2\x80\xaegnp.exe", "\xef\xbf\xbdgnp.exe"}, /* right-to-left override */
	    {"a\xe2\x80\x8b"
	     "b",
		"a\xef\xbf\xbd"
		"b"}, /* zero-width space */
	    {"bad\xff\xc0\x80utf8", "bad\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbdutf8"},
	    {"e\xcc\x81\xcc\x81\xcc\x81\xcc\x81!", "e\xcc\x81\xcc\x81!"}, /* a tower of marks */
	    {"\xf3\xa0\x81\xa1tag", "\xef\xbf\xbdtag"},
	    {"\xc2\x9b"
	     "31m",
		"\xef\xbf\xbd"
		"31m"}, /* C1 CSI */
	    {"\xe6\x97\xa5\xe6\x9c\xac", "\xe6\x97\xa5\xe6\x9c\xac"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct ks_str str = {0};

		ks_str_set(&str, cases[i].raw);
		assert_string_equal(ks_str_raw(&str), cases[i].raw);
		assert_string_equal(ks_str_clean(&str), cases[i].clean);
		assert_true(ks_text_is_clean(str.clean, strlen(str.clean)));
		ks_str_free(&str);
		assert_string_equal(ks_str_clean(&str), "");
	}
}

static void cleaning_never_cuts_a_character_in_two(void **state)
{
	char small[6];

	(void)state;
	assert_int_equal(ks_text_clean(small, sizeof small, "\xe6\x97\xa5\xe6\x9c\xac", 6), 3);
	assert_string_equal(small, "\xe6\x97\xa5");
}

static void widths_are_counted_in_cells(void **state)
{
	(void)state;
	assert_int_equal(ks_text_width("abc"), 3);
	assert_int_equal(ks_text_width("\xe6\x97\xa5\xe6\x9c\xac"), 4);
	assert_int_equal(ks_text_width("e\xcc\x81"), 1);
	assert_int_equal(ks_text_width("\xf0\x9f\x9a\x80"), 2);
	assert_int_equal(ks_text_fit("\xe6\x97\xa5\xe6\x9c\xac", 3), 3);
	assert_int_equal(ks_text_fit("e\xcc\x81x", 1), 3);
}

static void an_error_is_one_clear_line(void **state)
{
	struct ks_err err;
	char line[200];

	(void)state;
	assert_false(ks_err_set(&err, KS_ERR_SERVICE, "No bucket %s", "x\x1b"));
	ks_err_tip(&err, "check the name");
	strcpy(err.code, "NotFoundException");
	assert_string_equal(ks_err_line(&err, line, sizeof line),
	    "NotFoundException: No bucket x\xef\xbf\xbd (check the name)");
	assert_true(ks_err_is_not_found(&err));
	strcpy(err.code, "InvalidInputException");
	assert_false(ks_err_is_not_found(&err));
	strcpy(err.subcode, "DoesNotExist");
	assert_true(ks_err_is_not_found(&err));
}

static void check_line(
    enum ks_err_kind kind, const char *code, const char *message, const char *tip, const char *line)
{
	struct ks_err err;
	char text[200];

	ks_err_set(&err, kind, "%s", message);
	ks_err_tip(&err, "%s", tip);
	snprintf(err.code, sizeof err.code, "%s", code);
	assert_string_equal(ks_err_line(&err, text, sizeof text), line);
}

static void a_line_is_one_sentence_with_words_that_mean_something(void **state)
{
	(void)state;
	check_line(KS_ERR_SERVICE, "AccessDenied", "No.", "Ask.", "AccessDenied: No (Ask)");
	check_line(KS_ERR_SERVICE, "AccessDenied", "No.", "", "AccessDenied: No.");
	check_line(KS_ERR_SERVICE, "AccessDenied", "", "Ask", "AccessDenied (Ask)");
	/* Our own words, and a status that the message explains. */
	check_line(KS_ERR_NETWORK, "Reset", "It ended", "try", "It ended (try)");
	check_line(KS_ERR_REPLY, "503", "HTTP status 503", "", "HTTP status 503");
	check_line(KS_ERR_SERVICE, "503", "HTTP status 503", "", "HTTP status 503");
	check_line(KS_ERR_NETWORK, "Reset", "", "", "Reset");
}

static void a_reason_is_said_once_behind_what_failed(void **state)
{
	struct ks_err why, err;

	(void)state;
	ks_err_set(&why, KS_ERR_NETWORK, "There is no connection");
	ks_err_tip(&why, "check it");
	strcpy(why.code, "Connect");
	assert_false(ks_err_because(&err, &why, "no key was made for %s", "media\x1b"));
	assert_string_equal(
	    err.message, "no key was made for media\xef\xbf\xbd: There is no connection");
	assert_string_equal(err.tip, "check it");
	assert_string_equal(err.code, "");
	assert_int_equal(err.kind, KS_ERR_NETWORK);

	ks_err_set(&why, KS_ERR_SERVICE, "Rate exceeded");
	strcpy(why.code, "ThrottlingException");
	ks_err_because(&why, &why, "no key was made");
	assert_string_equal(why.message, "no key was made: ThrottlingException: Rate exceeded");
	assert_string_equal(why.tip, "");
}

static void a_secret_is_kept_whole_and_compared(void **state)
{
	struct ks_err err;
	struct ks_secret *secret, *twin;

	(void)state;
	secret = ks_secret_new("s3cr3t", 6, &err);
	assert_non_null(secret);
	assert_int_equal(ks_secret_len(secret), 6);
	assert_string_equal(ks_secret_value(secret), "s3cr3t");
	assert_true(ks_secret_equal(secret, "s3cr3t", 6));
	assert_false(ks_secret_equal(secret, "s3cr3T", 6));
	assert_false(ks_secret_equal(secret, "s3cr3", 5));
	twin = ks_secret_dup(secret, &err);
	ks_secret_free(secret);
	assert_string_equal(ks_secret_value(twin), "s3cr3t");
	ks_secret_free(twin);
}

static void no_sentence_ends_in_a_blank(void **state)
{
	struct ks_err err;
	char line[256];

	(void)state;
	ks_err_set(&err, KS_ERR_USAGE, "%s", "It failed with a wrong code. \n ");
	assert_string_equal(err.message, "It failed with a wrong code.");
	ks_err_tip(&err, "%s", "try again. ");
	assert_string_equal(
	    ks_err_line(&err, line, sizeof line), "It failed with a wrong code (try again)");
	ks_err_set(&err, KS_ERR_USAGE, " ");
	assert_string_equal(err.message, "");
}

static void a_full_secret_heap_is_an_error_and_not_an_ordinary_block(void **state)
{
	static char large[512 * 1024];
	struct ks_err err = {0};

	(void)state;
	assert_null(ks_secret_new(large, sizeof large, &err));
	assert_int_equal(err.kind, KS_ERR_SYSTEM);
}

static void wiping_blocks_grow_and_keep_what_they_hold(void **state)
{
	char *block = ks_wiping_strdup("0123456789");

	(void)state;
	block = ks_wiping_realloc(block, 1000);
	assert_string_equal(block, "0123456789");
	block = ks_wiping_realloc(block, 11);
	assert_string_equal(block, "0123456789");
	ks_wiping_free(block);
	ks_wiping_free(NULL);
}

static void a_number_is_digits_and_no_more(void **state)
{
	uint64_t number = 7;

	(void)state;
	assert_false(ks_text_number("", 9, &number));
	assert_false(ks_text_number("+1", 9, &number));
	assert_false(ks_text_number("-1", 9, &number));
	assert_false(ks_text_number(" 1", 9, &number));
	assert_false(ks_text_number("1x", 9, &number));
	assert_false(ks_text_number("10", 9, &number));
	assert_false(ks_text_number("18446744073709551616", UINT64_MAX, &number));
	assert_true(number == 7);
	assert_true(ks_text_number("0", 0, &number) && number == 0);
	assert_true(ks_text_number("009", 9, &number) && number == 9);
	assert_true(ks_text_number("18446744073709551615", UINT64_MAX, &number));
	assert_true(number == UINT64_MAX);
}

static void bytes_become_digits_and_digits_numbers(void **state)
{
	char text[9];

	(void)state;
	ks_hex_write("\x00\x9a\xff\x10", 4, text);
	assert_string_equal(text, "009aff10");
	assert_int_equal(ks_hex_value('0'), 0);
	assert_int_equal(ks_hex_value('f'), 15);
	assert_int_equal(ks_hex_value('A'), 10);
	assert_int_equal(ks_hex_value('g'), -1);
	assert_int_equal(ks_hex_value('\0'), -1);
}

/* The vectors of the FNV reference code. */
static void a_text_has_its_known_hash(void **state)
{
	(void)state;
	assert_true(ks_hash_text(KS_HASH_SEED, "") == UINT64_C(0xcbf29ce484222325));
	assert_true(ks_hash_text(KS_HASH_SEED, "a") == UINT64_C(0xaf63dc4c8601ec8c));
	assert_true(ks_hash_text(KS_HASH_SEED, "foobar") == UINT64_C(0x85944171f73967e8));
	assert_true(ks_hash_text(ks_hash_text(KS_HASH_SEED, "foo"), "bar") ==
		    ks_hash_text(KS_HASH_SEED, "foobar"));
}

static void a_pipe_is_not_left_to_children(void **state)
{
	int ends[2];

	(void)state;
	assert_true(ks_fd_pipe(ends));
	for (int i = 0; i < 2; i++) {
		assert_int_equal(fcntl(ends[i], F_GETFD) & FD_CLOEXEC, FD_CLOEXEC);
		assert_int_equal(fcntl(ends[i], F_GETFL) & O_NONBLOCK, 0);
		assert_true(ks_fd_nonblocking(ends[i]));
		assert_int_equal(fcntl(ends[i], F_GETFL) & O_NONBLOCK, O_NONBLOCK);
		close(ends[i]);
	}
}

static void a_write_that_fails_says_so(void **state)
{
	char text[4];
	int ends[2];

	(void)state;
	assert_true(ks_fd_pipe(ends));
	assert_true(ks_fd_write_all(ends[1], "abc", sizeof text));
	assert_int_equal(read(ends[0], text, sizeof text), sizeof text);
	assert_string_equal(text, "abc");
	close(ends[1]);
	assert_false(ks_fd_write_all(ends[1], "abc", 3));
	assert_int_equal(errno, EBADF);
	close(ends[0]);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_buffer_refuses_what_passes_its_ceiling),
	    cmocka_unit_test(base64_is_written_in_both_forms),
	    cmocka_unit_test(dates_are_written_in_each_form),
	    cmocka_unit_test(dates_are_read_in_each_form),
	    cmocka_unit_test(spans_read_as_one_short_word),
	    cmocka_unit_test(hostile_text_gets_a_harmless_twin),
	    cmocka_unit_test(cleaning_never_cuts_a_character_in_two),
	    cmocka_unit_test(widths_are_counted_in_cells),
	    cmocka_unit_test(an_error_is_one_clear_line),
	    cmocka_unit_test(no_sentence_ends_in_a_blank),
	    cmocka_unit_test(a_line_is_one_sentence_with_words_that_mean_something),
	    cmocka_unit_test(a_reason_is_said_once_behind_what_failed),
	    cmocka_unit_test(a_number_is_digits_and_no_more),
	    cmocka_unit_test(bytes_become_digits_and_digits_numbers),
	    cmocka_unit_test(a_text_has_its_known_hash),
	    cmocka_unit_test(a_pipe_is_not_left_to_children),
	    cmocka_unit_test(a_write_that_fails_says_so),
	    cmocka_unit_test(a_secret_is_kept_whole_and_compared),
	    cmocka_unit_test(a_full_secret_heap_is_an_error_and_not_an_ordinary_block),
	    cmocka_unit_test(wiping_blocks_grow_and_keep_what_they_hold),
	};

	ks_secret_setup();
	return cmocka_run_group_tests_name("base", tests, NULL, NULL);
}
