/*
 * The program in a pseudo-terminal against an emulator in this process, its clipboard's tools
 * faked: the desk at which it is used. Failures fail the test.
 */
#ifndef KS_TESTS_SCREEN_DESK_H
#define KS_TESTS_SCREEN_DESK_H

#include <stddef.h>
#include <stdint.h>

#include "core/emulator/emulator.h"
#include "tests/support/emulator_thread.h"
#include "tests/support/pty.h"
#include "tests/support/toolbox.h"

enum { DESK_ENV_MAX = 24, DESK_ARGS_MAX = 4 };

struct desk {
	struct emulator_thread server;
	struct ks_pty *pty;
	int width, height;
	struct toolbox tools; /* first in the program's PATH */
	char *env[DESK_ENV_MAX + 1];
	size_t n_env;
	char key_id[KS_EMULATOR_KEY_ID_SIZE]; /* of the key that was made */
	char secret[KS_EMULATOR_SECRET_SIZE]; /* of that key, by the server's word */
};

int desk_set_up(void **state);
int desk_tear_down(void **state);

/* For the program; before desk_start. */
void desk_add_env(struct desk *desk, const char *name, const char *value);
/*
 * The program on one bucket with so many keys, all read; in 120×34 or another size.
 */
void desk_start(struct desk *desk, int keys_per_bucket);
void desk_start_sized(struct desk *desk, int keys_per_bucket, int width, int height);
/* The same with further words on its command line; nothing is waited for. */
void desk_open_emulator(
    struct desk *desk, int keys_per_bucket, const char *const *args, int width, int height);
/* The program on what serves at url, for which the test has set the account. */
void desk_open(struct desk *desk, const char *url, const char *const *args, int width, int height);

void desk_press(struct desk *desk, const char *keys);
void desk_wait_for(struct desk *desk, const char *text);
/*
 * Waits for a dialog, and until it takes keys. What is typed before its first frame is complete
 * must not reach it, and we are fast: only the frame after that proves that it is over. So the
 * terminal grows by a line, which asks for one.
 */
void desk_wait_for_dialog(struct desk *desk, const char *text);
/* A key is made, and its secret waits in its dialog; fills key_id, and the emulator's secret. */
void desk_make_key(struct desk *desk);
/* It ends with this status, and the terminal is as before. */
void assert_desk_left(struct desk *desk, int code);

/* How often these bytes came in all that the program wrote. */
size_t desk_count_raw(struct desk *desk, const char *what);
/* Requests for this operation that the server got. */
uint64_t desk_served(struct desk *desk, const char *op);

#endif
