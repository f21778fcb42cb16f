/*
 * The program in a pseudo-terminal against an emulator in this process: eighteen buckets over three
 * regions, which can be slow, wrong, or gone. Failures fail the test.
 */
#ifndef KS_TESTS_SCREEN_STAGE_H
#define KS_TESTS_SCREEN_STAGE_H

#include <stdbool.h>
#include <stddef.h>

#include "core/emulator/emulator.h"
#include "tests/support/emulator_thread.h"
#include "tests/support/pty.h"

enum { STAGE_ARGS_MAX = 8 };

struct stage_options {
	int width, height;                /* 0: 120×34 */
	const char *args[STAGE_ARGS_MAX]; /* further ones of the program's */
	const char *fault;                /* as serve takes it; NULL: none */
	bool no_credentials;
	bool job_control; /* in a shell that says "it is stopped" and brings it back */
	enum ks_pty_answers answers;
};

struct stage {
	struct emulator_thread server; /* its emulator is NULL once it is gone */
	struct ks_pty *pty;
	char *env[4];
};

/* Both are started; nothing is waited for. */
void stage_begin(struct stage *stage, const struct stage_options *options);
/* The same, until every key is read. */
void stage_begin_loaded(struct stage *stage, const struct stage_options *options);
/* The server goes away, its port with it. */
void stage_kill_server(struct stage *stage);
/* The program has to be gone by now, or is killed. */
void stage_end(struct stage *stage);

void stage_press(struct stage *stage, const char *keys);
void stage_wait(struct stage *stage, const char *text);
void stage_wait_gone(struct stage *stage, const char *text);
/* It ends with this status, and the terminal is as it was. */
void stage_assert_left(struct stage *stage, int wanted);

#endif
