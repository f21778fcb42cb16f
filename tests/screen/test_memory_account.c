/*
 * Where the account's secret and its token are in the memory of the running program, wherever they
 * came from: in the secure heap and nowhere else; and nowhere when it ends.
 */
#include <stdio.h>
#include <stdlib.h>

#include <signal.h>

#include "tests/screen/vault_tests.h"

static const char *const account_names[] = {
    [VAULT_ENVIRONMENT] = "of the environment",
    [VAULT_CREDENTIALS_FILE] = "of the credentials file",
    [VAULT_CONFIG_FILE] = "of the config file",
};

struct play {
	enum vault_service service;
	enum vault_account account;
};

static void it_is_in_the_secure_heap_only(void **state)
{
	struct vault *vault = *state;
	const struct play *play = vault->row;

	vault_start(
	    vault, &(struct vault_options){.service = play->service, .account = play->account});
	assert_vault_has_no_key(vault);
	desk_press(vault->desk, "Ctrl-R");
	assert_true(scripted_wait(vault->scripted, 4));
	assert_vault_has_no_key(vault);
	assert_vault_quits_empty(vault);
}

static void it_is_nowhere_when_a_list_is_printed(void **state)
{
	static const char *const list[] = {"list", NULL};
	struct vault *vault = *state;
	const struct play *play = vault->row;

	vault_start(
	    vault, &(struct vault_options){
		       .service = play->service, .account = play->account, .command = list});
	assert_vault_command_ends_empty(vault, 0);
	assert_true(scripted_count(vault->scripted, "GetBucketAccessKeys") > 0);
}

static void add_accounts(enum vault_service service)
{
	for (size_t i = 0; i < VAULT_COUNT(account_names); i++) {
		struct play play = {.service = service, .account = (enum vault_account)i};

		vault_tests_add(it_is_in_the_secure_heap_only, &play, sizeof play,
		    "the account's secret %s, %s", account_names[i], vault_service_names[service]);
		vault_tests_add(it_is_nowhere_when_a_list_is_printed, &play, sizeof play,
		    "the same, %s, %s, for a list", account_names[i], vault_service_names[service]);
	}
}

int main(void)
{
	add_accounts(VAULT_HTTP);
	add_accounts(VAULT_TLS);
	return vault_tests_run("memory of the account's secret");
}
