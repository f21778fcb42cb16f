#include "core/base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/secret.h"

#define KIB ((size_t)1024)

static bool is_null_device(const struct stat *file)
{
	struct stat null;

	return S_ISCHR(file->st_mode) && stat("/dev/null", &null) == 0 &&
	       null.st_rdev == file->st_rdev;
}

static enum ks_file_result refuse(struct ks_err *err, const char *origin, const char *why)
{
	ks_err_set(err, KS_ERR_SYSTEM, "%s can't be read: %s", origin, why);
	return KS_FILE_REFUSED;
}

static enum ks_file_result refuse_size(struct ks_err *err, const char *origin, size_t max)
{
	bool is_mib = max % (KIB * KIB) == 0;

	ks_err_set(err, KS_ERR_SYSTEM, "%s can't be read: it is larger than %zu %s", origin,
	    is_mib ? max / (KIB * KIB) : max / KIB, is_mib ? "MiB" : "KiB");
	return KS_FILE_REFUSED;
}

/* Reads all of fd, at most len bytes; gives how many, or -1. The file may change meanwhile. */
static ssize_t read_whole(int fd, char *block, size_t len)
{
	size_t have = 0;

	while (have < len) {
		ssize_t got = read(fd, block + have, len - have);

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return -1;
		if (got == 0)
			break;
		have += (size_t)got;
	}
	return (ssize_t)have;
}

static enum ks_file_result read_open(
    int fd, const char *origin, size_t max, struct ks_file_text *out, struct ks_err *err)
{
	struct stat file;
	ssize_t len;
	char *block;

	if (fstat(fd, &file) != 0)
		return refuse(err, origin, strerror(errno));
	if (is_null_device(&file))
		return KS_FILE_MISSING;
	if (!S_ISREG(file.st_mode))
		return refuse(err, origin,
		    S_ISDIR(file.st_mode) ? "it is a folder" : "it isn't a regular file");
	if (file.st_size > (off_t)max)
		return refuse_size(err, origin, max);
	block = ks_wiping_malloc((size_t)file.st_size + 1);
	len = read_whole(fd, block, (size_t)file.st_size);
	if (len < 0) {
		refuse(err, origin, strerror(errno));
		ks_wiping_free(block);
		return KS_FILE_REFUSED;
	}
	block[len] = '\0';
	*out = (struct ks_file_text){block, (size_t)len};
	return KS_FILE_READ;
}

enum ks_file_result ks_file_read(
    const char *path, const char *origin, size_t max, struct ks_file_text *out, struct ks_err *err)
{
	enum ks_file_result result;
	int fd;

	*out = (struct ks_file_text){0};
	/* Not blocking: a FIFO in the file's place must not hang the program. */
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	if (fd < 0 && (errno == ENOENT || errno == ENOTDIR))
		return KS_FILE_MISSING;
	if (fd < 0)
		return refuse(err, origin, strerror(errno));
	result = read_open(fd, origin, max, out, err);
	close(fd);
	return result;
}
