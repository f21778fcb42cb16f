#include "tests/screen/stage.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>

#include <cmocka.h>

#include "core/base/mem.h"

static void start_server(struct stage *stage, const struct stage_options *options)
{
	struct ks_emulator_options emulator;

	ks_emulator_options_init(&emulator);
	emulator.background_use = false;
	emulator.faults = &options->fault;
	emulator.fault_count = options->fault != NULL;
	emulator_thread_start(&stage->server, &emulator);
}

static void add_env(struct stage *stage, size_t index, const char *name, const char *value)
{
	char text[256];

	snprintf(text, sizeof text, "%s=%s", name, value);
	stage->env[index] = ks_strdup(text);
}

/* The program's own words, behind those of the shell if there is one. */
static void fill_argv(const struct stage *stage, const struct stage_options *options, char **argv)
{
	static const char *const shell[] = {
	    "/bin/sh", "-c", "set -m; \"$0\" \"$@\"; echo it is stopped; fg >/dev/null", NULL};
	size_t count = 0;

	for (size_t i = 0; options->job_control && shell[i] != NULL; i++)
		argv[count++] = ks_strdup(shell[i]);
	argv[count++] = ks_strdup(getenv("KEYSAIL"));
	argv[count++] = ks_strdup("--endpoint-url");
	argv[count++] = ks_strdup(ks_emulator_url(stage->server.emulator));
	for (size_t i = 0; i < STAGE_ARGS_MAX && options->args[i] != NULL; i++)
		argv[count++] = ks_strdup(options->args[i]);
}

void stage_begin(struct stage *stage, const struct stage_options *options)
{
	char *argv[STAGE_ARGS_MAX + 8] = {NULL};
	struct ks_pty_options pty = {
	    .argv = (const char *const *)argv,
	    .width = options->width > 0 ? options->width : 120,
	    .height = options->height > 0 ? options->height : 34,
	    .answers = options->answers,
	};

	*stage = (struct stage){0};
	start_server(stage, options);
	fill_argv(stage, options, argv);
	if (!options->no_credentials) {
		add_env(stage, 0, "AWS_ACCESS_KEY_ID",
		    ks_emulator_access_key_id(stage->server.emulator));
		add_env(stage, 1, "AWS_SECRET_ACCESS_KEY",
		    ks_emulator_secret_access_key(stage->server.emulator));
		pty.env = (const char *const *)stage->env;
	}
	stage->pty = ks_pty_start(&pty);
	assert_non_null(stage->pty);
	for (size_t i = 0; argv[i] != NULL; i++)
		free(argv[i]);
}

void stage_begin_loaded(struct stage *stage, const struct stage_options *options)
{
	stage_begin(stage, options);
	stage_wait(stage, "18 buckets");
	stage_wait(stage, "24 keys");
}

void stage_kill_server(struct stage *stage)
{
	if (stage->server.emulator != NULL)
		emulator_thread_stop(&stage->server);
}

void stage_end(struct stage *stage)
{
	ks_pty_free(stage->pty);
	stage_kill_server(stage);
	for (size_t i = 0; i < sizeof stage->env / sizeof stage->env[0]; i++)
		free(stage->env[i]);
}

void stage_press(struct stage *stage, const char *keys)
{
	ks_pty_press(stage->pty, keys);
}

void stage_wait(struct stage *stage, const char *text)
{
	assert_true(ks_pty_wait(stage->pty, text));
}

void stage_wait_gone(struct stage *stage, const char *text)
{
	assert_true(ks_pty_wait_gone(stage->pty, text));
}

void stage_assert_left(struct stage *stage, int wanted)
{
	int status;

	assert_true(ks_pty_wait_exit(stage->pty, &status));
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), wanted);
	assert_false(ks_pty_alternate(stage->pty));
	assert_true(ks_pty_modes_restored(stage->pty));
}
