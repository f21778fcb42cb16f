#include "config.h"

#include "core/record/journal_claims.h"

#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/base/paths.h"

/* By open file description where there is such a lock: see journal_file.c. */
#ifdef F_OFD_SETLK
enum { SET = F_OFD_SETLK, GET = F_OFD_GETLK };
#else
enum { SET = F_SETLK, GET = F_GETLK };
#endif

/* So many digits of an ID make an offset that every off_t of 64 bits holds. */
enum { OFFSET_DIGITS = 15 };

void ks_journal_claims_open(struct ks_journal_claims *claims, const char *folder)
{
	char *path = ks_path_join(folder, "journal.claims");

	claims->fd =
	    open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NOCTTY | O_NONBLOCK, 0600);
	free(path);
}

void ks_journal_claims_close(struct ks_journal_claims *claims)
{
	if (claims->fd >= 0)
		close(claims->fd);
	claims->fd = -1;
}

static struct flock byte_of(const char *id)
{
	char digits[OFFSET_DIGITS + 1] = "";

	strncat(digits, id, OFFSET_DIGITS);
	return (struct flock){
	    .l_type = F_WRLCK,
	    .l_whence = SEEK_SET,
	    .l_start = (off_t)strtoll(digits, NULL, 16),
	    .l_len = 1,
	};
}

void ks_journal_claims_take(struct ks_journal_claims *claims, const char *id)
{
	struct flock byte = byte_of(id);

	if (claims->fd >= 0)
		fcntl(claims->fd, SET, &byte);
}

bool ks_journal_claims_has_other(const struct ks_journal_claims *claims, const char *id)
{
	struct flock byte = byte_of(id);

	return claims->fd >= 0 && fcntl(claims->fd, GET, &byte) == 0 && byte.l_type != F_UNLCK;
}
