/* The INI parser: the grammar of the AWS SDKs, our tolerances, and hostile files. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "core/base/buf.h"
#include "core/base/ini.h"
#include "core/base/secret.h"

static struct ks_ini *parse(const char *text, enum ks_ini_dialect dialect)
{
	struct ks_err err = {0};
	struct ks_ini *ini = ks_ini_parse(text, strlen(text), dialect, "FILE", &err);

	if (ini == NULL)
		print_error("%s\n", err.message);
	assert_non_null(ini);
	return ini;
}

/* The whole document as "[type|name]key=value;" for comparison; the caller frees it. */
static char *dump(const struct ks_ini *ini)
{
	struct ks_buf out;

	ks_buf_init(&out, 1 << 20);
	for (size_t i = 0; i < ks_ini_section_count(ini); i++) {
		const struct ks_ini_section *section = ks_ini_section(ini, i);

		ks_buf_printf(&out, "[%s|%s]", section->type, section->name);
		for (size_t k = 0; k < section->entry_count; k++)
			ks_buf_printf(
			    &out, "%s=%s;", section->entries[k].key, section->entries[k].value);
	}
	return ks_buf_take(&out);
}

struct grammar_case {
	const char *text;
	const char *dump;
	size_t warnings;
};

static void check_grammar(
    const struct grammar_case *cases, size_t count, enum ks_ini_dialect dialect)
{
	for (size_t i = 0; i < count; i++) {
		struct ks_ini *ini = parse(cases[i].text, dialect);
		char *got = dump(ini);

		assert_string_equal(got, cases[i].dump);
		if (ks_ini_warning_count(ini) != cases[i].warnings)
			print_error("in: %s\n", cases[i].text);
		assert_int_equal(ks_ini_warning_count(ini), cases[i].warnings);
		free(got);
		ks_ini_free(ini);
	}
}

static void the_grammar_of_the_config_file_is_read(void **state)
{
	static const struct grammar_case cases[] = {
	    {"", "", 0},
	    {"\n \t\n\r\n", "", 0},
	    {"[default]\nregion=us-east-1", "[|default]region=us-east-1;", 0},
	    {"[profile a]\nk = v\r\nl=w\r\n", "[profile|a]k=v;l=w;", 0},
	    {"[profile\ta]", "[profile|a]", 0},
	    {"[ \t profile \t a\t ]\nk=v", "[profile|a]k=v;", 0},
	    {"[profile a-b_c/d.e%f@g:h+1]", "[profile|a-b_c/d.e%f@g:h+1]", 0},
	    {"[profilea]\nk=v", "[|profilea]k=v;", 0},
	    {"[sso-session s]\nsso_region = x\n[services t]",
		"[sso-session|s]sso_region=x;[services|t]", 0},
	    {"[profile a];x\n[profile b]# y\n[profile c] ; z", "[profile|a][profile|b][profile|c]",
		0},
	    {"# c\n; d\n[profile a]\nk = v # c\nl = v;w\nm = v#w\nn = v ; x ; y",
		"[profile|a]k=v;l=v;w;m=v#w;n=v;", 0},
	    {"[profile a]\nk = \"quotes stay\"", "[profile|a]k=\"quotes stay\";", 0},
	    {"[profile a]\nk = a=b==", "[profile|a]k=a=b==;", 0},
	    {"[profile a]\nk =\nl=", "[profile|a]k=;l=;", 0},
	    {"[profile a]\n  KeY_1-x \t=\t v \t", "[profile|a]key_1-x=v;", 0},
	    {"[profile a]\nk = \xf0\x9f\x98\x82", "[profile|a]k=\xf0\x9f\x98\x82;", 0},
	    /* Continuation lines. */
	    {"[profile a]\nk = v\n w\n\t x \t\nl=1", "[profile|a]k=v\nw\nx;l=1;", 0},
	    {"[profile a]\nk = v\n w # kept\n x ; kept", "[profile|a]k=v\nw # kept\nx ; kept;", 0},
	    {"[profile a]\nk = v # cut\n w", "[profile|a]k=v\nw;", 0},
	    {"[profile a]\nk = v\n\n \t\n w", "[profile|a]k=v\nw;", 0},
	    {"[profile a]\nk = v\n # a comment\n w", "[profile|a]k=v\nw;", 0},
	    /* Sub-properties. */
	    {"[profile a]\ns3 =\n  b = c\n\n  d=e\nf=g", "[profile|a]s3=\nb = c\nd=e;f=g;", 0},
	    {"[profile a]\ns3 =\n in valid = c\n d =", "[profile|a]s3=\nin valid = c\nd =;", 0},
	    /* What isn't valid is left out, with all that belongs to it. */
	    {"[profile in valid]\nk=v\n[profile b]\nk=v", "[profile|b]k=v;", 1},
	    {"[profile a!b]\nk=v\n w", "", 1},
	    {"[]\nk=v", "", 1},
	    {"[profile a]\nin valid = v\n w\nk = v", "[profile|a]k=v;", 1},
	    /* Our tolerances. */
	    {"\xef\xbb\xbf[profile a]\nk=v", "[profile|a]k=v;", 0},
	    {"[profile \"my prof\"]\nk=v\n[profile 'x y']", "[profile|my prof]k=v;[profile|x y]",
		0},
	    {"[profile a]\n  k = v\n  l = w\n [profile b]\n m=x",
		"[profile|a]k=v;l=w;[profile|b]m=x;", 0},
	    {"[profile a]\n  k = v\n   more\n  s3 =\n    b = c\n  l = w",
		"[profile|a]k=v\nmore;s3=\nb = c;l=w;", 0},
	    {"[profile a]\nk=1\n[profile b]\n[profile a]\nl=2", "[profile|a]k=1;l=2;[profile|b]",
		1},
	    {"[profile a]\nK=1\nk=2\n more", "[profile|a]k=2\nmore;", 1},
	    {"[profile a]\nk=1\n[profile a]\nk=2", "[profile|a]k=2;", 2},
	};

	(void)state;
	check_grammar(cases, sizeof cases / sizeof cases[0], KS_INI_AWS_CONFIG);
}

