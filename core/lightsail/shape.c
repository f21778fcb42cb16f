#include "core/lightsail/shape.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/mem.h"
#include "core/lightsail/model.h"

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))
#define SHAPE(type, table)                                                               \
	{                                                                                \
		.size = sizeof(struct type), .members = table, .n_members = COUNT(table) \
	}

#define TEXT(type, wire, field)                                             \
	{                                                                   \
		wire, KS_MEMBER_TEXT, offsetof(struct type, field), 0, NULL \
	}
#define TEXTS(type, wire, field)                                             \
	{                                                                    \
		wire, KS_MEMBER_TEXTS, offsetof(struct type, field), 0, NULL \
	}
#define TIME(type, wire, field)                                             \
	{                                                                   \
		wire, KS_MEMBER_TIME, offsetof(struct type, field), 0, NULL \
	}
#define AMOUNT(type, wire, field)                                             \
	{                                                                     \
		wire, KS_MEMBER_AMOUNT, offsetof(struct type, field), 0, NULL \
	}
#define FLAG(type, wire, field)                                             \
	{                                                                   \
		wire, KS_MEMBER_FLAG, offsetof(struct type, field), 0, NULL \
	}
#define OBJECT(type, wire, field, shape)                                          \
	{                                                                         \
		wire, KS_MEMBER_OBJECT, offsetof(struct type, field), 0, &(shape) \
	}
/* Members of an object on the wire that are members of the struct itself here. */
#define INLINE(wire, shape)                            \
	{                                              \
		wire, KS_MEMBER_OBJECT, 0, 0, &(shape) \
	}
#define LIST(type, wire, field, count, shape)                                                     \
	{                                                                                         \
		wire, KS_MEMBER_LIST, offsetof(struct type, field), offsetof(struct type, count), \
		    &(shape)                                                                      \
	}

static const struct ks_member location_members[] = {
    TEXT(ks_location, "availabilityZone", zone),
    TEXT(ks_location, "regionName", region),
};
static const struct ks_shape location_shape = SHAPE(ks_location, location_members);

/* ---- Region ---- */

static const struct ks_member region_members[] = {
    TEXT(ks_region, "name", name),
    TEXT(ks_region, "displayName", display_name),
    TEXT(ks_region, "description", description),
    TEXT(ks_region, "continentCode", continent_code),
};
const struct ks_shape ks_shape_region = SHAPE(ks_region, region_members);

/* ---- Bucket ---- */

static const struct ks_member state_members[] = {
    TEXT(ks_bucket, "code", state_code),
    TEXT(ks_bucket, "message", state_message),
};
static const struct ks_shape state_shape = SHAPE(ks_bucket, state_members);

static const struct ks_member rules_members[] = {
    TEXT(ks_bucket, "getObject", access_get_object),
    FLAG(ks_bucket, "allowPublicOverrides", allow_public_overrides),
};
static const struct ks_shape rules_shape = SHAPE(ks_bucket, rules_members);

static const struct ks_member access_log_members[] = {
    FLAG(ks_bucket, "enabled", access_log_enabled),
    TEXT(ks_bucket, "destination", access_log_destination),
    TEXT(ks_bucket, "prefix", access_log_prefix),
};
static const struct ks_shape access_log_shape = SHAPE(ks_bucket, access_log_members);

static const struct ks_member cors_rule_members[] = {
    TEXT(ks_cors_rule, "id", id),
    TEXTS(ks_cors_rule, "allowedMethods", methods),
    TEXTS(ks_cors_rule, "allowedOrigins", origins),
    TEXTS(ks_cors_rule, "allowedHeaders", headers),
    TEXTS(ks_cors_rule, "exposeHeaders", expose_headers),
    AMOUNT(ks_cors_rule, "maxAgeSeconds", max_age_seconds),
};
static const struct ks_shape cors_rule_shape = SHAPE(ks_cors_rule, cors_rule_members);

static const struct ks_member cors_members[] = {
    LIST(ks_bucket, "rules", cors, n_cors, cors_rule_shape),
};
static const struct ks_shape cors_shape = SHAPE(ks_bucket, cors_members);

static const struct ks_member tag_members[] = {
    TEXT(ks_tag, "key", key),
    TEXT(ks_tag, "value", value),
};
static const struct ks_shape tag_shape = SHAPE(ks_tag, tag_members);

