/*
 * The state file: the whole world as JSON, mode 0600, written beside and renamed, so that it is
 * always one whole world, the one before or the one after. It is locked against other servers,
 * which would overwrite each other's worlds. One thread, the server's.
 */
#ifndef KS_EMULATOR_STATEFILE_H
#define KS_EMULATOR_STATEFILE_H

#include <stdbool.h>
#include <stdint.h>

#include "core/base/err.h"
#include "core/emulator/world.h"

struct ks_emu_statefile;

/*
 * Loads the world from path if there is such a file (*found). NULL with err filled when it can't
 * be read, isn't a whole state file of ours or is another server's: it is never overwritten then.
 */
struct ks_emu_statefile *ks_emu_statefile_open(
    const char *path, struct ks_emu_world *world, bool *found, struct ks_err *err);
void ks_emu_statefile_free(struct ks_emu_statefile *statefile);

/* Saves the world if it has changed. err may be NULL. */
bool ks_emu_statefile_save(
    struct ks_emu_statefile *statefile, struct ks_emu_world *world, struct ks_err *err);
/*
 * Saves a change of a call at once (or soon, where saving takes long), and background use within
 * half a minute. Gives the monotonic time when it wants to be called again.
 */
int64_t ks_emu_statefile_keep(struct ks_emu_statefile *statefile, struct ks_emu_world *world);

#endif
