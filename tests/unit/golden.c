#include "tests/unit/golden.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { GOLDEN_MAX = 256 * 1024 };

static void golden_path(const char *name, char *dst, size_t size)
{
	const char *root = getenv("SRCDIR");

	snprintf(dst, size, "%s/tests/screen/golden/%s.txt", root != NULL ? root : ".", name);
}

static void write_golden(const char *path, const char *text)
{
	FILE *file = fopen(path, "w");

	assert_non_null(file);
	assert_true(fputs(text, file) >= 0);
	assert_int_equal(fclose(file), 0);
}

void golden_check(const char *name, const char *text)
{
	const char *mode = getenv("KS_GOLDEN");
	char path[1024], *kept;
	size_t len = 0;
	FILE *file;

	golden_path(name, path, sizeof path);
	if (mode != NULL && strcmp(mode, "write") == 0) {
		write_golden(path, text);
		return;
	}
	kept = calloc(1, GOLDEN_MAX);
	assert_non_null(kept);
	file = fopen(path, "r");
	if (file != NULL) {
		len = fread(kept, 1, GOLDEN_MAX - 1, file);
		fclose(file);
	}
	kept[len] = '\0';
	if (strcmp(kept, text) != 0)
		print_error(
		    "%s is not the picture any more\n---- kept\n%s---- now\n%s", path, kept, text);
	assert_string_equal(kept, text);
	free(kept);
}
