/*
 * What is left of secrets in the memory of the running program when a new key's secret goes to a
 * sink: chosen while it is held, chosen before the key is made, or named to "keysail create". Once
 * it was taken it is nowhere, and when the program ends the account's isn't either; a sink that
 * refuses it leaves it in the secure heap and nowhere else.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/screen/vault_tests.h"

enum { SINK_SIZE = 128 };

static const struct sink {
	const char *name;
	const char *kind, *where;
	size_t down;          /* so many below the first in the list of ways */
	const char *file;     /* in the toolbox: where the secret is then */
	bool in_toolbox;      /* where is a file's name there */
	const char *variable; /* that names the file to the program; NULL: none */
	const char *script;   /* a command's, named where */
	bool refuses;
} sinks[] = {
    {.name = "a profile",
	.kind = "profile",
	.where = "media",
	.file = "credentials",
	.variable = "AWS_SHARED_CREDENTIALS_FILE"},
    {.name = "an env file",
	.kind = "env",
	.where = "o.env",
	.down = 1,
	.file = "o.env",
	.in_toolbox = true},
    {.name = "a JSON file",
	.kind = "json",
	.where = "o.json",
	.down = 2,
	.file = "o.json",
	.in_toolbox = true},
    {.name = "an rclone remote",
	.kind = "rclone",
	.where = "media",
	.down = 3,
	.file = "rclone.conf",
	.variable = "RCLONE_CONFIG"},
    {.name = "an s3cmd file",
	.kind = "s3cmd",
	.where = "o.s3cfg",
	.down = 4,
	.file = "o.s3cfg",
	.in_toolbox = true},
    {.name = "a command",
	.kind = "command",
	.where = "taker --all",
	.down = 5,
	.file = "in",
	.script = "cat >\"$D/in\""},
    {.name = "a command that fails",
	.kind = "command",
	.where = "refuser",
	.down = 5,
	.file = "in",
	.script = "cat >\"$D/in\"; echo 'the vault is sealed' >&2; exit 2",
	.refuses = true},
    {.name = "a command that fails and tells it",
	.kind = "command",
	.where = "refuser",
	.down = 5,
	.file = "in",
	.script = "cat >\"$D/in\"; echo \"no: $(cat \"$D/in\")\" >&2; cat \"$D/in\"; exit 2",
	.refuses = true},
};

/* Before the program starts; dst becomes KIND:WHERE. */
static void prepare(struct vault *vault, const struct sink *sink, char dst[SINK_SIZE])
{
	const char *dir = vault->desk->tools.dir;
	char name[64], path[SINK_SIZE - 16];

	if (sink->script != NULL) {
		snprintf(name, sizeof name, "%.*s", (int)strcspn(sink->where, " "), sink->where);
		toolbox_add(&vault->desk->tools, name, sink->script);
	}
	snprintf(path, sizeof path, "%s/%s", dir, sink->file);
	if (sink->variable != NULL)
		desk_add_env(vault->desk, sink->variable, path);
	snprintf(dst, SINK_SIZE, "%s:%s", sink->kind, sink->in_toolbox ? path : sink->where);
}

/* In a dialog whose second button is [Deliver to ..]. */
static void choose(struct vault *vault, const struct sink *sink, const char *text)
{
	desk_press(vault->desk, "Tab Enter");
	desk_wait_for_dialog(vault->desk, "▸ a profile in");
	for (size_t i = 0; i < sink->down; i++)
		desk_press(vault->desk, "Down");
	desk_press(vault->desk, "Ctrl-U");
	ks_pty_type(vault->desk->pty, strchr(text, ':') + 1);
	desk_press(vault->desk, "Enter");
}

static void assert_got(const struct vault *vault, const struct sink *sink)
{
	assert_true(toolbox_has(&vault->desk->tools, sink->file, vault->key));
}

/* ---- the tests ---- */

struct play {
	enum vault_service service;
	const struct sink *sink;
	bool chosen_first; /* before the key is made */
};

static void it_is_nowhere_once_a_sink_has_it(void **state)
{
	struct vault *vault = *state;
	const struct play *play = vault->row;
	char text[SINK_SIZE];

	prepare(vault, play->sink, text);
	vault_start(vault, &(struct vault_options){.service = play->service});
	if (play->chosen_first) {
		desk_press(vault->desk, "n");
		desk_wait_for_dialog(vault->desk, "[Create]");
	} else {
		vault_make_key(vault);
	}
	choose(vault, play->sink, text);
	if (play->sink->refuses) {
		desk_wait_for_dialog(vault->desk, "The delivery failed");
		assert_vault_holds_key(vault);
		vault_copy(vault);
		vault_confirm(vault);
	} else {
		desk_wait_for(vault->desk, "Delivered ");
		assert_vault_has_no_key(vault);
	}
	assert_got(vault, play->sink);
	assert_vault_quits_empty(vault);
}

static void it_ends_with_nothing(void **state)
{
	struct vault *vault = *state;
	const struct play *play = vault->row;
	char sink[SINK_SIZE];
	const char *const command[] = {"create", "b-1", "--to", sink, NULL};

	prepare(vault, play->sink, sink);
	vault_start(vault, &(struct vault_options){.service = play->service, .command = command});
	assert_vault_command_ends_empty(vault, play->sink->refuses ? 1 : 0);
	desk_wait_for(vault->desk, play->sink->refuses ? "deleted again" : "AKIA");
	assert_int_equal(scripted_count(vault->scripted, "CreateBucketAccessKey"), 1);
	assert_int_equal(
	    scripted_count(vault->scripted, "DeleteBucketAccessKey"), play->sink->refuses ? 1 : 0);
	assert_got(vault, play->sink);
}

static void add_sink(const struct sink *sink)
{
	struct play play = {.service = VAULT_HTTP, .sink = sink};

	vault_tests_add(it_is_nowhere_once_a_sink_has_it, &play, sizeof play,
	    "a secret delivered to %s", sink->name);
	vault_tests_add(
	    it_ends_with_nothing, &play, sizeof play, "create --to %s, by HTTP", sink->name);
	play.service = VAULT_TLS;
	vault_tests_add(
	    it_ends_with_nothing, &play, sizeof play, "create --to %s, by TLS", sink->name);
	play.chosen_first = true;
	vault_tests_add(it_is_nowhere_once_a_sink_has_it, &play, sizeof play,
	    "a secret delivered to %s, which was chosen first", sink->name);
}

int main(void)
{
	for (size_t i = 0; i < VAULT_COUNT(sinks); i++)
		add_sink(&sinks[i]);
	return vault_tests_run("memory after sinks");
}
