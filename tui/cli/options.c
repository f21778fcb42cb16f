#include "tui/cli/options.h"

#include <getopt.h>
#include <stdlib.h>
#include <string.h>

#include "core/aws/endpoint.h"
#include "core/base/mem.h"
#include "core/base/text.h"
#include "core/deliver/sink.h"

/* ---- what each option does ---- */

typedef bool set_fn(struct ks_options *options, const char *value, struct ks_err *err);

static bool set_profile(struct ks_options *options, const char *value, struct ks_err *err)
{
	if (value[0] == '\0')
		return ks_err_set(err, KS_ERR_USAGE, "--profile needs a name");
	options->profiles[options->n_profiles++] = value;
	return true;
}

static bool set_region(struct ks_options *options, const char *value, struct ks_err *err)
{
	/* No region has that name, however it is written. */
	if (ks_text_casecmp(value, "all") == 0) {
		options->all_regions = true;
		return true;
	}
	if (!ks_endpoint_region_ok(value))
		return ks_err_set(err, KS_ERR_USAGE, "'%s' is no name of a region", value);
	options->regions[options->n_regions++] = value;
	return true;
}

static bool set_endpoint_url(struct ks_options *options, const char *value, struct ks_err *err)
{
	struct ks_endpoint parts;

	options->endpoint_url = value;
	return ks_endpoint_split(value, "--endpoint-url", &parts, err);
}

static bool set_demo(struct ks_options *options, const char *value, struct ks_err *err)
{
	(void)value;
	(void)err;
	options->demo = true;
	return true;
}

static bool set_read_only(struct ks_options *options, const char *value, struct ks_err *err)
{
	(void)value;
	(void)err;
	options->read_only = true;
	return true;
}

static bool set_theme(struct ks_options *options, const char *value, struct ks_err *err)
{
	(void)err;
	options->theme = value;
	return true;
}

static bool set_config(struct ks_options *options, const char *value, struct ks_err *err)
{
	(void)err;
	options->config_file = value;
	return true;
}

static bool set_log_file(struct ks_options *options, const char *value, struct ks_err *err)
{
	(void)err;
	options->log_file = value;
	return true;
}

static bool set_no_color(struct ks_options *options, const char *value, struct ks_err *err)
{
	(void)value;
	(void)err;
	options->no_color = true;
	return true;
}

static bool set_ascii(struct ks_options *options, const char *value, struct ks_err *err)
{
	(void)value;
	(void)err;
	options->ascii = true;
	return true;
}

static bool set_help(struct ks_options *options, const char *value, struct ks_err *err)
{
	(void)value;
	(void)err;
	options->help = true;
	return true;
}

static bool set_version(struct ks_options *options, const char *value, struct ks_err *err)
{
	(void)value;
	(void)err;
	options->version = true;
	return true;
}

static bool set_format(struct ks_options *options, const char *value, struct ks_err *err)
{
	options->format = ks_list_format_by_name(value);
	if (options->format != NULL)
		return true;
	return ks_err_set(
	    err, KS_ERR_USAGE, "there is no format '%s': take table, json or csv", value);
}

static bool set_bucket(struct ks_options *options, const char *value, struct ks_err *err)
{
	if (value[0] == '\0')
		return ks_err_set(err, KS_ERR_USAGE, "--bucket needs a name");
	options->bucket = value;
	return true;
}

static bool set_yes(struct ks_options *options, const char *value, struct ks_err *err)
{
	(void)value;
	(void)err;
	options->yes = true;
	return true;
}

static bool set_to(struct ks_options *options, const char *value, struct ks_err *err)
{
	struct ks_sink sink;
	bool good = ks_sink_parse(value, &sink, err);

	ks_sink_free(&sink);
	options->sink = value;
	return good;
}

static bool set_replace(struct ks_options *options, const char *value, struct ks_err *err)
{
	(void)value;
	(void)err;
	options->replace = true;
	return true;
}

static bool no_such_finding(const char *name, struct ks_err *err)
{
	char known[128] = "";
	size_t len = 0;

	for (int i = 0; i < KS_FINDING_COUNT; i++)
		len += (size_t)snprintf(known + len, sizeof known - len, "%s%s",
		    len > 0 ? ", " : "", ks_finding_info((enum ks_finding)i)->name);
	return ks_err_set(
	    err, KS_ERR_USAGE, "--fail-on knows no finding '%s': there are %s", name, known);
}

static bool set_fail_on(struct ks_options *options, const char *value, struct ks_err *err)
{
	char name[32];
	enum ks_finding finding;

	for (;;) {
		size_t len = strcspn(value, ",");

		snprintf(
		    name, sizeof name, "%.*s", (int)(len < sizeof name ? len : sizeof name), value);
		if (!ks_finding_by_name(name, &finding))
			return no_such_finding(name, err);
		options->fail_on |= KS_FINDING_BIT(finding);
		if (value[len] == '\0')
			return true;
		value += len + 1;
	}
}

