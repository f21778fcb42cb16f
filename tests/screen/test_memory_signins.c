/*
 * Where the secrets of each way to sign in are: what requests are signed with in the secure heap of
 * the running program and nowhere else in its memory, what was only needed to get it nowhere; all
 * of it nowhere when the program ends; never on a screen, in a log or in any file but those of the
 * AWS CLI, whatever the services answer.
 */
#define _GNU_SOURCE /* memmem */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <ftw.h>
#include <poll.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <cmocka.h>

#include "core/base/buf.h"
#include "core/base/clock.h"
#include "core/base/fd.h"
#include "core/base/file.h"
#include "core/base/hex.h"
#include "core/base/mem.h"
#include "core/base/secret.h"
#include "tests/support/exit_watch.h"
#include "tests/support/memory_forms.h"
#include "tests/support/memory_scan.h"
#include "tests/support/peer_play.h"
#include "tests/support/pty.h"

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

enum { WIDTH = 120, HEIGHT = 50 };
enum { PATIENCE_MS = 20000, ARGS_MAX = 64, VALUE_SIZE = 64, FILE_MAX = 4 * 1024 * 1024 };

/* A secret access key is looked for whole; of what is longer its beginning and its middle. */
enum { WHOLE = 48, PIECE = 24 };

#define MFA_CODE "907351"

/* One for each way to sign in; "bare" takes what the environment gives. */
static const char *const ways[] = {"keys", "session-keys", "config-keys", "role", "chained",
    "partner", "mfa", "web", "sso", "sso-legacy", "sso-role", "login", "process", "process-static",
    "ec2-role", "ecs-role", "env-role", "bare", NULL};

/* What requests are signed with in the end: the secure heap has it. */
static const char *const kept[] = {"keys-secret", "session-keys-secret", "session-keys-token",
    "config-keys-secret", "role:Reader-secret", "role:Reader-token", "role:Chained-secret",
    "role:Chained-token", "role:Partner-secret", "role:Guarded-secret", "web-secret", "sso-secret",
    "sso-token", "login-secret", "login-token", "process-secret", "process-token", "env-secret",
    "env-token", "container-secret", "container-token"};

/* What was good for getting that: it is nowhere. */
static const char *const spent[] = {"sso-access", "sso-refresh", "sso-client", "login-refresh",
    "login-key", "identity-token", "imds-token", "base-secret", "instance-secret", "instance-token",
    "mfa-code"};

struct theatre {
	struct peer_play play;
	struct memory_secret secrets[MEMORY_SECRETS_MAX];
	char *names[MEMORY_SECRETS_MAX];
	char values[MEMORY_SECRETS_MAX][VALUE_SIZE];
	size_t n_secrets;
	/* Of all that the peer gave out: the first, for all tests, and those of tests before. */
	size_t n_lasting, n_past;
	struct ks_pty *pty;
	struct exit_watch watch;
};

/* ---- what to look for ---- */

static void forget_secrets(struct theatre *theatre)
{
	for (size_t i = 0; i < theatre->n_secrets; i++)
		free(theatre->names[i]);
	theatre->n_secrets = 0;
}

static void add_secret(struct theatre *theatre, const char *name, const char *value, size_t len)
{
	size_t i = theatre->n_secrets;

	/* Not an assertion, which would go on with the next test: the watcher comes by here, too.
	 */
	if (i == MEMORY_SECRETS_MAX || len >= VALUE_SIZE)
		abort();
	theatre->n_secrets++;
	theatre->names[i] = ks_strdup(name);
	memcpy(theatre->values[i], value, len);
	theatre->values[i][len] = '\0';
	theatre->secrets[i] = (struct memory_secret){theatre->names[i], theatre->values[i]};
}

static void add_pieces(struct theatre *theatre, const char *name, const char *value)
{
	size_t len = strlen(value);

	if (len <= WHOLE) {
		add_secret(theatre, name, value, len);
		return;
	}
	add_secret(theatre, name, value, PIECE);
	add_secret(theatre, name, value + len / 2, PIECE);
}

