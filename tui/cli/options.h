/*
 * The command line of the whole program: one table row per option. Main thread,
 * before any other.
 */
#ifndef KS_TUI_CLI_OPTIONS_H
#define KS_TUI_CLI_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "core/base/err.h"
#include "core/state/findings.h"
#include "tui/cli/list_print.h"

enum ks_command {
	KS_COMMAND_UI, /* none was given */
	KS_COMMAND_LIST,
	KS_COMMAND_WHOAMI,
	KS_COMMAND_CREATE,
	KS_COMMAND_DELETE,
	KS_COMMAND_SERVE,
};

/* Texts point into argv. */
struct ks_options {
	enum ks_command command;
	bool help, version;

	const char **profiles; /* owned */
	size_t n_profiles;
	const char **regions; /* owned; without "all" */
	size_t n_regions;
	bool all_regions;
	const char *endpoint_url;
	bool demo;
	bool read_only;
	const char *theme;
	const char *config_file;
	const char *log_file;
	bool no_color;
	bool ascii;

	/* list, and whoami but for csv */
	const struct ks_list_format *format; /* never NULL after parsing */
	/* list */
	const char *bucket; /* create's and delete's, too */
	ks_findings fail_on;

	/* create */
	const char *sink; /* one that ks_sink_parse takes */
	bool replace;

	/* delete */
	const char *key_id;
	bool yes;

	/* serve: its own arguments; the first one is "serve" */
	int serve_argc;
	char **serve_argv;
};

/*
 * False with err filled (KS_ERR_USAGE, one sentence that names what is wrong). Options may stand
 * before and after the command. Free it in both cases.
 */
bool ks_options_parse(int argc, char **argv, struct ks_options *options, struct ks_err *err);
void ks_options_free(struct ks_options *options);

/* What -h prints. */
void ks_options_help(FILE *out);

#endif
