/* ListObjects in both its versions. */
#include <stdlib.h>
#include <string.h>

#include "core/base/mem.h"
#include "core/emulator/page_token.h"
#include "core/emulator/s3.h"
#include "core/emulator/s3_xml.h"

#define KEYS_A_PAGE 1000

struct listing {
	struct ks_emu_s3_call *call;
	bool v2;
	char *prefix; /* "" if not given; so are the next two */
	char *delimiter;
	char *after; /* the last key or common prefix that was seen already */
	bool url_encode;
	bool with_owner;
	size_t max;
	/* What was found, in order. */
	const struct ks_emu_object **objects;
	char **prefixes;
	size_t object_count;
	size_t prefix_count;
	bool truncated;
	char *last; /* the last key or common prefix that was found */
};

static char *param_or_empty(const struct ks_emu_s3_call *call, const char *name)
{
	char *value = ks_emu_request_param(call->request, name);

	return value != NULL ? value : ks_strdup("");
}

/* ---- what is asked ---- */

static bool read_max(struct listing *listing)
{
	char *text = ks_emu_request_param(listing->call->request, "max-keys"), *end;
	unsigned long max = KEYS_A_PAGE;
	bool good = true;

	if (text != NULL && text[0] != '\0') {
		max = strtoul(text, &end, 10);
		good = *end == '\0' && text[0] >= '0' && text[0] <= '9';
	}
	free(text);
	listing->max = max < KEYS_A_PAGE ? max : KEYS_A_PAGE;
	return good || ks_emu_s3_fail(listing->call, KS_EMU_S3_INVALID_ARGUMENT,
			   "Provided max-keys not an integer or within integer range", NULL);
}

static bool read_encoding(struct listing *listing)
{
	char *text = ks_emu_request_param(listing->call->request, "encoding-type");
	bool good = text == NULL || strcmp(text, "url") == 0;

	listing->url_encode = text != NULL;
	free(text);
	return good || ks_emu_s3_fail(listing->call, KS_EMU_S3_INVALID_ARGUMENT,
			   "Invalid Encoding Method specified in Request", NULL);
}

/* A token is good for the same prefix and delimiter only. */
static void name_list(const struct listing *listing, struct ks_buf *name)
{
	ks_buf_init(name, 16 * 1024);
	ks_buf_printf(name, "objects %s\n%s\n%s", listing->call->bucket->name, listing->prefix,
	    listing->delimiter);
}

static bool read_start_v2(struct listing *listing)
{
	char *token = ks_emu_request_param(listing->call->request, "continuation-token");
	struct ks_buf name;

	if (token == NULL) {
		listing->after = param_or_empty(listing->call, "start-after");
		return true;
	}
	name_list(listing, &name);
	listing->after = ks_emu_token_read(token, ks_buf_text(&name));
	ks_buf_free(&name);
	free(token);
	return listing->after != NULL || ks_emu_s3_fail(listing->call, KS_EMU_S3_INVALID_ARGUMENT,
					     "The continuation token provided is incorrect", NULL);
}

static bool read_request(struct listing *listing)
{
	char *owner = ks_emu_request_param(listing->call->request, "fetch-owner");

	listing->with_owner = !listing->v2 || (owner != NULL && strcmp(owner, "true") == 0);
	free(owner);
	listing->prefix = param_or_empty(listing->call, "prefix");
	listing->delimiter = param_or_empty(listing->call, "delimiter");
	if (!read_max(listing) || !read_encoding(listing))
		return false;
	if (listing->v2)
		return read_start_v2(listing);
	listing->after = param_or_empty(listing->call, "marker");
	return true;
}

/* ---- finding ---- */

/* The part of a key up to the delimiter after the prefix, in a new block; NULL if it has none. */
static char *common_prefix(const struct listing *listing, const char *key)
{
	size_t prefix_len = strlen(listing->prefix);
	const char *at;

	if (listing->delimiter[0] == '\0')
		return NULL;
	at = strstr(key + prefix_len, listing->delimiter);
	return at != NULL ? ks_strndup(key, (size_t)(at - key) + strlen(listing->delimiter)) : NULL;
}

static void remember_last(struct listing *listing, const char *last)
{
	free(listing->last);
	listing->last = ks_strdup(last);
}

/* The place of the first object that doesn't begin with prefix, from one that does. */
static size_t skip_prefix(const struct ks_emu_bucket *bucket, size_t at, const char *prefix)
{
	size_t len = strlen(prefix), high = bucket->object_count;

	while (at < high) {
		size_t middle = at + (high - at) / 2;

		if (strncmp(bucket->objects[middle]->key, prefix, len) <= 0)
			at = middle + 1;
		else
			high = middle;
	}
	return at;
}

static size_t first_place(const struct listing *listing)
{
	const struct ks_emu_bucket *bucket = listing->call->bucket;
	size_t from_prefix = ks_emu_bucket_object_at(bucket, listing->prefix);
	size_t from_after = ks_emu_bucket_object_at(bucket, listing->after);

	if (from_after < bucket->object_count &&
	    strcmp(bucket->objects[from_after]->key, listing->after) == 0)
		from_after++;
	return from_prefix > from_after ? from_prefix : from_after;
}

