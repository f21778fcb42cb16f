#include "tests/screen/vault.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <poll.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include <cmocka.h>
#include <openssl/rand.h>

#include "core/base/clock.h"

enum { PATIENCE_MS = 20000 };

#define KEY_ID "AKIAVAULTAAAAAAAAAA1"

/* ---- the service ---- */

/* Random, so that nothing is taken for it; with both signs that are written in several ways. */
static void make_secret(char dst[VAULT_SECRET_SIZE], size_t len)
{
	static const char digits[] =
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	unsigned char bytes[VAULT_SECRET_SIZE];

	assert_int_equal(RAND_bytes(bytes, sizeof bytes), 1);
	for (size_t i = 0; i < len; i++)
		dst[i] = digits[bytes[i] % 64];
	dst[10] = '/';
	dst[19] = '+';
	dst[28] = '/';
	dst[len] = '\0';
}

char *vault_created(const char *secret)
{
	char body[512];

	snprintf(body, sizeof body,
	    "{\"accessKey\":{\"accessKeyId\":\"" KEY_ID "\",\"secretAccessKey\":\"%s\","
	    "\"status\":\"Active\",\"createdAt\":1700000000},\"operations\":[]}",
	    secret);
	return scripted_http(200, "x-amzn-requestid: r-1\r\n", body);
}

static void add_step(
    struct vault *vault, const char *target, char *answer, bool forever, enum scripted_after after)
{
	size_t i = 0;

	while (vault->answers[i] != NULL)
		i++;
	assert_true(i < VAULT_STEPS_MAX);
	vault->answers[i] = answer;
	vault->steps[i] = (struct scripted_step){
	    .target = target, .answer = answer, .after = after, .forever = forever};
}

static void write_script(struct vault *vault, const struct vault_options *options)
{
	char *(*answer)(const char *secret) =
	    options->answer != NULL ? options->answer : vault_created;

	add_step(vault, "GetBuckets",
	    scripted_http(200, "",
		"{\"buckets\":[{\"name\":\"b-1\",\"location\":{\"regionName\":\"us-east-1\"},"
		"\"resourceType\":\"Bucket\"}]}"),
	    true, SCRIPTED_KEEP);
	add_step(vault, "GetBucketAccessKeys", scripted_http(200, "", "{\"accessKeys\":[]}"), true,
	    SCRIPTED_KEEP);
	add_step(vault, "GetOperations", scripted_http(200, "", "{\"operations\":[]}"), true,
	    SCRIPTED_KEEP);
	add_step(vault, "GetOperationsForResource", scripted_http(200, "", "{\"operations\":[]}"),
	    true, SCRIPTED_KEEP);
	add_step(vault, "DeleteBucketAccessKey", scripted_http(200, "", "{\"operations\":[]}"),
	    true, SCRIPTED_KEEP);
	add_step(vault, "CreateBucketAccessKey", answer(vault->key), false, options->after);
}

static void start_scripted(struct vault *vault, const struct vault_options *options, char url[64])
{
	char cert[128];
	bool tls = options->service == VAULT_TLS;

	snprintf(cert, sizeof cert, "%s/cert.pem", vault->desk->tools.dir);
	make_secret(vault->key, 40);
	make_secret(vault->account, 40);
	make_secret(vault->token, 60);
	vault->n_secrets = VAULT_SECRETS;
	write_script(vault, options);
	vault->scripted = scripted_start(vault->steps, VAULT_STEPS_MAX, tls ? cert : NULL);
	snprintf(
	    url, 64, "%s://127.0.0.1:%d", tls ? "https" : "http", scripted_port(vault->scripted));
	if (tls)
		desk_add_env(vault->desk, "AWS_CA_BUNDLE", cert);
}

/* ---- the account ---- */

