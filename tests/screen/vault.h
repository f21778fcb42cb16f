/*
 * The program at its desk (desk.h) with its memory open to be read, on a service whose secrets are
 * known: the emulator, or a scripted one with or without TLS. Failures fail the test.
 */
#ifndef KS_TESTS_SCREEN_VAULT_H
#define KS_TESTS_SCREEN_VAULT_H

#include <stddef.h>

#include "tests/screen/desk.h"
#include "tests/support/exit_watch.h"
#include "tests/support/memory_scan.h"
#include "tests/support/scripted.h"

enum vault_service { VAULT_EMULATOR, VAULT_HTTP, VAULT_TLS };

/* Where the program gets the account's secret from; the scripted services have a token too. */
enum vault_account { VAULT_ENVIRONMENT, VAULT_CREDENTIALS_FILE, VAULT_CONFIG_FILE };

enum { VAULT_STEPS_MAX = 8, VAULT_SECRET_SIZE = 64 };

struct vault_options {
	enum vault_service service;
	enum vault_account account;
	/* Scripted: the answer to CreateBucketAccessKey, with vault's secret in it; NULL: as is. */
	char *(*answer)(const char *secret);
	enum scripted_after after;
	/* What is to be done without a screen, NULL at its end; the program then stands still
	 * before its main. NULL: the UI, until all is loaded. */
	const char *const *command;
	const char *config; /* the text of a configuration file; NULL: none */
};

/* What a scan tells apart: the new key's secret, and the account's. */
enum { VAULT_KEY, VAULT_ACCOUNT, VAULT_TOKEN, VAULT_SECRETS };

struct vault {
	struct desk *desk;
	struct scripted *scripted; /* NULL: the emulator */
	struct scripted_step steps[VAULT_STEPS_MAX];
	char *answers[VAULT_STEPS_MAX];
	char key[VAULT_SECRET_SIZE], account[VAULT_SECRET_SIZE], token[VAULT_SECRET_SIZE];
	struct memory_secret secrets[VAULT_SECRETS];
	size_t n_secrets;
	struct exit_watch watch;
	const void *row; /* of a table of tests (vault_tests.h) */
};

/* The desk is there, to be furnished before the program starts. */
void vault_prepare(struct vault *vault, struct desk *desk);
void vault_start(struct vault *vault, const struct vault_options *options);
void vault_close(struct vault *vault);

/* The whole answer to a create. In a new block. */
char *vault_created(const char *secret);

/* Makes a key: its secret waits in its dialog. */
void vault_make_key(struct vault *vault);
/* Delivers it by OSC 52, which needs nothing. */
void vault_copy(struct vault *vault);
/* Says that it arrived: then it is nowhere. */
void vault_confirm(struct vault *vault);

/*
 * Where secrets are now: the account's in the secure heap and nowhere else, the key's likewise
 * (held), or nowhere.
 */
void assert_vault_holds_key(struct vault *vault);
void assert_vault_has_no_key(struct vault *vault);

/* Begins to watch for the end, which is brought about after it. */
void vault_watch_end(struct vault *vault);
/* The program comes to its end, as waitpid says; at that moment no secret was anywhere. */
void assert_vault_ends_empty(struct vault *vault, int *status);
/* Leaves by q: it ends well, and empty. */
void assert_vault_quits_empty(struct vault *vault);
/* The command goes on from where it stands still: it ends with that status, and empty. */
void assert_vault_command_ends_empty(struct vault *vault, int code);

#endif
