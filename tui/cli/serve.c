#include "tui/cli/serve.h"

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/base/fd.h"
#include "core/base/mem.h"
#include "core/base/text.h"
#include "core/emulator/emulator.h"

#define EXIT_USAGE 2

struct serve {
	struct ks_emulator_options options;
	const char **faults;
	size_t fault_cap;
};

/* ---- the options: one row each ---- */

/* Seconds, with up to three decimals, as milliseconds. */
static bool parse_seconds(const char *text, bool may_be_negative, int64_t *ms)
{
	bool negative = may_be_negative && *text == '-';
	uint64_t whole = 0;
	char digits[16];
	size_t len;
	int64_t place = 100;

	text += negative;
	len = strcspn(text, ".");
	if (len == 0 || len >= sizeof digits)
		return false;
	memcpy(digits, text, len);
	digits[len] = '\0';
	if (!ks_text_number(digits, 100000000, &whole))
		return false;
	*ms = (int64_t)whole * 1000;
	for (text += len + (text[len] == '.'); *text >= '0' && *text <= '9'; text++, place /= 10)
		*ms += (*text - '0') * place;
	*ms = negative ? -*ms : *ms;
	return *text == '\0';
}

static bool set_port(struct serve *serve, const char *value)
{
	uint64_t number;

	if (!ks_text_number(value, UINT16_MAX, &number))
		return false;
	serve->options.port = (uint16_t)number;
	return true;
}

static bool set_unsigned(const char *value, uint64_t max, unsigned *option)
{
	uint64_t number;

	if (!ks_text_number(value, max, &number))
		return false;
	*option = (unsigned)number;
	return true;
}

static bool set_buckets(struct serve *serve, const char *value)
{
	return set_unsigned(value, 100000, &serve->options.buckets);
}

static bool set_keys(struct serve *serve, const char *value)
{
	uint64_t number;

	if (!ks_text_number(value, 2, &number))
		return false;
	serve->options.keys_per_bucket = (int)number;
	return true;
}

static bool set_seed(struct serve *serve, const char *value)
{
	return ks_text_number(value, UINT64_MAX, &serve->options.seed);
}

static bool set_page_size(struct serve *serve, const char *value)
{
	return set_unsigned(value, 10000, &serve->options.page_size) &&
	       serve->options.page_size > 0;
}

static bool set_latency(struct serve *serve, const char *value)
{
	uint64_t number;

	if (!ks_text_number(value, 3600 * 1000, &number))
		return false;
	serve->options.latency_ms = (int64_t)number;
	return true;
}

static bool set_key_delay(struct serve *serve, const char *value)
{
	return parse_seconds(value, false, &serve->options.key_delay_ms);
}

static bool set_key_linger(struct serve *serve, const char *value)
{
	return parse_seconds(value, false, &serve->options.key_linger_ms);
}

static bool set_op_delay(struct serve *serve, const char *value)
{
	return parse_seconds(value, false, &serve->options.op_delay_ms);
}

static bool set_clock_skew(struct serve *serve, const char *value)
{
	return parse_seconds(value, true, &serve->options.clock_skew_ms);
}

static bool set_error_form(struct serve *serve, const char *value)
{
	serve->options.error_form = value;
	return true;
}

static bool set_session_token(struct serve *serve, const char *value)
{
	serve->options.session_token = value;
	return value[0] != '\0';
}

static bool set_no_create_last_used(struct serve *serve, const char *value)
{
	(void)value;
	serve->options.create_without_last_used = true;
	return true;
}

static bool set_still(struct serve *serve, const char *value)
{
	(void)value;
	serve->options.background_use = false;
	return true;
}

static bool set_state(struct serve *serve, const char *value)
{
	serve->options.state_path = value;
	return value[0] != '\0';
}

static bool add_fault(struct serve *serve, const char *value)
{
	serve->faults = ks_grow(
	    serve->faults, serve->options.fault_count, &serve->fault_cap, sizeof *serve->faults);
	serve->faults[serve->options.fault_count++] = value;
	serve->options.faults = serve->faults;
	return true;
}

