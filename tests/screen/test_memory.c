/*
 * What is left of secrets in the memory of the running program. While a new key's secret is held it
 * stands in the secure heap and nowhere else; once it is confirmed or given up it stands nowhere,
 * in no form; and when the program ends, however it ends, none of the account's does either.
 *
 * Each table below is a set of tests: a further way to deliver, or to end, is one more row.
 */
#define _GNU_SOURCE /* syscall */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <dirent.h>
#include <signal.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "tests/screen/vault.h"

static const char *const service_names[] = {
    [VAULT_EMULATOR] = "from the emulator", [VAULT_HTTP] = "by HTTP", [VAULT_TLS] = "by TLS"};

/* ---- ways to deliver ---- */

/* A tool that takes its standard input and ends, as tmux does. */
#define TAKES "cat >\"$D/in\"; echo $$ >\"$D/pid\""

static const struct delivery {
	const char *name;
	const char *tool, *script; /* what stands in for it */
	const char *variable, *value;
	const char *config;
	const char *keys;  /* from the secret's dialog on */
	const char *shown; /* when it was done */
} deliveries[] = {
    {"an own command", "taker", TAKES, NULL, NULL, "[clipboard]\ncopy_command = taker --all\n", "c",
	"Given to your copy_command"},
    {"xclip", "xclip", TOOLBOX_HOLDS, "DISPLAY", ":77", NULL, "c", "Copied with xclip"},
    {"wl-copy", "wl-copy", TOOLBOX_HOLDS, "WAYLAND_DISPLAY", "wayland-77", NULL, "c",
	"Copied with wl-copy"},
    {"a tmux buffer", "tmux", TAKES, "TMUX", "/nowhere,1,0", NULL, "c",
	"Loaded into a tmux buffer"},
    {"OSC 52", NULL, NULL, NULL, NULL, NULL, "c", "Sent to the terminal"},
};

/* ---- ways to leave a secret, and to end ---- */

static const struct ending {
	const char *name;
	const char *first, *asks, *then; /* keys, the text that they bring up, and keys again */
	const char *stays;               /* it runs on, and shows this; NULL: it ends */
	int signal;
	bool in_worker; /* the signal is that thread's */
	bool hang_up;
	int status;  /* that it ends with */
	bool raised; /* by the signal itself, not by a status */
} endings[] = {
    {.name = "left undelivered",
	.first = "Esc",
	.asks = "▸[Back]",
	.then = "Tab Tab Enter",
	.stays = "its secret is gone"},
    {.name = "its key deleted",
	.first = "Esc",
	.asks = "▸[Back]",
	.then = "Tab Enter",
	.stays = "Deleted"},
    {.name = "quit", .first = "Ctrl-C", .asks = "▸[Stay]", .then = "Left Enter"},
    {.name = "SIGTERM", .signal = SIGTERM, .status = 128 + SIGTERM},
    {.name = "SIGHUP", .signal = SIGHUP, .status = 128 + SIGHUP},
    {.name = "SIGINT", .signal = SIGINT, .status = 128 + SIGINT},
    {.name = "the terminal closed", .hang_up = true, .status = 128 + SIGHUP},
    {.name = "SIGSEGV", .signal = SIGSEGV, .raised = true},
    {.name = "SIGABRT", .signal = SIGABRT, .raised = true},
    {.name = "SIGBUS of the worker", .signal = SIGBUS, .in_worker = true, .raised = true},
};

/* ---- answers to a create ---- */

static char *escaped(const char *secret, const char *slash)
{
	char text[256] = "";

	for (; *secret != '\0'; secret++)
		snprintf(text + strlen(text), sizeof text - strlen(text), "%.*s",
		    *secret == '/' ? (int)strlen(slash) : 1, *secret == '/' ? slash : secret);
	return vault_created(text);
}

static char *escaped_slash(const char *secret)
{
	return escaped(secret, "\\/");
}

static char *escaped_number(const char *secret)
{
	return escaped(secret, "\\u002f");
}

/* So much of the whole, from the secret's beginning on. */
static char *cut(const char *secret, size_t len)
{
	char *answer = vault_created(secret);

	strstr(answer, secret)[len] = '\0';
	return answer;
}

static char *cut_within(const char *secret)
{
	return cut(secret, 30);
}

static char *cut_behind(const char *secret)
{
	return cut(secret, strlen(secret) + 12);
}

static char *no_json(const char *secret)
{
	char *answer = vault_created(secret);

	answer[strlen(answer) - 1] = ' ';
	return answer;
}

static char *refused(const char *secret)
{
	char *whole = vault_created(secret), *answer;

	answer = scripted_http(
	    400, "x-amzn-errortype: OperationFailureException\r\n", strstr(whole, "\r\n\r\n") + 4);
	free(whole);
	return answer;
}

