/* The table of sinks. Only sink_kind.c and sink.c see it. */
#ifndef KS_DELIVER_SINK_KIND_H
#define KS_DELIVER_SINK_KIND_H

#include <stdbool.h>

#include "core/base/ini.h"
#include "core/deliver/format.h"
#include "core/deliver/sink.h"

enum ks_sink_target {
	KS_SINK_FILE, /* WHERE names it; it is replaced whole */
	/* Sections of a shared file decide themselves what replacing means. The folder of a shared
	 * file is made, as its own programs would. */
	KS_SINK_CREDENTIALS,
	KS_SINK_RCLONE,
	KS_SINK_COMMAND,
};

/* Where a file that has sections holds the key. */
struct ks_sink_ini {
	enum ks_ini_dialect dialect;
	const char *section;        /* NULL: WHERE */
	const char *key_id, *value; /* the names of the two */
};

struct ks_sink_kind {
	const char *name;
	const char *where; /* what WHERE stands for */
	const char *help;
	/* False with err filled; there is rule to say what it wants. */
	bool (*check)(const struct ks_sink_kind *kind, const char *where, struct ks_err *err);
	const char *rule, *example;
	const char *place, *form; /* for ks_sink_phrase; form may be NULL */
	enum ks_sink_target target;
	ks_format_write *write; /* NULL for a command */
	/* Such a file may have held the only copy of other secrets: a backup is kept until the key
	 * was read back. NULL: there is neither. */
	const struct ks_sink_ini *ini;
};

#endif
