#include "core/state/choice.h"

#include <string.h>

void ks_choice_add(struct ks_str_list *list, const char *raw)
{
	struct ks_str name = {0};

	if (ks_str_list_has(list, raw))
		return;
	ks_str_set(&name, raw);
	ks_str_list_add(list, &name);
	ks_str_free(&name);
}

void ks_choice_remove(struct ks_str_list *list, const char *raw)
{
	for (size_t i = 0; i < list->count; i++) {
		if (strcmp(ks_str_raw(&list->items[i]), raw) != 0)
			continue;
		ks_str_free(&list->items[i]);
		list->count--;
		memmove(
		    &list->items[i], &list->items[i + 1], (list->count - i) * sizeof *list->items);
		return;
	}
}

void ks_choice_copy(struct ks_choice *dst, const struct ks_choice *src)
{
	ks_str_list_copy(&dst->profiles, &src->profiles);
	ks_str_list_copy(&dst->regions, &src->regions);
	dst->all_regions = src->all_regions;
}

void ks_choice_free(struct ks_choice *choice)
{
	ks_str_list_free(&choice->profiles);
	ks_str_list_free(&choice->regions);
	choice->all_regions = false;
}