static const struct reply {
	const char *name;
	char *(*answer)(const char *secret);
	enum scripted_after after;
	const char *shown; /* of what fails; NULL: the secret arrives */
} replies[] = {
    {"with escaped slashes", escaped_slash, SCRIPTED_KEEP, NULL},
    {"with numbered slashes", escaped_number, SCRIPTED_KEEP, NULL},
    {"closed within the secret", cut_within, SCRIPTED_CLOSE, "[Close]"},
    {"reset within the secret", cut_within, SCRIPTED_RESET, "[Close]"},
    {"closed behind the secret", cut_behind, SCRIPTED_CLOSE, "[Close]"},
    {"reset behind the secret", cut_behind, SCRIPTED_RESET, "[Close]"},
    {"that is no JSON", no_json, SCRIPTED_KEEP, "[Close]"},
    {"of a failure", refused, SCRIPTED_KEEP, "[Close]"},
};

static const char *const account_names[] = {
    [VAULT_ENVIRONMENT] = "of the environment",
    [VAULT_CREDENTIALS_FILE] = "of the credentials file",
    [VAULT_CONFIG_FILE] = "of the config file",
};

/* ---- the tests ---- */

/* One row of one table, or of several. */
struct play {
	enum vault_service service;
	enum vault_account account;
	const struct delivery *delivery;
	const struct ending *ending;
	const struct reply *reply;
	const char *command;
};

/* cmocka hands the play to set_up, and the desk from there on. */
static struct vault vault;
static const struct play *play;

static int set_up(void **state)
{
	play = *state;
	desk_set_up(state);
	vault_prepare(&vault, *state);
	return 0;
}

static int tear_down(void **state)
{
	vault_close(&vault);
	return desk_tear_down(state);
}

static void start(void)
{
	struct vault_options options = {.service = play->service, .account = play->account};
	const struct delivery *delivery = play->delivery;

	if (delivery != NULL) {
		options.config = delivery->config;
		if (delivery->tool != NULL)
			toolbox_add(&vault.desk->tools, delivery->tool, delivery->script);
		if (delivery->variable != NULL)
			desk_add_env(vault.desk, delivery->variable, delivery->value);
	}
	if (play->reply != NULL) {
		options.answer = play->reply->answer;
		options.after = play->reply->after;
	}
	vault_start(&vault, &options);
}

static void deliver(void)
{
	const struct delivery *delivery = play->delivery;

	desk_press(vault.desk, delivery->keys);
	desk_wait_for(vault.desk, delivery->shown);
	desk_wait_for(vault.desk, "[It arrived]");
	if (delivery->tool == NULL)
		return;
	toolbox_pid(&vault.desk->tools);
	assert_toolbox_file(&vault.desk->tools, "in", vault.key);
}

static void confirm(void)
{
	desk_press(vault.desk, "Enter");
	desk_wait_for(vault.desk, "wiped it");
	assert_vault_has_no_key(&vault);
}

static void assert_quits_empty(void)
{
	int status;

	vault_watch_end(&vault);
	desk_press(vault.desk, "q");
	assert_vault_ends_empty(&vault, &status);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
}

static void it_is_nowhere_once_it_arrived(void **state)
{
	(void)state;
	start();
	vault_make_key(&vault);
	assert_vault_holds_key(&vault);
	deliver();
	assert_vault_holds_key(&vault);
	confirm();
	assert_quits_empty();
}

/* To the thread that isn't the first. */
static void signal_worker(int number)
{
	char path[64];
	pid_t pid = ks_pty_pid(vault.desk->pty);
	struct dirent *entry;
	long task = 0;
	DIR *tasks;

	snprintf(path, sizeof path, "/proc/%ld/task", (long)pid);
	tasks = opendir(path);
	assert_non_null(tasks);
	while ((entry = readdir(tasks)) != NULL) {
		long id = strtol(entry->d_name, NULL, 10);

		if (id > 0 && id != pid)
			task = id;
	}
	closedir(tasks);
	assert_true(task > 0);
	assert_int_equal(syscall(SYS_tgkill, pid, task, number), 0);
}

static void assert_ends(const struct ending *ending)
{
	int status;

	vault_watch_end(&vault);
	if (ending->then != NULL)
		desk_press(vault.desk, ending->then);
	else if (ending->hang_up)
		ks_pty_hang_up(vault.desk->pty);
	else if (ending->in_worker)
		signal_worker(ending->signal);
	else
		ks_pty_signal(vault.desk->pty, ending->signal);
	assert_vault_ends_empty(&vault, &status);
	assert_int_equal(WIFSIGNALED(status), ending->raised);
	assert_int_equal(ending->raised ? WTERMSIG(status) : WEXITSTATUS(status),
	    ending->raised ? ending->signal : ending->status);
}

static void it_is_nowhere_at_that_end(void **state)
{
	const struct ending *ending = play->ending;

	(void)state;
	start();
	vault_make_key(&vault);
	if (play->delivery != NULL)
		deliver();
	assert_vault_holds_key(&vault);
	if (ending->first != NULL) {
		desk_press(vault.desk, ending->first);
		desk_wait_for_dialog(vault.desk, ending->asks);
	}
	if (ending->stays == NULL) {
		assert_ends(ending);
		return;
	}
	desk_press(vault.desk, ending->then);
	desk_wait_for(vault.desk, ending->stays);
	assert_vault_has_no_key(&vault);
	assert_quits_empty();
}

