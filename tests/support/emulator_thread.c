#include "tests/support/emulator_thread.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "core/base/fd.h"

static void *run(void *arg)
{
	struct emulator_thread *thread = arg;
	struct ks_err err = {0};

	if (!ks_emulator_run(thread->emulator, thread->stop_fds[0], &err))
		fprintf(stderr, "# the emulator failed: %s\n", err.message);
	return NULL;
}

void emulator_thread_start(
    struct emulator_thread *thread, const struct ks_emulator_options *options)
{
	struct ks_emulator_options still;
	struct ks_err err = {0};

	ks_emulator_options_init(&still);
	still.background_use = false;
	thread->emulator = ks_emulator_start(options != NULL ? options : &still, &err);
	if (thread->emulator == NULL || !ks_fd_pipe(thread->stop_fds) ||
	    pthread_create(&thread->thread, NULL, run, thread) != 0) {
		fprintf(stderr, "Bail out! the emulator can't start: %s\n", err.message);
		abort();
	}
}

void emulator_thread_stop(struct emulator_thread *thread)
{
	close(thread->stop_fds[1]);
	pthread_join(thread->thread, NULL);
	close(thread->stop_fds[0]);
	ks_emulator_free(thread->emulator);
	thread->emulator = NULL;
}
