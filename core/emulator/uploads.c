#include "core/emulator/uploads.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/mem.h"

static void free_upload(struct ks_emu_uploads *uploads, struct ks_emu_upload *upload)
{
	for (size_t i = 0; i < upload->part_count; i++) {
		uploads->bytes -= upload->parts[i].blob->len;
		ks_emu_blob_unref(upload->parts[i].blob);
	}
	free(upload->parts);
	free(upload->headers);
	free(upload->key);
	free(upload);
}

void ks_emu_uploads_free(struct ks_emu_uploads *uploads)
{
	for (size_t i = 0; i < uploads->count; i++)
		free_upload(uploads, uploads->list[i]);
	free(uploads->list);
	memset(uploads, 0, sizeof *uploads);
}

struct ks_emu_upload *ks_emu_uploads_begin(struct ks_emu_uploads *uploads,
    struct ks_emu_random *random, const char *bucket, const char *key, char *headers, int64_t now)
{
	struct ks_emu_upload *upload;

	if (uploads->count == KS_EMU_UPLOADS_MAX) {
		free(headers);
		return NULL;
	}
	upload = ks_calloc(1, sizeof *upload);
	ks_emu_random_uuid(random, upload->id);
	snprintf(upload->bucket, sizeof upload->bucket, "%s", bucket);
	upload->key = ks_strdup(key);
	upload->headers = headers;
	upload->began = now;
	uploads->list =
	    ks_grow(uploads->list, uploads->count, &uploads->cap, sizeof *uploads->list);
	uploads->list[uploads->count++] = upload;
	return upload;
}

struct ks_emu_upload *ks_emu_uploads_find(
    const struct ks_emu_uploads *uploads, const char *id, const char *bucket, const char *key)
{
	for (size_t i = 0; i < uploads->count; i++) {
		struct ks_emu_upload *upload = uploads->list[i];

		if (strcmp(upload->id, id) == 0 && strcmp(upload->bucket, bucket) == 0 &&
		    strcmp(upload->key, key) == 0)
			return upload;
	}
	return NULL;
}

/* The place of the first part whose number is not below this one. */
static size_t part_at(const struct ks_emu_upload *upload, unsigned number)
{
	size_t at = upload->part_count;

	while (at > 0 && upload->parts[at - 1].number >= number)
		at--;
	return at;
}

bool ks_emu_upload_put_part(struct ks_emu_uploads *uploads, struct ks_emu_upload *upload,
    unsigned number, struct ks_emu_blob *blob, const unsigned char md5[16], int64_t now)
{
	struct ks_emu_part part = {.number = number, .blob = blob, .modified = now};
	size_t at = part_at(upload, number);

	if (uploads->bytes + blob->len > KS_EMU_UPLOADS_MAX_BYTES) {
		ks_emu_blob_unref(blob);
		return false;
	}
	memcpy(part.md5, md5, sizeof part.md5);
	uploads->bytes += blob->len;
	if (at < upload->part_count && upload->parts[at].number == number) {
		uploads->bytes -= upload->parts[at].blob->len;
		ks_emu_blob_unref(upload->parts[at].blob);
	} else {
		upload->parts = ks_grow(
		    upload->parts, upload->part_count, &upload->part_cap, sizeof *upload->parts);
		memmove(upload->parts + at + 1, upload->parts + at,
		    (upload->part_count - at) * sizeof *upload->parts);
		upload->part_count++;
	}
	upload->parts[at] = part;
	return true;
}

const struct ks_emu_part *ks_emu_upload_part(const struct ks_emu_upload *upload, unsigned number)
{
	size_t at = part_at(upload, number);

	if (at == upload->part_count || upload->parts[at].number != number)
		return NULL;
	return &upload->parts[at];
}

void ks_emu_uploads_end(struct ks_emu_uploads *uploads, struct ks_emu_upload *upload)
{
	for (size_t i = 0; i < uploads->count; i++) {
		if (uploads->list[i] != upload)
			continue;
		uploads->count--;
		memmove(uploads->list + i, uploads->list + i + 1,
		    (uploads->count - i) * sizeof *uploads->list);
		free_upload(uploads, upload);
		return;
	}
}
