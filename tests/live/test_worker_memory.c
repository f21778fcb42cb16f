/* What is left of a secret in this process once its reply is freed: nothing. */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#ifdef __linux__
#include <sys/prctl.h>
#endif
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "core/base/secret.h"
#include "core/engine/worker.h"
#include "tests/support/workshop.h"

/* Where memory can't be searched: without /proc, and with the sanitizers' terabytes. */
#if !defined(__linux__) || defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define UNSEARCHABLE 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define UNSEARCHABLE 1
#endif
#endif

#ifndef UNSEARCHABLE

/* The emulator as a process of its own, so that its copies aren't in this one. */
struct served {
	pid_t pid;
	FILE *out;
	char url[200], key_id[64], secret[64];
};

static void serve(struct served *served)
{
	const char *program = getenv("KEYSAIL");
	char line[400];
	int ends[2];

	if (program == NULL)
		program = "./keysail";
	assert_int_equal(pipe(ends), 0);
	served->pid = fork();
	assert_true(served->pid >= 0);
	if (served->pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL); /* also when an assertion fails here */
		dup2(ends[1], STDOUT_FILENO);
		close(ends[0]);
		close(ends[1]);
		execl(program, "keysail", "serve", "--port", "0", "--keys-per-bucket", "0",
		    (char *)NULL);
		_exit(127);
	}
	close(ends[1]);
	served->out = fdopen(ends[0], "r");
	while (served->secret[0] == '\0' || served->key_id[0] == '\0') {
		if (fgets(line, sizeof line, served->out) == NULL)
			fail_msg("%s did not say where it listens", program);
		sscanf(line, "listening on %199s", served->url);
		sscanf(line, "export AWS_ACCESS_KEY_ID=%63[A-Z0-9]", served->key_id);
		sscanf(line, "export AWS_SECRET_ACCESS_KEY=%63[^\n]", served->secret);
	}
}

static void end_served(struct served *served)
{
	kill(served->pid, SIGTERM);
	waitpid(served->pid, NULL, 0);
	fclose(served->out);
}

#define MASK 0x5A

/* How often the text, which is given masked, stands in memory that this process can write. */
static size_t count_copies(const char *masked, size_t len)
{
	FILE *maps = fopen("/proc/self/maps", "r");
	char line[512];
	size_t copies = 0;

	assert_non_null(maps);
	while (fgets(line, sizeof line, maps) != NULL) {
		char *end;
		unsigned long from = strtoul(line, &end, 16), to = strtoul(end + 1, &end, 16);

		if (strncmp(end, " rw", 3) != 0 || strstr(line, "[vvar") != NULL)
			continue;
		for (const volatile char *at = (const char *)from; at + len <= (const char *)to;
		     at++) {
			size_t same = 0;

			while (same < len && (at[same] ^ MASK) == masked[same])
				same++;
			copies += same == len;
		}
	}
	fclose(maps);
	return copies;
}

/* The name of some bucket, so that there is something to make a key for. */
static void find_bucket(struct workshop *shop, char *dst, size_t size)
{
	struct ks_event *event = workshop_ask(shop, KS_OP_GET_BUCKETS, NULL);

	assert_int_equal(event->err.kind, KS_ERR_NONE);
	assert_true(event->reply->n_buckets > 0);
	snprintf(dst, size, "%s", event->reply->buckets[0].name.raw);
	ks_event_free(event);
}

static void after_the_reply_is_freed_no_copy_of_the_secret_is_left(void **state)
{
	static struct served served;
	static struct workshop shop;
	char masked[64], bucket[64];
	size_t len;
	struct ks_event *event;

	(void)state;
	serve(&served);
	workshop_init(&shop, 0);
	snprintf(shop.url, sizeof shop.url, "%s", served.url);
	workshop_sign_with(&shop, served.key_id, served.secret);
	workshop_open(&shop);
	find_bucket(&shop, bucket, sizeof bucket);
	event = workshop_ask(&shop, KS_OP_CREATE_BUCKET_ACCESS_KEY, bucket);
	assert_int_equal(event->err.kind, KS_ERR_NONE);
	len = ks_secret_len(event->reply->secret);
	assert_int_equal(len, 40);
	for (size_t i = 0; i < len; i++)
		masked[i] = (char)(ks_secret_value(event->reply->secret)[i] ^ MASK);
	assert_int_equal(count_copies(masked, len), 1); /* the secure heap's */
	ks_event_free(event);
	assert_int_equal(count_copies(masked, len), 0);
	workshop_close(&shop);
	end_served(&served);
}

#endif

int main(void)
{
#ifdef UNSEARCHABLE
	puts("1..0 # SKIP memory can not be searched here");
	return 0;
#else
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(after_the_reply_is_freed_no_copy_of_the_secret_is_left),
	};

	signal(SIGPIPE, SIG_IGN);
	ks_secret_setup();
	return cmocka_run_group_tests_name("worker: memory", tests, NULL, NULL);
#endif
}