static void find(struct listing *listing)
{
	const struct ks_emu_bucket *bucket = listing->call->bucket;
	size_t prefix_len = strlen(listing->prefix), at = first_place(listing);

	while (at < bucket->object_count) {
		const struct ks_emu_object *object = bucket->objects[at];
		char *common;

		if (strncmp(object->key, listing->prefix, prefix_len) != 0)
			return;
		common = common_prefix(listing, object->key);
		if (common != NULL && strcmp(common, listing->after) <= 0) {
			at = skip_prefix(bucket, at, common);
			free(common);
			continue; /* a page before has it */
		}
		if (listing->object_count + listing->prefix_count == listing->max) {
			listing->truncated = listing->max > 0;
			free(common);
			return;
		}
		if (common != NULL) {
			remember_last(listing, common);
			at = skip_prefix(bucket, at, common);
			listing->prefixes[listing->prefix_count++] = common;
		} else {
			remember_last(listing, object->key);
			listing->objects[listing->object_count++] = object;
			at++;
		}
	}
}

/* ---- answering ---- */

static void write_owner(struct ks_emu_s3_call *call)
{
	struct ks_buf *body = &call->reply->body;
	char id[KS_EMU_SHA256_HEX];

	ks_emu_sha256_hex(call->world->account, strlen(call->world->account), id);
	ks_emu_xml_begin(body, "Owner");
	ks_emu_xml_text(body, "ID", id);
	ks_emu_xml_text(body, "DisplayName", "lightsail");
	ks_emu_xml_end(body, "Owner");
}

static void write_object(const struct listing *listing, const struct ks_emu_object *object)
{
	struct ks_buf *body = &listing->call->reply->body;
	char date[KS_EMU_S3_DATE_SIZE];

	ks_emu_xml_begin(body, "Contents");
	ks_emu_xml_key(body, "Key", object->key, listing->url_encode);
	ks_emu_xml_text(body, "LastModified", ks_emu_s3_date(object->modified, date));
	ks_emu_xml_etag(body, object->etag);
	ks_emu_xml_number(body, "Size", object->blob->len);
	if (listing->with_owner)
		write_owner(listing->call);
	ks_emu_xml_text(body, "StorageClass", "STANDARD");
	ks_emu_xml_end(body, "Contents");
}

static void write_continuation(const struct listing *listing)
{
	struct ks_buf *body = &listing->call->reply->body, name;
	char *token;

	name_list(listing, &name);
	token = ks_emu_token_make(ks_buf_text(&name), listing->last);
	ks_emu_xml_text(body, "NextContinuationToken", token);
	ks_buf_free(&name);
	free(token);
}

/* The part that says what was asked, and how the list goes on. */
static void write_frame(const struct listing *listing)
{
	const struct ks_emu_request *request = listing->call->request;
	struct ks_buf *body = &listing->call->reply->body;
	char *text;

	ks_emu_xml_text(body, "Name", listing->call->bucket->name);
	ks_emu_xml_key(body, "Prefix", listing->prefix, listing->url_encode);
	if (listing->delimiter[0] != '\0')
		ks_emu_xml_key(body, "Delimiter", listing->delimiter, listing->url_encode);
	ks_emu_xml_number(body, "MaxKeys", listing->max);
	if (listing->url_encode)
		ks_emu_xml_text(body, "EncodingType", "url");
	ks_emu_xml_text(body, "IsTruncated", listing->truncated ? "true" : "false");
	if (!listing->v2) {
		ks_emu_xml_key(body, "Marker", listing->after, listing->url_encode);
		if (listing->truncated && listing->delimiter[0] != '\0')
			ks_emu_xml_key(body, "NextMarker", listing->last, listing->url_encode);
		return;
	}
	ks_emu_xml_number(body, "KeyCount", listing->object_count + listing->prefix_count);
	text = ks_emu_request_param(request, "continuation-token");
	if (text != NULL)
		ks_emu_xml_text(body, "ContinuationToken", text);
	free(text);
	text = ks_emu_request_param(request, "start-after");
	if (text != NULL)
		ks_emu_xml_key(body, "StartAfter", text, listing->url_encode);
	free(text);
	if (listing->truncated)
		write_continuation(listing);
}

static void write_listing(const struct listing *listing)
{
	struct ks_buf *body = &listing->call->reply->body;

	ks_emu_xml_begin_reply(listing->call->reply, "ListBucketResult");
	write_frame(listing);
	for (size_t i = 0; i < listing->object_count; i++)
		write_object(listing, listing->objects[i]);
	for (size_t i = 0; i < listing->prefix_count; i++) {
		ks_emu_xml_begin(body, "CommonPrefixes");
		ks_emu_xml_key(body, "Prefix", listing->prefixes[i], listing->url_encode);
		ks_emu_xml_end(body, "CommonPrefixes");
	}
	ks_emu_xml_end(body, "ListBucketResult");
}

static bool list(struct ks_emu_s3_call *call, bool v2)
{
	struct listing listing = {.call = call, .v2 = v2};
	bool good;

	listing.objects = ks_calloc(KEYS_A_PAGE, sizeof *listing.objects);
	listing.prefixes = ks_calloc(KEYS_A_PAGE, sizeof *listing.prefixes);
	good = read_request(&listing);
	if (good) {
		find(&listing);
		write_listing(&listing);
	}
	for (size_t i = 0; i < listing.prefix_count; i++)
		free(listing.prefixes[i]);
	free(listing.prefixes);
	free(listing.objects);
	free(listing.prefix);
	free(listing.delimiter);
	free(listing.after);
	free(listing.last);
	return good;
}

bool ks_emu_s3_list_objects(struct ks_emu_s3_call *call)
{
	return list(call, false);
}

bool ks_emu_s3_list_objects_v2(struct ks_emu_s3_call *call)
{
	char *type = ks_emu_request_param(call->request, "list-type");
	bool good = type != NULL && strcmp(type, "2") == 0;

	free(type);
	return good ? list(call, true)
		    : ks_emu_s3_fail(call, KS_EMU_S3_INVALID_ARGUMENT,
			  "Invalid List Type specified in Request", NULL);
}