/* In both orders: as it is written, and as the parts of OpenSSL's numbers lie. */
static void add_key(struct theatre *theatre, const char *name, const char *hex)
{
	char bytes[2][32];

	if (strlen(hex) != 64)
		abort();
	for (int i = 0; i < 32; i++) {
		bytes[0][i] = (char)(ks_hex_value(hex[2 * i]) * 16 + ks_hex_value(hex[2 * i + 1]));
		bytes[1][31 - i] = bytes[0][i];
		/* A zero would cut it short; the peer makes none. */
		if (bytes[0][i] == '\0')
			abort();
	}
	add_secret(theatre, name, bytes[0], sizeof bytes[0]);
	add_secret(theatre, name, bytes[1], sizeof bytes[1]);
}

static size_t count_secrets(const struct theatre *theatre)
{
	char *text = peer_play_ask(&theatre->play, "secrets");
	size_t lines = 0;

	assert_non_null(text);
	for (const char *at = text; (at = strchr(at, '\n')) != NULL; at++)
		lines++;
	free(text);
	return lines;
}

/* All that the peer gave out for this test, and for all of them. */
static void learn_secrets(struct theatre *theatre)
{
	char *text = peer_play_ask(&theatre->play, "secrets"), *rest = text, *line;

	if (text == NULL)
		abort();
	forget_secrets(theatre);
	for (size_t i = 0; (line = strtok_r(rest, "\n", &rest)) != NULL; i++) {
		char *value = line + strcspn(line, " ");

		if (i >= theatre->n_lasting && i < theatre->n_past)
			continue;
		*value++ = '\0';
		if (strcmp(line, "login-key") == 0)
			add_key(theatre, line, value);
		else
			add_pieces(theatre, line, value);
	}
	free(text);
	add_secret(theatre, "mfa-code", MFA_CODE, strlen(MFA_CODE));
}

/* The last that has this name, whole. In a new block. */
static char *find_secret(const struct theatre *theatre, const char *name)
{
	char *text = peer_play_ask(&theatre->play, "secrets"), *found = NULL, line[80];

	if (text == NULL)
		abort();
	snprintf(line, sizeof line, "%s ", name);
	for (char *at = text; (at = strstr(at, line)) != NULL; at++)
		if (at == text || at[-1] == '\n')
			found = at + strlen(line);
	if (found == NULL)
		abort();
	found[strcspn(found, "\n")] = '\0';
	found = ks_strdup(found);
	free(text);
	return found;
}

static bool is_named(const struct theatre *theatre, size_t i, const char *const *names, size_t n)
{
	for (size_t k = 0; k < n; k++)
		if (strcmp(theatre->names[i], names[k]) == 0)
			return true;
	return false;
}

/* ---- where it is not ---- */

static void assert_not_in(
    const struct theatre *theatre, const char *what, const char *text, size_t len)
{
	struct memory_form forms[MEMORY_FORMS_MAX];

	for (size_t i = 0; i < theatre->n_secrets; i++) {
		size_t n = memory_forms(theatre->values[i], forms);

		for (size_t k = 0; k < n; k++)
			if (memmem(text, len, forms[k].text, forms[k].len) != NULL)
				fail_msg(
				    "%s, %s, is in %s", theatre->names[i], forms[k].name, what);
	}
}

/* ftw gives no context. */
static const struct theatre *walker;

static bool is_for_secrets(const char *path)
{
	static const char *const own[] = {"/.aws/", "/web-token", "/container-word", "/leak"};

	for (size_t i = 0; i < COUNT(own); i++)
		if (strncmp(path + strlen(walker->play.home), own[i], strlen(own[i])) == 0)
			return true;
	return false;
}

static int visit(const char *path, const struct stat *info, int type, struct FTW *where)
{
	struct ks_file_text text;
	struct ks_err err;

	(void)where;
	if (type != FTW_F || !S_ISREG(info->st_mode))
		return 0;
	if (is_for_secrets(path)) {
		if ((info->st_mode & 077) != 0)
			fail_msg("%s has mode %o", path, (unsigned)info->st_mode);
		return 0;
	}
	if (ks_file_read(path, path, FILE_MAX, &text, &err) != KS_FILE_READ)
		return 0;
	assert_not_in(walker, path, text.data, text.len);
	ks_wiping_free(text.data);
	return 0;
}

static void assert_files(const struct theatre *theatre)
{
	walker = theatre;
	assert_int_equal(nftw(theatre->play.home, visit, 16, FTW_PHYS), 0);
}

