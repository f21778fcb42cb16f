#include "tui/keymap.h"

#include <stdio.h>
#include <stdlib.h>

#include "core/base/mem.h"

struct binding {
	struct ks_key key;
	const struct ks_action *action;
};

struct ks_keymap {
	struct binding *bindings; /* in the order of the actions */
	size_t count, cap;
};

/* Adds each of the keys in a text like "j Down". */
static void bind_keys(struct ks_keymap *map, const struct ks_action *action, const char *keys)
{
	struct ks_key key;

	while (ks_key_next(&keys, &key)) {
		if (key.code == KS_KEY_NONE)
			continue;
		map->bindings =
		    ks_grow(map->bindings, map->count, &map->cap, sizeof map->bindings[0]);
		map->bindings[map->count++] = (struct binding){key, action};
	}
}

struct ks_keymap *ks_keymap_new(void)
{
	struct ks_keymap *map = ks_calloc(1, sizeof *map);
	const struct ks_action *action;

	for (size_t i = 0; (action = ks_action_at(i)) != NULL; i++)
		bind_keys(map, action, action->keys);
	return map;
}

void ks_keymap_free(struct ks_keymap *map)
{
	if (map == NULL)
		return;
	free(map->bindings);
	free(map);
}

const struct ks_action *ks_keymap_find(
    const struct ks_keymap *map, enum ks_context context, struct ks_key key)
{
	for (size_t i = 0; i < map->count; i++)
		if ((map->bindings[i].action->contexts & context) != 0 &&
		    ks_key_equal(map->bindings[i].key, key))
			return map->bindings[i].action;
	return NULL;
}

/* Up to max of an action's keys. */
static const char *list_keys(
    const struct ks_keymap *map, const struct ks_action *action, size_t max, char *dst, size_t size)
{
	size_t len = 0, found = 0;

	dst[0] = '\0';
	for (size_t i = 0; i < map->count && found < max && len < size; i++) {
		char name[32];

		if (map->bindings[i].action != action)
			continue;
		len += (size_t)snprintf(dst + len, size - len, "%s%s", found++ > 0 ? " " : "",
		    ks_key_name(map->bindings[i].key, name, sizeof name));
	}
	return dst;
}

const char *ks_keymap_key(
    const struct ks_keymap *map, const struct ks_action *action, char *dst, size_t size)
{
	return list_keys(map, action, 1, dst, size);
}

const char *ks_keymap_keys(
    const struct ks_keymap *map, const struct ks_action *action, char *dst, size_t size)
{
	return list_keys(map, action, SIZE_MAX, dst, size);
}
