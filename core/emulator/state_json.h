/*
 * The world as JSON and back, for the state file. Objects' bytes are base64; times are wall ms.
 */
#ifndef KS_EMULATOR_STATE_JSON_H
#define KS_EMULATOR_STATE_JSON_H

#include <stdbool.h>

#include "core/base/buf.h"
#include "core/emulator/world.h"

/* Appends the world to buf; false when it doesn't fit. */
bool ks_emu_state_write(const struct ks_emu_world *world, struct ks_buf *buf);
/*
 * Fills a new world. False when text isn't one of ours, with *complaint a constant that says why;
 * then the world holds a part and is to be freed.
 */
bool ks_emu_state_read(
    struct ks_emu_world *world, const char *text, size_t len, const char **complaint);

#endif
