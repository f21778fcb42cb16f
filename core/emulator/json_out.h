/*
 * Writes JSON as the service does, member by member, straight into a buffer. It can also write it
 * wrongly on purpose: with every value of another type than the model says.
 */
#ifndef KS_EMULATOR_JSON_OUT_H
#define KS_EMULATOR_JSON_OUT_H

#include <stdbool.h>
#include <stdint.h>

#include "core/base/buf.h"

struct ks_emu_json {
	struct ks_buf *buf;
	bool comma;       /* something stands before the next value */
	bool wrong_types; /* the fault of that name */
};

void ks_emu_json_init(struct ks_emu_json *json, struct ks_buf *buf);

/* name is NULL for an element of an array and for the outermost value. */
void ks_emu_json_object(struct ks_emu_json *json, const char *name);
void ks_emu_json_array(struct ks_emu_json *json, const char *name);
void ks_emu_json_end_object(struct ks_emu_json *json);
void ks_emu_json_end_array(struct ks_emu_json *json);

/* NULL is written as null. Bytes that aren't UTF-8 become U+FFFD. */
void ks_emu_json_string(struct ks_emu_json *json, const char *name, const char *value);
void ks_emu_json_integer(struct ks_emu_json *json, const char *name, int64_t value);
/* A number with two decimals, given as a count of hundredths. */
void ks_emu_json_hundredths(struct ks_emu_json *json, const char *name, unsigned value);
void ks_emu_json_bool(struct ks_emu_json *json, const char *name, bool value);
/*
 * Epoch seconds with the exponent that the Java-based services write:
 * 1.628236800123E9. KS_TIME_NONE is null; times before 1970-01-01T00:00:01 are written as that.
 */
void ks_emu_json_time(struct ks_emu_json *json, const char *name, int64_t ms);

#endif