static const struct {
	const char *name;
	const char *value; /* what the help calls it; NULL: the option has none */
	const char *help;
	const char *wants; /* what a value must be */
	bool (*set)(struct serve *serve, const char *value);
} rows[] = {
    {"port", "N", "port to listen on; 0 (default): any free one", "a port from 0 to 65535",
	set_port},
    {"buckets", "N", "how many buckets there are (18)", "a number up to 100000", set_buckets},
    {"keys-per-bucket", "N", "0, 1 or 2; default: as life has it", "0, 1 or 2", set_keys},
    {"seed", "N", "the data's and the credentials' seed (1)", "a number", set_seed},
    {"page-size", "N", "buckets and operations a page (100 and 200)", "a number from 1 to 10000",
	set_page_size},
    {"latency", "MS", "hold each reply back for so long", "a number of milliseconds", set_latency},
    {"key-delay", "S", "until a new key works with S3 (0)", "a number of seconds", set_key_delay},
    {"key-linger", "S", "a deleted key goes on working with S3 for so long (0)",
	"a number of seconds", set_key_linger},
    {"op-delay", "S", "until an operation has succeeded (2)", "a number of seconds", set_op_delay},
    {"clock-skew", "S", "the server's clock is so much ahead (with -, behind)",
	"a number of seconds", set_clock_skew},
    {"error-form", "F", "how errors look; help lists the forms", "a form", set_error_form},
    {"session-token", "T", "clients must send this session token", "a token", set_session_token},
    {"no-create-last-used", NULL, "CreateBucketAccessKey leaves lastUsed out", NULL,
	set_no_create_last_used},
    {"still", NULL, "no key is used in the background", NULL, set_still},
    {"state", "FILE", "keep everything over restarts", "a file", set_state},
    {"fault", "SPEC", "do something wrong on purpose, repeatable; help lists the kinds", "a fault",
	add_fault},
};
#define ROW_COUNT (sizeof rows / sizeof rows[0])

/* ---- reading them ---- */

enum outcome { OUTCOME_SERVE, OUTCOME_DONE, OUTCOME_USAGE };

static enum outcome complain(const char *what, const char *value, const char *wants)
{
	fprintf(stderr, "keysail serve: %s%s%s%s\n", what, value, wants != NULL ? " wants " : "",
	    wants != NULL ? wants : "");
	return OUTCOME_USAGE;
}

static enum outcome print_help(char *text)
{
	fputs(text, stdout);
	free(text);
	return OUTCOME_DONE;
}

static enum outcome print_usage(void)
{
	char option[40];

	printf("Usage: keysail serve [OPTIONS]\n"
	       "The Lightsail bucket API and a small S3 on loopback, until SIGINT or SIGTERM.\n\n");
	for (size_t i = 0; i < ROW_COUNT; i++) {
		snprintf(option, sizeof option, "--%s %s", rows[i].name,
		    rows[i].value != NULL ? rows[i].value : "");
		printf("  %-22s %s\n", option, rows[i].help);
	}
	printf("  %-22s %s\n", "-h, --help", "this text");
	return OUTCOME_DONE;
}

static enum outcome apply_row(struct serve *serve, size_t row, const char *value)
{
	if (rows[row].set == add_fault && strcmp(value, "help") == 0)
		return print_help(ks_emulator_fault_help());
	if (rows[row].set == set_error_form && strcmp(value, "help") == 0)
		return print_help(ks_emulator_form_help());
	if (!rows[row].set(serve, value))
		return complain("--", rows[row].name, rows[row].wants);
	return OUTCOME_SERVE;
}

static enum outcome parse_options(struct serve *serve, int argc, char **argv)
{
	struct option table[ROW_COUNT + 2] = {[ROW_COUNT] = {"help", no_argument, NULL, 'h'}};
	enum outcome outcome = OUTCOME_SERVE;
	int c, row;

	for (size_t i = 0; i < ROW_COUNT; i++)
		table[i] = (struct option){rows[i].name,
		    rows[i].value != NULL ? required_argument : no_argument, NULL, 256};
	optind = 1;
	opterr = 0;
	while (outcome == OUTCOME_SERVE && (c = getopt_long(argc, argv, ":h", table, &row)) != -1) {
		if (c == 'h')
			return print_usage();
		if (c == ':')
			return complain("a value is missing after ", argv[optind - 1], NULL);
		if (c == '?')
			return complain("there is no option ", argv[optind - 1], NULL);
		outcome = apply_row(serve, (size_t)row, optarg);
	}
	if (outcome == OUTCOME_SERVE && optind < argc)
		return complain("what is this: ", argv[optind], NULL);
	return outcome;
}

/* ---- serving ---- */

static int stop_write_fd = -1; /* for the signal handler */

static void stop_on_signal(int signal_number)
{
	int saved = errno;
	ssize_t ignored = write(stop_write_fd, "", 1); /* a full pipe says it already */

	(void)signal_number;
	(void)ignored;
	errno = saved;
}

