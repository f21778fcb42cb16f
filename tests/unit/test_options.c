/* The command line. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tui/cli/options.h"

enum { WORDS = 32 };

struct line {
	char text[256];
	char *argv[WORDS + 1];
	int argc;
};

/* Splits at blanks; argv[0] is put before. */
static void split(struct line *line, const char *text)
{
	char *word;

	snprintf(line->text, sizeof line->text, "keysail %s", text);
	line->argc = 0;
	for (word = line->text; *word != '\0' && line->argc < WORDS;) {
		size_t len = strcspn(word, " ");

		line->argv[line->argc++] = word;
		word += len + (word[len] != '\0');
		word[-1] = word[-1] == ' ' ? '\0' : word[-1];
	}
	line->argv[line->argc] = NULL;
}

static bool parse(
    struct line *line, const char *text, struct ks_options *options, struct ks_err *err)
{
	split(line, text);
	return ks_options_parse(line->argc, line->argv, options, err);
}

static void assert_refused(const char *text, const char *part)
{
	struct ks_options options;
	struct ks_err err = {0};
	struct line line = {0};

	if (parse(&line, text, &options, &err))
		fail_msg("accepted: %s", text);
	assert_int_equal(err.kind, KS_ERR_USAGE);
	if (strstr(err.message, part) == NULL)
		fail_msg("%s: \"%s\" doesn't say \"%s\"", text, err.message, part);
	ks_options_free(&options);
}

static void nothing_means_the_ui(void **state)
{
	struct ks_options options;
	struct ks_err err;
	struct line line = {0};

	(void)state;
	assert_true(parse(&line, "", &options, &err));
	assert_int_equal(options.command, KS_COMMAND_UI);
	assert_int_equal(options.n_profiles + options.n_regions, 0);
	assert_false(options.demo || options.read_only || options.all_regions || options.help);
	assert_string_equal(options.format->name, "table");
	ks_options_free(&options);
}

static void every_global_option_is_taken(void **state)
{
	struct ks_options options;
	struct ks_err err;
	struct line line = {0};

	(void)state;
	assert_true(parse(&line,
	    "-p prod --profile=dev -r us-east-1 --region eu-west-1 "
	    "--endpoint-url http://127.0.0.1:8080 --read-only --theme dark --config /c "
	    "--log-file /l --no-color --ascii",
	    &options, &err));
	assert_int_equal(options.n_profiles, 2);
	assert_string_equal(options.profiles[1], "dev");
	assert_int_equal(options.n_regions, 2);
	assert_string_equal(options.regions[0], "us-east-1");
	assert_string_equal(options.endpoint_url, "http://127.0.0.1:8080");
	assert_true(options.read_only && options.no_color && options.ascii);
	assert_string_equal(options.theme, "dark");
	assert_string_equal(options.config_file, "/c");
	assert_string_equal(options.log_file, "/l");
	ks_options_free(&options);
}

static void options_may_stand_before_and_after_the_command(void **state)
{
	struct ks_options options;
	struct ks_err err;
	struct line line = {0};

	(void)state;
	assert_true(
	    parse(&line, "-p prod list --format json -r all --bucket media --fail-on idle,two-keys",
		&options, &err));
	assert_int_equal(options.command, KS_COMMAND_LIST);
	assert_string_equal(options.profiles[0], "prod");
	assert_true(options.all_regions);
	assert_int_equal(options.n_regions, 0);
	assert_string_equal(options.format->name, "json");
	assert_string_equal(options.bucket, "media");
	assert_int_equal(
	    options.fail_on, KS_FINDING_BIT(KS_FINDING_IDLE) | KS_FINDING_BIT(KS_FINDING_TWO_KEYS));
	ks_options_free(&options);
	assert_true(parse(&line, "-p a whoami -p b --format json", &options, &err));
	assert_int_equal(options.command, KS_COMMAND_WHOAMI);
	assert_int_equal(options.n_profiles, 2);
	assert_string_equal(options.format->name, "json");
	ks_options_free(&options);
	assert_true(parse(&line, "--format csv list", &options, &err));
	assert_string_equal(options.format->name, "csv");
	ks_options_free(&options);
}

static void serve_gets_its_own_arguments(void **state)
{
	struct ks_options options;
	struct ks_err err;
	struct line line = {0};

	(void)state;
	assert_true(parse(&line, "serve --port 0 --help extra", &options, &err));
	assert_int_equal(options.command, KS_COMMAND_SERVE);
	assert_int_equal(options.serve_argc, 4 + 1);
	assert_string_equal(options.serve_argv[0], "serve");
	assert_string_equal(options.serve_argv[4], "extra");
	assert_false(options.help);
	ks_options_free(&options);
}

