/*
 * Which profiles and regions the user wants to see. A value; no thread of its own.
 */
#ifndef KS_STATE_CHOICE_H
#define KS_STATE_CHOICE_H

#include <stdbool.h>

#include "core/lightsail/model.h"

/* A ceiling for the profiles of a session, and so for what a choice may name. */
#define KS_PROFILES_MAX 1000

/* Zeroed: the default of both. */
struct ks_choice {
	struct ks_str_list profiles; /* names; none: the default rule */
	struct ks_str_list regions;  /* none, and not all: each profile's own, else all */
	bool all_regions;
};

/* A name, unless it is there already. */
void ks_choice_add(struct ks_str_list *list, const char *raw);
void ks_choice_remove(struct ks_str_list *list, const char *raw);
/* Over *dst, whatever was there. */
void ks_choice_copy(struct ks_choice *dst, const struct ks_choice *src);
void ks_choice_free(struct ks_choice *choice);

#endif
