/*
 * The program: what must happen before any thread starts, then the command.
 */
#include "config.h"

#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "core/aws/env.h"
#include "core/base/log.h"
#include "core/base/mem.h"
#include "core/base/secret.h"
#include "tui/app.h"
#include "tui/cli/create.h"
#include "tui/cli/delete.h"
#include "tui/cli/list.h"
#include "tui/cli/options.h"
#include "tui/cli/whoami.h"
#include "tui/places.h"
#include "tui/preferences.h"
#include "tui/remember.h"
#ifdef KS_DEMO
#include "tui/cli/serve.h"
#include "tui/demo.h"
#endif

enum { FAILED = 1, USAGE = 2, REMARK_SIZE = 1200 };

/* Everything that a command is given, and what it was made of. */
struct program {
	const char *name; /* argv[0] */
	struct ks_options options;
	struct ks_preferences preferences;
	struct ks_places places;
	enum ks_secret_heap heap;
	struct ks_env *env;
	struct ks_log *log;
	struct ks_identity_options identity;
	struct ks_store_options store;
	struct ks_remember remember;
	struct ks_err remember_err;
	const char **names; /* of the remembered choice */
	struct ks_worker_options worker;
#ifdef KS_DEMO
	struct ks_demo demo;
#endif
};

static int fail(const struct ks_err *err, int status)
{
	char line[1200];

	fprintf(stderr, "keysail: %s\n", ks_err_line(err, line, sizeof line));
	return status;
}

/* ---- the demo ---- */

#ifdef KS_DEMO
/* The account's secrets have no business in the child: they leave the environment first. */
static bool fork_demo(struct program *program, struct ks_err *err)
{
	ks_env_free(ks_env_capture());
	return ks_demo_fork(&program->demo, err);
}

static bool connect_demo(struct program *program, struct ks_err *err)
{
	if (!ks_demo_connect(&program->demo, err))
		return false;
	program->identity.given = &program->demo.given;
	return true;
}

static void stop_demo(struct program *program)
{
	if (program->options.demo)
		ks_demo_stop(&program->demo);
}

static int serve(const struct ks_options *options)
{
	return ks_serve_main(options->serve_argc, options->serve_argv);
}
#else
static bool no_demo(struct ks_err *err)
{
	return ks_err_set(err, KS_ERR_USAGE, "This keysail was built without its emulator");
}

static bool fork_demo(struct program *program, struct ks_err *err)
{
	(void)program;
	return no_demo(err);
}

static bool connect_demo(struct program *program, struct ks_err *err)
{
	(void)program;
	return no_demo(err);
}

static void stop_demo(struct program *program)
{
	(void)program;
}

static int serve(const struct ks_options *options)
{
	struct ks_err err;

	(void)options;
	no_demo(&err);
	return fail(&err, USAGE);
}
#endif

/* The user prefers the demo: this program begins anew with it, before any thread or library. */
static int become_demo(const struct program *program)
{
	const char *argv[10] = {program->name, "--demo"};
	struct ks_err err;
	size_t count = 2;

	if (program->options.no_color)
		argv[count++] = "--no-color";
	if (program->options.ascii)
		argv[count++] = "--ascii";
	if (program->options.read_only)
		argv[count++] = "--read-only";
	if (program->options.theme != NULL) {
		argv[count++] = "--theme";
		argv[count++] = program->options.theme;
	}
	execv("/proc/self/exe", (char *const *)(uintptr_t)argv);
	execvp(program->name, (char *const *)(uintptr_t)argv);
	ks_err_set(&err, KS_ERR_SYSTEM, "The demo can't be started. Try: keysail --demo");
	return fail(&err, FAILED);
}

/* ---- making ready ---- */

static void fill_store_options(struct program *program)
{
	program->store = (struct ks_store_options){
	    .profiles = program->options.profiles,
	    .n_profiles = program->options.n_profiles,
	    .regions = program->options.regions,
	    .n_regions = program->options.n_regions,
	    .all_regions = program->options.all_regions,
	    .read_only = program->options.read_only,
	    .no_secrets = program->heap == KS_SECRET_HEAP_NONE,
	    .policy = program->preferences.policy,
	    .refresh_seconds = program->preferences.refresh_seconds,
	};
}

