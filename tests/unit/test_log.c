/* The log: what is taken out of a line, and how the file is opened and written. */
#include <fcntl.h>
#include <pthread.h>
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

#include "core/base/clock.h"
#include "core/base/log.h"
#include "core/base/secret.h"

#define SECRET       "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"
#define HASH         "e11f41162d959ea63e34a8f770124b18f6fec2f24b18ddf93c5893b7e7dd1101"
#define REQUEST_LINE "request_id=8a1f41c6-2d95-4ea6-be34-a8f770124b18 attempt=2"
#define HASH_LINE    "body sha256 " HASH

static void what_looks_like_a_secret_is_taken_out(void **state)
{
	static const struct {
		const char *text, *redacted;
	} cases[] = {
	    {"the secret is " SECRET ".", "the secret is [redacted]."},
	    {SECRET, "[redacted]"},
	    {"x=" SECRET "&y=1", "x=[redacted]&y=1"},
	    {"\"secretAccessKey\":\"short\",\"status\":\"Active\"",
		"\"secretAccessKey\":[redacted],\"status\":\"Active\""},
	    {"{\"secretAccessKey\" : \"a\\\"b\"}", "{\"secretAccessKey\" : [redacted]}"},
	    {"{\\\"sessionToken\\\":\\\"abc", "{\\\"sessionToken\\\":[redacted]"},
	    {"aws_secret_access_key = hunter2", "aws_secret_access_key = [redacted]"},
	    {"AWS_SESSION_TOKEN=abc def", "AWS_SESSION_TOKEN=[redacted] def"},
	    {"<SecretAccessKey>abc</SecretAccessKey>",
		"<SecretAccessKey>[redacted]</SecretAccessKey>"},
	    {"x-amz-security-token: AQoD", "x-amz-security-token: [redacted]"},
	    {"?X-Amz-Security-Token=AQ%2FoD&list-type=2",
		"?X-Amz-Security-Token=[redacted]&list-type=2"},
	    {"Authorization: AWS4-HMAC-SHA256 Credential=AKID/x, Signature=ab",
		"Authorization: [redacted]"},
	    {"X-Amz-Signature=" HASH, "X-Amz-Signature=[redacted]"},
	    {"refreshToken='a b'; x", "refreshToken=[redacted]; x"},
	    {"arn:" SECRET ":x", "arn:[redacted]:x"},
	    {"wJalrXUtnFEMI%2FK7MDENG%2BbPxRfiCYEXAMPLEKEY", "[redacted]"},
	    {"eyJhbGciOiJFUzI1NiIsInR5cCI6ImRwb3Arand0In0.eyJqdGkiOiIxIn0",
		"[redacted].eyJqdGkiOiIxIn0"},
	};
	char out[500];

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		ks_log_redact(out, sizeof out, cases[i].text);
		assert_string_equal(out, cases[i].redacted);
	}
}

static void what_is_harmless_stays_readable(void **state)
{
	static const char *const lines[] = {
	    "",
	    "CreateBucketAccessKey media-assets us-east-1: AKIAIOSFODNN7EXAMPLE",
	    REQUEST_LINE,
	    HASH_LINE,
	    "https://lightsail.us-east-1.amazonaws.com/ 400 ThrottlingException",
	    "nextPageToken=abc",
	    "User: arn:aws:sts::123456789012:assumed-role/AWSReservedSSO_Reader_0123456789abcdef/a",
	    "the signature does not match, the secret, too",
	};
	char out[500];

	(void)state;
	for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
		ks_log_redact(out, sizeof out, lines[i]);
		assert_string_equal(out, lines[i]);
	}
}

static void redacted_text_is_cut_to_size(void **state)
{
	char out[8];

	(void)state;
	ks_log_redact(out, sizeof out, "a " SECRET);
	assert_string_equal(out, "a [reda");
}

/* ---- the file ---- */

static char folder[] = "/tmp/keysail-log-XXXXXX";
static char path[200];

static int64_t fixed_wall(void *ctx)
{
	(void)ctx;
	return 1628251200000;
}

static const struct ks_clock fixed_clock = {fixed_wall, fixed_wall, NULL};

static size_t read_log(char *dst, size_t size)
{
	int fd = open(path, O_RDONLY);
	size_t len = 0;
	ssize_t got;

	assert_true(fd >= 0);
	while (len < size - 1 && (got = read(fd, dst + len, size - 1 - len)) > 0)
		len += (size_t)got;
	close(fd);
	dst[len] = '\0';
	return len;
}

static struct ks_log *open_log(void)
{
	struct ks_err err;
	struct ks_log *log;

	unlink(path);
	log = ks_log_open(path, &fixed_clock, &err);
	assert_non_null(log);
	return log;
}

static void an_entry_is_one_clean_line_with_time_and_level(void **state)
{
	struct ks_log *log = open_log();
	char text[1000];
	struct stat file;

	(void)state;
	ks_log(log, KS_LOG_INFO, "bucket %s", "a\nb\x1b[31m");
	ks_log(log, KS_LOG_WARNING, "secretAccessKey=%s", "hunter2");
	ks_log(NULL, KS_LOG_ERROR, "nowhere");
	read_log(text, sizeof text);
	assert_string_equal(text, "2021-08-06T12:00:00Z info    bucket a b\xef\xbf\xbd[31m\n"
				  "2021-08-06T12:00:00Z warning secretAccessKey=[redacted]\n");
	assert_int_equal(stat(path, &file), 0);
	assert_int_equal(file.st_mode & 0777, 0600);
	ks_log_close(log);
}

