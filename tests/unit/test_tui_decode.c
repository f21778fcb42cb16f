/* What a terminal sends: keys, answers, pastes, whole and split anywhere. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/base/buf.h"
#include "tui/decode.h"

static const char *special_name(uint32_t code)
{
	switch (code) {
	case KS_KEY_PASTE_BEGIN:
		return "<paste";
	case KS_KEY_PASTE_END:
		return "paste>";
	case KS_KEY_FOCUS_IN:
		return "<focus";
	case KS_KEY_FOCUS_OUT:
		return "focus>";
	default:
		return NULL;
	}
}

/* Takes all there is and writes it down: "a Ctrl-R [dark 28,28,28] [attributes 52]". */
static void drain(struct ks_decoder *decoder, bool force, struct ks_buf *out)
{
	struct ks_decoded decoded;
	char name[32];

	while ((decoded = ks_decoder_next(decoder, force)).kind > KS_DECODED_MORE) {
		if (out->len > 0)
			ks_buf_puts(out, " ");
		if (decoded.kind == KS_DECODED_BACKGROUND)
			ks_buf_printf(out, "[%d,%d,%d]", decoded.red, decoded.green, decoded.blue);
		else if (decoded.kind == KS_DECODED_ATTRIBUTES)
			ks_buf_printf(out, "[%s]", decoded.clipboard ? "52" : "no 52");
		else if (special_name(decoded.key.code) != NULL)
			ks_buf_puts(out, special_name(decoded.key.code));
		else
			ks_buf_puts(out, ks_key_name(decoded.key, name, sizeof name));
	}
}

static void assert_decodes(const char *bytes, const char *wanted)
{
	struct ks_decoder decoder = {.utf8 = true, .expecting = true};
	struct ks_buf out;

	ks_buf_init(&out, 65536);
	ks_decoder_feed(&decoder, bytes, strlen(bytes));
	drain(&decoder, true, &out);
	assert_string_equal(ks_buf_text(&out), wanted);
	ks_buf_free(&out);
}

/* In two pieces, at each place, without a time-out in between. */
static void assert_decodes_split(const char *bytes, const char *wanted)
{
	for (size_t at = 0; at <= strlen(bytes); at++) {
		struct ks_decoder decoder = {.utf8 = true, .expecting = true};
		struct ks_buf out;

		ks_buf_init(&out, 65536);
		ks_decoder_feed(&decoder, bytes, at);
		drain(&decoder, false, &out);
		ks_decoder_feed(&decoder, bytes + at, strlen(bytes) - at);
		drain(&decoder, true, &out);
		assert_string_equal(ks_buf_text(&out), wanted);
		ks_buf_free(&out);
	}
}

static void keys_of_all_kinds_are_known(void **state)
{
	(void)state;
	assert_decodes("aZ é日", "a Z Space é 日");
	assert_decodes("\x12\x03\x1a\x1c", "Ctrl-R Ctrl-C Ctrl-Z Ctrl-\\");
	assert_decodes("\r\n\t\x7f\b", "Enter Enter Tab Backspace Backspace");
	assert_decodes("\033[A\033OB\033[C\033OD", "Up Down Right Left");
	assert_decodes("\033[H\033OF\033[1~\033[4~\033[7~\033[8~", "Home End Home End Home End");
	assert_decodes("\033[2~\033[3~\033[5~\033[6~\033[Z", "Insert Delete PgUp PgDn Shift-Tab");
	assert_decodes("\033OP\033[11~\033[[B\033[15~\033[24~", "F1 F1 F2 F5 F12");
	assert_decodes(
	    "\033[1;5A\033[1;3D\033[3;7~\033OM", "Ctrl-Up Alt-Left Ctrl-Alt-Delete Enter");
	assert_decodes("\033x\033\r\033\033[A\033é", "Alt-x Alt-Enter Esc Up Alt-é");
	assert_decodes("\033[I\033[O", "<focus focus>");
	assert_decodes("\033", "Esc");
	assert_decodes("\033[", "Alt-[");
	assert_decodes("\033]x", "Alt-] x");
	assert_decodes("\033O", "Alt-O");
}

