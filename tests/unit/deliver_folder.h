/*
 * A folder of its own as the current one, and deliveries into it: for the tests of the sinks and of
 * the replacing under them. These fail the test where they can't do their work.
 */
#ifndef TESTS_UNIT_DELIVER_FOLDER_H
#define TESTS_UNIT_DELIVER_FOLDER_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include <cmocka.h>

#include "core/deliver/sink.h"

#define ID        "AKIAI44QH8DHBEXAMPLE"
#define SECRET    "je7MtGbClwBF/2Zp9Utk/h3yCo8nvb+EXAMPLEKEY="
#define KEY_LINES "aws_access_key_id = " ID "\naws_secret_access_key = " SECRET "\n"

/* What preflight is given, and why it or a delivery failed; as new in each test. */
extern struct ks_sink_options options;
extern struct ks_err err;
extern char folder[];

/* Setup of each test: the folder is empty. */
int start_folder(void **state);
/* Runs the tests in the folder, which is gone afterwards; the program's exit status. */
int run_in_folder(const struct CMUnitTest *tests, size_t count);

void put(const char *name, const char *text, mode_t mode);
void check_file(const char *name, const char *expected);
void check_mode(const char *name, mode_t mode);
void check_absent(const char *name);

/* NULL with err filled; the caller frees. */
struct ks_sink_plan *preflight(const char *text);
bool hand_over(struct ks_sink_plan *plan, const char *id, const char *value);
/* Both, of the key above. */
void deliver(const char *text);
/* No preflight, for this kind of reason, in these words. */
void check_refused(const char *text, enum ks_err_kind kind, const char *words);

#endif