/* ---- the options: one row each ---- */

enum { EVERYWHERE = 0, OF_LIST = 1, OF_WHOAMI = 2, OF_CREATE = 4, OF_DELETE = 8 };

static const struct row {
	const char *name;
	char letter;       /* 0: none */
	const char *value; /* what the help calls it; NULL: it takes none */
	unsigned scope;    /* EVERYWHERE, or some of the others */
	set_fn *set;
	const char *help;
} rows[] = {
    {"profile", 'p', "NAME", EVERYWHERE, set_profile, "use this AWS profile (repeatable)"},
    {"region", 'r', "NAME", EVERYWHERE, set_region,
	"look in this region (repeatable); all: every one"},
    {"endpoint-url", 0, "URL", EVERYWHERE, set_endpoint_url, "send the calls there"},
    {"demo", 0, NULL, EVERYWHERE, set_demo, "run on an emulator: no AWS account needed"},
    {"read-only", 0, NULL, EVERYWHERE, set_read_only, "send no call that changes anything"},
    {"theme", 0, "NAME", EVERYWHERE, set_theme, "use this theme: dark, light, mono, or a file"},
    {"config", 0, "FILE", EVERYWHERE, set_config, "read this configuration file"},
    {"log-file", 0, "FILE", EVERYWHERE, set_log_file,
	"append a log, without secrets, to this file"},
    {"no-color", 0, NULL, EVERYWHERE, set_no_color, "use no colour (also: NO_COLOR)"},
    {"ascii", 0, NULL, EVERYWHERE, set_ascii, "draw with ASCII characters only"},
    {"help", 'h', NULL, EVERYWHERE, set_help, "print this and exit"},
    {"version", 'V', NULL, EVERYWHERE, set_version, "print the version and exit"},
    {"format", 0, "FORMAT", OF_LIST | OF_WHOAMI, set_format,
	"table (the default), json or, of list, csv"},
    {"bucket", 0, "NAME", OF_LIST, set_bucket, "only the keys of this bucket"},
    {"fail-on", 0, "FINDING[,FINDING]", OF_LIST, set_fail_on,
	"exit with 3 when a key has one of these findings"},
    {"to", 0, "SINK", OF_CREATE, set_to, "deliver the secret there"},
    {"replace", 0, NULL, OF_CREATE, set_replace, "what is there already may be replaced"},
    {"yes", 0, NULL, OF_DELETE, set_yes, "delete it: this can't be undone"},
};
enum { ROWS = sizeof rows / sizeof rows[0], LONG_BASE = 256 };

/* ---- the commands ---- */

static const struct {
	const char *name;
	enum ks_command command;
	unsigned scope; /* the options that only it takes */
} commands[] = {
    {"list", KS_COMMAND_LIST, OF_LIST},
    {"whoami", KS_COMMAND_WHOAMI, OF_WHOAMI},
    {"create", KS_COMMAND_CREATE, OF_CREATE},
    {"delete", KS_COMMAND_DELETE, OF_DELETE},
    {"serve", KS_COMMAND_SERVE, EVERYWHERE},
};
enum { COMMANDS = sizeof commands / sizeof commands[0] };

static bool take_command(const char *word, struct ks_options *options, struct ks_err *err)
{
	for (size_t i = 0; i < COMMANDS; i++) {
		if (strcmp(commands[i].name, word) != 0)
			continue;
		options->command = commands[i].command;
		return true;
	}
	return ks_err_set(err, KS_ERR_USAGE,
	    "there is no command '%s': there are list, whoami, create, delete and serve", word);
}

/* ---- parsing ---- */

struct parser {
	struct option longs[ROWS + 1];
	char shorts[2 * ROWS + 3];
	bool seen[ROWS];
};

static void describe_to_getopt(struct parser *parser)
{
	char *letter = parser->shorts;

	*letter++ = '+'; /* stop at the command */
	*letter++ = ':'; /* say which argument is missing */
	for (size_t i = 0; i < ROWS; i++) {
		parser->longs[i] = (struct option){
		    .name = rows[i].name,
		    .has_arg = rows[i].value != NULL ? required_argument : no_argument,
		    .val = LONG_BASE + (int)i,
		};
		if (rows[i].letter == '\0')
			continue;
		*letter++ = rows[i].letter;
		if (rows[i].value != NULL)
			*letter++ = ':';
	}
}

static size_t row_of(int found)
{
	size_t i = 0;

	if (found >= LONG_BASE)
		return (size_t)(found - LONG_BASE);
	while (rows[i].letter != found)
		i++;
	return i;
}