static void what_is_no_key_is_dropped_whole(void **state)
{
	(void)state;
	assert_decodes("\033[99;5ua", "a");
	assert_decodes("\033[<0;12;5Mb\033[<0;12;5mc", "b c");
	assert_decodes("\033[M !!d", "d");
	assert_decodes("\033[?1;2;3ye", "e");
	assert_decodes("\033[?2026;2$yf", "f");
	assert_decodes("\xff\xfe\xc0g\xe6\x97", "g");
	assert_decodes("\033[1;5\rh", "Enter h");
	assert_decodes("\033[24;80R", "");
}

static void sequences_may_be_split_anywhere(void **state)
{
	(void)state;
	assert_decodes_split("a\033[1;5Cb日\033[15~", "a Ctrl-Right b 日 F5");
	assert_decodes_split(
	    "\033]11;rgb:ffff/8080/0000\033\\\033[?62;4;52cq", "[255,128,0] [52] q");
	assert_decodes_split("x\033]11;rgb:1c/1c/1c\ay\033[?1;2c", "x [28,28,28] y [no 52]");
	assert_decodes_split("\033]11;rgba:0/f/0/ffff\033\\", "[0,255,0]");
	assert_decodes_split("\033[200~q\nd\033[201~q", "<paste q Enter d paste> q");
}

/* With a time-out after the first piece: only an ESC alone becomes a key then. */
static void a_slow_answer_still_is_no_key(void **state)
{
	static const char answer[] = "\033]11;rgb:ffff/ffff/ffff\033\\\033[?62;52c";

	(void)state;
	for (size_t at = 1; at < sizeof answer - 1; at++) {
		struct ks_decoder decoder = {.utf8 = true, .expecting = true};
		struct ks_buf out;

		ks_buf_init(&out, 65536);
		ks_decoder_feed(&decoder, answer, at);
		drain(&decoder, true, &out);
		ks_decoder_feed(&decoder, answer + at, sizeof answer - 1 - at);
		drain(&decoder, true, &out);
		if (answer[at - 1] != '\033' || answer[at] == '\\')
			assert_null(strstr(ks_buf_text(&out), "Esc"));
		assert_non_null(strstr(ks_buf_text(&out), "[255,255,255] "));
		assert_null(strstr(ks_buf_text(&out), " r "));
		ks_buf_free(&out);
	}
}

static void an_answer_that_breaks_off_swallows_no_key(void **state)
{
	(void)state;
	assert_decodes("\033]11;rgb:ffff\003", "Ctrl-C");
	assert_decodes("\033]11;rgb:ffff/q", "q");
	assert_decodes("\033]11;rgb:ffff/\033[A", "Up");
	assert_decodes("\033]11;nonsense", "n o n s e n s e");
	assert_decodes("\033]4;x", "Alt-] 4 ; x");
}

static void an_answer_without_end_is_given_up(void **state)
{
	struct ks_decoder decoder = {.utf8 = true, .expecting = true};
	struct ks_buf out;

	(void)state;
	ks_buf_init(&out, 1024 * 1024);
	ks_decoder_feed(&decoder, "\033]11;rgb:", 9);
	for (int i = 0; i < 200; i++)
		ks_decoder_feed(&decoder, "f", 1);
	drain(&decoder, false, &out);
	ks_decoder_feed(&decoder, "\r", 1);
	drain(&decoder, false, &out);
	assert_non_null(strstr(ks_buf_text(&out), "Enter"));
	ks_buf_free(&out);
}

static void a_lone_esc_waits_only_for_more(void **state)
{
	struct ks_decoder decoder = {.utf8 = true};

	(void)state;
	ks_decoder_feed(&decoder, "\033", 1);
	assert_int_equal(ks_decoder_next(&decoder, false).kind, KS_DECODED_MORE);
	assert_int_equal(ks_decoder_next(&decoder, true).key.code, KS_KEY_ESC);
	assert_int_equal(ks_decoder_next(&decoder, false).kind, KS_DECODED_NOTHING);
}

static void a_paste_is_text_whatever_is_in_it(void **state)
{
	(void)state;
	assert_decodes("\033[200~a\033[Ab\003\033]11;x\033[201~\003",
	    "<paste a [ A b ] 1 1 ; x paste> Ctrl-C");
	/* Its end was lost: Esc leads out. */
	assert_decodes("\033[200~ab\033", "<paste a b paste> Esc");
}