static void write_profile(struct vault *vault, const char *variable)
{
	char text[512], path[128];

	snprintf(text, sizeof text,
	    "# an account\n[default]\naws_access_key_id = AKIAACCOUNT000000001\n"
	    "aws_secret_access_key = %s\naws_session_token=%s   # of today\nregion = us-east-1\n",
	    vault->account, vault->token);
	toolbox_add_file(&vault->desk->tools, "account", text);
	snprintf(path, sizeof path, "%s/account", vault->desk->tools.dir);
	desk_add_env(vault->desk, variable, path);
}

static void set_account(struct vault *vault, enum vault_account account)
{
	switch (account) {
	case VAULT_ENVIRONMENT:
		desk_add_env(vault->desk, "AWS_ACCESS_KEY_ID", "AKIAACCOUNT000000001");
		desk_add_env(vault->desk, "AWS_SECRET_ACCESS_KEY", vault->account);
		desk_add_env(vault->desk, "AWS_SESSION_TOKEN", vault->token);
		break;
	case VAULT_CREDENTIALS_FILE:
		write_profile(vault, "AWS_SHARED_CREDENTIALS_FILE");
		break;
	case VAULT_CONFIG_FILE:
		write_profile(vault, "AWS_CONFIG_FILE");
		break;
	}
}

/* ---- start and end ---- */

void vault_prepare(struct vault *vault, struct desk *desk)
{
	char library[512];

	*vault = (struct vault){.desk = desk};
	vault->secrets[VAULT_KEY] = (struct memory_secret){"the key's secret", vault->key};
	vault->secrets[VAULT_ACCOUNT] = (struct memory_secret){"the account's", vault->account};
	vault->secrets[VAULT_TOKEN] = (struct memory_secret){"the token", vault->token};
	assert_non_null(getenv("BUILDDIR"));
	snprintf(library, sizeof library, "%s/tests/support/readable.so", getenv("BUILDDIR"));
	desk_add_env(desk, "LD_PRELOAD", library);
}

void vault_start(struct vault *vault, const struct vault_options *options)
{
	struct desk *desk = vault->desk;
	const char *args[DESK_ARGS_MAX + 1] = {NULL};
	char url[64], config[128];
	size_t n = 0;

	if (options->config != NULL) {
		toolbox_add_file(&desk->tools, "config", options->config);
		snprintf(config, sizeof config, "%s/config", desk->tools.dir);
		args[n++] = "--config";
		args[n++] = config;
	}
	if (options->command != NULL) {
		for (size_t i = 0; options->command[i] != NULL; i++) {
			assert_true(n < DESK_ARGS_MAX);
			args[n++] = options->command[i];
		}
		desk_add_env(desk, "READABLE_STOP", "1");
	}
	if (options->service == VAULT_EMULATOR) {
		desk_open_emulator(desk, 0, args, 120, 34);
		snprintf(vault->account, sizeof vault->account, "%s",
		    ks_emulator_secret_access_key(desk->server.emulator));
		vault->n_secrets = VAULT_TOKEN;
	} else {
		start_scripted(vault, options, url);
		set_account(vault, options->account);
		desk_open(desk, url, args, 120, 34);
	}
	if (options->command == NULL)
		desk_wait_for(desk, "0 keys");
}

void vault_close(struct vault *vault)
{
	/* The program first: it may be in the middle of a request. */
	ks_pty_free(vault->desk->pty);
	vault->desk->pty = NULL;
	if (vault->scripted != NULL)
		scripted_stop(vault->scripted);
	for (size_t i = 0; i < VAULT_STEPS_MAX; i++)
		free(vault->answers[i]);
}

void vault_make_key(struct vault *vault)
{
	desk_make_key(vault->desk);
	if (vault->scripted == NULL)
		snprintf(vault->key, sizeof vault->key, "%s", vault->desk->secret);
}

void vault_copy(struct vault *vault)
{
	desk_press(vault->desk, "c");
	desk_wait_for(vault->desk, "Sent to the terminal");
	desk_wait_for(vault->desk, "[It arrived]");
}

void vault_confirm(struct vault *vault)
{
	desk_press(vault->desk, "Enter");
	desk_wait_for(vault->desk, "wiped it");
	assert_vault_has_no_key(vault);
}

