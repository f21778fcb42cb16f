/*
 * Which key does what, where. Made from the actions' default keys. UI thread.
 */
#ifndef KS_TUI_KEYMAP_H
#define KS_TUI_KEYMAP_H

#include <stddef.h>

#include "tui/action.h"
#include "tui/key.h"

struct ks_keymap;

struct ks_keymap *ks_keymap_new(void);
void ks_keymap_free(struct ks_keymap *map);

/* The action of a key in a context; NULL: none. */
const struct ks_action *ks_keymap_find(
    const struct ks_keymap *map, enum ks_context context, struct ks_key key);
/* The first key of an action, for the hint bar; "" when it has none. */
const char *ks_keymap_key(
    const struct ks_keymap *map, const struct ks_action *action, char *dst, size_t size);
/* All keys of an action, separated by blanks, for the help. */
const char *ks_keymap_keys(
    const struct ks_keymap *map, const struct ks_action *action, char *dst, size_t size);

#endif
