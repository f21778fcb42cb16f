/*
 * An emulator on a thread of its own, for tests of any part.
 */
#ifndef KS_TESTS_SUPPORT_EMULATOR_THREAD_H
#define KS_TESTS_SUPPORT_EMULATOR_THREAD_H

#include <pthread.h>

#include "core/emulator/emulator.h"

struct emulator_thread {
	struct ks_emulator *emulator;
	pthread_t thread;
	int stop_fds[2];
};

/* options NULL: the defaults, without background use. Ends the test program when it can't. */
void emulator_thread_start(
    struct emulator_thread *thread, const struct ks_emulator_options *options);
/* Stops and frees the emulator. */
void emulator_thread_stop(struct emulator_thread *thread);

#endif