static void fill_worker_options(struct program *program)
{
	program->identity.env = program->env;
	program->identity.endpoint_url = program->options.endpoint_url;
	program->worker = (struct ks_worker_options){
	    .identity = &program->identity,
	    .log = program->log,
	    .user_agent = PACKAGE_NAME "/" PACKAGE_VERSION,
	    .concurrency = program->preferences.concurrency,
	    .timeout_seconds = program->preferences.timeout_seconds,
	    .journal_folder = program->places.state_folder,
	    .places = &program->places.worker,
	    .read_only = program->options.read_only,
	    .no_proxy = program->options.demo,
	};
}

/*
 * In this order: the demo's child before OpenSSL, secrets out of the environment before the rest.
 */
static bool make_ready(struct program *program, struct ks_err *err)
{
	bool demo = program->options.demo;

	if (demo && !fork_demo(program, err))
		return false;
	program->heap = ks_secret_setup();
	program->env = demo ? ks_env_empty() : ks_env_capture();
	if (demo && !connect_demo(program, err))
		return false;
	if (!ks_preferences_load(&program->preferences, program->options.config_file, err))
		return false;
	if (program->options.log_file != NULL) {
		program->log = ks_log_open(program->options.log_file, ks_clock_system(), err);
		if (program->log == NULL)
			return false;
	}
	ks_places_find(&program->places, program->env, demo);
	fill_store_options(program);
	fill_worker_options(program);
	return true;
}

static void clean_up(struct program *program)
{
	stop_demo(program);
	ks_log_close(program->log);
	ks_preferences_free(&program->preferences);
	ks_places_free(&program->places);
	ks_env_free(program->env);
	ks_options_free(&program->options);
	ks_choice_free(&program->remember.last);
	free(program->names);
}

/* ---- the commands ---- */

static int run_command(
    struct program *program, int (*command)(const struct ks_options *,
				 const struct ks_store_options *, const struct ks_worker_options *))
{
	for (size_t i = 0; i < program->preferences.n_remarks; i++)
		fprintf(stderr, "keysail: %s\n", program->preferences.remarks[i]);
	return command(&program->options, &program->store, &program->worker);
}

static bool wants_no_color(const struct program *program)
{
	const char *variable = getenv("NO_COLOR");

	return program->options.no_color || (variable != NULL && variable[0] != '\0');
}

/* ---- the choice of an earlier run ---- */

/* What the user says in any way beats it; so do keys in the environment. */
static bool says_which_profile(const struct program *program)
{
	return program->options.n_profiles > 0 ||
	       ks_env_get(program->env, KS_ENV_AWS_PROFILE) != NULL ||
	       ks_env_get(program->env, KS_ENV_AWS_DEFAULT_PROFILE) != NULL ||
	       ks_env_get(program->env, KS_ENV_AWS_ACCESS_KEY_ID) != NULL;
}

static bool says_which_region(const struct program *program)
{
	return program->options.n_regions > 0 || program->options.all_regions ||
	       ks_env_get(program->env, KS_ENV_AWS_REGION) != NULL ||
	       ks_env_get(program->env, KS_ENV_AWS_DEFAULT_REGION) != NULL;
}

static size_t add_names(const struct ks_str_list *list, const char **names)
{
	for (size_t i = 0; i < list->count; i++)
		names[i] = ks_str_raw(&list->items[i]);
	return list->count;
}

static void recall_choice(struct program *program)
{
	const struct ks_choice *last = &program->remember.last;
	struct ks_store_options *store = &program->store;

	program->remember.folder = program->places.state_folder;
	ks_err_clear(&program->remember_err);
	ks_remember_load(&program->remember, &program->remember_err);
	program->names =
	    ks_calloc(last->profiles.count + last->regions.count + 1, sizeof(const char *));
	if (!says_which_profile(program) && last->profiles.count > 0) {
		store->profiles = program->names;
		store->n_profiles = add_names(&last->profiles, program->names);
		store->remembered = true;
	}
	if (!says_which_region(program)) {
		store->regions = program->names + last->profiles.count;
		store->n_regions = add_names(&last->regions, program->names + last->profiles.count);
		store->all_regions = last->all_regions;
	}
}

