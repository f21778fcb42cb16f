/* Which way to the clipboard is chosen, how its command is read, and what OSC 52 is made of. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <unistd.h>

#include <cmocka.h>

#include "core/base/argv.h"
#include "core/base/mem.h"
#include "core/base/spawn.h"
#include "tests/support/toolbox.h"
#include "tui/clipboard_ways.h"

#define SECRET "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"
/* As printf SECRET | base64 says. */
#define SECRET_BASE64 "d0phbHJYVXRuRkVNSS9LN01ERU5HL2JQeFJmaUNZRVhBTVBMRUtFWQ=="

static int set_up(void **state)
{
	struct toolbox *box = ks_calloc(1, sizeof *box);

	toolbox_open(box);
	*state = box;
	return 0;
}

static int tear_down(void **state)
{
	toolbox_close(*state);
	free(*state);
	return 0;
}

/* ---- which way ---- */

static void the_way_follows_from_the_environment(void **state)
{
	static const struct {
		const char *what;
		struct ks_clip_env env;
		bool secret;
		enum ks_clip_id way;
	} rows[] = {
	    {"nothing at all", {0}, true, KS_CLIP_COUNT},
	    {"a bare terminal", {.terminal = true}, true, KS_CLIP_OSC52},
	    {"Wayland, a secret", {.wayland_display = "wayland-0", .display = ":0"}, true,
		KS_CLIP_WL_SENSITIVE},
	    {"Wayland, an ID", {.wayland_display = "wayland-0"}, false, KS_CLIP_WL},
	    {"empty is unset", {.wayland_display = "", .display = ":0"}, true, KS_CLIP_XCLIP},
	    {"X11", {.display = ":0"}, true, KS_CLIP_XCLIP},
	    {"macOS", {.macos = true}, true, KS_CLIP_PBCOPY},
	    {"tmux without a display", {.tmux = "/tmp/t,1,0"}, true, KS_CLIP_TMUX},
	    {"tmux on a display", {.tmux = "/tmp/t,1,0", .display = ":0"}, true, KS_CLIP_XCLIP},
	    {"SSH, and a display of that machine",
		{.ssh_connection = "a 1 b 2", .display = ":0", .terminal = true}, true,
		KS_CLIP_OSC52},
	    {"SSH, unix display", {.ssh_tty = "/dev/pts/1", .display = "unix:0", .terminal = true},
		true, KS_CLIP_OSC52},
	    {"SSH, display by socket",
		{.ssh_tty = "/dev/pts/1", .display = "/tmp/launch/org.x:0", .terminal = true}, true,
		KS_CLIP_OSC52},
	    {"SSH, forwarded display", {.ssh_connection = "a 1 b 2", .display = "localhost:10.0"},
		true, KS_CLIP_XCLIP},
	    {"SSH, Wayland of that machine",
		{.ssh_connection = "a 1 b 2", .wayland_display = "wayland-0", .terminal = true},
		true, KS_CLIP_OSC52},
	    {"SSH to a Mac", {.ssh_tty = "/dev/ttys001", .macos = true, .terminal = true}, true,
		KS_CLIP_OSC52},
	    {"SSH and tmux", {.ssh_tty = "/dev/pts/1", .tmux = "/tmp/t,1,0", .display = ":0"}, true,
		KS_CLIP_TMUX},
	    {"a command of the user's beats all",
		{.copy_command = "mine", .wayland_display = "wayland-0"}, true, KS_CLIP_CONFIGURED},
	};
	struct toolbox *box = *state;
	static const char *const tools[] = {"wl-copy", "xclip", "xsel", "tmux", "pbcopy"};

	for (size_t i = 0; i < sizeof tools / sizeof tools[0]; i++)
		toolbox_add(box, tools[i], "exit 0");
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct ks_clip_env env = rows[i].env;

		env.path = box->dir;
		if (ks_clip_choose(&env, KS_CLIP_CONFIGURED, rows[i].secret, NULL) != rows[i].way)
			fail_msg("wrong way for: %s", rows[i].what);
	}
}

static void a_tool_that_is_not_installed_is_passed_over(void **state)
{
	struct toolbox *box = *state;
	struct ks_clip_env env = {
	    .wayland_display = "wayland-0", .display = ":0", .path = box->dir};
	uint32_t skipped = 0;

	toolbox_add(box, "xsel", "exit 0");
	assert_int_equal(ks_clip_choose(&env, KS_CLIP_CONFIGURED, true, &skipped), KS_CLIP_XSEL);
	assert_int_equal(skipped, 1U << KS_CLIP_WL | 1U << KS_CLIP_XCLIP);
}

