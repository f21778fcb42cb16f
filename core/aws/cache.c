#include "core/aws/cache.h"

#include <errno.h>
#include <fcntl.h>
#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/buf.h"
#include "core/base/date.h"
#include "core/base/fd.h"
#include "core/base/file.h"
#include "core/base/json.h"
#include "core/base/mem.h"
#include "core/base/paths.h"
#include "core/base/secret.h"

/* More than any of these files takes. */
#define ROOM ((size_t)64 * 1024)
/* So often may other keysails take the file beside away before it counts as busy. */
#define TRIES 8

/* ---- reading ---- */

static void take_digest(const struct ks_file_text *text, unsigned char digest[32])
{
	if (EVP_Digest(text->data, text->len, digest, NULL, EVP_sha256(), NULL) != 1)
		ks_mem_out();
}

static enum ks_cache_result take_json(const char *path, const struct ks_file_text *text,
    struct ks_cache_look *out, struct ks_err *err)
{
	const char *problem = NULL;

	out->json = ks_json_parse(text->data, text->len, &problem);
	if (out->json != NULL)
		return KS_CACHE_READ;
	ks_err_set(err, KS_ERR_CREDENTIALS, "%s %s", path, problem);
	return KS_CACHE_BROKEN;
}

enum ks_cache_result ks_cache_read(const char *path, struct ks_cache_look *out, struct ks_err *err)
{
	struct ks_file_text text;

	*out = (struct ks_cache_look){0};
	switch (ks_file_read(path, path, KS_CACHE_FILE_MAX, &text, err)) {
	case KS_FILE_READ:
		take_digest(&text, out->digest);
		out->result = take_json(path, &text, out, err);
		break;
	case KS_FILE_MISSING:
		out->result = KS_CACHE_MISSING;
		break;
	case KS_FILE_REFUSED:
		out->result = KS_CACHE_REFUSED;
		break;
	}
	ks_wiping_free(text.data);
	return out->result;
}

void ks_cache_clear(struct ks_cache_look *look)
{
	cJSON_Delete(look->json);
	*look = (struct ks_cache_look){.result = KS_CACHE_MISSING};
}

bool ks_cache_is_unchanged(const char *path, const struct ks_cache_look *look)
{
	bool had_bytes = look->result == KS_CACHE_READ || look->result == KS_CACHE_BROKEN;
	unsigned char digest[32];
	struct ks_file_text text;
	struct ks_err ignored;
	bool same;

	switch (ks_file_read(path, path, KS_CACHE_FILE_MAX, &text, &ignored)) {
	case KS_FILE_READ:
		take_digest(&text, digest);
		same = had_bytes && memcmp(digest, look->digest, sizeof digest) == 0;
		ks_wiping_free(text.data);
		return same;
	case KS_FILE_MISSING:
		return look->result == KS_CACHE_MISSING;
	case KS_FILE_REFUSED:
		break;
	}
	return false;
}

/* ---- a turn ---- */

struct ks_cache {
	char *path; /* where the links lead, so that they stay */
	/*
	 * The new file before it has its name, and our lock. It begins empty or with NULs: "aws sso
	 * logout" reads every file in the folder as JSON, and fails on what is JSON, but no object.
	 */
	char *beside;
	int fd;
	struct ks_cache_look look;
};

static bool complain(struct ks_err *err, const char *path, int error)
{
	ks_err_set(err, KS_ERR_SYSTEM, "%s can't be written: %s", path, strerror(error));
	if (error == ENOSPC || error == EDQUOT)
		return ks_err_tip(err, "make room on that disk");
	if (error == EACCES || error == EPERM || error == EROFS)
		return ks_err_tip(err, "see that you may write to its folder");
	return false;
}

/* Is this descriptor's file still what has the name? */
static bool has_name(int fd, const char *name)
{
	struct stat ours, named;

	return fstat(fd, &ours) == 0 && lstat(name, &named) == 0 && ours.st_dev == named.st_dev &&
	       ours.st_ino == named.st_ino;
}

/* One of ours that was left when its writer was killed is taken over; anything else is in the way.
 */
static bool check_beside(const struct ks_cache *cache, struct ks_err *err)
{
	struct stat info;

	if (fstat(cache->fd, &info) != 0)
		return complain(err, cache->path, errno);
	if (!S_ISREG(info.st_mode) || info.st_uid != geteuid() || info.st_nlink > 1) {
		ks_err_set(err, KS_ERR_SYSTEM, "%s can't be written: %s is in the way", cache->path,
		    cache->beside);
		return ks_err_tip(err, "remove that, if you know what it is");
	}
	return true;
}

/* A full disk shall be found out before a token is used up that only this file could replace. */
static bool reserve_room(int fd)
{
	static const char nothing[4096];
	bool good = fchmod(fd, 0600) == 0 && ftruncate(fd, 0) == 0;

	for (size_t room = 0; good && room < ROOM; room += sizeof nothing)
		good = ks_fd_write_all(fd, nothing, sizeof nothing);
	return good;
}

static enum ks_cache_begun lock_beside(struct ks_cache *cache, struct ks_err *err)
{
	for (int i = 0; i < TRIES; i++) {
		cache->fd = open(cache->beside,
		    O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC, 0600);
		if (cache->fd < 0) {
			complain(err, cache->path, errno);
			return KS_CACHE_NO_TURN;
		}
		if (!check_beside(cache, err))
			return KS_CACHE_NO_TURN;
		if (!ks_fd_try_lock(cache->fd))
			return KS_CACHE_BUSY;
		/* Whoever had the lock has renamed or removed it before it was ours. */
		if (has_name(cache->fd, cache->beside))
			return KS_CACHE_MINE;
		close(cache->fd);
		cache->fd = -1;
	}
	return KS_CACHE_BUSY;
}