static void assert_all_said(const struct theatre *theatre)
{
	size_t len;
	const char *raw = ks_pty_raw(theatre->pty, &len);

	assert_not_in(theatre, "what was printed", raw, len);
	assert_not_in(theatre, "the screen", ks_pty_screen(theatre->pty),
	    strlen(ks_pty_screen(theatre->pty)));
	assert_files(theatre);
}

static size_t sum(const struct theatre *theatre, const size_t *copies)
{
	size_t all = 0;

	for (size_t i = 0; i < theatre->n_secrets; i++)
		all += copies[i];
	return all;
}

static void look(const struct theatre *theatre, struct memory_scan *scan)
{
	memory_scan(ks_pty_pid(theatre->pty), theatre->secrets, theatre->n_secrets, scan);
	assert_string_equal(scan->problem, "");
	assert_int_equal(scan->guarded_mappings, 1);
}

/* Blocks of a request that is under way may have copies: looks again while that may be. */
static void assert_guarded(struct theatre *theatre, struct memory_scan *scan)
{
	int64_t limit = ks_clock_mono(ks_clock_system()) + PATIENCE_MS;

	look(theatre, scan);
	while (sum(theatre, scan->elsewhere) > 0 && ks_clock_mono(ks_clock_system()) < limit) {
		poll(NULL, 0, 20);
		look(theatre, scan);
	}
	if (sum(theatre, scan->elsewhere) > 0)
		memory_scan_print(scan, theatre->secrets);
	assert_int_equal(sum(theatre, scan->elsewhere), 0);
	for (size_t i = 0; i < theatre->n_secrets; i++)
		if (scan->guarded[i] > 0 && is_named(theatre, i, spent, COUNT(spent)))
			fail_msg("%s is still in the secure heap", theatre->names[i]);
}

static void assert_signs_with_all(const struct theatre *theatre, const struct memory_scan *scan)
{
	for (size_t k = 0; k < COUNT(kept); k++) {
		size_t copies = 0;

		for (size_t i = 0; i < theatre->n_secrets; i++)
			if (strcmp(theatre->names[i], kept[k]) == 0)
				copies += scan->guarded[i];
		if (copies == 0)
			fail_msg("%s is nowhere", kept[k]);
	}
}

/* ---- the program ---- */

static void ask(const struct theatre *theatre, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static void ask(const struct theatre *theatre, const char *format, ...)
{
	char command[8192], *answer;
	va_list args;

	va_start(args, format);
	assert_true(vsnprintf(command, sizeof command, format, args) < (int)sizeof command);
	va_end(args);
	answer = peer_play_ask(&theatre->play, command);
	assert_non_null(answer);
	free(answer);
}

static bool has_zero(const char *hex)
{
	for (; hex[0] != '\0'; hex += 2)
		if (strncmp(hex, "00", 2) == 0)
			return true;
	return false;
}

/* Each way to sign in has all of its way to go. What is looked for are strings: no key with NUL. */
static void sign_out(const struct theatre *theatre)
{
	char command[256], *key = NULL;

	snprintf(command, sizeof command, "rm -rf '%s/.aws/cli'", theatre->play.home);
	assert_int_equal(system(command), 0); /* NOLINT(cert-env33-c) */
	ask(theatre, "sso-login?in=-60");
	ask(theatre, "sso-login?session=legacy");
	do {
		free(key);
		ask(theatre, "login?in=-60");
		key = find_secret(theatre, "login-key");
	} while (has_zero(key));
	free(key);
}

/* words: NULL at its end; command: after the profiles. */
static void start(struct theatre *theatre, const char *const *profiles, const char *command)
{
	const char *argv[ARGS_MAX] = {getenv("KEYSAIL"), "--log-file", NULL};
	char log[PEER_PATH + 8];
	size_t n = 3;

	snprintf(log, sizeof log, "%s/log", theatre->play.home);
	argv[2] = log;
	for (; *profiles != NULL; profiles++) {
		argv[n++] = "-p";
		argv[n++] = *profiles;
		assert_true(n + 2 < ARGS_MAX);
	}
	argv[n] = command;
	theatre->pty = ks_pty_start(&(struct ks_pty_options){
	    .argv = argv,
	    .env = (const char *const *)theatre->play.env,
	    .width = WIDTH,
	    .height = HEIGHT,
	});
	assert_non_null(theatre->pty);
}

/* What is given out until then is known only then. */
static size_t find_all(void *ctx, const struct memory_secret **secrets)
{
	struct theatre *theatre = ctx;

	learn_secrets(theatre);
	*secrets = theatre->secrets;
	return theatre->n_secrets;
}

static void watch_end(struct theatre *theatre)
{
	assert_true(
	    exit_watch_start_finding(&theatre->watch, ks_pty_pid(theatre->pty), find_all, theatre));
}

/* It ended with that status, and with no secret in its memory; nor did one ever get out. */
static void assert_ends_empty(struct theatre *theatre, int code)
{
	struct memory_scan scan;
	int status;

	assert_true(ks_pty_wait_exit(theatre->pty, &status));
	exit_watch_finish(&theatre->watch, &scan);
	learn_secrets(theatre);
	assert_string_equal(scan.problem, "");
	assert_true(scan.bytes > 0 && theatre->n_secrets > 0);
	if (sum(theatre, scan.elsewhere) + sum(theatre, scan.guarded) > 0)
		memory_scan_print(&scan, theatre->secrets);
	assert_int_equal(sum(theatre, scan.elsewhere) + sum(theatre, scan.guarded), 0);
	assert_all_said(theatre);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), code);
}