/* "--re" may begin several options; getopt_long says the same of it as of none. */
static bool is_beginning(const char *word)
{
	const char *name = word + strspn(word, "-");
	size_t len = strcspn(name, "=");

	for (size_t i = 0; i < ROWS; i++)
		if (len > 0 && strncmp(rows[i].name, name, len) == 0)
			return true;
	return false;
}

static bool not_understood(int found, char *word, struct ks_err *err)
{
	if (found == ':')
		return ks_err_set(err, KS_ERR_USAGE, "%s needs a value", word);
	if (optopt >= LONG_BASE)
		return ks_err_set(
		    err, KS_ERR_USAGE, "--%s takes no value", rows[optopt - LONG_BASE].name);
	if (optopt != 0)
		return ks_err_set(err, KS_ERR_USAGE, "there is no option -%c", optopt);
	return ks_err_set(err, KS_ERR_USAGE,
	    is_beginning(word) ? "%s is the beginning of more than one option"
			       : "there is no option %s",
	    word);
}

/* Options up to the next word that is none. */
static bool take_options(
    struct parser *parser, int argc, char **argv, struct ks_options *options, struct ks_err *err)
{
	int found;

	while ((found = getopt_long(argc, argv, parser->shorts, parser->longs, NULL)) != -1) {
		size_t row;

		if (found == '?' || found == ':')
			return not_understood(found, argv[optind - 1], err);
		row = row_of(found);
		parser->seen[row] = true;
		if (!rows[row].set(options, optarg, err))
			return false;
	}
	return true;
}

/* The next word, and the options after it. */
static bool take_word(struct parser *parser, int argc, char **argv, const char **word,
    struct ks_options *options, struct ks_err *err)
{
	if (optind >= argc)
		return true;
	*word = argv[optind++];
	return take_options(parser, argc, argv, options, err);
}

/* "command list", "commands list and whoami" */
static const char *commands_of(unsigned scope, char *dst, size_t size)
{
	const char *first = NULL, *last = NULL;

	for (size_t i = 0; i < COMMANDS; i++) {
		if ((commands[i].scope & scope) == 0)
			continue;
		if (first == NULL)
			first = commands[i].name;
		else
			last = commands[i].name;
	}
	if (last == NULL)
		snprintf(dst, size, "command %s", first);
	else
		snprintf(dst, size, "commands %s and %s", first, last);
	return dst;
}

static bool is_of(unsigned scope, enum ks_command command)
{
	for (size_t i = 0; i < COMMANDS; i++)
		if (commands[i].command == command && (commands[i].scope & scope) != 0)
			return true;
	return scope == EVERYWHERE;
}

static bool check_whoami(const struct ks_options *options, struct ks_err *err)
{
	if (strcmp(options->format->name, "csv") != 0)
		return true;
	return ks_err_set(err, KS_ERR_USAGE, "whoami prints a table or json");
}

static bool check_create(const struct ks_options *options, struct ks_err *err)
{
	if (options->bucket == NULL)
		return ks_err_set(err, KS_ERR_USAGE, "create needs a bucket");
	if (options->sink == NULL)
		return ks_err_set(err, KS_ERR_USAGE,
		    "a secret comes once and is never printed: say with --to where it goes");
	return true;
}

static bool check_delete(const struct ks_options *options, struct ks_err *err)
{
	if (options->key_id == NULL)
		return ks_err_set(err, KS_ERR_USAGE, "delete needs a bucket and a key's ID");
	if (!options->yes)
		return ks_err_set(
		    err, KS_ERR_USAGE, "a deleted key doesn't come back: say --yes to delete it");
	return true;
}

static bool check_together(
    const struct parser *parser, const struct ks_options *options, struct ks_err *err)
{
	char names[64];

	for (size_t i = 0; i < ROWS; i++)
		if (parser->seen[i] && !is_of(rows[i].scope, options->command))
			return ks_err_set(err, KS_ERR_USAGE, "--%s goes with the %s", rows[i].name,
			    commands_of(rows[i].scope, names, sizeof names));
	if (options->command == KS_COMMAND_WHOAMI && !check_whoami(options, err))
		return false;
	if (options->command == KS_COMMAND_CREATE && !check_create(options, err))
		return false;
	if (options->command == KS_COMMAND_DELETE && !check_delete(options, err))
		return false;
	if (options->demo && options->endpoint_url != NULL)
		return ks_err_set(
		    err, KS_ERR_USAGE, "--demo brings its own server: leave --endpoint-url out");
	if (options->demo && options->n_profiles > 0)
		return ks_err_set(
		    err, KS_ERR_USAGE, "--demo needs no profile: leave --profile out");
	if (options->all_regions && options->n_regions > 0)
		return ks_err_set(err, KS_ERR_USAGE, "--region all goes with no other --region");
	return true;
}

