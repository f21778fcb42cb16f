/*
 * The configuration file (keysail(1), CONFIGURATION): one table row per key. Read once, at start,
 * by the main thread. What is not understood is a remark, and its default stays.
 */
#ifndef KS_TUI_PREFERENCES_H
#define KS_TUI_PREFERENCES_H

#include <stdbool.h>
#include <stddef.h>

#include "core/base/err.h"
#include "core/state/findings.h"

/* A line of [keys]; both texts are as they stand in the file. */
struct ks_preferences_key {
	char *action;
	char *keys;
	int line;
};

struct ks_preferences {
	/* [ui] */
	char *theme; /* NULL: by the terminal */
	int refresh_seconds;
	bool mouse;
	bool ascii;
	/* [clipboard]; NULL commands: the usual ways */
	char *copy_command;
	char *clear_command;
	int clear_seconds;
	/* [deliver] */
	char *deliver_command; /* what the command to deliver to is at first; NULL: nothing */
	/* [policy] */
	struct ks_policy policy;
	/* [network] */
	int concurrency;
	int timeout_seconds;
	/* [keys] */
	struct ks_preferences_key *keys;
	size_t n_keys, keys_cap;
	/* One line each, clean: "FILE, line N: …". */
	char **remarks;
	size_t n_remarks, remarks_cap;
};

/*
 * Fills preferences, defaults first. path: the file that the user named, which must be there; NULL:
 * the usual one, which need not be. False with err filled when the named file can't be read:
 * preferences holds the defaults then. Free it in both cases.
 */
bool ks_preferences_load(struct ks_preferences *preferences, const char *path, struct ks_err *err);
void ks_preferences_free(struct ks_preferences *preferences);

/* The folder of the user's themes, beside the usual file; NULL without a home. The caller frees. */
char *ks_preferences_themes_folder(void);

#endif