static char *with_suffix(const char *path, const char *suffix)
{
	struct ks_buf name;

	ks_buf_init(&name, SIZE_MAX);
	ks_buf_puts(&name, path);
	ks_buf_puts(&name, suffix);
	return ks_buf_take(&name);
}

static void forget(struct ks_cache *cache)
{
	if (cache->fd >= 0)
		close(cache->fd);
	ks_cache_clear(&cache->look);
	free(cache->path);
	free(cache->beside);
	free(cache);
}

static bool make_folder_of(const char *path, struct ks_err *err)
{
	char *folder = ks_path_folder(path);
	bool made = ks_path_make_folder(folder, err);

	free(folder);
	return made;
}

enum ks_cache_begun ks_cache_begin(const char *path, struct ks_cache **out, struct ks_err *err)
{
	struct ks_cache *cache;
	enum ks_cache_begun begun;

	*out = NULL;
	if (!make_folder_of(path, err))
		return KS_CACHE_NO_TURN;
	cache = ks_calloc(1, sizeof *cache);
	cache->path = realpath(path, NULL);
	if (cache->path == NULL)
		cache->path = ks_strdup(path);
	cache->beside = with_suffix(cache->path, ".keysail-new");
	begun = lock_beside(cache, err);
	if (begun != KS_CACHE_MINE) {
		forget(cache);
		return begun;
	}
	if (!reserve_room(cache->fd)) {
		complain(err, cache->path, errno);
		begun = KS_CACHE_NO_TURN;
	} else if (ks_cache_read(cache->path, &cache->look, err) == KS_CACHE_REFUSED) {
		begun = KS_CACHE_NO_TURN;
	}
	if (begun == KS_CACHE_MINE)
		*out = cache;
	else
		ks_cache_end(cache);
	return begun;
}

const cJSON *ks_cache_json(const struct ks_cache *cache)
{
	return cache->look.json;
}

cJSON *ks_cache_copy(const struct ks_cache *cache)
{
	cJSON *copy = cache->look.json != NULL ? cJSON_Duplicate(cache->look.json, true)
					       : cJSON_CreateObject();

	if (copy == NULL)
		ks_mem_out();
	return copy;
}

static bool write_beside(int fd, const cJSON *json)
{
	char *text = cJSON_PrintUnformatted(json);
	bool good;
	int reason;

	if (text == NULL)
		ks_mem_out();
	good = lseek(fd, 0, SEEK_SET) == 0 && ks_fd_write_all(fd, text, strlen(text)) &&
	       ftruncate(fd, (off_t)strlen(text)) == 0 && fsync(fd) == 0;
	reason = errno;
	cJSON_free(text);
	errno = reason;
	return good;
}

/* The name is there for all who look now; a crash of the machine is all that could undo it. */
static void sync_name(const char *path)
{
	char *folder = ks_path_folder(path);

	ks_fd_sync_folder(folder);
	free(folder);
}

enum ks_cache_committed ks_cache_commit(
    struct ks_cache *cache, const cJSON *json, struct ks_err *err)
{
	if (!write_beside(cache->fd, json)) {
		complain(err, cache->path, errno);
		return KS_CACHE_FAILED;
	}
	if (!ks_cache_is_unchanged(cache->path, &cache->look)) {
		ks_cache_clear(&cache->look);
		return ks_cache_read(cache->path, &cache->look, err) == KS_CACHE_REFUSED
			   ? KS_CACHE_FAILED
			   : KS_CACHE_CHANGED;
	}
	/* "aws sso logout" may have swept it away. */
	if (!has_name(cache->fd, cache->beside)) {
		ks_err_set(err, KS_ERR_SYSTEM,
		    "%s can't be written: another program removed the new file", cache->path);
		return KS_CACHE_FAILED;
	}
	if (rename(cache->beside, cache->path) != 0) {
		complain(err, cache->path, errno);
		return KS_CACHE_FAILED;
	}
	sync_name(cache->path);
	return KS_CACHE_WRITTEN;
}

void ks_cache_end(struct ks_cache *cache)
{
	if (cache == NULL)
		return;
	if (has_name(cache->fd, cache->beside))
		unlink(cache->beside);
	forget(cache);
}

/* ---- members ---- */

bool ks_cache_date(const cJSON *object, const char *name, int64_t *ms)
{
	const char *text = ks_json_text(object, name);

	return text != NULL && ks_date_parse_rfc3339(text, ms);
}

void ks_cache_put_text(cJSON *object, const char *name, const char *value)
{
	cJSON *text = cJSON_CreateString(value);

	if (text == NULL)
		ks_mem_out();
	if (cJSON_GetObjectItemCaseSensitive(object, name) != NULL)
		cJSON_ReplaceItemInObjectCaseSensitive(object, name, text);
	else
		cJSON_AddItemToObject(object, name, text);
}

void ks_cache_put_date(cJSON *object, const char *name, int64_t ms)
{
	char date[KS_DATE_SIZE];

	/* Whole seconds: the CLI's own form. */
	ks_cache_put_text(object, name, ks_date_rfc3339(ms - ms % 1000, date));
}