/* ---- all is well ---- */

static bool hints_are_below(struct ks_pty *pty, void *ctx)
{
	int x, y;

	(void)ctx;
	return ks_pty_find(pty, "Esc no code", &x, &y) && y == HEIGHT;
}

/*
 * What is typed before a dialog's first frame is complete doesn't reach it, and we are fast: a line
 * more of the terminal asks for another frame, which comes only after that.
 */
static void give_code(struct theatre *theatre)
{
	assert_true(ks_pty_wait(theatre->pty, "of 6 digits"));
	ks_pty_resize(theatre->pty, WIDTH, HEIGHT + 1);
	assert_true(ks_pty_wait_until(theatre->pty, hints_are_below, NULL, "the hints, lower"));
	ks_pty_type(theatre->pty, MFA_CODE);
	assert_true(ks_pty_wait(theatre->pty, "6 of 6"));
	ks_pty_press(theatre->pty, "Enter");
	assert_true(ks_pty_wait_gone(theatre->pty, "6 of 6"));
}

static void on_the_screen(void **state)
{
	struct theatre *theatre = *state;
	struct memory_scan scan;

	start(theatre, ways, NULL);
	give_code(theatre);
	assert_true(ks_pty_wait(theatre->pty, "18 buckets"));
	learn_secrets(theatre);
	assert_guarded(theatre, &scan);
	assert_signs_with_all(theatre, &scan);
	watch_end(theatre);
	ks_pty_press(theatre->pty, "q");
	assert_ends_empty(theatre, 0);
}

/* The program stands still before its main until it is watched. */
static void run_to_its_end(
    struct theatre *theatre, const char *const *profiles, const char *command)
{
	int status;

	peer_play_add_env(&theatre->play, "READABLE_STOP=1");
	start(theatre, profiles, command);
	free(theatre->play.env[--theatre->play.n_env]);
	theatre->play.env[theatre->play.n_env] = NULL;
	assert_true(ks_pty_wait_stopped(theatre->pty, &status));
	watch_end(theatre);
	ks_pty_signal(theatre->pty, SIGCONT);
}

static void in_a_list(void **state)
{
	struct theatre *theatre = *state;

	run_to_its_end(theatre, ways, "list");
	assert_true(ks_pty_wait(theatre->pty, "(Enter for none):"));
	ks_pty_type(theatre->pty, MFA_CODE);
	ks_pty_press(theatre->pty, "Enter");
	assert_ends_empty(theatre, 0);
}

/* ---- the services say what they should not ---- */

/* What each would have to repeat of a request, or of what it was to give. */
static const struct {
	const char *service, *secret;
} leaks[] = {
    {"sts", "base-secret"},
    {"sso", "sso-access"},
    {"oidc", "sso-refresh"},
    {"signin", "login-refresh"},
    {"container", "container-word"},
    {"imds", "keys-secret"},
};

