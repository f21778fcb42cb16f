/*
 * What the sinks write: one function a format. They put the new text of the whole file into out, or
 * refuse with err filled. old is the file's text now, NULL when there is none. Only sink.c calls
 * them. Worker thread.
 */
#ifndef KS_DELIVER_FORMAT_H
#define KS_DELIVER_FORMAT_H

#include <stdbool.h>
#include <stddef.h>

#include "core/base/err.h"
#include "core/base/ini.h"
#include "core/deliver/draft.h"

/* A key and what goes with it. Nothing here is owned. */
struct ks_handout {
	const char *where;  /* the section's name; the file's where it has no sections of others */
	const char *origin; /* the file, for messages */
	const char *key_id;
	const char *secret;
	size_t secret_len;
	const char *bucket;
	const char *region;
	const char *endpoint; /* NULL: AWS's own */
	bool replace;
};

typedef bool ks_format_write(const struct ks_handout *handout, const struct ks_draft *old,
    struct ks_draft *out, struct ks_err *err);

ks_format_write ks_format_profile;
ks_format_write ks_format_rclone;
ks_format_write ks_format_s3cmd;
ks_format_write ks_format_env;
ks_format_write ks_format_json;

/*
 * May the section be written into the text that is there (NULL: none)? It may when there is none of
 * its name; one that is there needs replace, and is then put to check. what is such a section.
 */
bool ks_format_check_old(const struct ks_handout *handout, const struct ks_draft *old,
    enum ks_ini_dialect dialect, const char *what,
    bool (*check)(
	const struct ks_handout *handout, const struct ks_ini_section *section, struct ks_err *err),
    struct ks_err *err);

/*
 * Is the value one that every line format here reads back as it is written? That is: not empty, and
 * of letters, digits and -._/+=:,@ alone. No quotes, comments, escapes, "%(x)s" or "$x" then, in
 * any of the dialects of sh, docker, systemd, Python's and Go's INI readers. what names it in err.
 */
bool ks_format_plain(const char *value, size_t len, const char *what, struct ks_err *err);
/* The same for all that a handout has. */
bool ks_format_all_plain(const struct ks_handout *handout, struct ks_err *err);

/* Adds key, "=" between as separator says, value and a line feed. */
void ks_format_line(
    struct ks_draft *out, const char *key, const char *separator, const char *value, size_t len);

#endif
