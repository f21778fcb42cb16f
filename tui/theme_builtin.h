/* The themes that are compiled in: made from themes/ and neutral.theme by themes/embed.awk. */
#ifndef KS_TUI_THEME_BUILTIN_H
#define KS_TUI_THEME_BUILTIN_H

#include "tui/theme.h"

/* dark, light, mono, and the last: neutral. */
extern const struct ks_theme ks_theme_table[];
extern const size_t ks_theme_table_size;

#endif