static const struct ks_member receiver_members[] = {
    TEXT(ks_receiver, "name", name),
    TEXT(ks_receiver, "resourceType", type),
};
static const struct ks_shape receiver_shape = SHAPE(ks_receiver, receiver_members);

static const struct ks_member bucket_members[] = {
    TEXT(ks_bucket, "name", name),
    TEXT(ks_bucket, "resourceType", resource_type),
    TEXT(ks_bucket, "arn", arn),
    TEXT(ks_bucket, "bundleId", bundle_id),
    TEXT(ks_bucket, "url", url),
    TEXT(ks_bucket, "supportCode", support_code),
    TEXT(ks_bucket, "objectVersioning", object_versioning),
    TIME(ks_bucket, "createdAt", created),
    FLAG(ks_bucket, "ableToUpdateBundle", able_to_update_bundle),
    TEXTS(ks_bucket, "readonlyAccessAccounts", readonly_accounts),
    OBJECT(ks_bucket, "location", location, location_shape),
    INLINE("state", state_shape),
    INLINE("accessRules", rules_shape),
    INLINE("accessLogConfig", access_log_shape),
    INLINE("cors", cors_shape),
    LIST(ks_bucket, "tags", tags, n_tags, tag_shape),
    LIST(ks_bucket, "resourcesReceivingAccess", receivers, n_receivers, receiver_shape),
};
const struct ks_shape ks_shape_bucket = SHAPE(ks_bucket, bucket_members);

/* ---- AccessKey; its secretAccessKey has no row: it never becomes a plain text ---- */

static const struct ks_member last_used_members[] = {
    TIME(ks_last_used, "lastUsedDate", date),
    TEXT(ks_last_used, "region", region),
    TEXT(ks_last_used, "serviceName", service),
};

/* Never used is a null date and "N/A" for the rest; an object without members says nothing. */
static void settle_last_used(void *object)
{
	struct ks_last_used *used = object;
	bool has_region = ks_str_present(&used->region);
	const char *region = ks_str_raw(&used->region);

	if (used->date == KS_TIME_NONE && !has_region && !ks_str_present(&used->service))
		used->use = KS_USE_NO_DATA;
	else if (used->date == KS_TIME_NONE)
		used->use = KS_USE_NEVER;
	else if (has_region && (region[0] == '\0' || strcmp(region, "N/A") == 0))
		used->use = KS_USE_NEVER;
	else
		used->use = KS_USE_USED;
	if (used->use == KS_USE_USED)
		return;
	used->date = KS_TIME_NONE;
	ks_str_free(&used->region);
	ks_str_free(&used->service);
}

static const struct ks_shape last_used_shape = {
    .size = sizeof(struct ks_last_used),
    .members = last_used_members,
    .n_members = COUNT(last_used_members),
    .settle = settle_last_used,
};

static const struct ks_member access_key_members[] = {
    TEXT(ks_access_key, "accessKeyId", id),
    TEXT(ks_access_key, "status", status),
    TIME(ks_access_key, "createdAt", created),
    OBJECT(ks_access_key, "lastUsed", last_used, last_used_shape),
};
const struct ks_shape ks_shape_access_key = SHAPE(ks_access_key, access_key_members);

/* ---- Operation ---- */

static const struct ks_member operation_members[] = {
    TEXT(ks_operation, "id", id),
    TEXT(ks_operation, "operationType", type),
    TEXT(ks_operation, "status", status),
    TEXT(ks_operation, "resourceName", resource_name),
    TEXT(ks_operation, "resourceType", resource_type),
    TEXT(ks_operation, "operationDetails", details),
    TEXT(ks_operation, "errorCode", error_code),
    TEXT(ks_operation, "errorDetails", error_details),
    OBJECT(ks_operation, "location", location, location_shape),
    TIME(ks_operation, "createdAt", created),
    TIME(ks_operation, "statusChangedAt", status_changed),
    FLAG(ks_operation, "isTerminal", terminal),
};
const struct ks_shape ks_shape_operation = SHAPE(ks_operation, operation_members);

/* ---- walking a shape ---- */

