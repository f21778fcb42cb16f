/*
 * What is left of a new key's secret in the memory of the running program, for each way to deliver
 * it by the clipboard or the screen. While it is held it stands in the secure heap and nowhere
 * else; once it is confirmed it stands nowhere, in no form.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/screen/vault_tests.h"

/* ---- the ways of the clipboard ---- */

/* A tool that takes its standard input and ends, as tmux does. */
#define TAKES "cat >\"$D/in\"; echo $$ >\"$D/pid\""

static const struct tool {
	const char *name;
	const char *tool, *script; /* what stands in for it */
	const char *variable, *value;
	const char *config;
	const char *shown; /* when it was done */
} tools[] = {
    {"an own command", "taker", TAKES, NULL, NULL, "[clipboard]\ncopy_command = taker --all\n",
	"Given to your copy_command"},
    {"xclip", "xclip", TOOLBOX_HOLDS, "DISPLAY", ":77", NULL, "Copied with xclip"},
    {"wl-copy", "wl-copy", TOOLBOX_HOLDS, "WAYLAND_DISPLAY", "wayland-77", NULL,
	"Copied with wl-copy"},
    {"a tmux buffer", "tmux", TAKES, "TMUX", "/nowhere,1,0", NULL, "Loaded into a tmux buffer"},
    {"OSC 52", NULL, NULL, NULL, NULL, NULL, "Sent to the terminal"},
};

struct copying {
	enum vault_service service;
	const struct tool *tool;
};

static void start_with_tool(struct vault *vault, const struct copying *play)
{
	const struct tool *tool = play->tool;

	if (tool->tool != NULL)
		toolbox_add(&vault->desk->tools, tool->tool, tool->script);
	if (tool->variable != NULL)
		desk_add_env(vault->desk, tool->variable, tool->value);
	vault_start(
	    vault, &(struct vault_options){.service = play->service, .config = tool->config});
}

static void it_is_nowhere_once_it_was_copied(void **state)
{
	struct vault *vault = *state;
	const struct copying *play = vault->row;

	start_with_tool(vault, play);
	vault_make_key(vault);
	assert_vault_holds_key(vault);
	desk_press(vault->desk, "c");
	desk_wait_for(vault->desk, play->tool->shown);
	desk_wait_for(vault->desk, "[It arrived]");
	if (play->tool->tool != NULL) {
		toolbox_pid(&vault->desk->tools);
		assert_toolbox_file(&vault->desk->tools, "in", vault->key);
	}
	assert_vault_holds_key(vault);
	vault_confirm(vault);
	assert_vault_quits_empty(vault);
}

/* ---- what happens on the screen ---- */

static void show(struct vault *vault)
{
	vault_make_key(vault);
	desk_press(vault->desk, "Tab Tab");
	desk_wait_for(vault->desk, "▸[Show it]");
	desk_press(vault->desk, "Enter");
	desk_wait_for(vault->desk, vault->key);
	assert_vault_holds_key(vault);
}

static void show_and_hide(struct vault *vault)
{
	show(vault);
	desk_press(vault->desk, "x");
	assert_true(ks_pty_wait_gone(vault->desk->pty, vault->key));
}

static void show_until_it_hides(struct vault *vault)
{
	show(vault);
	assert_true(ks_pty_wait_gone(vault->desk->pty, vault->key));
	desk_wait_for(vault->desk, "▸[Check it]");
	desk_press(vault->desk, "Shift-Tab");
}

static void copy(struct vault *vault)
{
	vault_make_key(vault);
	vault_copy(vault);
}

static void paste(struct vault *vault)
{
	copy(vault);
	ks_pty_paste(vault->desk->pty, vault->key);
	desk_wait_for(vault->desk, "it arrived whole");
}

/* Its beginning, and then something else. */
static void paste_another(struct vault *vault)
{
	char text[VAULT_SECRET_SIZE];

	copy(vault);
	snprintf(text, sizeof text, "%.30sxyz", vault->key);
	ks_pty_paste(vault->desk->pty, text);
	desk_wait_for(vault->desk, "is something else (33 characters)");
	desk_press(vault->desk, "Shift-Tab");
	desk_wait_for(vault->desk, "▸[It arrived]");
}

/* While it is only held nothing is compared. */
static void paste_too_early(struct vault *vault)
{
	vault_make_key(vault);
	ks_pty_paste(vault->desk->pty, vault->key);
	vault_copy(vault);
}

/* As a terminal does that marks no paste. */
static void type(struct vault *vault)
{
	copy(vault);
	desk_press(vault->desk, "p");
	desk_wait_for(vault->desk, "Paste the secret now");
	ks_pty_type(vault->desk->pty, vault->key);
	desk_wait_for(vault->desk, "• 40");
	assert_vault_holds_key(vault);
	desk_press(vault->desk, "Enter");
	desk_wait_for(vault->desk, "it arrived whole");
	desk_press(vault->desk, "Shift-Tab");
}

static const struct scene {
	const char *name;
	void (*play)(struct vault *vault); /* until it is only to be confirmed */
} scenes[] = {
    {"shown and hidden by a key", show_and_hide},
    {"shown until it hides", show_until_it_hides},
    {"pasted to be checked", paste},
    {"pasted with another end", paste_another},
    {"pasted before it is delivered", paste_too_early},
    {"typed to be checked", type},
};

static void it_is_nowhere_after_that_scene(void **state)
{
	struct vault *vault = *state;
	const struct scene *const *scene = vault->row;

	vault_start(vault, &(struct vault_options){.service = VAULT_HTTP});
	(*scene)->play(vault);
	desk_wait_for(vault->desk, "▸[It arrived]");
	assert_vault_holds_key(vault);
	vault_confirm(vault);
	assert_vault_quits_empty(vault);
}

/* ---- the tables as tests ---- */

static void add_tools(enum vault_service service)
{
	for (size_t i = 0; i < VAULT_COUNT(tools); i++) {
		struct copying play = {service, &tools[i]};

		vault_tests_add(it_is_nowhere_once_it_was_copied, &play, sizeof play,
		    "a secret %s, given to %s", vault_service_names[service], tools[i].name);
	}
}

static void add_scenes(void)
{
	for (size_t i = 0; i < VAULT_COUNT(scenes); i++) {
		const struct scene *scene = &scenes[i];

		vault_tests_add(it_is_nowhere_after_that_scene, &scene,
		    sizeof(const struct scene *), "a secret %s", scenes[i].name);
	}
}

int main(void)
{
	add_tools(VAULT_EMULATOR);
	add_tools(VAULT_TLS);
	add_scenes();
	return vault_tests_run("memory after deliveries");
}
