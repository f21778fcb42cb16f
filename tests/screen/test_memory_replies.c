/*
 * What is left of a new key's secret in the memory of the running program when the reply that
 * brought it was an unusual one, or broke off in the middle.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/screen/vault_tests.h"

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

/* ---- the tests ---- */

static struct play {
	enum vault_service service;
	const struct reply *reply;
	void *desk;
	struct vault vault;
	char name[128];
} plays[2 * VAULT_COUNT(replies)];

/*
 * All are begun before the first is waited for: whether a key was made although its answer was lost
 * is looked up seconds later only.
 */
static int begin_all(void **state)
{
	(void)state;
	for (size_t i = 0; i < VAULT_COUNT(plays); i++) {
		struct play *play = &plays[i];

		desk_set_up(&play->desk);
		vault_prepare(&play->vault, play->desk);
		vault_start(&play->vault, &(struct vault_options){.service = play->service,
					      .answer = play->reply->answer,
					      .after = play->reply->after});
		if (play->reply->shown == NULL) {
			vault_make_key(&play->vault);
			continue;
		}
		desk_press(play->vault.desk, "n");
		desk_wait_for_dialog(play->vault.desk, "[Create]");
		desk_press(play->vault.desk, "Enter");
	}
	return 0;
}

static int end_all(void **state)
{
	(void)state;
	for (size_t i = 0; i < VAULT_COUNT(plays) && plays[i].vault.desk != NULL; i++) {
		vault_close(&plays[i].vault);
		desk_tear_down(&plays[i].desk);
	}
	return 0;
}

static void such_a_reply_leaves_nothing(void **state)
{
	struct play *play = *state;
	struct vault *vault = &play->vault;

	if (play->reply->shown == NULL) {
		assert_vault_holds_key(vault);
		vault_copy(vault);
		vault_confirm(vault);
	} else {
		desk_wait_for(vault->desk, play->reply->shown);
		assert_vault_has_no_key(vault);
		desk_press(vault->desk, "Esc");
		assert_true(ks_pty_wait_gone(vault->desk->pty, play->reply->shown));
	}
	assert_vault_quits_empty(vault);
}

int main(void)
{
	struct CMUnitTest tests[VAULT_COUNT(plays)];
	const char *unable = exit_watch_unable();

	if (unable != NULL) {
		printf("1..0 # SKIP %s\n", unable);
		return 0;
	}
	for (size_t i = 0; i < VAULT_COUNT(plays); i++) {
		struct play *play = &plays[i];

		play->service = i % 2 == 0 ? VAULT_HTTP : VAULT_TLS;
		play->reply = &replies[i / 2];
		snprintf(play->name, sizeof play->name, "a reply %s %s",
		    vault_service_names[play->service], play->reply->name);
		tests[i] = (struct CMUnitTest){.name = play->name,
		    .test_func = such_a_reply_leaves_nothing,
		    .initial_state = play};
	}
	return cmocka_run_group_tests_name("memory after replies", tests, begin_all, end_all);
}
