#define _GNU_SOURCE /* nftw */
#include <errno.h>
#include <ftw.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/unit/deliver_folder.h"

#include "core/base/secret.h"

struct ks_sink_options options;
struct ks_err err;

char folder[] = "/tmp/keysail-deliver-XXXXXX";

/* ---- files ---- */

void put(const char *name, const char *text, mode_t mode)
{
	FILE *file;

	unlink(name);
	file = fopen(name, "we");
	assert_non_null(file);
	assert_int_equal(fwrite(text, 1, strlen(text), file), strlen(text));
	assert_int_equal(fchmod(fileno(file), mode), 0);
	assert_int_equal(fclose(file), 0);
}

void check_file(const char *name, const char *expected)
{
	char text[4096];
	FILE *file = fopen(name, "re");
	size_t len;

	assert_non_null(file);
	len = fread(text, 1, sizeof text - 1, file);
	text[len] = '\0';
	fclose(file);
	assert_string_equal(text, expected);
}

void check_mode(const char *name, mode_t mode)
{
	struct stat info;

	assert_int_equal(lstat(name, &info), 0);
	assert_int_equal(info.st_mode & 07777, mode);
}

void check_absent(const char *name)
{
	struct stat info;

	assert_int_equal(lstat(name, &info), -1);
	assert_int_equal(errno, ENOENT);
}

static int remove_inside(const char *path, const struct stat *info, int type, struct FTW *where)
{
	(void)info;
	(void)type;
	return where->level > 0 ? remove(path) : 0;
}

/* The folder itself stays. */
static bool empty_folder(void)
{
	return nftw(folder, remove_inside, 16, FTW_DEPTH | FTW_PHYS) == 0;
}

int start_folder(void **state)
{
	(void)state;
	if (!empty_folder())
		return -1;
	ks_err_clear(&err);
	options = (struct ks_sink_options){
	    .credentials_file = "credentials",
	    .rclone_file = "rclone.conf",
	    .bucket = "media-assets",
	    .region = "eu-west-1",
	};
	return 0;
}

/* ---- deliveries ---- */

struct ks_sink_plan *preflight(const char *text)
{
	struct ks_sink sink;
	struct ks_sink_plan *plan = NULL;

	ks_err_clear(&err);
	if (ks_sink_parse(text, &sink, &err))
		plan = ks_sink_preflight(&sink, &options, &err);
	ks_sink_free(&sink);
	return plan;
}

bool hand_over(struct ks_sink_plan *plan, const char *id, const char *value)
{
	struct ks_secret *secret = ks_secret_new(value, strlen(value), &err);
	enum ks_sink_end end;

	assert_non_null(secret);
	end = ks_sink_deliver(plan, id, secret, 0, &err);
	ks_secret_free(secret);
	return end == KS_SINK_DONE;
}

void deliver(const char *text)
{
	struct ks_sink_plan *plan = preflight(text);

	if (plan == NULL)
		fail_msg("%s: %s", text, err.message);
	if (!hand_over(plan, ID, SECRET))
		fail_msg("%s: %s", text, err.message);
	ks_sink_plan_free(plan);
}

void check_refused(const char *text, enum ks_err_kind kind, const char *words)
{
	struct ks_sink_plan *plan = preflight(text);

	assert_null(plan);
	assert_int_equal(err.kind, kind);
	if (strstr(err.message, words) == NULL)
		fail_msg("\"%s\" isn't in: %s", words, err.message);
}

int run_in_folder(const struct CMUnitTest *tests, size_t count)
{
	int failed;

	ks_secret_setup();
	if (mkdtemp(folder) == NULL || chdir(folder) != 0)
		return 1;
	failed = _cmocka_run_group_tests("deliver", tests, count, NULL, NULL);
	if (!empty_folder() || rmdir(folder) != 0)
		return 1;
	return failed;
}