static void such_a_reply_leaves_nothing(void **state)
{
	(void)state;
	start();
	if (play->reply->shown == NULL) {
		vault_make_key(&vault);
		assert_vault_holds_key(&vault);
		deliver();
		confirm();
	} else {
		desk_press(vault.desk, "n");
		desk_wait_for_dialog(vault.desk, "[Create]");
		desk_press(vault.desk, "Enter");
		desk_wait_for(vault.desk, play->reply->shown);
		assert_vault_has_no_key(&vault);
		desk_press(vault.desk, "Esc");
		assert_true(ks_pty_wait_gone(vault.desk->pty, play->reply->shown));
	}
	assert_quits_empty();
}

static void it_is_in_the_secure_heap_only(void **state)
{
	(void)state;
	start();
	assert_vault_has_no_key(&vault);
	desk_press(vault.desk, "Ctrl-R");
	assert_true(scripted_wait(vault.scripted, 4));
	assert_vault_has_no_key(&vault);
	assert_quits_empty();
}

static void it_is_nowhere_when_a_list_is_printed(void **state)
{
	int status;

	(void)state;
	vault_start(
	    &vault, &(struct vault_options){
			.service = play->service, .account = play->account, .command = "list"});
	assert_true(ks_pty_wait_stopped(vault.desk->pty, &status));
	vault_watch_end(&vault);
	ks_pty_signal(vault.desk->pty, SIGCONT);
	assert_vault_ends_empty(&vault, &status);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
	assert_true(scripted_count(vault.scripted, "GetBucketAccessKeys") > 0);
}

/* ---- the tables as tests ---- */

enum { TESTS_MAX = 128 };

static struct CMUnitTest tests[TESTS_MAX];
static struct play plays[TESTS_MAX];
static char names[TESTS_MAX][128];
static size_t n_tests;

static void add(const struct play *row, CMUnitTestFunction run, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

static void add(const struct play *row, CMUnitTestFunction run, const char *format, ...)
{
	va_list args;

	if (n_tests == TESTS_MAX)
		abort();
	va_start(args, format);
	vsnprintf(names[n_tests], sizeof names[n_tests], format, args);
	va_end(args);
	plays[n_tests] = *row;
	tests[n_tests] =
	    (struct CMUnitTest){names[n_tests], run, set_up, tear_down, &plays[n_tests]};
	n_tests++;
}

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

static const struct delivery *osc52(void)
{
	return &deliveries[COUNT(deliveries) - 1];
}

static void add_deliveries(enum vault_service service)
{
	for (size_t i = 0; i < COUNT(deliveries); i++)
		add(&(struct play){.service = service, .delivery = &deliveries[i]},
		    it_is_nowhere_once_it_arrived, "a secret %s, given to %s",
		    service_names[service], deliveries[i].name);
}

/* The way it came doesn't matter any more: the transfer is gone. */
static void add_endings(void)
{
	for (size_t i = 0; i < COUNT(endings); i++) {
		struct play row = {.service = VAULT_EMULATOR, .ending = &endings[i]};

		add(&row, it_is_nowhere_at_that_end, "a secret held, then: %s", endings[i].name);
		row.delivery = osc52();
		row.service = VAULT_TLS;
		add(&row, it_is_nowhere_at_that_end, "a secret not confirmed, then: %s",
		    endings[i].name);
	}
}

static void add_replies(enum vault_service service)
{
	for (size_t i = 0; i < COUNT(replies); i++)
		add(&(struct play){.service = service, .reply = &replies[i], .delivery = osc52()},
		    such_a_reply_leaves_nothing, "a reply %s %s", service_names[service],
		    replies[i].name);
}

static void add_accounts(enum vault_service service)
{
	for (size_t i = 0; i < COUNT(account_names); i++) {
		struct play row = {.service = service, .account = (enum vault_account)i};

		add(&row, it_is_in_the_secure_heap_only, "the account's secret %s, %s",
		    account_names[i], service_names[service]);
		add(&row, it_is_nowhere_when_a_list_is_printed, "the same, %s, %s, for a list",
		    account_names[i], service_names[service]);
	}
}

int main(void)
{
	const char *unable = exit_watch_unable();

	if (unable != NULL) {
		printf("1..0 # SKIP %s\n", unable);
		return 0;
	}
	add_deliveries(VAULT_EMULATOR);
	add_deliveries(VAULT_TLS);
	add_endings();
	add_replies(VAULT_HTTP);
	add_replies(VAULT_TLS);
	add_accounts(VAULT_HTTP);
	add_accounts(VAULT_TLS);
	return _cmocka_run_group_tests("memory", tests, n_tests, NULL, NULL);
}