/* ---- what is there ---- */

static void look(struct vault *vault, struct memory_scan *scan)
{
	pid_t pid = ks_pty_pid(vault->desk->pty);

	memory_scan(pid, vault->secrets, vault->n_secrets, scan);
	assert_string_equal(scan->problem, "");
	assert_int_equal(scan->guarded_mappings, 1);
}

static void assert_nowhere_else(const struct vault *vault, const struct memory_scan *scan)
{
	size_t copies = 0;

	for (size_t i = 0; i < vault->n_secrets; i++)
		copies += scan->elsewhere[i];
	if (copies > 0)
		memory_scan_print(scan, vault->secrets);
	assert_int_equal(copies, 0);
}

/* Its limit is room enough for the heap wherever it wasn't lowered. */
static void assert_locked(const struct memory_scan *scan)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_MEMLOCK, &limit) == 0 && limit.rlim_cur >= (rlim_t)512 * 1024)
		assert_true(scan->locked);
}

static bool is_account_elsewhere(const struct vault *vault, const struct memory_scan *scan)
{
	for (size_t i = VAULT_ACCOUNT; i < vault->n_secrets; i++)
		if (scan->elsewhere[i] > 0)
			return true;
	return false;
}

/*
 * A request that is under way has its token in blocks that are wiped at its end: looks again while
 * that may be. For the key's secret there is no such time.
 */
static void assert_account_guarded(struct vault *vault, struct memory_scan *scan)
{
	int64_t limit = ks_clock_mono(ks_clock_system()) + PATIENCE_MS;

	look(vault, scan);
	while (scan->elsewhere[VAULT_KEY] == 0 && is_account_elsewhere(vault, scan) &&
	       ks_clock_mono(ks_clock_system()) < limit) {
		poll(NULL, 0, 20);
		look(vault, scan);
	}
	assert_nowhere_else(vault, scan);
	assert_locked(scan);
	for (size_t i = VAULT_ACCOUNT; i < vault->n_secrets; i++)
		assert_true(scan->guarded[i] > 0);
}

void assert_vault_holds_key(struct vault *vault)
{
	struct memory_scan scan;

	assert_account_guarded(vault, &scan);
	assert_true(scan.guarded[VAULT_KEY] > 0);
}

void assert_vault_has_no_key(struct vault *vault)
{
	struct memory_scan scan;

	assert_account_guarded(vault, &scan);
	if (scan.guarded[VAULT_KEY] > 0)
		memory_scan_print(&scan, vault->secrets);
	assert_int_equal(scan.guarded[VAULT_KEY], 0);
}

void vault_watch_end(struct vault *vault)
{
	assert_true(exit_watch_start(
	    &vault->watch, ks_pty_pid(vault->desk->pty), vault->secrets, vault->n_secrets));
}

void assert_vault_ends_empty(struct vault *vault, int *status)
{
	struct memory_scan scan;
	size_t kept = 0;

	assert_true(ks_pty_wait_exit(vault->desk->pty, status));
	exit_watch_finish(&vault->watch, &scan);
	assert_string_equal(scan.problem, "");
	for (size_t i = 0; i < vault->n_secrets; i++)
		kept += scan.guarded[i];
	if (kept > 0)
		memory_scan_print(&scan, vault->secrets);
	assert_nowhere_else(vault, &scan);
	assert_int_equal(kept, 0);
}

void assert_vault_quits_empty(struct vault *vault)
{
	int status;

	vault_watch_end(vault);
	desk_press(vault->desk, "q");
	assert_vault_ends_empty(vault, &status);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
}

void assert_vault_command_ends_empty(struct vault *vault, int code)
{
	int status;

	assert_true(ks_pty_wait_stopped(vault->desk->pty, &status));
	vault_watch_end(vault);
	ks_pty_signal(vault->desk->pty, SIGCONT);
	assert_vault_ends_empty(vault, &status);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), code);
}
