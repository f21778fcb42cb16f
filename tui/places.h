/*
 * Where things lie on this machine: the folder of the journal and the files that sinks write. The
 * demo has a folder of its own for all of it, and touches no file of the user's AWS tools. Main
 * thread, at start; constant afterwards.
 */
#ifndef KS_TUI_PLACES_H
#define KS_TUI_PLACES_H

#include <stdbool.h>

#include "core/aws/env.h"
#include "core/engine/worker.h"

struct ks_places {
	char *state_folder; /* NULL without a home */
	struct ks_worker_places worker;
	char *owned[3]; /* the worker's texts */
};

void ks_places_find(struct ks_places *places, const struct ks_env *env, bool demo);
void ks_places_free(struct ks_places *places);

#endif
