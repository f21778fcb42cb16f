#include "core/record/journal_trust.h"

#include <grp.h>
#include <inttypes.h>
#include <pwd.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/mem.h"
#include "core/base/paths.h"

enum {
	LINKS_MAX = 40,       /* as Linux follows */
	TARGET_SIZE = 4096,   /* of a link */
	ENTRY_SIZE = 16384,   /* of the user database */
	OVERFLOW_UID = 65534, /* user_namespaces(7): whoever has no number here */
};

/* ---- users ---- */

/* The initial user namespace has all users, and then the overflow user is one like any other. */
static bool has_all_users(void)
{
	FILE *map = fopen("/proc/self/uid_map", "re");
	uint32_t first, outside, count = UINT32_MAX;

	if (map == NULL)
		return true;
	if (fscanf(map, "%" SCNu32 "%" SCNu32 "%" SCNu32, &first, &outside, &count) != 3)
		count = UINT32_MAX;
	fclose(map);
	return count == UINT32_MAX;
}

static bool is_system(uid_t owner)
{
	return owner == 0 || (owner == OVERFLOW_UID && !has_all_users());
}

/* With a group of one's own, umask 002 is usual: named as its user, and nobody else is in it. */
static bool is_private(gid_t number)
{
	char *texts = ks_malloc((size_t)2 * ENTRY_SIZE);
	struct passwd user, *has_user = NULL;
	struct group group, *has_group = NULL;
	bool ours;

	ours = getpwuid_r(geteuid(), &user, texts, ENTRY_SIZE, &has_user) == 0 &&
	       getgrgid_r(number, &group, texts + ENTRY_SIZE, ENTRY_SIZE, &has_group) == 0 &&
	       has_user != NULL && has_group != NULL && strcmp(user.pw_name, group.gr_name) == 0;
	for (char **member = ours ? group.gr_mem : NULL; ours && *member != NULL; member++)
		ours = strcmp(*member, user.pw_name) == 0;
	free(texts);
	return ours;
}

/* ---- one step of the way ---- */

static bool refuse_owner(const char *path, const char *what, struct ks_err *err)
{
	ks_err_set(err, KS_ERR_REFUSED, "the %s %s belongs to another user", what, path);
	return ks_err_tip(err, "set XDG_STATE_HOME to a folder of your own");
}

static bool refuse_writers(const char *path, const struct stat *info, struct ks_err *err)
{
	bool all = (info->st_mode & S_IWOTH) != 0;

	ks_err_set(err, KS_ERR_REFUSED, "%s can write to the folder %s",
	    all ? "other users" : "its group", path);
	if (info->st_uid != geteuid())
		return ks_err_tip(err, "set XDG_STATE_HOME to a folder that only you can write to");
	return ks_err_tip(err, "chmod %s %s, or set XDG_STATE_HOME to another folder",
	    all ? "go-w" : "g-w", path);
}

static bool refuse(const char *path, const struct stat *info, bool writers, struct ks_err *err)
{
	/* Without the dots that links put into it. */
	char *plain = S_ISLNK(info->st_mode) ? NULL : realpath(path, NULL);
	const char *name = plain != NULL ? plain : path;

	if (writers)
		refuse_writers(name, info, err);
	else
		refuse_owner(name, S_ISLNK(info->st_mode) ? "symbolic link" : "folder", err);
	free(plain);
	return false;
}

static bool check_step(const char *path, const struct stat *info, bool last, struct ks_err *err)
{
	bool ours = info->st_uid == geteuid(), link = S_ISLNK(info->st_mode);

	if (!ours && ((last && !link) || !is_system(info->st_uid)))
		return refuse(path, info, false, err);
	if (link || ((info->st_mode & S_ISVTX) != 0 && !last))
		return true;
	if ((info->st_mode & S_IWOTH) == 0 &&
	    ((info->st_mode & S_IWGRP) == 0 || !ours || is_private(info->st_gid)))
		return true;
	return refuse(path, info, true, err);
}

/* ---- the way ---- */

/* The way on from a link, with what comes after it, in a new block; NULL when it can't be read. */
static char *follow(const char *link, const char *rest)
{
	char target[TARGET_SIZE];
	ssize_t len = readlink(link, target, sizeof target - 1);
	char *folder, *here, *whole;

	if (len < 0)
		return NULL;
	target[len] = '\0';
	folder = ks_path_folder(link);
	here = target[0] == '/' ? ks_strdup(target) : ks_path_join(folder, target);
	whole = ks_path_join(here, rest);
	free(folder);
	free(here);
	return whole;
}

/*
 * Goes down the path as far as there is something. True when no step is refused; *link is then the
 * way to go on with, NULL at the end.
 */
static bool go_down(char *path, char **link, struct ks_err *err)
{
	char *end = path + strspn(path, "/");
	struct stat info;
	bool good = true;

	*link = NULL;
	if (end > path)
		good = stat("/", &info) != 0 || check_step("/", &info, *end == '\0', err);
	while (good && *link == NULL && *end != '\0') {
		char *rest, kept;

		end += strcspn(end, "/");
		kept = *end;
		rest = end + strspn(end, "/");
		*end = '\0';
		if (lstat(path, &info) != 0)
			return true;
		good = check_step(path, &info, *rest == '\0', err);
		if (good && S_ISLNK(info.st_mode)) {
			*link = follow(path, rest);
			return true;
		}
		*end = kept;
		end = rest;
	}
	return good;
}

bool ks_journal_trust(const char *path, struct ks_err *err)
{
	char *way = ks_strdup(path), *next = NULL;
	bool good = true;

	/* What can't be followed can't be used either: that is said by whoever tries. */
	for (int links = 0; good && way != NULL && links <= LINKS_MAX; links++) {
		good = go_down(way, &next, err);
		free(way);
		way = next;
	}
	free(way);
	return good;
}