struct row {
	const char *name;
	const char *fault; /* with SECRET where it is said */
};

static const struct row rows[] = {
    {"as the message of an error", "kind=error&status=400&message=It+was+SECRET+and+SECRET."},
    {"as the code of an error", "kind=error&status=403&code=SECRET"},
    {"as the message of a server error", "kind=error&status=500&message=SECRET"},
    {"as a line of text", "kind=status&status=400&body=bad+token+SECRET+given"},
    {"in an answer that is cut off",
	"kind=malformed&body={\"AccessKeyId\":\"AKIAPEER\",\"SecretAccessKey\":\"SECRET"},
    {"in an error that is no JSON", "kind=malformed&status=400&body=message:+SECRET"},
    {"where something else belongs",
	"kind=malformed&body={\"Code\":\"SECRET\",\"AccessKeyId\":\"SECRET\",\"accessToken\":{"
	"\"accessKeyId\":\"SECRET\",\"secretAccessKey\":\"a\"},\"expiresIn\":\"SECRET\","
	"\"roleCredentials\":{\"accessKeyId\":\"SECRET\"},\"message\":\"SECRET\"}"},
};

/* Those whose services can be broken; "leaky" is a program that complains with a secret. */
static const char *const breakable[] = {"role", "web", "sso", "sso-legacy", "login", "ec2-role",
    "ecs-role", "bare", "leaky", "leaky-output", NULL};

static void put_encoded(struct ks_buf *dst, const char *text)
{
	for (; *text != '\0'; text++)
		ks_buf_printf(dst, "%%%02X", (unsigned)(unsigned char)*text);
}

static void break_service(
    const struct theatre *theatre, const char *service, const char *fault, const char *secret)
{
	const char *at = fault, *mark;
	struct ks_buf command;

	ks_buf_init(&command, SIZE_MAX);
	ks_buf_printf(&command, "fail?times=-1&service=%s&", service);
	while ((mark = strstr(at, "SECRET")) != NULL) {
		ks_buf_add(&command, at, (size_t)(mark - at));
		put_encoded(&command, secret);
		at = mark + strlen("SECRET");
	}
	ks_buf_puts(&command, at);
	ask(theatre, "%s", ks_buf_text(&command));
	ks_buf_free(&command);
}

static void break_services(const struct theatre *theatre, const char *fault)
{
	for (size_t i = 0; i < COUNT(leaks); i++) {
		char *secret = find_secret(theatre, leaks[i].secret);

		break_service(theatre, leaks[i].service, fault, secret);
		free(secret);
	}
}

static void broken_in_a_list(struct theatre *theatre, const char *fault)
{
	break_services(theatre, fault);
	run_to_its_end(theatre, breakable, "list");
	assert_ends_empty(theatre, 1);
}

/* One profile works. The others say on the screen why they don't, and a log is kept meanwhile. */
static void on_the_screen_of_errors(void **state)
{
	static const char *const some[] = {
	    "keys", "role", "web", "sso", "sso-legacy", "login", "leaky", "leaky-output", NULL};
	struct theatre *theatre = *state;
	struct memory_scan scan;

	break_services(theatre, rows[0].fault);
	start(theatre, some, NULL);
	assert_true(ks_pty_wait(theatre->pty, "1 bucket"));
	assert_true(ks_pty_wait(theatre->pty, "7 profiles failed"));
	learn_secrets(theatre);
	assert_guarded(theatre, &scan);
	watch_end(theatre);
	ks_pty_press(theatre->pty, "q");
	assert_ends_empty(theatre, 0);
}

static const struct row *row_of_test;

static void it_gets_nowhere(void **state)
{
	broken_in_a_list(*state, row_of_test->fault);
}

/* ---- start and end ---- */

static void add_home(struct theatre *theatre)
{
	static const char *const folders[][2] = {{"XDG_CONFIG_HOME", ".config"},
	    {"XDG_STATE_HOME", ".local/state"}, {"XDG_CACHE_HOME", ".cache"},
	    {"XDG_DATA_HOME", ".local/share"}, {"TMPDIR", "tmp"}};

	for (size_t i = 0; i < COUNT(folders); i++)
		peer_play_add_env(
		    &theatre->play, "%s=%s/%s", folders[i][0], theatre->play.home, folders[i][1]);
}