static void restart_getopt(void)
{
	opterr = 0;
#if defined __APPLE__ || defined __FreeBSD__ || defined __NetBSD__ || defined __OpenBSD__
	optind = optreset = 1;
#else
	optind = 0;
#endif
}

bool ks_options_parse(int argc, char **argv, struct ks_options *options, struct ks_err *err)
{
	struct parser parser = {0};

	*options = (struct ks_options){.format = ks_list_format(0)};
	options->profiles = ks_calloc((size_t)argc, sizeof *options->profiles);
	options->regions = ks_calloc((size_t)argc, sizeof *options->regions);
	describe_to_getopt(&parser);
	restart_getopt();
	if (!take_options(&parser, argc, argv, options, err))
		return false;
	if (optind < argc) {
		if (!take_command(argv[optind++], options, err))
			return false;
		if (options->command == KS_COMMAND_SERVE) {
			options->serve_argc = argc - optind + 1;
			options->serve_argv = argv + optind - 1;
			return check_together(&parser, options, err);
		}
		if (!take_options(&parser, argc, argv, options, err))
			return false;
	}
	if ((options->command == KS_COMMAND_CREATE || options->command == KS_COMMAND_DELETE) &&
	    !take_word(&parser, argc, argv, &options->bucket, options, err))
		return false;
	if (options->command == KS_COMMAND_DELETE &&
	    !take_word(&parser, argc, argv, &options->key_id, options, err))
		return false;
	if (optind < argc)
		return ks_err_set(err, KS_ERR_USAGE, "'%s' is one word too many", argv[optind]);
	return options->help || options->version || check_together(&parser, options, err);
}

void ks_options_free(struct ks_options *options)
{
	free(options->profiles);
	free(options->regions);
	*options = (struct ks_options){0};
}

/* ---- help ---- */

static void help_rows(FILE *out, unsigned scope)
{
	for (size_t i = 0; i < ROWS; i++) {
		char left[64];

		if (rows[i].scope != scope && (rows[i].scope & scope) == 0)
			continue;
		snprintf(left, sizeof left, "%c%c%c --%s%s%s", rows[i].letter ? '-' : ' ',
		    rows[i].letter ? rows[i].letter : ' ', rows[i].letter ? ',' : ' ', rows[i].name,
		    rows[i].value != NULL ? " " : "", rows[i].value != NULL ? rows[i].value : "");
		if (strlen(left) > 24)
			fprintf(out, "  %s\n  %-24s  %s\n", left, "", rows[i].help);
		else
			fprintf(out, "  %-24s  %s\n", left, rows[i].help);
	}
}

static void help_sinks(FILE *out)
{
	struct ks_sink_help sink;

	for (size_t i = 0; ks_sink_help(i, &sink); i++) {
		char left[64];

		snprintf(left, sizeof left, "%s:%s", sink.kind, sink.where);
		fprintf(out, "  %-24s  %s\n", left, sink.help);
	}
}

void ks_options_help(FILE *out)
{
	fputs("Usage: keysail [OPTIONS]          open the terminal UI\n"
	      "       keysail [OPTIONS] list     print every key and exit\n"
	      "       keysail [OPTIONS] whoami   print which identity would be used\n"
	      "       keysail [OPTIONS] create BUCKET --to SINK\n"
	      "                                  create a key and deliver its secret\n"
	      "       keysail [OPTIONS] delete BUCKET KEYID --yes\n"
	      "                                  delete an access key\n"
	      "       keysail serve [OPTIONS]    run the emulator by itself\n"
	      "\n"
	      "Access keys of Amazon Lightsail buckets: see them all with their last use,\n"
	      "create, hand over and delete them.\n"
	      "\n"
	      "Options:\n",
	    out);
	help_rows(out, EVERYWHERE);
	fputs("\nOptions of list:\n", out);
	help_rows(out, OF_LIST);
	fputs("\nOptions of whoami:\n", out);
	help_rows(out, OF_WHOAMI);
	fputs("\nOptions of create:\n", out);
	help_rows(out, OF_CREATE);
	fputs("\nSinks:\n", out);
	help_sinks(out);
	fputs("\nOptions of delete:\n", out);
	help_rows(out, OF_DELETE);
	fputs("\nFindings:\n", out);
	for (int i = 0; i < KS_FINDING_COUNT; i++)
		fprintf(out, "  %-9s  %s\n", ks_finding_info((enum ks_finding)i)->name,
		    ks_finding_info((enum ks_finding)i)->meaning);
	fputs("\nExit status: 0 done; 1 it failed; 2 wrong usage; 3 --fail-on found something.\n"
	      "The manual: man keysail. Try it out: keysail --demo\n",
	    out);
}
