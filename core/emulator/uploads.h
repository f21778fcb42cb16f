/*
 * Multipart uploads that are under way. They live in memory only. The caller locks.
 */
#ifndef KS_EMULATOR_UPLOADS_H
#define KS_EMULATOR_UPLOADS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/emulator/random.h"
#include "core/emulator/reply.h"
#include "core/emulator/world.h"

#define KS_EMU_UPLOADS_MAX_BYTES (64u * 1024 * 1024) /* of all parts together */
#define KS_EMU_UPLOADS_MAX       1000
#define KS_EMU_PARTS_MAX         10000

struct ks_emu_part {
	unsigned number;
	struct ks_emu_blob *blob;
	unsigned char md5[16];
	int64_t modified;
};

struct ks_emu_upload {
	char id[KS_EMU_UUID_SIZE];
	char bucket[KS_EMU_BUCKET_NAME_SIZE];
	char *key;
	char *headers; /* as in struct ks_emu_object */
	int64_t began;
	struct ks_emu_part *parts; /* by number */
	size_t part_count;
	size_t part_cap;
};

struct ks_emu_uploads {
	struct ks_emu_upload **list;
	size_t count;
	size_t cap;
	size_t bytes;
};

void ks_emu_uploads_free(struct ks_emu_uploads *uploads);

/* Takes over headers. NULL when there are too many; then headers are freed. */
struct ks_emu_upload *ks_emu_uploads_begin(struct ks_emu_uploads *uploads,
    struct ks_emu_random *random, const char *bucket, const char *key, char *headers, int64_t now);
/* NULL when there is no such upload to that bucket and key. */
struct ks_emu_upload *ks_emu_uploads_find(
    const struct ks_emu_uploads *uploads, const char *id, const char *bucket, const char *key);
/* Replaces a part of the same number; takes over blob. False when there is no room. */
bool ks_emu_upload_put_part(struct ks_emu_uploads *uploads, struct ks_emu_upload *upload,
    unsigned number, struct ks_emu_blob *blob, const unsigned char md5[16], int64_t now);
/* NULL if it was not uploaded. */
const struct ks_emu_part *ks_emu_upload_part(const struct ks_emu_upload *upload, unsigned number);
/* Forgets it and its parts. */
void ks_emu_uploads_end(struct ks_emu_uploads *uploads, struct ks_emu_upload *upload);

#endif
