/* The line above the hint bar that says how something went. UI thread. */
#ifndef KS_TUI_TOAST_H
#define KS_TUI_TOAST_H

#include <stdarg.h>
#include <stdint.h>

#include "tui/ui.h"

/* Zeroed: nothing is said. */
struct ks_toast_line {
	enum ks_toast kind;
	char text[512];
	int64_t until; /* wall time; KS_TIME_NEVER: until a key is pressed */
};

void ks_toast_say(struct ks_toast_line *toast, enum ks_toast kind, int64_t now, const char *format,
    va_list args) __attribute__((format(printf, 4, 0)));
void ks_toast_clear(struct ks_toast_line *toast);
/* Draws it in the area's last lines, over what is there, until its time is over. */
void ks_toast_draw(struct ks_toast_line *toast, struct ks_draw *draw, struct ks_area area);

#endif
