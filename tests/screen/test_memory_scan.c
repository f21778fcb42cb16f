/*
 * The search through memory finds what is planted there, in every form, and at the last moment of a
 * process too; else its finding nothing would say nothing.
 */
#define _GNU_SOURCE /* MAP_ANONYMOUS */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>
#include <wchar.h>

#include <cmocka.h>
#include <openssl/evp.h>

#include "core/base/secret.h"
#include "tests/support/exit_watch.h"
#include "tests/support/memory_scan.h"

enum { ROOM = 64 * 1024, LEN = 40, SLASH = 9, PLUS = 23 };

/* Made when the program runs: a constant would be found too. */
static char secret[LEN + 1];
static const struct memory_secret needle = {"the secret", secret};

static void make_secret(void)
{
	uint32_t number = 1;

	for (size_t i = 0; i < LEN; i++) {
		number = number * 1664525 + 1013904223;
		secret[i] = (char)((i % 2 == 0 ? 'A' : 'a') + number / 65536 % 26);
	}
	secret[SLASH] = '/';
	secret[PLUS] = '+';
}

/* ---- what is planted ---- */

/* The text with its bytes so far apart, on a ground that isn't blank. */
static void plant_apart(unsigned char *room, const char *text, size_t stride)
{
	memset(room, 0x20, strlen(text) * stride);
	for (size_t i = 0; text[i] != '\0'; i++)
		room[i * stride] = (unsigned char)text[i];
}

static void plant_plain(unsigned char *room)
{
	memcpy(room + 4093, secret, LEN);
}

static void plant_piece(unsigned char *room)
{
	memcpy(room + 77, &secret[17], 8);
}

static void plant_end(unsigned char *room)
{
	memcpy(room + ROOM - 8, secret + LEN - 8, 8);
}

static void plant_wide(unsigned char *room)
{
	wchar_t wide[LEN];

	for (size_t i = 0; i < LEN; i++)
		wide[i] = (wchar_t)secret[i];
	memcpy(room + 16, wide, sizeof wide);
}

static void plant_utf16(unsigned char *room)
{
	plant_apart(room + 3, secret, 2);
}

static void plant_cells_16(unsigned char *room)
{
	plant_apart(room + 32, secret, 16);
}

static void plant_cells_28(unsigned char *room)
{
	plant_apart(room + 32, secret, 28);
}

static void plant_cells_64(unsigned char *room)
{
	plant_apart(room + 32, secret, 64);
}

/* By another encoder than the search's; so many bytes stand before the secret, and some behind. */
static void plant_base64(unsigned char *room, size_t before)
{
	unsigned char text[64];
	int len = snprintf((char *)text, sizeof text, "%.*s%s~~~~", (int)before, "~~", secret);

	EVP_EncodeBlock(room + 100, text, len);
}

static void plant_base64_0(unsigned char *room)
{
	plant_base64(room, 0);
}

static void plant_base64_1(unsigned char *room)
{
	plant_base64(room, 1);
}

static void plant_base64_2(unsigned char *room)
{
	plant_base64(room, 2);
}

/* Three bytes of the secret before a sign, the sign escaped, and three behind it. */
static void plant_escaped(unsigned char *room, size_t sign, const char *escaped)
{
	snprintf((char *)room + 9, 32, "%.3s%s%.3s", secret + sign - 3, escaped, secret + sign + 1);
}

static void plant_json(unsigned char *room)
{
	plant_escaped(room, SLASH, "\\/");
}

static void plant_json_lower(unsigned char *room)
{
	plant_escaped(room, SLASH, "\\u002f");
}

static void plant_json_upper(unsigned char *room)
{
	plant_escaped(room, PLUS, "\\u002B");
}

static void plant_percent(unsigned char *room)
{
	plant_escaped(room, SLASH, "%2F");
}

static void plant_hex(unsigned char *room)
{
	for (size_t i = 0; i < LEN; i++)
		snprintf((char *)room + 200 + i * 2, 3, "%02x", (unsigned char)secret[i]);
}

static void plant_wide_base64(unsigned char *room)
{
	unsigned char text[64];

	EVP_EncodeBlock(text, (const unsigned char *)secret, LEN);
	plant_apart(room + 4, (const char *)text, sizeof(wchar_t));
}

