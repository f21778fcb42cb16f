/*
 * What Lightsail's API speaks of, as plain structs: regions, buckets, access keys, operations
 * (API version 2016-11-28). Any member may be missing: a text is then not ks_str_present, a time is
 * KS_TIME_NONE, a flag is KS_TRI_UNKNOWN, a list is empty. Enumerations of the service are open,
 * so they stay texts. A struct owns all it points to. Any thread, one at a time.
 */
#ifndef KS_LIGHTSAIL_MODEL_H
#define KS_LIGHTSAIL_MODEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/clock.h"
#include "core/base/text.h"

enum ks_tri { KS_TRI_UNKNOWN, KS_TRI_FALSE, KS_TRI_TRUE };

struct ks_location {
	struct ks_str zone;
	struct ks_str region;
};

struct ks_region {
	struct ks_str name;
	struct ks_str display_name;
	struct ks_str description;
	struct ks_str continent_code;
};

struct ks_tag {
	struct ks_str key;
	struct ks_str value;
};

struct ks_receiver { /* an instance that may use the bucket without a key */
	struct ks_str name;
	struct ks_str type;
};

struct ks_str_list {
	struct ks_str *items;
	size_t count;
};

struct ks_cors_rule {
	struct ks_str id;
	struct ks_str_list methods, origins, headers, expose_headers;
	int64_t max_age_seconds; /* -1: absent */
};

struct ks_bucket {
	struct ks_str name;
	struct ks_str resource_type;
	struct ks_str arn;
	struct ks_str bundle_id;
	struct ks_str url;
	struct ks_str support_code;
	struct ks_str object_versioning;
	struct ks_str state_code;
	struct ks_str state_message;
	struct ks_str access_get_object; /* public or private */
	struct ks_str access_log_destination;
	struct ks_str access_log_prefix;
	struct ks_location location;
	int64_t created;
	enum ks_tri allow_public_overrides;
	enum ks_tri able_to_update_bundle;
	enum ks_tri access_log_enabled;
	struct ks_str_list readonly_accounts;
	struct ks_tag *tags;
	size_t n_tags;
	struct ks_receiver *receivers;
	size_t n_receivers;
	struct ks_cors_rule *cors;
	size_t n_cors;
};

/* Three different things. */
enum ks_use {
	KS_USE_NO_DATA, /* the service said nothing: no lastUsed, or an empty one */
	KS_USE_NEVER,   /* the service says that it was not used */
	KS_USE_USED,
};

struct ks_last_used {
	enum ks_use use;
	int64_t date;          /* KS_USE_USED only */
	struct ks_str region;  /* KS_USE_USED only; may be absent all the same */
	struct ks_str service; /* likewise */
};

/* Access keys that a bucket may have. */
#define KS_BUCKET_KEYS_MAX 2

struct ks_access_key {
	struct ks_str id;
	struct ks_str status; /* Active, Inactive, or what the future brings */
	int64_t created;
	struct ks_last_used last_used;
};

struct ks_operation {
	struct ks_str id;
	struct ks_str type;
	struct ks_str status;
	struct ks_str resource_name;
	struct ks_str resource_type;
	struct ks_str details;
	struct ks_str error_code;
	struct ks_str error_details;
	struct ks_location location;
	int64_t created;
	int64_t status_changed;
	enum ks_tri terminal;
};

/* A list of texts: more of them, a copy over *dst (whatever was there), and its end. */
void ks_str_list_add(struct ks_str_list *list, const struct ks_str *item);
bool ks_str_list_has(const struct ks_str_list *list, const char *raw);
void ks_str_list_copy(struct ks_str_list *dst, const struct ks_str_list *src);
void ks_str_list_free(struct ks_str_list *list);

/* What a struct owns is freed, not the struct itself; all its members are absent then. */
void ks_bucket_free(struct ks_bucket *bucket);
void ks_access_key_free(struct ks_access_key *key);
void ks_operation_free(struct ks_operation *operation);

/* A deep copy over *dst, whatever was there. */
void ks_bucket_copy(struct ks_bucket *dst, const struct ks_bucket *src);
void ks_access_key_copy(struct ks_access_key *dst, const struct ks_access_key *src);
void ks_operation_copy(struct ks_operation *dst, const struct ks_operation *src);

/* Older first, then by ID: the order in which keys are shown and listed. */
int ks_access_key_compare(const struct ks_access_key *a, const struct ks_access_key *b);

/*
 * Whether more is to come: isTerminal where it was given, else by the status (Completed,
 * Succeeded and Failed are final; an unknown status counts as busy).
 */
bool ks_operation_is_busy(const struct ks_operation *operation);
bool ks_operation_failed(const struct ks_operation *operation);

#endif
