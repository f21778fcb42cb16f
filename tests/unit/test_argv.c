#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "core/base/argv.h"

struct row {
	const char *line;
	const char *words[12];
};

static void check(const struct row *row)
{
	struct ks_err err;
	char **argv = ks_argv_split_shlex(row->line, &err);
	size_t n = 0;

	if (argv == NULL) {
		fail_msg("%s: %s", row->line, err.message);
		return;
	}
	for (; row->words[n] != NULL; n++) {
		if (argv[n] == NULL)
			fail_msg("%s: there is no word %zu", row->line, n);
		assert_string_equal(argv[n], row->words[n]);
	}
	assert_null(argv[n]);
	ks_argv_free(argv);
}

/* The words are what Python 3.11's shlex.split made of the lines. */
static void a_line_for_the_aws_tools_is_split_as_they_do(void **state)
{
	static const struct row rows[] = {
	    {"prog a b", {"prog", "a", "b"}},
	    {"  a\t b  ", {"a", "b"}},
	    {"a\nb\r\nc", {"a", "b", "c"}},
	    {"a 'b c' d", {"a", "b c", "d"}},
	    {"a \"b 'c\" d", {"a", "b 'c", "d"}},
	    {"a 'b \"c' d", {"a", "b \"c", "d"}},
	    {"a \"\\\"x\\\\ \\n\"", {"a", "\"x\\ \\n"}},
	    {"a \"\\$HOME \\`x\\`\"", {"a", "\\$HOME \\`x\\`"}},
	    {"a 'b\\c'", {"a", "b\\c"}},
	    {"a\\ b c", {"a b", "c"}},
	    {"a\\'b", {"a'b"}},
	    {"a \\\nb", {"a", "\nb"}},
	    {"a \"b\\\nc\"", {"a", "b\\\nc"}},
	    {"a ''", {"a", ""}},
	    {"a \"\" b", {"a", "", "b"}},
	    {"a'b'\"c\"d", {"abcd"}},
	    {"a | b > c; d & e < f `g`",
		{"a", "|", "b", ">", "c;", "d", "&", "e", "<", "f", "`g`"}},
	    {"a;b", {"a;b"}},
	    {"$HOME/bin/x ~ *", {"$HOME/bin/x", "~", "*"}},
	    {"#a b # c", {"#a", "b", "#", "c"}},
	    {"C:\\Tools\\x.exe", {"C:Toolsx.exe"}},
	    {"'C:\\Program Files\\x' y", {"C:\\Program Files\\x", "y"}},
	    {"a --json='{\"k\":\"v\"}'", {"a", "--json={\"k\":\"v\"}"}},
	    {"a \303\251\343\201\202", {"a", "\303\251\343\201\202"}},
	    {"a\013b\014c", {"a\013b\014c"}},
	    {"sh -c \"echo '{\\\"Version\\\":1}'\"", {"sh", "-c", "echo '{\"Version\":1}'"}},
	    {"a \"b\\'c\"", {"a", "b\\'c"}},
	    {"a b\\\\", {"a", "b\\"}},
	    {"a (b) !c {d,e}", {"a", "(b)", "!c", "{d,e}"}},
	    {"a\"b c\"' d'", {"ab c d"}},
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		check(&rows[i]);
}

static void a_line_that_the_aws_tools_cant_split_is_refused(void **state)
{
	static const struct {
		const char *line, *why;
	} rows[] = {
	    {"", "is empty"},
	    {"  ", "is empty"},
	    {"''", "is empty"},
	    {"a 'b", "a ' without its end"},
	    {"a \"b", "a \" without its end"},
	    {"a \"b\\\"", "a \" without its end"},
	    {"a \"\\", "a \" without its end"},
	    {"a \\", "ends in a backslash"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct ks_err err;

		ks_err_clear(&err);
		assert_null(ks_argv_split_shlex(rows[i].line, &err));
		assert_int_equal(err.kind, KS_ERR_USAGE);
		if (strstr(err.message, rows[i].why) == NULL)
			fail_msg("\"%s\" isn't in: %s", rows[i].why, err.message);
	}
}

static void a_line_of_too_many_words_is_refused(void **state)
{
	char line[2 * KS_ARGV_MAX + 2];
	struct ks_err err;
	char **argv;

	(void)state;
	for (size_t i = 0; i < sizeof line; i++)
		line[i] = i % 2 == 0 ? 'a' : ' ';
	line[sizeof line - 1] = '\0';
	assert_null(ks_argv_split_shlex(line, &err));
	line[sizeof line - 2] = '\0';
	argv = ks_argv_split_shlex(line, &err);
	assert_non_null(argv);
	ks_argv_free(argv);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_line_for_the_aws_tools_is_split_as_they_do),
	    cmocka_unit_test(a_line_that_the_aws_tools_cant_split_is_refused),
	    cmocka_unit_test(a_line_of_too_many_words_is_refused),
	};

	return cmocka_run_group_tests_name("argv", tests, NULL, NULL);
}