static void the_log_is_appended_to_and_not_passed_to_children(void **state)
{
	struct ks_log *log = open_log();
	struct ks_err err;
	char text[1000];
	int newest;

	(void)state;
	ks_log(log, KS_LOG_ERROR, "one");
	ks_log_close(log);
	newest = dup(0);
	close(newest);
	log = ks_log_open(path, &fixed_clock, &err);
	assert_int_equal(fcntl(newest, F_GETFD) & FD_CLOEXEC, FD_CLOEXEC);
	assert_int_equal(fcntl(newest, F_GETFL) & O_APPEND, O_APPEND);
	ks_log(log, KS_LOG_DEBUG, "two");
	ks_log_close(log);
	read_log(text, sizeof text);
	assert_string_equal(text, "2021-08-06T12:00:00Z error   one\n"
				  "2021-08-06T12:00:00Z debug   two\n");
}

static void a_line_has_a_limit_and_no_secret_at_its_cut(void **state)
{
	static char filler[KS_LOG_LINE_MAX], text[2 * KS_LOG_LINE_MAX];
	/* So many characters of the secret still fit before the formatted text is cut. */
	static const size_t visible[] = {10, 20, 35};

	(void)state;
	for (size_t i = 0; i < sizeof visible / sizeof visible[0]; i++) {
		struct ks_log *log = open_log();
		size_t len = KS_LOG_LINE_MAX - 2 - visible[i];

		memset(filler, '.', sizeof filler);
		ks_log(log, KS_LOG_INFO, "%.*s %s", (int)len, filler, SECRET);
		len = read_log(text, sizeof text);
		assert_true(len <= KS_LOG_LINE_MAX);
		assert_int_equal(text[len - 1], '\n');
		assert_null(strstr(text, "wJal"));
		ks_log_close(log);
	}
}

static void what_is_no_plain_file_is_never_opened(void **state)
{
	struct ks_err err;
	char target[220];

	(void)state;
	unlink(path);
	snprintf(target, sizeof target, "%s/target", folder);
	assert_int_equal(symlink(target, path), 0);
	assert_null(ks_log_open(path, &fixed_clock, &err));
	assert_non_null(strstr(err.message, "symbolic link"));
	assert_int_not_equal(access(target, F_OK), 0);
	unlink(path);
	assert_int_equal(mkfifo(path, 0600), 0);
	assert_null(ks_log_open(path, &fixed_clock, &err));
	unlink(path);
	assert_null(ks_log_open(folder, &fixed_clock, &err));
	assert_null(ks_log_open("/dev/null", &fixed_clock, &err));
	assert_null(ks_log_open("/nowhere/at/all", &fixed_clock, &err));
	assert_int_equal(err.kind, KS_ERR_SYSTEM);
}

enum { THREADS = 4, LINES = 200 };

static void *write_lines(void *log)
{
	for (int i = 0; i < LINES; i++)
		ks_log(log, KS_LOG_INFO, "a line that must stay whole");
	return NULL;
}

static void lines_of_several_threads_stay_whole(void **state)
{
	static const char line[] = "2021-08-06T12:00:00Z info    a line that must stay whole\n";
	static char text[THREADS * LINES * sizeof line];
	struct ks_log *log = open_log();
	pthread_t threads[THREADS];

	(void)state;
	for (int i = 0; i < THREADS; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, write_lines, log), 0);
	for (int i = 0; i < THREADS; i++)
		pthread_join(threads[i], NULL);
	assert_int_equal(read_log(text, sizeof text), THREADS * LINES * (sizeof line - 1));
	for (size_t i = 0; i < (size_t)THREADS * LINES; i++)
		assert_memory_equal(text + i * (sizeof line - 1), line, sizeof line - 1);
	ks_log_close(log);
}

static int make_folder(void **state)
{
	(void)state;
	if (mkdtemp(folder) == NULL)
		return -1;
	snprintf(path, sizeof path, "%s/log", folder);
	return 0;
}

static int remove_folder(void **state)
{
	(void)state;
	unlink(path);
	return rmdir(folder);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
	    cmocka_unit_test(what_looks_like_a_secret_is_taken_out),
	    cmocka_unit_test(what_is_harmless_stays_readable),
	    cmocka_unit_test(redacted_text_is_cut_to_size),
	    cmocka_unit_test(an_entry_is_one_clean_line_with_time_and_level),
	    cmocka_unit_test(the_log_is_appended_to_and_not_passed_to_children),
	    cmocka_unit_test(a_line_has_a_limit_and_no_secret_at_its_cut),
	    cmocka_unit_test(what_is_no_plain_file_is_never_opened),
	    cmocka_unit_test(lines_of_several_threads_stay_whole),
	};

	ks_secret_setup();
	return cmocka_run_group_tests_name("log", tests, make_folder, remove_folder);
}