static void the_grammar_of_the_credentials_file_is_read(void **state)
{
	static const struct grammar_case cases[] = {
	    {"[a]\nk=v\n[b]", "[|a]k=v;[|b]", 0},
	    {"[   a    ]\nk=v", "[|a]k=v;", 0},
	    {"[profile a]\nk=v\n[b]", "[|b]", 1},
	    {"[in valid 2]\nk=v", "", 1},
	    {"[\"in valid 2\"]\nk=v", "[|in valid 2]k=v;", 0},
	    {"[sso-sessiona]\nk=v", "[|sso-sessiona]k=v;", 0},
	};

	(void)state;
	check_grammar(cases, sizeof cases / sizeof cases[0], KS_INI_AWS_CREDENTIALS);
}

static void our_own_files_forgive_a_broken_line(void **state)
{
	static const struct grammar_case cases[] = {
	    {"[ui]\ntheme = dark # why\nnonsense\nmouse = yes", "[|ui]theme=dark;mouse=yes;", 1},
	    {"stray = 1\n[ui]\n= 2\n[ui", "[|ui]", 3},
	    {"[ui]\n more", "[|ui]", 1},
	    {"[colours]\nfg = #ff0000 # red\nbg=#000\nkey = ;\nx =",
		"[|colours]fg=#ff0000;bg=#000;key=;;x=;", 0},
	    {"[roles]\ntext = bold #fff on #123 ; why", "[|roles]text=bold #fff on #123;", 0},
	    {"[two words]\nk=v", "[|two words]k=v;", 0},
	};

	(void)state;
	check_grammar(cases, sizeof cases / sizeof cases[0], KS_INI_PLAIN);
}

static void check_refused(const char *text, size_t len, const char *expected)
{
	struct ks_err err = {0};

	assert_null(ks_ini_parse(text, len, KS_INI_AWS_CONFIG, "FILE", &err));
	if (strstr(err.message, expected) == NULL)
		print_error("%s\n", err.message);
	assert_non_null(strstr(err.message, expected));
}

