/*
 * What reaches each clipboard is the secret that the server made, once, and it leaves it at exit.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>
#include <openssl/evp.h>

#include "tests/screen/desk.h"

/* By another encoder than the program's. */
static void osc52_of(const char *secret, char dst[128])
{
	unsigned char base64[96];

	EVP_EncodeBlock(base64, (const unsigned char *)secret, (int)strlen(secret));
	snprintf(dst, 128, "\033]52;c;%s\033\\", (const char *)base64);
}

/* ---- clipboards ---- */

static void a_secret_reaches_the_terminals_clipboard_once(void **state)
{
	struct desk *desk = *state;
	char osc52[128];

	desk_start(desk, 1);
	desk_make_key(desk);
	assert_false(ks_pty_shows(desk->pty, desk->secret));
	osc52_of(desk->secret, osc52);
	assert_int_equal(desk_count_raw(desk, osc52), 0);
	desk_press(desk, "c");
	desk_wait_for(desk, "[It arrived]");
	assert_int_equal(desk_count_raw(desk, osc52), 1);
	desk_press(desk, "Enter");
	desk_wait_for(desk, "wiped it");
	desk_press(desk, "c y");
	desk_press(desk, "q");
	assert_desk_left(desk, 0);
	assert_int_equal(desk_count_raw(desk, osc52), 1);
	assert_int_equal(desk_count_raw(desk, desk->secret), 0);
	/* Nothing was left undelivered. */
	assert_false(ks_pty_shows(desk->pty, desk->key_id));
}

static void what_the_terminal_got_is_cleared_at_exit(void **state)
{
	static const char clear[] = "\033]52;c;!\033\\";
	struct desk *desk = *state;

	desk_start(desk, 1);
	desk_make_key(desk);
	desk_press(desk, "c");
	desk_wait_for(desk, "[It arrived]");
	desk_press(desk, "Enter");
	desk_wait_for(desk, "wiped it");
	assert_int_equal(desk_count_raw(desk, clear), 1);
	desk_press(desk, "q");
	assert_desk_left(desk, 0);
	assert_int_equal(desk_count_raw(desk, clear), 2);
}

static void what_the_terminal_got_is_cleared_when_its_time_is_over(void **state)
{
	static const char clear[] = "\033]52;c;!\033\\";
	struct desk *desk = *state;
	const char *folder = desk->tools.dir;

	assert_true(toolbox_run(
	    "mkdir %s/keysail && printf '[clipboard]\nclear_seconds = 1\n' >%s/keysail/config",
	    folder, folder));
	desk_add_env(desk, "XDG_CONFIG_HOME", folder);
	desk_start(desk, 1);
	desk_make_key(desk);
	desk_press(desk, "c");
	desk_wait_for(desk, "The clipboard was cleared");
	assert_int_equal(desk_count_raw(desk, clear), 2);
	desk_press(desk, "Enter");
	desk_wait_for(desk, "wiped it");
	desk_press(desk, "q");
	assert_desk_left(desk, 0);
	/* There was nothing left to clear. */
	assert_int_equal(desk_count_raw(desk, clear), 2);
	assert_true(toolbox_run("rm -r %s/keysail", folder));
}

/* The tool got it on its standard input, and in no other way. */
static void assert_tool_got_secret(struct desk *desk)
{
	toolbox_pid(&desk->tools);
	assert_toolbox_file(&desk->tools, "in", desk->secret);
	assert_false(toolbox_has(&desk->tools, "args", desk->secret));
	assert_false(toolbox_has(&desk->tools, "env", desk->secret));
	assert_int_equal(desk_count_raw(desk, "\033]52;"), 0);
}

static void a_secret_reaches_xclip_which_ends_with_the_program(void **state)
{
	struct desk *desk = *state;

	toolbox_add(&desk->tools, "xclip", TOOLBOX_HOLDS);
	desk_add_env(desk, "DISPLAY", ":77");
	desk_start(desk, 1);
	desk_make_key(desk);
	desk_wait_for(desk, "with xclip");
	desk_press(desk, "Enter");
	desk_wait_for(desk, "[It arrived]");
	desk_wait_for(desk, "Copied with xclip");
	assert_tool_got_secret(desk);
	desk_press(desk, "Enter");
	desk_wait_for(desk, "wiped it");
	desk_press(desk, "q");
	assert_desk_left(desk, 0);
	assert_true(toolbox_is_gone(toolbox_pid(&desk->tools)));
}

