/*
 * INI files in the dialect of the AWS SDKs, for the two AWS files, our configuration
 * and themes. A document is read whole into memory that is wiped when it is freed, because the
 * credentials file holds secrets. Texts are raw: clean them before they are shown. A document is
 * constant: any thread may read it.
 *
 * Beyond the SDKs' grammar: keys may be indented (then a line that is indented no further is a new
 * key, not a continuation), names may be quoted, a byte order mark is skipped, and what is given
 * twice is merged, the last value wins, with a warning.
 */
#ifndef KS_BASE_INI_H
#define KS_BASE_INI_H

#include <stddef.h>

#include "core/base/err.h"

enum ks_ini_dialect {
	/* [profile NAME], [sso-session NAME], [default]: a section is a type and a name. */
	KS_INI_AWS_CONFIG,
	/* [NAME]: the type is "" always. A broken line refuses the file, as in the config file. */
	KS_INI_AWS_CREDENTIALS,
	/*
	 * Ours: as the credentials file, but a broken line is a warning and is left out, and an
	 * inline comment is a "#" or ";" with a blank on both sides: "#ffffff" is a colour.
	 */
	KS_INI_PLAIN,
};

#define KS_INI_FILE_MAX    ((size_t)1024 * 1024)
#define KS_INI_LINE_MAX    ((size_t)64 * 1024)
#define KS_INI_SECTION_MAX 4096 /* sections in a file */
#define KS_INI_ENTRY_MAX   512  /* keys in a section */
#define KS_INI_WARNING_MAX 100  /* warnings that are kept; there is a last one that says so */

struct ks_ini_entry {
	const char *key;   /* in lower case */
	const char *value; /* may be ""; continuation lines are joined with a line feed */
	int line;          /* counted from 1 */
};

struct ks_ini_section {
	const char *type; /* "profile", "sso-session", "services"; "" for a header of one word */
	const char *name;
	int line; /* of its first header */
	const struct ks_ini_entry *entries;
	size_t entry_count;
};

struct ks_ini_warning {
	int line;
	const char *text; /* clean, without the file's name; never holds a value */
};

struct ks_ini;

/*
 * Reads text; *err names origin and the line when it is refused, and never holds a value. NULL
 * then. The caller frees the document.
 */
struct ks_ini *ks_ini_parse(const char *text, size_t len, enum ks_ini_dialect dialect,
    const char *origin, struct ks_err *err);

enum ks_ini_result {
	KS_INI_READ,    /* *out is the document */
	KS_INI_MISSING, /* there is no such file, or it is /dev/null: *out is NULL, err untouched */
	KS_INI_REFUSED, /* unreadable, not a regular file, too large, broken: err says it */
};
/* Never blocks on a FIFO. origin is how messages name the file. */
enum ks_ini_result ks_ini_read(const char *path, enum ks_ini_dialect dialect, const char *origin,
    struct ks_ini **out, struct ks_err *err);

/* Wipes and frees; NULL is fine. */
void ks_ini_free(struct ks_ini *ini);

/* In the order of the file. */
size_t ks_ini_section_count(const struct ks_ini *ini);
const struct ks_ini_section *ks_ini_section(const struct ks_ini *ini, size_t index);
/* NULL when there is none; NULL documents have none. */
const struct ks_ini_section *ks_ini_find(
    const struct ks_ini *ini, const char *type, const char *name);
/* NULL when the section (which may be NULL) doesn't have the key (given in lower case). */
const struct ks_ini_entry *ks_ini_get(const struct ks_ini_section *section, const char *key);

/*
 * Sub-properties: "s3 =" followed by indented "name = value" lines. Gives where the value of name
 * (in lower case) starts within entry->value and its length; NULL when there is none. The last
 * wins.
 */
const char *ks_ini_sub(const struct ks_ini_entry *entry, const char *name, size_t *len);

size_t ks_ini_warning_count(const struct ks_ini *ini);
const struct ks_ini_warning *ks_ini_warning(const struct ks_ini *ini, size_t index);

#endif