static void init_member(const struct ks_member *member, void *field)
{
	switch (member->kind) {
	case KS_MEMBER_TIME:
		*(int64_t *)field = KS_TIME_NONE;
		break;
	case KS_MEMBER_AMOUNT:
		*(int64_t *)field = -1;
		break;
	case KS_MEMBER_OBJECT:
		for (size_t i = 0; i < member->shape->n_members; i++) {
			const struct ks_member *inner = &member->shape->members[i];

			init_member(inner, (char *)field + inner->offset);
		}
		break;
	default:
		break;
	}
}

void ks_shape_init(const struct ks_shape *shape, void *object)
{
	memset(object, 0, shape->size);
	for (size_t i = 0; i < shape->n_members; i++)
		init_member(&shape->members[i], (char *)object + shape->members[i].offset);
}

static void free_texts(struct ks_str_list *list)
{
	for (size_t i = 0; i < list->count; i++)
		ks_str_free(&list->items[i]);
	free(list->items);
}

static void free_members(const struct ks_shape *shape, void *object);

static void free_list(const struct ks_member *member, void *object)
{
	char *items = *(char **)((char *)object + member->offset);
	size_t count = *(size_t *)((char *)object + member->count_offset);

	for (size_t i = 0; i < count; i++)
		free_members(member->shape, items + i * member->shape->size);
	free(items);
}

static void free_members(const struct ks_shape *shape, void *object)
{
	for (size_t i = 0; i < shape->n_members; i++) {
		const struct ks_member *member = &shape->members[i];
		void *field = (char *)object + member->offset;

		switch (member->kind) {
		case KS_MEMBER_TEXT:
			ks_str_free(field);
			break;
		case KS_MEMBER_TEXTS:
			free_texts(field);
			break;
		case KS_MEMBER_TOKEN:
			free(*(char **)field);
			break;
		case KS_MEMBER_OBJECT:
			free_members(member->shape, field);
			break;
		case KS_MEMBER_LIST:
		case KS_MEMBER_ONE:
			free_list(member, object);
			break;
		default:
			break;
		}
	}
}

void ks_shape_clear(const struct ks_shape *shape, void *object)
{
	free_members(shape, object);
	ks_shape_init(shape, object);
}

static void copy_text(struct ks_str *dst, const struct ks_str *src)
{
	memset(dst, 0, sizeof *dst);
	ks_str_copy(dst, src);
}

static void copy_texts(struct ks_str_list *dst, const struct ks_str_list *src)
{
	dst->items = src->count > 0 ? ks_calloc(src->count, sizeof *dst->items) : NULL;
	for (size_t i = 0; i < src->count; i++)
		copy_text(&dst->items[i], &src->items[i]);
}

static void copy_list(const struct ks_member *member, void *dst, const void *src)
{
	const char *items = *(char *const *)((const char *)src + member->offset);
	size_t count = *(const size_t *)((const char *)src + member->count_offset);
	size_t size = member->shape->size;
	char *copy = count > 0 ? ks_calloc(count, size) : NULL;

	for (size_t i = 0; i < count; i++)
		ks_shape_copy(member->shape, copy + i * size, items + i * size);
	*(char **)((char *)dst + member->offset) = copy;
}

/* dst is a plain copy of src already: what the members point to is still src's. */
static void copy_members(const struct ks_shape *shape, void *dst, const void *src)
{
	for (size_t i = 0; i < shape->n_members; i++) {
		const struct ks_member *member = &shape->members[i];
		void *to = (char *)dst + member->offset;
		const void *from = (const char *)src + member->offset;

		switch (member->kind) {
		case KS_MEMBER_TEXT:
			copy_text(to, from);
			break;
		case KS_MEMBER_TEXTS:
			copy_texts(to, from);
			break;
		case KS_MEMBER_TOKEN:
			*(char **)to =
			    *(char *const *)from != NULL ? ks_strdup(*(char *const *)from) : NULL;
			break;
		case KS_MEMBER_OBJECT:
			copy_members(member->shape, to, from);
			break;
		case KS_MEMBER_LIST:
		case KS_MEMBER_ONE:
			copy_list(member, dst, src);
			break;
		default:
			break;
		}
	}
}

void ks_shape_copy(const struct ks_shape *shape, void *dst, const void *src)
{
	memcpy(dst, src, shape->size);
	copy_members(shape, dst, src);
}
