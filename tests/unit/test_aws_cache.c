/* The AWS CLI's cache files: read as it reads them, written so that nobody's work is lost. */
#include <fcntl.h>
#include <ftw.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "core/aws/cache.h"
#include "core/base/fd.h"
#include "core/base/json.h"

#define TOKEN                                                                              \
	"{\"startUrl\": \"https://example.awsapps.com/start\", \"accessToken\": \"old\", " \
	"\"expiresAt\": \"2026-11-24T12:00:00UTC\", \"refreshToken\": \"r1\", \"new\": [1, 2.5]}"

static char top[] = "/tmp/keysail-cache-XXXXXX";
static char file[sizeof top + 40], beside[sizeof top + 60];
static struct ks_err err;

static const char *in_top(const char *name)
{
	static char path[2][200];
	static int turn;

	turn = !turn;
	snprintf(path[turn], sizeof path[turn], "%s/%s", top, name);
	return path[turn];
}

static void put(const char *path, const char *text)
{
	FILE *out = fopen(path, "w");

	assert_non_null(out);
	assert_true(fputs(text, out) >= 0);
	assert_int_equal(fclose(out), 0);
}

static char *get(const char *path)
{
	static char text[4096];
	FILE *in = fopen(path, "r");

	assert_non_null(in);
	text[fread(text, 1, sizeof text - 1, in)] = '\0';
	fclose(in);
	return text;
}

static mode_t mode_of(const char *path)
{
	struct stat info;

	assert_int_equal(lstat(path, &info), 0);
	return info.st_mode;
}

static int remove_one(const char *path, const struct stat *info, int type, struct FTW *place)
{
	(void)info;
	(void)type;
	(void)place;
	return remove(path);
}