/* The descriptor that SIGINT and SIGTERM make readable, -1 on failure. */
static int catch_signals(void)
{
	struct sigaction action = {.sa_handler = stop_on_signal, .sa_flags = SA_RESTART};
	int fds[2];

	if (!ks_fd_pipe(fds) || !ks_fd_nonblocking(fds[1]))
		return -1;
	stop_write_fd = fds[1];
	sigemptyset(&action.sa_mask);
	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
	signal(SIGPIPE, SIG_IGN);
	signal(SIGXFSZ, SIG_IGN); /* a state that the limit on files doesn't take is an error */
	return fds[0];
}

static void print_welcome(const struct ks_emulator *emulator, const char *session_token)
{
	const char *url = ks_emulator_url(emulator);

	printf("listening on %s\n", url);
	printf("export AWS_ACCESS_KEY_ID=%s\n", ks_emulator_access_key_id(emulator));
	printf("export AWS_SECRET_ACCESS_KEY=%s\n", ks_emulator_secret_access_key(emulator));
	if (session_token != NULL)
		printf("export AWS_SESSION_TOKEN=%s\n", session_token);
	printf("export AWS_DEFAULT_REGION=us-east-1\n");
	printf("export AWS_ENDPOINT_URL=%s\n", url);
	printf("# Older AWS CLIs ignore AWS_ENDPOINT_URL:\n");
	printf("aws --endpoint-url %s lightsail get-buckets\n", url);
	fflush(stdout);
}

static int report_failure(const struct ks_err *err)
{
	char line[1024];

	fprintf(stderr, "keysail serve: %s\n", ks_err_line(err, line, sizeof line));
	return err->kind == KS_ERR_USAGE ? EXIT_USAGE : EXIT_FAILURE;
}

static int serve_until_signal(const struct serve *serve)
{
	struct ks_err err = {0};
	struct ks_emulator *emulator;
	int stop_fd = catch_signals(), status = EXIT_SUCCESS;

	if (stop_fd < 0) {
		perror("keysail serve");
		return EXIT_FAILURE;
	}
	emulator = ks_emulator_start(&serve->options, &err);
	if (emulator == NULL)
		return report_failure(&err);
	print_welcome(emulator, serve->options.session_token);
	if (!ks_emulator_run(emulator, stop_fd, &err))
		status = report_failure(&err);
	ks_emulator_free(emulator);
	return status;
}

int ks_serve_main(int argc, char **argv)
{
	struct serve serve = {0};
	int status = EXIT_SUCCESS;

	ks_emulator_options_init(&serve.options);
	switch (parse_options(&serve, argc, argv)) {
	case OUTCOME_SERVE:
		status = serve_until_signal(&serve);
		break;
	case OUTCOME_USAGE:
		status = EXIT_USAGE;
		break;
	case OUTCOME_DONE:
		break;
	}
	free(serve.faults);
	return status;
}

/* ---- the demo's child ---- */

/* The terminal, and its Ctrl-C, belong to the parent. */
static void leave_terminal(void)
{
	int null_fd = open("/dev/null", O_RDWR);

	signal(SIGINT, SIG_IGN);
	signal(SIGQUIT, SIG_IGN);
	signal(SIGTSTP, SIG_IGN);
	signal(SIGHUP, SIG_IGN);
	signal(SIGPIPE, SIG_IGN);
	signal(SIGXFSZ, SIG_IGN);
	if (null_fd < 0)
		return;
	for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
		dup2(null_fd, fd);
	if (null_fd > STDERR_FILENO)
		close(null_fd);
}

static void report(int report_fd, const struct ks_emulator *emulator, const struct ks_err *err)
{
	char line[1024];

	if (emulator != NULL)
		dprintf(report_fd, "port=%u\naccess_key_id=%s\nsecret_access_key=%s\n",
		    (unsigned)ks_emulator_port(emulator), ks_emulator_access_key_id(emulator),
		    ks_emulator_secret_access_key(emulator));
	else
		dprintf(report_fd, "error=%s\n", ks_err_line(err, line, sizeof line));
	close(report_fd);
}

int ks_serve_demo_child(int report_fd, int life_fd, const char *state_path)
{
	struct ks_emulator_options options;
	struct ks_emulator *emulator;
	struct ks_err err = {0};
	int status = EXIT_SUCCESS;

	leave_terminal();
	ks_emulator_options_init(&options);
	/* As far away as a real service: loading shows, and so does a key that takes its time. */
	options.latency_ms = 60;
	options.key_delay_ms = 3000;
	options.op_delay_ms = 3000;
	options.state_path = state_path;
	emulator = ks_emulator_start(&options, &err);
	report(report_fd, emulator, &err);
	if (emulator == NULL)
		return EXIT_FAILURE;
	if (!ks_emulator_run(emulator, life_fd, &err))
		status = EXIT_FAILURE;
	ks_emulator_free(emulator);
	return status;
}
