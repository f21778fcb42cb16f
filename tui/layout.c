#include "tui/layout.h"

/*
 * KEYS_WIDTH: a key's ID, age, last use and notes, whole; KEYS_ALL: all its columns.
 * BUCKETS_ENOUGH: names of 20 cells with all columns; BUCKETS_MOST: the longest that there can be.
 */
enum { KEYS_WIDTH = 50, KEYS_ALL = 73, BUCKETS_ENOUGH = 51, BUCKETS_MOST = 87 };
enum { HEADER_HEIGHT = 1, TABS_HEIGHT = 1, HINTS_HEIGHT = 1, MIN_PANE_HEIGHT = 5 };

static struct ks_rect rect(int x, int y, int width, int height)
{
	return (struct ks_rect){x, y, width, height};
}

/*
 * A key's row says more than a bucket's, so keys get the larger share of the width; but what they
 * can't use goes to the names of buckets.
 */
static int buckets_width(int width)
{
	int share = width * 39 / 100, left = width - KEYS_ALL;

	if (left > BUCKETS_ENOUGH)
		left = BUCKETS_ENOUGH;
	if (share > left)
		left = share < BUCKETS_MOST ? share : BUCKETS_MOST;
	return left < width - KEYS_WIDTH ? left : width - KEYS_WIDTH;
}

/* Buckets and keys share the upper part, operations take the lower third. */
static void split_panes(struct ks_layout *layout, struct ks_rect body)
{
	int lower = body.height * 3 / 10, upper, left = buckets_width(body.width);

	if (lower < MIN_PANE_HEIGHT)
		lower = MIN_PANE_HEIGHT;
	/* With few lines the lists come first: half of them at the least. */
	if (lower > body.height / 2)
		lower = body.height / 2;
	upper = body.height - lower;
	layout->panes[KS_PANE_BUCKETS] = rect(0, body.y, left, upper);
	layout->panes[KS_PANE_KEYS] = rect(left, body.y, body.width - left, upper);
	layout->panes[KS_PANE_OPERATIONS] = rect(0, body.y + upper, body.width, lower);
}

struct ks_layout ks_layout_compute(int width, int height, enum ks_pane focus, bool zoomed)
{
	struct ks_layout layout = {0};
	struct ks_rect body;
	int tabs = width < KS_LAYOUT_WIDE ? TABS_HEIGHT : 0;

	if (width < KS_LAYOUT_MIN_WIDTH || height < KS_LAYOUT_MIN_HEIGHT) {
		layout.too_small = true;
		return layout;
	}
	layout.header = rect(0, 0, width, HEADER_HEIGHT);
	if (tabs > 0)
		layout.tabs = rect(0, HEADER_HEIGHT, width, tabs);
	layout.hints = rect(0, height - HINTS_HEIGHT, width, HINTS_HEIGHT);
	body = rect(0, HEADER_HEIGHT + tabs, width, height - HEADER_HEIGHT - tabs - HINTS_HEIGHT);
	layout.one_pane = zoomed || tabs > 0;
	if (layout.one_pane)
		layout.panes[focus] = body;
	else
		split_panes(&layout, body);
	return layout;
}

struct ks_area ks_layout_area(struct ks_canvas *canvas, struct ks_rect place)
{
	return ks_area_sub(ks_canvas_area(canvas), place.x, place.y, place.width, place.height);
}