static void plant_too_little(unsigned char *room)
{
	memcpy(room + 77, &secret[17], 7);
	memcpy(room + 177, &secret[1], 7);
}

static void plant_nothing(unsigned char *room)
{
	memset(room, '/', ROOM);
}

static const struct planted {
	const char *name;
	void (*plant)(unsigned char *room);
	bool found;
} plants[] = {
    {"plain bytes", plant_plain, true},
    {"a piece of eight bytes", plant_piece, true},
    {"the end of it at the end of a mapping", plant_end, true},
    {"wide characters", plant_wide, true},
    {"UTF-16", plant_utf16, true},
    {"cells of 16 bytes", plant_cells_16, true},
    {"cells of 28 bytes", plant_cells_28, true},
    {"cells of 64 bytes", plant_cells_64, true},
    {"base64", plant_base64_0, true},
    {"base64 behind one byte", plant_base64_1, true},
    {"base64 behind two bytes", plant_base64_2, true},
    {"an escaped slash of JSON", plant_json, true},
    {"an escaped sign of JSON", plant_json_lower, true},
    {"an escaped sign of JSON in capitals", plant_json_upper, true},
    {"a percent-encoded sign", plant_percent, true},
    {"hexadecimal digits", plant_hex, true},
    {"base64 in wide characters", plant_wide_base64, true},
    {"pieces of seven bytes", plant_too_little, false},
    {"nothing of it", plant_nothing, false},
};

/* ---- the process in which it is ---- */

static unsigned char *make_room(void)
{
	unsigned char *room =
	    mmap(NULL, ROOM, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	assert_true(room != MAP_FAILED);
	return room;
}

/* A child that plants it, forgets what else it has of it, and waits. */
static pid_t start_planter(void (*plant)(unsigned char *room), unsigned char *room)
{
	int ready[2];
	char byte;
	pid_t pid;

	assert_int_equal(pipe(ready), 0);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		signal(SIGSEGV, SIG_DFL);
		plant(room);
		ks_wipe(secret, sizeof secret);
		if (write(ready[1], "", 1) == 1)
			pause();
		_exit(0);
	}
	close(ready[1]);
	assert_int_equal(read(ready[0], &byte, 1), 1);
	close(ready[0]);
	return pid;
}

static void end_planter(pid_t pid)
{
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
}

static void it_is_found(void **state)
{
	const struct planted *planted = *state;
	unsigned char *room = make_room();
	pid_t pid = start_planter(planted->plant, room);
	struct memory_scan scan;

	memory_scan(pid, &needle, 1, &scan);
	end_planter(pid);
	munmap(room, ROOM);
	assert_string_equal(scan.problem, "");
	if ((scan.elsewhere[0] > 0) != planted->found)
		memory_scan_print(&scan, &needle);
	assert_int_equal(scan.elsewhere[0] > 0, planted->found);
	assert_int_equal(scan.guarded[0], 0);
	if (planted->found)
		assert_true(scan.hits[0].address - (uintptr_t)room < ROOM);
}

/* ---- where else it may be than in memory of its own ---- */

static unsigned char *a_variable(void)
{
	static unsigned char room[ROOM] = "the program's file has it";

	return room;
}