static int set_up(void **state)
{
	(void)state;
	memcpy(top + sizeof top - 7, "XXXXXX", 6);
	if (mkdtemp(top) == NULL || mkdir(in_top("cache"), 0700) != 0)
		return -1;
	snprintf(file, sizeof file, "%s/cache/a.json", top);
	snprintf(beside, sizeof beside, "%s.keysail-new", file);
	ks_err_clear(&err);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	return nftw(top, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

/* ---- reading ---- */

static void check_look(const char *path, enum ks_cache_result expected, const char *words)
{
	struct ks_cache_look look;

	ks_err_clear(&err);
	assert_int_equal(ks_cache_read(path, &look, &err), expected);
	assert_int_equal(look.result, expected);
	assert_int_equal(look.json != NULL, expected == KS_CACHE_READ);
	if (words[0] == '\0')
		assert_int_equal(err.kind, KS_ERR_NONE);
	else
		assert_non_null(strstr(err.message, words));
	ks_cache_clear(&look);
	assert_null(look.json);
}

static void a_file_is_read_missing_broken_or_refused(void **state)
{
	(void)state;
	check_look(file, KS_CACHE_MISSING, "");
	check_look(in_top("no/such/folder.json"), KS_CACHE_MISSING, "");
	put(file, TOKEN);
	check_look(file, KS_CACHE_READ, "");
	put(file, "[1]");
	check_look(file, KS_CACHE_BROKEN, "a.json is not a JSON object");
	put(file, "");
	check_look(file, KS_CACHE_BROKEN, "a.json is empty");
	check_look(top, KS_CACHE_REFUSED, "it is a folder");
}

static void nothing_waits_on_what_is_no_file(void **state)
{
	(void)state;
	assert_int_equal(mkfifo(file, 0600), 0);
	check_look(file, KS_CACHE_REFUSED, "it isn't a regular file");
	check_look("/dev/zero", KS_CACHE_REFUSED, "it isn't a regular file");
}

static void a_huge_file_is_refused(void **state)
{
	(void)state;
	put(file, "{}");
	assert_int_equal(truncate(file, (off_t)KS_CACHE_FILE_MAX + 1), 0);
	check_look(file, KS_CACHE_REFUSED, "it is larger than 1 MiB");
}

static void links_and_open_files_are_read_like_any(void **state)
{
	(void)state;
	put(in_top("real"), TOKEN);
	assert_int_equal(chmod(in_top("real"), 0644), 0);
	assert_int_equal(symlink(in_top("real"), file), 0);
	check_look(file, KS_CACHE_READ, "");
}

static void a_change_of_a_single_byte_is_seen(void **state)
{
	struct ks_cache_look look, none;

	(void)state;
	assert_int_equal(ks_cache_read(file, &none, &err), KS_CACHE_MISSING);
	assert_true(ks_cache_is_unchanged(file, &none));
	put(file, TOKEN);
	assert_false(ks_cache_is_unchanged(file, &none));
	assert_int_equal(ks_cache_read(file, &look, &err), KS_CACHE_READ);
	assert_true(ks_cache_is_unchanged(file, &look));
	put(file, TOKEN " ");
	assert_false(ks_cache_is_unchanged(file, &look));
	put(file, TOKEN);
	assert_true(ks_cache_is_unchanged(file, &look));
	unlink(file);
	assert_false(ks_cache_is_unchanged(file, &look));
	assert_int_equal(mkdir(file, 0700), 0);
	assert_false(ks_cache_is_unchanged(file, &look));
	ks_cache_clear(&look);
}

static void dates_of_all_versions_are_read(void **state)
{
	static const char *const texts[] = {"2026-11-24T12:00:00Z", "2026-11-24T12:00:00UTC",
	    "2026-11-24T12:00:00+00:00", "2026-11-24T13:00:00+01:00"};
	cJSON *json = cJSON_CreateObject();
	int64_t ms = 0;

	(void)state;
	for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
		ks_cache_put_text(json, "expiresAt", texts[i]);
		assert_true(ks_cache_date(json, "expiresAt", &ms));
		assert_int_equal(ms, INT64_C(1795521600000));
		ms = 0;
	}
	assert_false(ks_cache_date(json, "other", &ms));
	ks_cache_put_text(json, "expiresAt", "soon");
	assert_false(ks_cache_date(json, "expiresAt", &ms));
	cJSON_Delete(json);
}

/* ---- writing ---- */

static struct ks_cache *begin(void)
{
	struct ks_cache *cache = NULL;

	assert_int_equal(ks_cache_begin(file, &cache, &err), KS_CACHE_MINE);
	assert_non_null(cache);
	return cache;
}

static enum ks_cache_committed commit(struct ks_cache *cache, const char *token)
{
	cJSON *json = ks_cache_copy(cache);
	enum ks_cache_committed result;

	ks_cache_put_text(json, "accessToken", token);
	ks_cache_put_date(json, "expiresAt", INT64_C(1795525200123));
	result = ks_cache_commit(cache, json, &err);
	cJSON_Delete(json);
	return result;
}

static void a_new_file_is_ours_alone_and_so_are_its_folders(void **state)
{
	struct ks_cache *cache;

	(void)state;
	rmdir(in_top("cache"));
	umask(0);
	cache = begin();
	umask(022);
	assert_null(ks_cache_json(cache));
	assert_int_equal(mode_of(beside), S_IFREG | 0600);
	assert_int_equal(commit(cache, "new"), KS_CACHE_WRITTEN);
	ks_cache_end(cache);
	assert_string_equal(
	    get(file), "{\"accessToken\":\"new\",\"expiresAt\":\"2026-11-24T13:00:00Z\"}");
	assert_int_equal(mode_of(file), S_IFREG | 0600);
	assert_int_equal(mode_of(in_top("cache")), S_IFDIR | 0700);
	assert_int_equal(access(beside, F_OK), -1);
}

static void what_we_do_not_know_is_kept(void **state)
{
	struct ks_cache *cache;

	(void)state;
	put(file, TOKEN);
	assert_int_equal(chmod(file, 0644), 0);
	cache = begin();
	assert_string_equal(ks_json_text(ks_cache_json(cache), "refreshToken"), "r1");
	assert_int_equal(commit(cache, "new"), KS_CACHE_WRITTEN);
	ks_cache_end(cache);
	assert_string_equal(get(file),
	    "{\"startUrl\":\"https://example.awsapps.com/start\",\"accessToken\":\"new\","
	    "\"expiresAt\":\"2026-11-24T13:00:00Z\",\"refreshToken\":\"r1\",\"new\":[1,2.5]}");
	assert_int_equal(mode_of(file), S_IFREG | 0600);
}

static void a_broken_file_may_be_replaced(void **state)
{
	struct ks_cache *cache;

	(void)state;
	put(file, "{\"accessToken\": \"torn");
	cache = begin();
	assert_null(ks_cache_json(cache));
	assert_int_equal(commit(cache, "new"), KS_CACHE_WRITTEN);
	ks_cache_end(cache);
	check_look(file, KS_CACHE_READ, "");
}

static void where_a_link_leads_is_written_and_the_link_stays(void **state)
{
	struct ks_cache *cache;

	(void)state;
	put(in_top("real"), TOKEN);
	assert_int_equal(symlink(in_top("real"), file), 0);
	cache = begin();
	assert_int_equal(commit(cache, "new"), KS_CACHE_WRITTEN);
	ks_cache_end(cache);
	assert_true(S_ISLNK(mode_of(file)));
	assert_non_null(strstr(get(in_top("real")), "\"accessToken\":\"new\""));
}

static void a_turn_without_a_commit_leaves_nothing(void **state)
{
	(void)state;
	ks_cache_end(begin());
	assert_int_equal(access(beside, F_OK), -1);
	assert_int_equal(access(file, F_OK), -1);
	ks_cache_end(NULL);
}

static void one_has_a_turn_at_a_time(void **state)
{
	struct ks_cache *first = begin(), *second = first;

	(void)state;
	assert_int_equal(ks_cache_begin(file, &second, &err), KS_CACHE_BUSY);
	assert_null(second);
	assert_int_equal(err.kind, KS_ERR_NONE);
	assert_int_equal(commit(first, "new"), KS_CACHE_WRITTEN);
	ks_cache_end(first);
	second = begin();
	assert_string_equal(ks_json_text(ks_cache_json(second), "accessToken"), "new");
	ks_cache_end(second);
}

static void what_another_program_writes_meanwhile_is_never_overwritten(void **state)
{
	struct ks_cache *cache;

	(void)state;
	put(file, TOKEN);
	cache = begin();
	put(file, "{\"accessToken\": \"theirs\", \"refreshToken\": \"r2\"}");
	assert_int_equal(commit(cache, "ours"), KS_CACHE_CHANGED);
	assert_string_equal(get(file), "{\"accessToken\": \"theirs\", \"refreshToken\": \"r2\"}");
	assert_string_equal(ks_json_text(ks_cache_json(cache), "accessToken"), "theirs");
	/* The turn is kept: begun over on what is there now, it may be written. */
	assert_int_equal(commit(cache, "ours"), KS_CACHE_WRITTEN);
	ks_cache_end(cache);
	assert_string_equal(get(file), "{\"accessToken\":\"ours\",\"refreshToken\":\"r2\","
				       "\"expiresAt\":\"2026-11-24T13:00:00Z\"}");
}

static void a_login_that_was_ended_meanwhile_stays_ended(void **state)
{
	struct ks_cache *cache;

	(void)state;
	put(file, TOKEN);
	cache = begin();
	unlink(file);
	assert_int_equal(commit(cache, "ours"), KS_CACHE_CHANGED);
	assert_null(ks_cache_json(cache));
	ks_cache_end(cache);
	assert_int_equal(access(file, F_OK), -1);
	cache = begin();
	unlink(beside);
	assert_int_equal(commit(cache, "ours"), KS_CACHE_FAILED);
	assert_non_null(strstr(err.message, "another program removed the new file"));
	ks_cache_end(cache);
	assert_int_equal(access(file, F_OK), -1);
}

static void what_a_killed_one_left_is_taken_over(void **state)
{
	struct ks_cache *cache;

	(void)state;
	put(beside,
	    "{\"accessToken\": \"of the dead\", \"padding\": \"...........................\"}");
	assert_int_equal(chmod(beside, 0644), 0);
	cache = begin();
	assert_int_equal(mode_of(beside), S_IFREG | 0600);
	assert_int_equal(commit(cache, "new"), KS_CACHE_WRITTEN);
	ks_cache_end(cache);
	assert_string_equal(
	    get(file), "{\"accessToken\":\"new\",\"expiresAt\":\"2026-11-24T13:00:00Z\"}");
}

/* What logout reads as JSON must be none: it would take it for a token, or fail on it. */
static void the_file_beside_is_no_json_while_we_wait(void **state)
{
	struct ks_cache *cache = begin();
	struct ks_cache_look look;

	(void)state;
	assert_int_equal(ks_cache_read(beside, &look, &err), KS_CACHE_BROKEN);
	ks_cache_clear(&look);
	ks_cache_end(cache);
}

static void check_no_turn(const char *words)
{
	struct ks_cache *cache = NULL;

	ks_err_clear(&err);
	assert_int_equal(ks_cache_begin(file, &cache, &err), KS_CACHE_NO_TURN);
	assert_null(cache);
	assert_non_null(strstr(err.message, words));
}

static void what_can_not_be_written_is_said_before_anything_is_used_up(void **state)
{
	bool is_root = geteuid() == 0;

	(void)state;
	assert_int_equal(mkfifo(file, 0600), 0);
	check_no_turn("it isn't a regular file");
	assert_int_equal(access(beside, F_OK), -1);
	unlink(file);
	assert_int_equal(symlink("/dev/null", beside), 0);
	check_no_turn("a.json can't be written");
	unlink(beside);
	put(in_top("other"), "precious");
	assert_int_equal(link(in_top("other"), beside), 0);
	check_no_turn("is in the way");
	assert_string_equal(get(in_top("other")), "precious");
	unlink(beside);
	/* root may write everywhere, so that it has to be somebody else meanwhile. */
	assert_int_equal(chmod(top, 0755), 0);
	assert_int_equal(chmod(in_top("cache"), 0555), 0);
	assert_true(!is_root || seteuid(65534) == 0);
	check_no_turn("a.json can't be written: Permission denied");
	assert_string_equal(err.tip, "see that you may write to its folder");
	assert_true(!is_root || seteuid(0) == 0);
	assert_int_equal(chmod(in_top("cache"), 0700), 0);
	rmdir(in_top("cache"));
	put(in_top("cache"), "");
	check_no_turn("can't be made");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(a_file_is_read_missing_broken_or_refused),
	    TEST(nothing_waits_on_what_is_no_file),
	    TEST(a_huge_file_is_refused),
	    TEST(links_and_open_files_are_read_like_any),
	    TEST(a_change_of_a_single_byte_is_seen),
	    TEST(dates_of_all_versions_are_read),
	    TEST(a_new_file_is_ours_alone_and_so_are_its_folders),
	    TEST(what_we_do_not_know_is_kept),
	    TEST(a_broken_file_may_be_replaced),
	    TEST(where_a_link_leads_is_written_and_the_link_stays),
	    TEST(a_turn_without_a_commit_leaves_nothing),
	    TEST(one_has_a_turn_at_a_time),
	    TEST(what_another_program_writes_meanwhile_is_never_overwritten),
	    TEST(a_login_that_was_ended_meanwhile_stays_ended),
	    TEST(what_a_killed_one_left_is_taken_over),
	    TEST(the_file_beside_is_no_json_while_we_wait),
	    TEST(what_can_not_be_written_is_said_before_anything_is_used_up),
	};

	return cmocka_run_group_tests_name("aws_cache", tests, NULL, NULL);
}
