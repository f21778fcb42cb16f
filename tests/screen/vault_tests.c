#include "tests/screen/vault_tests.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { TESTS_MAX = 64, ROW_MAX = 64 };

const char *const vault_service_names[] = {
    [VAULT_EMULATOR] = "from the emulator", [VAULT_HTTP] = "by HTTP", [VAULT_TLS] = "by TLS"};

static struct CMUnitTest tests[TESTS_MAX];
static struct {
	_Alignas(max_align_t) char row[ROW_MAX];
	char name[128];
} made[TESTS_MAX];
static size_t n_tests;

/* cmocka's state is the row until the vault is there. */
static int set_up(void **state)
{
	static struct vault vault;
	void *row = *state;

	desk_set_up(state);
	vault_prepare(&vault, *state);
	vault.row = row;
	*state = &vault;
	return 0;
}

static int tear_down(void **state)
{
	struct vault *vault = *state;
	void *desk = vault->desk;

	vault_close(vault);
	return desk_tear_down(&desk);
}

void vault_tests_add(CMUnitTestFunction run, const void *row, size_t size, const char *format, ...)
{
	va_list args;

	if (n_tests == TESTS_MAX || size > ROW_MAX)
		abort();
	va_start(args, format);
	vsnprintf(made[n_tests].name, sizeof made[n_tests].name, format, args);
	va_end(args);
	memcpy(made[n_tests].row, row, size);
	tests[n_tests] =
	    (struct CMUnitTest){made[n_tests].name, run, set_up, tear_down, made[n_tests].row};
	n_tests++;
}

int vault_tests_run(const char *group)
{
	const char *unable = exit_watch_unable();

	if (unable != NULL) {
		printf("1..0 # SKIP %s\n", unable);
		return 0;
	}
	return _cmocka_run_group_tests(group, tests, n_tests, NULL, NULL);
}