static void only_absolute_folders_are_searched_for_programs(void **state)
{
	struct toolbox *box = *state;
	char file[256], path[256], cwd[256];

	toolbox_add(box, "xclip", "exit 0");
	toolbox_add_file(box, "plain", "no program");
	assert_non_null(getcwd(cwd, sizeof cwd));
	assert_int_equal(chdir(box->dir), 0);
	assert_false(ks_spawn_find(".", "xclip", file, sizeof file));
	assert_false(ks_spawn_find("", "xclip", file, sizeof file));
	assert_false(ks_spawn_find(":", "xclip", file, sizeof file));
	assert_false(ks_spawn_find(NULL, "xclip", file, sizeof file));
	assert_false(ks_spawn_find(box->dir, "plain", file, sizeof file));
	snprintf(path, sizeof path, "/nonexistent::%s", box->dir);
	assert_true(ks_spawn_find(path, "xclip", file, sizeof file));
	assert_int_equal(chdir(cwd), 0);
}

/* ---- command lines ---- */

static void a_command_line_is_split_as_sh_would(void **state)
{
	static const struct {
		const char *line;
		const char *words[6];
	} rows[] = {
	    {"xclip -selection clipboard", {"xclip", "-selection", "clipboard"}},
	    {"  a\t b  ", {"a", "b"}},
	    {"a 'b c' d", {"a", "b c", "d"}},
	    {"a \"b 'c\" d", {"a", "b 'c", "d"}},
	    {"a \"\\\"x\\\\ \\n\"", {"a", "\"x\\ \\n"}},
	    {"a\\ b c", {"a b", "c"}},
	    {"a ''", {"a", ""}},
	    {"a'b'\"c\"d", {"abcd"}},
	    {"a '|' \\; \"`>\"", {"a", "|", ";", "`>"}},
	    {"a $HOME ~ *", {"a", "$HOME", "~", "*"}},
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct ks_err err;
		char **argv = ks_argv_split(rows[i].line, &err);
		size_t n = 0;

		assert_non_null(argv);
		for (; rows[i].words[n] != NULL; n++)
			assert_string_equal(argv[n], rows[i].words[n]);
		assert_null(argv[n]);
		ks_argv_free(argv);
	}
}

static void a_command_line_that_needs_a_shell_is_refused(void **state)
{
	static const char *const lines[] = {"", "   ", "''", "a 'b", "a \"b", "a \\", "a | b",
	    "a > b", "a; b", "a & b", "`a`", "a < b"};
	struct ks_err err;

	(void)state;
	for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
		ks_err_clear(&err);
		assert_null(ks_argv_split(lines[i], &err));
		assert_int_equal(err.kind, KS_ERR_USAGE);
	}
}

static void a_command_line_of_too_many_words_is_refused(void **state)
{
	char line[4 * KS_ARGV_MAX + 8];
	struct ks_err err;

	(void)state;
	for (size_t i = 0; i < sizeof line; i++)
		line[i] = i % 2 == 0 ? 'a' : ' ';
	line[sizeof line - 1] = '\0';
	assert_null(ks_argv_split(line, &err));
}

/* ---- OSC 52 ---- */

static void osc_52_clears_before_it_writes(void **state)
{
	size_t len;
	char *bytes = ks_clip_osc52(SECRET, strlen(SECRET), &len);
	static const char expected[] = "\033]52;c;!\033\\\033]52;c;" SECRET_BASE64 "\033\\";

	(void)state;
	assert_int_equal(len, sizeof expected - 1);
	assert_memory_equal(bytes, expected, len);
	ks_wiping_free(bytes);
}

static void osc_52_clears_with_what_tmux_passes_on_and_then_empties(void **state)
{
	static const char expected[] = "\033]52;c;IA==\033\\\033]52;c;!\033\\";
	size_t len;
	char *bytes = ks_clip_osc52(NULL, 0, &len);

	(void)state;
	assert_int_equal(len, sizeof expected - 1);
	assert_memory_equal(bytes, expected, len);
	ks_wiping_free(bytes);
}

static void base64_is_padded_by_rfc_4648(void **state)
{
	static const struct {
		const char *data, *base64;
	} rows[] = {{"", ""}, {"f", "Zg=="}, {"fo", "Zm8="}, {"foo", "Zm9v"}, {"foob", "Zm9vYg=="},
	    {"fooba", "Zm9vYmE="}, {"foobar", "Zm9vYmFy"}, {"\xff\xfe\xfb", "//77"}};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		char expected[64];
		size_t len;
		char *bytes = ks_clip_osc52(rows[i].data, strlen(rows[i].data), &len);

		snprintf(expected, sizeof expected, "\033]52;c;!\033\\\033]52;c;%s\033\\",
		    rows[i].base64);
		assert_int_equal(len, strlen(expected));
		assert_memory_equal(bytes, expected, len);
		ks_wiping_free(bytes);
	}
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(the_way_follows_from_the_environment),
	    TEST(a_tool_that_is_not_installed_is_passed_over),
	    TEST(only_absolute_folders_are_searched_for_programs),
	    TEST(a_command_line_is_split_as_sh_would),
	    TEST(a_command_line_that_needs_a_shell_is_refused),
	    TEST(a_command_line_of_too_many_words_is_refused),
	    TEST(osc_52_clears_before_it_writes),
	    TEST(osc_52_clears_with_what_tmux_passes_on_and_then_empties),
	    TEST(base64_is_padded_by_rfc_4648),
	};

	ks_secret_setup();
	return cmocka_run_group_tests_name("clipboard ways", tests, NULL, NULL);
}
