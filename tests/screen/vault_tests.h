/*
 * Tests of a vault (vault.h) that are rows of tables: a further case is one more row.
 */
#ifndef KS_TESTS_SCREEN_VAULT_TESTS_H
#define KS_TESTS_SCREEN_VAULT_TESTS_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/screen/vault.h"

#define VAULT_COUNT(table) (sizeof(table) / sizeof((table)[0]))

/* "from the emulator" */
extern const char *const vault_service_names[];

/* One test: run gets the vault (struct vault **), prepared and not started, with a copy of row. */
void vault_tests_add(CMUnitTestFunction run, const void *row, size_t size, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
/* Runs them; where memory can't be looked through, says why not. For main to return. */
int vault_tests_run(const char *group);

#endif