static void terminfo_goes_first(void **state)
{
	struct ks_decoder decoder = {.utf8 = true};
	struct ks_decoded decoded;

	(void)state;
	ks_decoder_teach(&decoder, "\033[7$", KS_KEY_HOME);
	ks_decoder_teach(&decoder, "\033q", KS_KEY_UP);
	ks_decoder_teach(&decoder, "x", KS_KEY_DOWN);
	ks_decoder_teach(&decoder, "", KS_KEY_DOWN);
	ks_decoder_feed(&decoder, "\033[7$\033qx", 7);
	decoded = ks_decoder_next(&decoder, false);
	assert_int_equal(decoded.key.code, KS_KEY_HOME);
	decoded = ks_decoder_next(&decoder, false);
	assert_int_equal(decoded.key.code, KS_KEY_UP);
	decoded = ks_decoder_next(&decoder, false);
	assert_int_equal(decoded.key.code, 'x');
	for (int i = 0; i < 100; i++)
		ks_decoder_teach(&decoder, "\033[9$", KS_KEY_HOME);
}

static void another_locale_has_ascii_keys_only(void **state)
{
	struct ks_decoder decoder = {.utf8 = false};
	struct ks_buf out;

	(void)state;
	ks_buf_init(&out, 1024);
	ks_decoder_feed(&decoder, "a\xe9\xc3\xa9z", 5);
	drain(&decoder, true, &out);
	assert_string_equal(ks_buf_text(&out), "a z");
	ks_buf_free(&out);
}

static void noise_never_hangs_or_overruns(void **state)
{
	static const char alphabet[] = "\033\033\033[]O?;0129:/rgbc~Mm\\\a\r\xe6\x97\xa5qA";
	struct ks_decoder decoder = {.utf8 = true, .expecting = true};
	struct ks_buf out;
	unsigned seed = 7;

	(void)state;
	ks_buf_init(&out, 64 * 1024 * 1024);
	for (int i = 0; i < 200000; i++) {
		seed = seed * 1103515245u + 12345u;
		assert_int_equal(
		    ks_decoder_feed(&decoder, &alphabet[(seed >> 16) % (sizeof alphabet - 1)], 1),
		    1);
		if ((seed >> 8) % 3 == 0)
			drain(&decoder, (seed >> 10) % 5 == 0, &out);
		ks_buf_reset(&out);
	}
	ks_decoder_feed(&decoder, "\r\r\r\r\r\r\r\r", 8);
	drain(&decoder, true, &out);
	assert_int_equal(decoder.len, 0);
	ks_buf_free(&out);
}

static void what_was_decoded_is_wiped(void **state)
{
	static const char bytes[] = "\033[200~wJalrXUtnFEMI/K7MDENG\033[201~x\033";
	struct ks_decoder decoder = {.utf8 = true};
	struct ks_buf out;

	(void)state;
	ks_buf_init(&out, 65536);
	/* In two pieces, so that something is moved to the front. */
	ks_decoder_feed(&decoder, bytes, 12);
	drain(&decoder, false, &out);
	ks_decoder_feed(&decoder, bytes + 12, sizeof bytes - 1 - 12);
	drain(&decoder, false, &out);
	assert_int_equal(decoder.len, 1);
	for (size_t i = decoder.len; i < sizeof decoder.bytes; i++)
		assert_int_equal(decoder.bytes[i], 0);
	ks_buf_free(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(what_was_decoded_is_wiped),
	    cmocka_unit_test(keys_of_all_kinds_are_known),
	    cmocka_unit_test(what_is_no_key_is_dropped_whole),
	    cmocka_unit_test(sequences_may_be_split_anywhere),
	    cmocka_unit_test(a_slow_answer_still_is_no_key),
	    cmocka_unit_test(an_answer_that_breaks_off_swallows_no_key),
	    cmocka_unit_test(an_answer_without_end_is_given_up),
	    cmocka_unit_test(a_lone_esc_waits_only_for_more),
	    cmocka_unit_test(a_paste_is_text_whatever_is_in_it),
	    cmocka_unit_test(terminfo_goes_first),
	    cmocka_unit_test(another_locale_has_ascii_keys_only),
	    cmocka_unit_test(noise_never_hangs_or_overruns),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
