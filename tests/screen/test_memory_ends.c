/*
 * What is left of secrets in the memory of the running program when a new key's secret is given up,
 * and when the program ends, however it ends: nothing, neither of the key's nor of the account's.
 */
#define _GNU_SOURCE /* syscall */
#include <stdio.h>
#include <stdlib.h>

#include <dirent.h>
#include <signal.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/screen/vault_tests.h"

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
	.stays = "has wiped its secret"},
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

/* ---- the tests ---- */

struct play {
	enum vault_service service;
	bool copied;
	const struct ending *ending;
};

/* To the thread that isn't the first. */
static void signal_worker(struct vault *vault, int number)
{
	char path[64];
	pid_t pid = ks_pty_pid(vault->desk->pty);
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

static void assert_ends(struct vault *vault, const struct ending *ending)
{
	int status;

	vault_watch_end(vault);
	if (ending->then != NULL)
		desk_press(vault->desk, ending->then);
	else if (ending->hang_up)
		ks_pty_hang_up(vault->desk->pty);
	else if (ending->in_worker)
		signal_worker(vault, ending->signal);
	else
		ks_pty_signal(vault->desk->pty, ending->signal);
	assert_vault_ends_empty(vault, &status);
	assert_int_equal(WIFSIGNALED(status), ending->raised);
	assert_int_equal(ending->raised ? WTERMSIG(status) : WEXITSTATUS(status),
	    ending->raised ? ending->signal : ending->status);
}

static void it_is_nowhere_at_that_end(void **state)
{
	struct vault *vault = *state;
	const struct play *play = vault->row;
	const struct ending *ending = play->ending;

	vault_start(vault, &(struct vault_options){.service = play->service});
	vault_make_key(vault);
	if (play->copied)
		vault_copy(vault);
	assert_vault_holds_key(vault);
	if (ending->first != NULL) {
		desk_press(vault->desk, ending->first);
		desk_wait_for_dialog(vault->desk, ending->asks);
	}
	if (ending->stays == NULL) {
		assert_ends(vault, ending);
		return;
	}
	desk_press(vault->desk, ending->then);
	desk_wait_for(vault->desk, ending->stays);
	assert_vault_has_no_key(vault);
	assert_vault_quits_empty(vault);
}

/* The way it came doesn't matter any more: the transfer is gone. */
int main(void)
{
	for (size_t i = 0; i < VAULT_COUNT(endings); i++) {
		struct play play = {.service = VAULT_EMULATOR, .ending = &endings[i]};

		vault_tests_add(it_is_nowhere_at_that_end, &play, sizeof play,
		    "a secret held, then: %s", endings[i].name);
		play.copied = true;
		play.service = VAULT_TLS;
		vault_tests_add(it_is_nowhere_at_that_end, &play, sizeof play,
		    "a secret not confirmed, then: %s", endings[i].name);
	}
	return vault_tests_run("memory at the ends");
}