static void help_wins_over_what_would_not_go_together(void **state)
{
	struct ks_options options;
	struct ks_err err;
	struct line line = {0};

	(void)state;
	assert_true(parse(&line, "--demo -p x -h", &options, &err));
	assert_true(options.help);
	ks_options_free(&options);
	assert_true(parse(&line, "list -V", &options, &err));
	assert_true(options.version);
	ks_options_free(&options);
}

static void what_is_wrong_is_named(void **state)
{
	(void)state;
	assert_refused("--nope", "there is no option --nope");
	assert_refused("-x", "-x");
	assert_refused("--re", "--re is the beginning of more than one option");
	assert_refused("--theme", "--theme needs a value");
	assert_refused("-p", "-p needs a value");
	assert_refused("--demo=yes", "--demo takes no value");
	assert_refused("lst", "'lst': there are list, whoami, create, delete and serve");
	assert_refused(
	    "rotate media", "'rotate': there are list, whoami, create, delete and serve");
	assert_refused("create", "create needs a bucket");
	assert_refused("create media", "say with --to where it goes");
	assert_refused("create media --to", "--to needs a value");
	assert_refused(
	    "create media --to clipboard", "delivered to 'clipboard', only to one of profile:NAME");
	assert_refused("create media --to env:", "FILE in env:FILE is the path of a file");
	assert_refused("create media more --to env:x", "'more' is one word too many");
	assert_refused("list --to env:x", "--to goes with the command create");
	assert_refused(
	    "delete media AKIA --yes --replace", "--replace goes with the command create");
	assert_refused("delete media --yes", "needs a bucket and a key's ID");
	assert_refused("delete media AKIA", "say --yes");
	assert_refused("delete media AKIA more --yes", "'more' is one word too many");
	assert_refused("delete media AKIA --yes --format json",
	    "--format goes with the commands list and whoami");
	assert_refused("whoami --format csv", "whoami prints a table or json");
	assert_refused("whoami --bucket media", "--bucket goes with the command list");
	assert_refused("whoami media", "'media' is one word too many");
	assert_refused("list --yes", "--yes goes with the command delete");
	assert_refused("list media", "'media' is one word too many");
	assert_refused("list --format ndjson", "table, json or csv");
	assert_refused("list --fail-on idle,stale", "'stale': there are unused, idle");
	assert_refused("list --fail-on idle,", "''");
	assert_refused("list --record", "--record");
	assert_refused("-r Us_East", "'Us_East'");
	assert_refused("-r all -r us-east-1", "all");
	assert_refused("--endpoint-url http://example.com", "--endpoint-url");
	assert_refused("--endpoint-url http://127.0.0.1 --demo", "--endpoint-url");
	assert_refused("--demo -p prod", "--profile");
	assert_refused("--format json", "--format goes with the commands list and whoami");
	assert_refused("--bucket x serve", "--bucket goes with the command list");
}

static void a_message_shows_hostile_words_cleaned(void **state)
{
	(void)state;
	assert_refused("\x1b[31mred", "\xef\xbf\xbd[31mred");
}

static void the_help_names_every_option(void **state)
{
	static const char *const names[] = {"--profile", "--region", "--endpoint-url", "--demo",
	    "--read-only", "--theme", "--config", "--log-file", "--no-color", "--ascii", "--help",
	    "--version", "--format", "--bucket", "--fail-on", "two-keys", "--to", "--replace",
	    "--yes", "profile:NAME", "command:COMMAND LINE"};
	char *text = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&text, &size);

	(void)state;
	ks_options_help(out);
	fclose(out);
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
		assert_non_null(strstr(text, names[i]));
	for (const char *line = text; *line != '\0'; line += strcspn(line, "\n") + 1)
		assert_in_range(strcspn(line, "\n"), 0, 80);
	free(text);
}

static void all_is_no_region_however_it_is_written(void **state)
{
	static const char *const lines[] = {"-r all", "-r ALL", "--region=All"};

	(void)state;
	for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
		struct ks_options options;
		struct ks_err err;
		struct line line = {0};

		assert_true(parse(&line, lines[i], &options, &err));
		assert_true(options.all_regions);
		assert_int_equal(options.n_regions, 0);
		ks_options_free(&options);
	}
	assert_refused("-r ALL -r us-east-1", "all");
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
	    cmocka_unit_test(nothing_means_the_ui),
	    cmocka_unit_test(every_global_option_is_taken),
	    cmocka_unit_test(options_may_stand_before_and_after_the_command),
	    cmocka_unit_test(serve_gets_its_own_arguments),
	    cmocka_unit_test(help_wins_over_what_would_not_go_together),
	    cmocka_unit_test(what_is_wrong_is_named),
	    cmocka_unit_test(a_message_shows_hostile_words_cleaned),
	    cmocka_unit_test(the_help_names_every_option),
	    cmocka_unit_test(all_is_no_region_however_it_is_written),
	};

	return cmocka_run_group_tests_name("options", tests, NULL, NULL);
}
