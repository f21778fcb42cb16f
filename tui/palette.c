#include "tui/palette.h"

/* xterm's defaults. What the user made of them isn't known, but is seldom far from it. */
static const uint32_t basic[16] = {
    0x000000,
    0xcd0000,
    0x00cd00,
    0xcdcd00,
    0x0000ee,
    0xcd00cd,
    0x00cdcd,
    0xe5e5e5,
    0x7f7f7f,
    0xff0000,
    0x00ff00,
    0xffff00,
    0x5c5cff,
    0xff00ff,
    0x00ffff,
    0xffffff,
};

static const int cube_levels[6] = {0, 95, 135, 175, 215, 255};

enum { CUBE_FIRST = 16, GREY_FIRST = 232, GREY_COUNT = 24 };

static int channel(uint32_t rgb, int shift)
{
	return (int)(rgb >> shift & 0xFF);
}

/* What index 16 to 255 looks like in every terminal of 256 colours. */
static uint32_t fixed_rgb(int index)
{
	int grey, place = index - CUBE_FIRST;

	if (index >= GREY_FIRST) {
		grey = 8 + 10 * (index - GREY_FIRST);
		return (uint32_t)(grey << 16 | grey << 8 | grey);
	}
	return (uint32_t)(cube_levels[place / 36] << 16 | cube_levels[place / 6 % 6] << 8 |
			  cube_levels[place % 6]);
}

/* How far apart two colours look: the "redmean" approximation. */
static long distance(uint32_t a, uint32_t b)
{
	long mean = (channel(a, 16) + channel(b, 16)) / 2;
	long red = channel(a, 16) - channel(b, 16);
	long green = channel(a, 8) - channel(b, 8);
	long blue = channel(a, 0) - channel(b, 0);

	return ((512 + mean) * red * red >> 8) + 4 * green * green +
	       ((767 - mean) * blue * blue >> 8);
}

static int nearest_of_256(uint32_t rgb)
{
	int best = CUBE_FIRST;

	/* Not the first sixteen: they are the user's own. */
	for (int index = CUBE_FIRST; index < GREY_FIRST + GREY_COUNT; index++)
		if (distance(rgb, fixed_rgb(index)) < distance(rgb, fixed_rgb(best)))
			best = index;
	return best;
}

static int nearest_of_basic(uint32_t rgb, int count)
{
	int best = 0;

	for (int index = 1; index < count; index++)
		if (distance(rgb, basic[index]) < distance(rgb, basic[best]))
			best = index;
	return best;
}

int ks_palette_index(struct ks_color color, int colors)
{
	int index = (int)color.value;

	if (color.kind == KS_COLOR_DEFAULT || colors < 8)
		return -1;
	if (color.kind == KS_COLOR_RGB && colors > 256)
		return index;
	if (color.kind == KS_COLOR_RGB && colors == 256)
		return nearest_of_256(color.value);
	if (color.kind == KS_COLOR_RGB)
		return nearest_of_basic(color.value, colors < 16 ? 8 : 16);
	if (colors > 256 && index >= 8) /* direct colour: only the first eight are a palette */
		return (int)(index < 16 ? basic[index] : fixed_rgb(index));
	if (colors >= 256 || index < 8)
		return index;
	if (index < 16)
		return colors < 16 ? index - 8 : index;
	return nearest_of_basic(fixed_rgb(index), colors < 16 ? 8 : 16);
}

static bool color_suffices(struct ks_color color, int colors)
{
	if (color.kind == KS_COLOR_DEFAULT)
		return true;
	if (color.kind == KS_COLOR_RGB)
		return colors >= 256;
	return color.value < (colors >= 256 ? 256u : (uint32_t)colors);
}

bool ks_palette_suffices(const struct ks_theme *theme, int colors)
{
	for (int role = 0; role < KS_ROLE_COUNT; role++)
		if (!color_suffices(theme->looks[role].fg, colors) ||
		    !color_suffices(theme->looks[role].bg, colors))
			return false;
	return true;
}