/* The credentials of the environment, as the peer's "export" lines have them. */
static void add_credentials(struct theatre *theatre)
{
	char *text = peer_play_ask(&theatre->play, "issue?who=env&form=env"), *rest = text, *line;
	char name[64], value[600];

	assert_non_null(text);
	while ((line = strtok_r(rest, "\n", &rest)) != NULL) {
		assert_int_equal(sscanf(line, "export %63[^=]='%599[^']", name, value), 2);
		peer_play_add_env(&theatre->play, "%s=%s", name, value);
	}
	free(text);
}

static void add_machine(struct theatre *theatre)
{
	char *word = find_secret(theatre, "container-word");

	peer_play_add_env(&theatre->play, "AWS_CONTAINER_AUTHORIZATION_TOKEN=%s", word);
	free(word);
	peer_play_add_env(&theatre->play,
	    "AWS_CONTAINER_CREDENTIALS_FULL_URI=%s/container/credentials", theatre->play.url);
	peer_play_add_env(
	    &theatre->play, "AWS_EC2_METADATA_SERVICE_ENDPOINT=%s/", theatre->play.url);
}

static void write_home(const struct theatre *theatre, const char *name, const char *text)
{
	char path[2 * PEER_PATH];
	FILE *file;

	snprintf(path, sizeof path, "%s/%s", theatre->play.home, name);
	file = fopen(path, "ae");
	assert_non_null(file);
	assert_int_equal(fchmod(fileno(file), 0600), 0);
	fputs(text, file);
	assert_int_equal(fclose(file), 0);
}

static void add_leaky(const struct theatre *theatre)
{
	static const char config[] = "\n[profile leaky]\nregion = us-east-1\n"
				     "credential_process = sh -c 'cat %s/leak >&2; exit 1'\n"
				     "[profile leaky-output]\nregion = us-east-1\n"
				     "credential_process = cat %s/leak\n";
	char *secret = find_secret(theatre, "process-secret"), text[1024];

	write_home(theatre, "leak", "not for ");
	write_home(theatre, "leak", secret);
	write_home(theatre, "leak", "\n");
	free(secret);
	snprintf(text, sizeof text, config, theatre->play.home, theatre->play.home);
	write_home(theatre, ".aws/config", text);
}

static struct theatre *theatre;

static int open_theatre(void **state)
{
	(void)state;
	ask(theatre, "set?mfa=" MFA_CODE);
	add_home(theatre);
	add_credentials(theatre);
	add_machine(theatre);
	add_leaky(theatre);
	peer_play_add_env(
	    &theatre->play, "LD_PRELOAD=%s/tests/support/readable.so", getenv("BUILDDIR"));
	theatre->n_lasting = count_secrets(theatre);
	return 0;
}

static int set_up(void **state)
{
	row_of_test = *state;
	*state = theatre;
	theatre->n_past = count_secrets(theatre);
	sign_out(theatre);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	ks_pty_free(theatre->pty);
	theatre->pty = NULL;
	ask(theatre, "clear");
	return 0;
}

static int close_theatre(void **state)
{
	(void)state;
	forget_secrets(theatre);
	return 0;
}

int main(void)
{
	enum { BEFORE = 3 };
	struct CMUnitTest tests[BEFORE + COUNT(rows)] = {
	    cmocka_unit_test_setup_teardown(on_the_screen, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(in_a_list, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(on_the_screen_of_errors, set_up, tear_down),
	};
	const char *unable = exit_watch_unable();
	char why[200];
	int failed;

	theatre = ks_calloc(1, sizeof *theatre);
	for (size_t i = 0; i < COUNT(rows); i++)
		tests[BEFORE + i] = (struct CMUnitTest){
		    rows[i].name, it_gets_nowhere, set_up, tear_down, (void *)&rows[i]};
	if (unable == NULL && !peer_play_start(&theatre->play, why, sizeof why))
		unable = why;
	if (unable != NULL) {
		printf("1..0 # SKIP %s\n", unable);
		free(theatre);
		return 0;
	}
	failed = cmocka_run_group_tests_name(
	    "memory of the ways to sign in", tests, open_theatre, close_theatre);
	peer_play_stop(&theatre->play);
	free(theatre);
	return failed;
}
