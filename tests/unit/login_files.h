/* For tests of logins: a home of the test's own, with the AWS CLI's caches in it. */
#ifndef KS_TESTS_LOGIN_FILES_H
#define KS_TESTS_LOGIN_FILES_H

#include <fcntl.h>
#include <ftw.h>
#include <stdbool.h>
#include <sys/file.h>

#include "core/base/fd.h"
#include "tests/unit/aws_files.h"

static inline int login_remove_one(
    const char *path, const struct stat *info, int type, struct FTW *place)
{
	(void)info;
	(void)type;
	(void)place;
	return remove(path);
}

static inline int login_remove_home(void **state)
{
	(void)state;
	return nftw(aws_home, login_remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

/* A fresh one for each test. */
static inline int login_make_home(void **state)
{
	static const char *const folders[] = {
	    "", "sso", "sso/cache", "cli", "cli/cache", "login", "login/cache"};

	(void)state;
	memcpy(aws_home + sizeof aws_home - 7, "XXXXXX", 6);
	if (mkdtemp(aws_home) == NULL)
		return -1;
	for (size_t i = 0; i < sizeof folders / sizeof folders[0]; i++)
		if (mkdir(aws_path(folders[i]), 0700) != 0)
			return -1;
	return 0;
}

/* What a file in ~/.aws holds; "" when there is none. Good until the next call. */
static inline const char *login_read(const char *name)
{
	static char text[8192];
	FILE *file = fopen(aws_path(name), "r");

	text[0] = '\0';
	if (file == NULL)
		return text;
	text[fread(text, 1, sizeof text - 1, file)] = '\0';
	fclose(file);
	return text;
}

static inline bool login_is_private(const char *name)
{
	struct stat info;

	return stat(aws_path(name), &info) == 0 && (info.st_mode & 07777) == 0600;
}

/* Takes the turn at a file away, as another keysail would. Close it to give it back. */
static inline int login_take_turn(const char *name)
{
	char beside[200];
	int fd;

	snprintf(beside, sizeof beside, "%s.keysail-new", aws_path(name));
	fd = open(beside, O_RDWR | O_CREAT, 0600);
	if (fd < 0 || !ks_fd_try_lock(fd))
		abort();
	return fd;
}

#endif
