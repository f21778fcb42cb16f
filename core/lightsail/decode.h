/*
 * JSON text to the structs of a shape. Everything is checked, since it comes from outside: depth
 * and counts are bounded, a NUL in a text is refused (it would cut an identifier short), a member
 * of the wrong type is an error that names it. Unknown members are ignored; null counts as absent,
 * as in botocore. Private to core/lightsail. Any thread.
 */
#ifndef KS_LIGHTSAIL_DECODE_H
#define KS_LIGHTSAIL_DECODE_H

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stddef.h>

#include "core/base/err.h"
#include "core/lightsail/shape.h"

/* Far above any page of the service (200 operations). */
#define KS_DECODE_MAX_ITEMS 10000

/*
 * A whole JSON object, nothing before and nothing behind it but blanks. NULL with KS_ERR_REPLY.
 * The caller gives it to cJSON_Delete, which wipes it if ks_secret_setup ran.
 */
cJSON *ks_decode_parse(const char *body, size_t len, struct ks_err *err);

/*
 * Fills *out, which must be as after ks_shape_init. False with KS_ERR_REPLY and *out cleared.
 * tolerant: what has the wrong type counts as absent instead; it can't fail then.
 */
bool ks_decode_object(
    const struct ks_shape *shape, const cJSON *json, bool tolerant, void *out, struct ks_err *err);

#endif
