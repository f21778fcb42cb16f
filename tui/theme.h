/*
 * Themes: the looks of each role. One documented format (described in keysail(1)): INI with
 * [theme] name, description, background = dark|light|any, and [roles] ROLE = [bold] [dim] [italic]
 * [underline] [reverse] [COLOR] [on COLOR], where COLOR is default, a name (red, bright-red …), 0
 * to 255, or #rrggbb. Roles that a file leaves out come from the compiled-in theme for its
 * background. UI thread.
 */
#ifndef KS_TUI_THEME_H
#define KS_TUI_THEME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/err.h"
#include "tui/style.h"

enum ks_color_kind { KS_COLOR_DEFAULT, KS_COLOR_INDEX, KS_COLOR_RGB };

struct ks_color {
	enum ks_color_kind kind;
	uint32_t value; /* 0 to 255, or 0xrrggbb */
};

enum {
	KS_ATTR_BOLD = 1,
	KS_ATTR_DIM = 2,
	KS_ATTR_ITALIC = 4,
	KS_ATTR_UNDERLINE = 8,
	KS_ATTR_REVERSE = 16
};

struct ks_look {
	struct ks_color fg, bg;
	uint8_t attrs;
};

struct ks_theme {
	char name[32];
	char description[80];
	bool for_light; /* made for a light background */
	struct ks_look looks[KS_ROLE_COUNT];
};

/* The themes that are always there: dark, light, mono. NULL past the last. */
const struct ks_theme *ks_theme_builtin(size_t index);
/*
 * The look before the background is known, and for good where it never is: attributes and those of
 * the terminal's own colours that can be read on black and on white. Not among the built-in ones.
 */
const struct ks_theme *ks_theme_neutral(void);
/*
 * What a terminal of this many colours (0: none) can show of the theme: the theme itself, or where
 * it has too few for it, neutral or mono.
 */
const struct ks_theme *ks_theme_for(const struct ks_theme *theme, int colors);

/*
 * Finds a theme: the name of a built-in one, of NAME.theme in the user's or the installed themes
 * folder (in that order; a user's file may replace a built-in), or a path with a slash. False with
 * err naming file and line.
 */
bool ks_theme_load(
    const char *name, const char *user_dir, struct ks_theme *theme, struct ks_err *err);

/* Reads a theme from text; name is for errors. */
bool ks_theme_parse(
    const char *text, size_t len, const char *name, struct ks_theme *theme, struct ks_err *err);

/*
 * Look of a style in this theme: the role's look over its ground's. A ground's foreground goes
 * before the role's, so that a bar can be of one colour; its background is under what has none of
 * its own, and its attributes are added. On a ground in reverse a role keeps only bold and
 * underline.
 */
struct ks_look ks_theme_look(const struct ks_theme *theme, struct ks_style style);

#endif