static unsigned char *shared_memory(void)
{
	unsigned char *room =
	    mmap(NULL, ROOM, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	assert_true(room != MAP_FAILED);
	return room;
}

static FILE *file_of_room(void)
{
	FILE *file = tmpfile();

	assert_non_null(file);
	assert_int_equal(ftruncate(fileno(file), ROOM), 0);
	return file;
}

/* It has the secret before the process has it, which then only reads it. */
static unsigned char *a_file_that_is_read(void)
{
	FILE *file = file_of_room();
	unsigned char *room;

	assert_int_equal(pwrite(fileno(file), secret, LEN, 4093), LEN);
	room = mmap(NULL, ROOM, PROT_READ, MAP_PRIVATE, fileno(file), 0);
	assert_true(room != MAP_FAILED);
	fclose(file);
	return room;
}

static unsigned char *a_copy_of_a_file(void)
{
	FILE *file = file_of_room();
	unsigned char *room;

	room = mmap(NULL, ROOM, PROT_READ | PROT_WRITE, MAP_PRIVATE, fileno(file), 0);
	assert_true(room != MAP_FAILED);
	fclose(file);
	return room;
}

static void plant_not(unsigned char *room)
{
	(void)room;
}

static const struct place {
	const char *name;
	unsigned char *(*make)(void);
	void (*plant)(unsigned char *room);
} places[] = {
    {"in a variable", a_variable, plant_plain},
    {"in shared memory", shared_memory, plant_plain},
    {"in a file that is mapped", a_file_that_is_read, plant_not},
    {"in a copy of a file's page", a_copy_of_a_file, plant_plain},
};

/* That aren't in the secure heap. */
static size_t count_in_room(const struct memory_scan *scan, const unsigned char *room)
{
	size_t in_room = 0;

	for (size_t i = 0; i < scan->n_hits; i++)
		if (scan->hits[i].address - (uintptr_t)room < ROOM) {
			in_room++;
			assert_false(scan->hits[i].guarded);
		}
	return in_room;
}

static void it_is_found_there(void **state)
{
	const struct place *place = *state;
	unsigned char *room = place->make();
	pid_t pid = start_planter(place->plant, room);
	struct memory_scan scan;

	memory_scan(pid, &needle, 1, &scan);
	end_planter(pid);
	assert_string_equal(scan.problem, "");
	assert_true(count_in_room(&scan, room) > 0);
}

static void the_secure_heap_is_told_from_all_else(void **state)
{
	unsigned char *room = make_room();
	struct ks_err err;
	struct ks_secret *kept = ks_secret_new(secret, LEN, &err);
	pid_t pid = start_planter(plant_plain, room);
	struct memory_scan scan;

	(void)state;
	assert_non_null(kept);
	memory_scan(pid, &needle, 1, &scan);
	end_planter(pid);
	munmap(room, ROOM);
	ks_secret_free(kept);
	assert_int_equal(scan.guarded_mappings, 1);
	assert_true(scan.guarded[0] > 0);
	assert_true(count_in_room(&scan, room) > 0);
}

static void assert_read_at_the_end_by(int signal_number)
{
	unsigned char *room = make_room();
	pid_t pid = start_planter(plant_plain, room);
	struct exit_watch watch;
	struct memory_scan scan;
	int status;

	assert_true(exit_watch_start(&watch, pid, &needle, 1));
	kill(pid, SIGSTOP);
	kill(pid, SIGCONT);
	kill(pid, signal_number);
	exit_watch_finish(&watch, &scan);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	munmap(room, ROOM);
	assert_true(WIFSIGNALED(status));
	assert_int_equal(WTERMSIG(status), signal_number);
	assert_string_equal(scan.problem, "");
	assert_true(scan.elsewhere[0] > 0);
}

static void memory_is_read_at_the_end_by_a_signal(void **state)
{
	(void)state;
	assert_read_at_the_end_by(SIGTERM);
}

static void memory_is_read_at_the_end_by_a_crash(void **state)
{
	(void)state;
	assert_read_at_the_end_by(SIGSEGV);
}

enum {
	PLANTS = sizeof plants / sizeof plants[0],
	PLACES = sizeof places / sizeof places[0],
};

int main(void)
{
	struct CMUnitTest tests[PLANTS + PLACES + 3] = {
	    [PLANTS + PLACES] = cmocka_unit_test(the_secure_heap_is_told_from_all_else),
	    cmocka_unit_test(memory_is_read_at_the_end_by_a_signal),
	    cmocka_unit_test(memory_is_read_at_the_end_by_a_crash),
	};
	const char *unable;

	for (size_t i = 0; i < PLANTS; i++)
		tests[i] = (struct CMUnitTest){.name = plants[i].name,
		    .test_func = it_is_found,
		    .initial_state = (void *)(uintptr_t)&plants[i]};
	for (size_t i = 0; i < PLACES; i++)
		tests[PLANTS + i] = (struct CMUnitTest){.name = places[i].name,
		    .test_func = it_is_found_there,
		    .initial_state = (void *)(uintptr_t)&places[i]};
	make_secret();
	ks_secret_setup();
	prctl(PR_SET_DUMPABLE, 1);
	prctl(PR_SET_PTRACER, PR_SET_PTRACER_ANY);
	unable = exit_watch_unable();
	if (unable != NULL) {
		printf("1..0 # SKIP %s\n", unable);
		return 0;
	}
	return cmocka_run_group_tests_name("memory scan", tests, NULL, NULL);
}
