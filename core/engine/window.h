/*
 * How many requests one endpoint gets at once: additive increase, multiplicative decrease, as TCP
 * does it. A throttled answer halves the limit, once for all requests that were already under way
 * then; as many good answers as the limit is high raise it by one. Pure functions, any thread.
 */
#ifndef KS_ENGINE_WINDOW_H
#define KS_ENGINE_WINDOW_H

#include <stdbool.h>
#include <stdint.h>

struct ks_window {
	int max;
	int limit; /* 1 to max */
	int flying;
	int good;          /* good answers since the limit changed */
	uint64_t started;  /* requests so far */
	uint64_t cut_upto; /* requests up to this one were under way at the last cut */
};

void ks_window_init(struct ks_window *window, int max);
bool ks_window_has_room(const struct ks_window *window);
/* A request begins; gives its number for ks_window_end. */
uint64_t ks_window_begin(struct ks_window *window);

enum ks_window_end { KS_WINDOW_GOOD, KS_WINDOW_THROTTLED, KS_WINDOW_OTHER };
void ks_window_end(struct ks_window *window, uint64_t number, enum ks_window_end how);

#endif
