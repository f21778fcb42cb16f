/* JSON from outside, as cJSON's trees. Any thread. */
#ifndef KS_BASE_JSON_H
#define KS_BASE_JSON_H

#include <cjson/cJSON.h>
#include <stddef.h>

/*
 * A whole JSON object, nothing before and nothing behind it but blanks; no text in it has a NUL,
 * which would cut it short. NULL with *problem ("is not a JSON object"), a constant that goes on
 * after the name of the thing. The caller gives it to cJSON_Delete, which wipes it if
 * ks_secret_setup ran.
 */
cJSON *ks_json_parse(const char *text, size_t len, const char **problem);

/* A member that is there and not null. */
const cJSON *ks_json_member(const cJSON *object, const char *name);
/* The member's text; NULL when it is absent or no text. Owned by the tree. */
const char *ks_json_text(const cJSON *object, const char *name);

#endif