static void a_broken_aws_file_is_refused_with_its_line(void **state)
{
	static const struct {
		const char *text, *expected;
	} cases[] = {
	    {"[profile a", "FILE, line 1: a section header must end with ]"},
	    {"[profile a] b", "FILE, line 1: only a comment may follow"},
	    {"k = v", "FILE, line 1: there is no section header before"},
	    {" more", "FILE, line 1: there is no section header before"},
	    {"[profile a]\nk : v", "FILE, line 2: there is no ="},
	    {"[profile a]\n= v", "FILE, line 2: there is no name"},
	    {"[profile a]\n\n more", "FILE, line 3: there is no ="},
	    {"[profile a]\nk=v\n[profile a]\n more", "FILE, line 4: there is no ="},
	    {"[profile a]\ns3 =\n more", "FILE, line 3: there is no = in this sub-property"},
	    {"[profile a]\ns3 =\n = more", "FILE, line 3: there is no name before"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
		check_refused(cases[i].text, strlen(cases[i].text), cases[i].expected);
}

static void no_message_ever_holds_a_value(void **state)
{
	static const char text[] = "[a]\naws_secret_access_key SECRETVALUE\n";
	static const char twice[] = "[a]\nk = SECRETVALUE\nk = SECRETVALUE\nSECRET VALUE = x\n";
	struct ks_err err = {0};
	struct ks_ini *ini;

	(void)state;
	assert_null(ks_ini_parse(text, sizeof text - 1, KS_INI_AWS_CREDENTIALS, "FILE", &err));
	assert_null(strstr(err.message, "SECRET"));
	ini = parse(twice, KS_INI_AWS_CREDENTIALS);
	assert_int_equal(ks_ini_warning_count(ini), 2);
	for (size_t i = 0; i < 2; i++)
		assert_null(strstr(ks_ini_warning(ini, i)->text, "SECRET"));
	ks_ini_free(ini);
}

static void warnings_and_entries_know_their_line(void **state)
{
	struct ks_ini *ini =
	    parse("# one\n[a]\nk = 1\n\nk = 2\n more\n[b]\n", KS_INI_AWS_CREDENTIALS);
	const struct ks_ini_section *a = ks_ini_find(ini, "", "a");

	(void)state;
	assert_int_equal(a->line, 2);
	assert_int_equal(ks_ini_get(a, "k")->line, 5);
	assert_int_equal(ks_ini_warning(ini, 0)->line, 5);
	assert_non_null(strstr(ks_ini_warning(ini, 0)->text, "first in line 3"));
	assert_null(ks_ini_get(a, "l"));
	assert_null(ks_ini_get(NULL, "k"));
	assert_null(ks_ini_find(ini, "", "c"));
	assert_null(ks_ini_find(NULL, "", "a"));
	ks_ini_free(ini);
}

static void check_sub(const struct ks_ini_entry *entry, const char *name, const char *expected)
{
	size_t len = 0;
	const char *value = ks_ini_sub(entry, name, &len);

	if (expected == NULL) {
		assert_null(value);
		return;
	}
	assert_non_null(value);
	assert_int_equal(len, strlen(expected));
	assert_memory_equal(value, expected, len);
}

static void sub_properties_are_found(void **state)
{
	struct ks_ini *ini =
	    parse("[services t]\ns3 =\n  Endpoint_URL = http://x # c\n  a=\n  b = 1\n"
		  "  b = 2\n  last\t=\tw\t\nflat = endpoint_url = y\n",
		KS_INI_AWS_CONFIG);
	const struct ks_ini_section *section = ks_ini_find(ini, "services", "t");
	const struct ks_ini_entry *s3 = ks_ini_get(section, "s3");

	(void)state;
	check_sub(s3, "endpoint_url", "http://x");
	check_sub(s3, "a", "");
	check_sub(s3, "b", "2");
	check_sub(s3, "last", "w");
	check_sub(s3, "endpoint", NULL);
	check_sub(ks_ini_get(section, "flat"), "endpoint_url", NULL);
	ks_ini_free(ini);
}

/* ---- limits ---- */

static void a_session_token_of_thousands_of_characters_survives(void **state)
{
	static char token[5001], text[6000];
	struct ks_ini *ini;

	(void)state;
	for (size_t i = 0; i < sizeof token - 1; i++)
		token[i] = "ABCDEFGHIJ+/abcdefghij0123456789="[i % 33];
	snprintf(text, sizeof text, "[a]\naws_session_token = %s\nk = v\n", token);
	ini = parse(text, KS_INI_AWS_CREDENTIALS);
	assert_string_equal(
	    ks_ini_get(ks_ini_find(ini, "", "a"), "aws_session_token")->value, token);
	ks_ini_free(ini);
}

static void lines_and_files_have_a_limit(void **state)
{
	size_t size = KS_INI_FILE_MAX + 1;
	char *text = malloc(size);
	struct ks_ini *ini;
	struct ks_err err;

	(void)state;
	memset(text, 'x', size);
	memcpy(text, "[a]\nk=", 6);
	ini = ks_ini_parse(text, 4 + KS_INI_LINE_MAX, KS_INI_AWS_CREDENTIALS, "FILE", &err);
	assert_non_null(ini);
	ks_ini_free(ini);
	check_refused(text, 4 + KS_INI_LINE_MAX + 1, "line 2: the line is longer than 64 KiB");
	check_refused(text, size, "larger than 1 MiB");
	free(text);
}

static void a_nul_byte_is_refused(void **state)
{
	(void)state;
	check_refused("[a]\nk = v\0w\n", 12, "line 2: a NUL byte");
	check_refused("\xff\xfe[\0a\0]\0", 8, "line 1: a NUL byte");
}

/* Fills a text of a mebibyte with lines that hold a number between before and after. */
static char *many_lines(const char *head, const char *before, const char *after, size_t *len)
{
	struct ks_buf text;
	unsigned i = 0;

	ks_buf_init(&text, KS_INI_FILE_MAX);
	ks_buf_puts(&text, head);
	while (!text.overflow && text.len + 40 < KS_INI_FILE_MAX)
		ks_buf_printf(&text, "%s%u%s\n", before, i++, after);
	*len = text.len;
	return ks_buf_take(&text);
}

static void a_mebibyte_of_continuation_lines_is_one_value(void **state)
{
	size_t len;
	char *text = many_lines("[a]\nk = v\n", " ", "", &len);
	struct ks_err err;
	struct ks_ini *ini = ks_ini_parse(text, len, KS_INI_AWS_CREDENTIALS, "FILE", &err);

	(void)state;
	assert_non_null(ini);
	assert_true(strlen(ks_ini_get(ks_ini_find(ini, "", "a"), "k")->value) > len / 2);
	ks_ini_free(ini);
	free(text);
}

static void too_many_sections_keys_and_warnings_are_bounded(void **state)
{
	size_t len;
	char *text = many_lines("", "[s", "]", &len);
	struct ks_ini *ini;
	struct ks_err err;

	(void)state;
	check_refused(text, len, "too many sections");
	free(text);
	text = many_lines("[a]\n", "k", "=", &len);
	check_refused(text, len, "too many keys");
	free(text);
	text = many_lines("[a]\n", "k=", "", &len);
	ini = ks_ini_parse(text, len, KS_INI_AWS_CREDENTIALS, "FILE", &err);
	assert_int_equal(ks_ini_warning_count(ini), KS_INI_WARNING_MAX + 1);
	ks_ini_free(ini);
	free(text);
}

/* Whatever bytes: an answer, and no byte read or written out of place (under the sanitizers). */
static void scrambled_files_never_confuse_the_parser(void **state)
{
	static const char pieces[] = "[]=#; \t\n\r\"'a\n =[profile x]\n\n s3=\n ";
	uint32_t seed = 1;
	char text[200];

	(void)state;
	for (int round = 0; round < 20000; round++) {
		struct ks_err err;
		struct ks_ini *ini;
		size_t len = 0;

		while (len < sizeof text && (seed = seed * 1664525u + 1013904223u) >> 25 != 0)
			text[len++] = pieces[(seed >> 16) % (sizeof pieces - 1)];
		ini = ks_ini_parse(text, len, (enum ks_ini_dialect)(round % 3), "FILE", &err);
		if (ini != NULL)
			free(dump(ini));
		ks_ini_free(ini);
	}
}

/* ---- files ---- */

static char folder[] = "/tmp/keysail-ini-XXXXXX";

static const char *in_folder(const char *name)
{
	static char path[200];

	snprintf(path, sizeof path, "%s/%s", folder, name);
	return path;
}

static void write_file(const char *name, const char *text, size_t len)
{
	FILE *file = fopen(in_folder(name), "w");

	assert_non_null(file);
	assert_int_equal(fwrite(text, 1, len, file), len);
	fclose(file);
}

static void check_file(const char *path, enum ks_ini_result expected, const char *message)
{
	struct ks_ini *ini;
	struct ks_err err = {0};

	assert_int_equal(ks_ini_read(path, KS_INI_AWS_CREDENTIALS, "FILE", &ini, &err), expected);
	assert_true((ini != NULL) == (expected == KS_INI_READ));
	assert_non_null(strstr(err.message, message));
	ks_ini_free(ini);
}

static void files_are_read_or_said_to_be_missing(void **state)
{
	(void)state;
	write_file("good", "[a]\nk=v\n", 8);
	write_file("empty", "", 0);
	check_file(in_folder("good"), KS_INI_READ, "");
	check_file(in_folder("empty"), KS_INI_READ, "");
	check_file(in_folder("nowhere"), KS_INI_MISSING, "");
	check_file(in_folder("good/below"), KS_INI_MISSING, "");
	check_file("/dev/null", KS_INI_MISSING, "");
}

static void what_is_no_plain_file_is_refused_and_never_blocks(void **state)
{
	(void)state;
	assert_int_equal(mkfifo(in_folder("fifo"), 0600), 0);
	assert_int_equal(mkdir(in_folder("dir"), 0700), 0);
	assert_int_equal(symlink("loop", in_folder("loop")), 0);
	check_file(in_folder("fifo"), KS_INI_REFUSED, "it isn't a regular file");
	check_file(in_folder("dir"), KS_INI_REFUSED, "it is a folder");
	check_file(in_folder("loop"), KS_INI_REFUSED, "FILE can't be read");
	check_file("/dev/zero", KS_INI_REFUSED, "it isn't a regular file");
}

static void an_unreadable_file_is_refused(void **state)
{
	bool is_root = geteuid() == 0;

	(void)state;
	write_file("locked", "[a]\n", 4);
	assert_int_equal(chmod(in_folder("locked"), 0), 0);
	/* root may read all, so that it has to be somebody else meanwhile. */
	assert_true(!is_root || seteuid(65534) == 0);
	check_file(in_folder("locked"), KS_INI_REFUSED, "Permission denied");
	assert_true(!is_root || seteuid(0) == 0);
}

static void a_file_of_ten_megabytes_is_refused(void **state)
{
	FILE *file = fopen(in_folder("huge"), "w");

	(void)state;
	assert_non_null(file);
	assert_int_equal(ftruncate(fileno(file), 10 << 20), 0);
	fclose(file);
	check_file(in_folder("huge"), KS_INI_REFUSED, "larger than 1 MiB");
}

static int make_folder(void **state)
{
	(void)state;
	return mkdtemp(folder) != NULL ? 0 : -1;
}

static int remove_folder(void **state)
{
	static const char *const names[] = {"good", "empty", "fifo", "loop", "locked", "huge"};

	(void)state;
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
		unlink(in_folder(names[i]));
	rmdir(in_folder("dir"));
	return rmdir(folder);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
	    cmocka_unit_test(the_grammar_of_the_config_file_is_read),
	    cmocka_unit_test(the_grammar_of_the_credentials_file_is_read),
	    cmocka_unit_test(our_own_files_forgive_a_broken_line),
	    cmocka_unit_test(a_broken_aws_file_is_refused_with_its_line),
	    cmocka_unit_test(no_message_ever_holds_a_value),
	    cmocka_unit_test(warnings_and_entries_know_their_line),
	    cmocka_unit_test(sub_properties_are_found),
	    cmocka_unit_test(a_session_token_of_thousands_of_characters_survives),
	    cmocka_unit_test(lines_and_files_have_a_limit),
	    cmocka_unit_test(a_nul_byte_is_refused),
	    cmocka_unit_test(a_mebibyte_of_continuation_lines_is_one_value),
	    cmocka_unit_test(too_many_sections_keys_and_warnings_are_bounded),
	    cmocka_unit_test(scrambled_files_never_confuse_the_parser),
	    cmocka_unit_test(files_are_read_or_said_to_be_missing),
	    cmocka_unit_test(what_is_no_plain_file_is_refused_and_never_blocks),
	    cmocka_unit_test(an_unreadable_file_is_refused),
	    cmocka_unit_test(a_file_of_ten_megabytes_is_refused),
	};

	ks_secret_setup();
	return cmocka_run_group_tests_name("ini", tests, make_folder, remove_folder);
}
