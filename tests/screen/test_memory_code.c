/*
 * Where an MFA code is in the memory of the program that asks for it, on the screen and without
 * one: once in the secure heap while it is typed, and nowhere once it was sent.
 */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "tests/support/memory_scan.h"
#include "tests/support/pty.h"

/* It is refused: then it is asked for anew. What is looked for is all but its last digit. */
#define MOST "90735"
#define LAST "1"

enum { DIGITS = 5, STRIDE_MAX = 64, MAPPINGS_MAX = 1024 };

static char demo_path[4096], library[4096];

/* A memory that was read: copies in it, their digits next to each other or apart. */
static size_t count_copies(const char *bytes, size_t len)
{
	size_t copies = 0;

	for (size_t at = 0; at < len; at++) {
		for (size_t stride = 1; bytes[at] == MOST[0] && stride <= STRIDE_MAX; stride++) {
			size_t same = 1;

			while (same < DIGITS && at + same * stride < len &&
			       bytes[at + same * stride] == MOST[same])
				same++;
			copies += same == DIGITS;
		}
	}
	return copies;
}

static size_t count_in(int memory, uint64_t from, uint64_t to)
{
	size_t size = (size_t)(to - from), copies = 0;
	char *bytes = malloc(size);
	ssize_t len;

	assert_non_null(bytes);
	len = pread(memory, bytes, size, (off_t)from);
	if (len > 0)
		copies = count_copies(bytes, (size_t)len);
	free(bytes);
	return copies;
}

/* In all that the program can write. It stands still: nobody types. */
static size_t copies_in(pid_t pid)
{
	char path[64], line[512];
	size_t copies = 0, mappings = 0;
	FILE *maps;
	int memory;

	snprintf(path, sizeof path, "/proc/%d/mem", (int)pid);
	memory = open(path, O_RDONLY | O_CLOEXEC);
	assert_true(memory >= 0);
	snprintf(path, sizeof path, "/proc/%d/maps", (int)pid);
	maps = fopen(path, "re");
	assert_non_null(maps);
	while (fgets(line, sizeof line, maps) != NULL) {
		char *end;
		uint64_t from = strtoull(line, &end, 16), to;

		if (*end != '-')
			continue;
		to = strtoull(end + 1, &end, 16);
		if (strncmp(end, " rw", 3) != 0)
			continue;
		copies += count_in(memory, from, to);
		mappings++;
	}
	assert_true(mappings > 3);
	fclose(maps);
	close(memory);
	return copies;
}

static struct ks_pty *start(const char *mode)
{
	const char *const argv[] = {demo_path, mode, NULL};
	const char *const env[] = {library, NULL};

	return ks_pty_start(&(struct ks_pty_options){.argv = argv, .env = env});
}

static void skip_where_it_cannot_be_seen(void)
{
	if (memory_scan_unable() == NULL)
		return;
	print_message("skipped: %s\n", memory_scan_unable());
	skip();
}

static void end(struct ks_pty *pty, int wanted)
{
	int status;

	assert_true(ks_pty_wait_exit(pty, &status));
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), wanted);
	assert_true(ks_pty_modes_restored(pty));
	ks_pty_free(pty);
}

static void on_the_terminal(void **state)
{
	struct ks_pty *pty;

	(void)state;
	skip_where_it_cannot_be_seen();
	pty = start(NULL);
	assert_true(ks_pty_wait(pty, "(Enter for none):"));
	/* The blank is what the next key is read over. */
	ks_pty_type(pty, " " MOST);
	assert_true(ks_pty_wait(pty, "*****"));
	/* One more key shows that it is done with what came before. */
	ks_pty_type(pty, LAST);
	assert_true(ks_pty_wait(pty, "******"));
	assert_int_equal(copies_in(ks_pty_pid(pty)), 1);
	ks_pty_press(pty, "Enter");
	assert_true(ks_pty_wait(pty, "refused"));
	ks_pty_type(pty, "4");
	assert_true(ks_pty_wait(pty, "(Enter for none): *"));
	assert_int_equal(copies_in(ks_pty_pid(pty)), 0);
	ks_pty_press(pty, "Esc");
	end(pty, 1);
}

static bool hints_are_below(struct ks_pty *pty, void *ctx)
{
	int x, y;

	return ks_pty_find(pty, "Esc no code", &x, &y) && y == *(int *)ctx - 1;
}

/*
 * What is typed before a dialog's first frame is complete doesn't reach it, and we are fast: a line
 * more of the terminal asks for another frame, which comes only after that.
 */
static void wait_for_dialog(struct ks_pty *pty, const char *text, int height)
{
	assert_true(ks_pty_wait(pty, text));
	ks_pty_resize(pty, 80, height);
	assert_true(ks_pty_wait_until(pty, hints_are_below, &height, "the hints, a line lower"));
}

static void in_its_dialog(void **state)
{
	struct ks_pty *pty;

	(void)state;
	skip_where_it_cannot_be_seen();
	pty = start("screen");
	wait_for_dialog(pty, "0 of 6 digits", 25);
	ks_pty_paste(pty, MOST LAST);
	assert_true(ks_pty_wait(pty, "6 of 6 digits"));
	assert_int_equal(copies_in(ks_pty_pid(pty)), 1);
	ks_pty_press(pty, "Enter");
	wait_for_dialog(pty, "That code was refused.", 26);
	assert_int_equal(copies_in(ks_pty_pid(pty)), 0);
	ks_pty_type(pty, "123456");
	assert_true(ks_pty_wait(pty, "6 of 6 digits"));
	ks_pty_press(pty, "Enter");
	assert_true(ks_pty_wait(pty, "2 buckets"));
	ks_pty_press(pty, "q");
	end(pty, 0);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
	    cmocka_unit_test(on_the_terminal),
	    cmocka_unit_test(in_its_dialog),
	};
	const char *folder = getenv("BUILDDIR") != NULL ? getenv("BUILDDIR") : ".";

	snprintf(demo_path, sizeof demo_path, "%s/tests/support/ask_demo", folder);
	snprintf(library, sizeof library, "LD_PRELOAD=%s/tests/support/readable.so", folder);
	return cmocka_run_group_tests_name("memory of a code", tests, NULL, NULL);
}