static void a_secret_reaches_wl_copy_which_is_told_to_clear(void **state)
{
	struct desk *desk = *state;

	toolbox_add(&desk->tools, "wl-copy",
	    "case \" $* \" in\n"
	    "*' --sensitive '*) exit 1;;\n"
	    "*' --clear '*) echo yes >\"$D/cleared\"; kill $(cat \"$D/pid\"); exit "
	    "0;;\nesac; " TOOLBOX_HOLDS);
	desk_add_env(desk, "WAYLAND_DISPLAY", "wayland-77");
	desk_start(desk, 1);
	desk_make_key(desk);
	desk_press(desk, "Enter");
	desk_wait_for(desk, "Copied with wl-copy");
	assert_tool_got_secret(desk);
	desk_wait_for(desk, "[It arrived]");
	desk_press(desk, "Enter");
	desk_wait_for(desk, "wiped it");
	desk_press(desk, "q");
	assert_desk_left(desk, 0);
	assert_toolbox_file(&desk->tools, "cleared", "yes\n");
	assert_true(toolbox_is_gone(toolbox_pid(&desk->tools)));
}

static void over_ssh_no_tool_of_that_machine_gets_the_secret(void **state)
{
	struct desk *desk = *state;
	char osc52[128];

	toolbox_add(&desk->tools, "xclip", TOOLBOX_HOLDS);
	desk_add_env(desk, "DISPLAY", ":77");
	desk_add_env(desk, "SSH_CONNECTION", "192.0.2.1 50000 192.0.2.2 22");
	desk_start(desk, 1);
	desk_make_key(desk);
	desk_wait_for(desk, "OSC 52");
	desk_press(desk, "c");
	desk_wait_for(desk, "[It arrived]");
	osc52_of(desk->secret, osc52);
	assert_int_equal(desk_count_raw(desk, osc52), 1);
	assert_toolbox_file(&desk->tools, "in", "");
	desk_press(desk, "Enter");
	desk_wait_for(desk, "wiped it");
	desk_press(desk, "q");
	assert_desk_left(desk, 0);
}

static void a_secret_reaches_a_tmux_buffer_and_leaves_it_at_exit(void **state)
{
	struct desk *desk = *state;
	char tmux[128];

	if (!toolbox_run("command -v tmux >/dev/null")) {
		desk_start(desk, 0);
		skip();
	}
	assert_true(toolbox_run(
	    "TMUX= tmux -S %s/socket -f /dev/null new-session -d 'sleep 1000'", desk->tools.dir));
	snprintf(tmux, sizeof tmux, "%s/socket,1,0", desk->tools.dir);
	desk_add_env(desk, "TMUX", tmux);
	desk_start(desk, 1);
	desk_make_key(desk);
	desk_wait_for(desk, "tmux buffer");
	desk_press(desk, "Enter");
	desk_wait_for(desk, "Loaded into a tmux buffer");
	assert_true(toolbox_run("tmux -S %s/socket show-buffer -b keysail-%ld >%s/shown",
	    desk->tools.dir, (long)ks_pty_pid(desk->pty), desk->tools.dir));
	assert_toolbox_file(&desk->tools, "shown", desk->secret);
	desk_wait_for(desk, "[It arrived]");
	desk_press(desk, "Enter");
	desk_wait_for(desk, "wiped it");
	desk_press(desk, "q");
	assert_desk_left(desk, 0);
	assert_true(toolbox_run(
	    "tmux -S %s/socket list-buffers >%s/shown", desk->tools.dir, desk->tools.dir));
	assert_toolbox_file(&desk->tools, "shown", "");
	toolbox_run("tmux -S %s/socket kill-server", desk->tools.dir);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, desk_set_up, desk_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(a_secret_reaches_the_terminals_clipboard_once),
	    TEST(what_the_terminal_got_is_cleared_at_exit),
	    TEST(what_the_terminal_got_is_cleared_when_its_time_is_over),
	    TEST(a_secret_reaches_xclip_which_ends_with_the_program),
	    TEST(a_secret_reaches_wl_copy_which_is_told_to_clear),
	    TEST(over_ssh_no_tool_of_that_machine_gets_the_secret),
	    TEST(a_secret_reaches_a_tmux_buffer_and_leaves_it_at_exit),
	};

	return cmocka_run_group_tests_name("clipboards", tests, NULL, NULL);
}