/* The configuration's remarks, and what there is to say of the choice and of memory. */
static const char **gather_remarks(
    const struct program *program, char line[REMARK_SIZE], size_t *count)
{
	const char **remarks = ks_calloc(program->preferences.n_remarks + 2, sizeof *remarks);

	*count = 0;
	for (size_t i = 0; i < program->preferences.n_remarks; i++)
		remarks[(*count)++] = program->preferences.remarks[i];
	if (program->remember_err.kind != KS_ERR_NONE)
		remarks[(*count)++] = ks_err_line(&program->remember_err, line, REMARK_SIZE);
	if (program->heap == KS_SECRET_HEAP_UNLOCKED)
		remarks[(*count)++] = "Memory can't be locked here (see ulimit -l): a secret could "
				      "get into swap.";
	else if (program->heap == KS_SECRET_HEAP_NONE)
		remarks[(*count)++] = "There is no protected memory here: no key can be created.";
	return remarks;
}

static int exit_status(const struct program *program, enum ks_app_end end,
    const struct ks_app_last *last, const struct ks_err *err)
{
	switch (end) {
	case KS_APP_FAILED:
		return fail(err, err->kind == KS_ERR_USAGE ? USAGE : FAILED);
	case KS_APP_DEMO:
		return become_demo(program);
	case KS_APP_SIGNAL:
		return 128 + last->signal;
	case KS_APP_QUIT:
		break;
	}
	return EXIT_SUCCESS;
}

static int run_ui(struct program *program)
{
	char *themes = ks_preferences_themes_folder();
	struct ks_app_options app = {
	    .store = &program->store,
	    .worker = &program->worker,
	    .theme = program->options.theme != NULL ? program->options.theme
						    : program->preferences.theme,
	    .themes_dir = themes,
	    .ascii = program->options.ascii || program->preferences.ascii,
	    .no_color = wants_no_color(program),
	    .demo = program->options.demo,
	    .copy_command = program->preferences.copy_command,
	    .clear_command = program->preferences.clear_command,
	    .clear_seconds = program->preferences.clear_seconds,
	    .deliver_command = program->preferences.deliver_command,
	    .remember = &program->remember,
	};
	char line[REMARK_SIZE];
	const char **remarks;
	enum ks_app_end end;
	struct ks_err err = {0};
	struct ks_app_last last;
	int status;

	recall_choice(program);
	remarks = gather_remarks(program, line, &app.n_remarks);
	app.remarks = remarks;
	end = ks_app_run(&app, &last, &err);
	free(remarks);
	free(themes);
	status = exit_status(program, end, &last, &err);
	if (last.worker_hangs) {
		ks_secret_wipe_heap();
		_exit(status);
	}
	return status;
}

static int run(struct program *program)
{
	struct ks_err err;
	int status;

	signal(SIGPIPE, SIG_IGN);
	signal(
	    SIGCHLD, SIG_DFL); /* whoever started us may have ignored it: how children end counts */
	if (!make_ready(program, &err))
		status = fail(&err, err.kind == KS_ERR_USAGE ? USAGE : FAILED);
	else if (program->options.command == KS_COMMAND_LIST)
		status = run_command(program, ks_list_main);
	else if (program->options.command == KS_COMMAND_WHOAMI)
		status = run_command(program, ks_whoami_main);
	else if (program->options.command == KS_COMMAND_CREATE)
		status = run_command(program, ks_create_main);
	else if (program->options.command == KS_COMMAND_DELETE)
		status = run_command(program, ks_delete_main);
	else
		status = run_ui(program);
	clean_up(program);
	return status;
}

static int say(const struct ks_options *options)
{
	if (options->help)
		ks_options_help(stdout);
	else
		puts(PACKAGE_NAME " " PACKAGE_VERSION);
	return fflush(stdout) == 0 && !ferror(stdout) ? EXIT_SUCCESS : FAILED;
}

int main(int argc, char **argv)
{
	struct program program = {.name = argc > 0 ? argv[0] : "keysail"};
	struct ks_err err;
	int status;

	setlocale(LC_ALL, "");
	if (!ks_options_parse(argc, argv, &program.options, &err)) {
		if (err.tip[0] == '\0')
			ks_err_tip(&err, "see keysail --help");
		status = fail(&err, USAGE);
	} else if (program.options.help || program.options.version) {
		status = say(&program.options);
	} else if (program.options.command == KS_COMMAND_SERVE) {
		status = serve(&program.options);
	} else {
		return run(&program);
	}
	ks_options_free(&program.options);
	return status;
}
