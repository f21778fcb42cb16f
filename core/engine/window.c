#include "core/engine/window.h"

#include <string.h>

void ks_window_init(struct ks_window *window, int max)
{
	memset(window, 0, sizeof *window);
	window->max = max;
	window->limit = max;
}

bool ks_window_has_room(const struct ks_window *window)
{
	return window->flying < window->limit;
}

uint64_t ks_window_begin(struct ks_window *window)
{
	window->flying++;
	return ++window->started;
}

static void cut(struct ks_window *window)
{
	window->limit = window->limit > 1 ? window->limit / 2 : 1;
	window->good = 0;
	window->cut_upto = window->started;
}

static void grow(struct ks_window *window)
{
	if (window->limit == window->max || ++window->good < window->limit)
		return;
	window->limit++;
	window->good = 0;
}

void ks_window_end(struct ks_window *window, uint64_t number, enum ks_window_end how)
{
	window->flying--;
	if (how == KS_WINDOW_THROTTLED && number > window->cut_upto)
		cut(window);
	else if (how == KS_WINDOW_GOOD)
		grow(window);
}
