#include "core/base/text.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/mem.h"

#define REPLACEMENT 0xFFFDu
/* Combining marks in a row that real scripts need; more is "zalgo" meant to spill over lines. */
#define MAX_MARKS 2

struct range {
	uint32_t first, last;
};

/* Characters that change how others are shown, or are shown as nothing at all. Sorted. */
static const struct range hidden[] = {
    {0x0000, 0x001F}, {0x007F, 0x009F}, /* C0, DEL, C1 */
    {0x00AD, 0x00AD},                   /* soft hyphen */
    {0x034F, 0x034F},                   /* combining grapheme joiner */
    {0x061C, 0x061C},                   /* Arabic letter mark (bidi) */
    {0x115F, 0x1160},                   /* Hangul fillers */
    {0x17B4, 0x17B5},                   /* Khmer inherent vowels */
    {0x180B, 0x180F},                   /* Mongolian selectors */
    {0x200B, 0x200F},                   /* zero width, bidi marks */
    {0x2028, 0x202E},                   /* line and paragraph separators, bidi embeddings */
    {0x2060, 0x206F},                   /* word joiner, bidi isolates, deprecated format */
    {0x3164, 0x3164},                   /* Hangul filler */
    {0xD800, 0xDFFF},                   /* surrogates */
    {0xE000, 0xF8FF},                   /* private use */
    {0xFE00, 0xFE0F},                   /* variation selectors */
    {0xFEFF, 0xFEFF},                   /* byte order mark */
    {0xFFA0, 0xFFA0},                   /* half-width Hangul filler */
    {0xFFF0, 0xFFFB},                   /* interlinear annotation */
    {0xFFFE, 0xFFFF},                   /* noncharacters */
    {0x1BCA0, 0x1BCA3},                 /* shorthand format */
    {0x1D173, 0x1D17A},                 /* musical format */
    {0xE0000, 0x10FFFF},                /* tags, selectors, private use */
};

/* Marks that stand on the character before them (Unicode categories Mn and Me). Sorted. */
static const struct range marks[] = {
    {0x0300, 0x036F},
    {0x0483, 0x0489},
    {0x0591, 0x05BD},
    {0x05BF, 0x05BF},
    {0x05C1, 0x05C2},
    {0x05C4, 0x05C5},
    {0x05C7, 0x05C7},
    {0x0610, 0x061A},
    {0x064B, 0x065F},
    {0x0670, 0x0670},
    {0x06D6, 0x06DC},
    {0x06DF, 0x06E4},
    {0x06E7, 0x06E8},
    {0x06EA, 0x06ED},
    {0x0711, 0x0711},
    {0x0730, 0x074A},
    {0x07A6, 0x07B0},
    {0x07EB, 0x07F3},
    {0x0816, 0x0819},
    {0x081B, 0x0823},
    {0x0825, 0x0827},
    {0x0829, 0x082D},
    {0x0859, 0x085B},
    {0x0898, 0x089F},
    {0x08CA, 0x08E1},
    {0x08E3, 0x0902},
    {0x093A, 0x093A},
    {0x093C, 0x093C},
    {0x0941, 0x0948},
    {0x094D, 0x094D},
    {0x0951, 0x0957},
    {0x0962, 0x0963},
    {0x0981, 0x0981},
    {0x09BC, 0x09BC},
    {0x09C1, 0x09C4},
    {0x09CD, 0x09CD},
    {0x09E2, 0x09E3},
    {0x0A01, 0x0A02},
    {0x0A3C, 0x0A3C},
    {0x0A41, 0x0A51},
    {0x0A70, 0x0A71},
    {0x0A75, 0x0A75},
    {0x0A81, 0x0A82},
    {0x0ABC, 0x0ABC},
    {0x0AC1, 0x0AC8},
    {0x0ACD, 0x0ACD},
    {0x0AE2, 0x0AE3},
    {0x0B01, 0x0B01},
    {0x0B3C, 0x0B3C},
    {0x0B3F, 0x0B3F},
    {0x0B41, 0x0B44},
    {0x0B4D, 0x0B56},
    {0x0B62, 0x0B63},
    {0x0B82, 0x0B82},
    {0x0BC0, 0x0BC0},
    {0x0BCD, 0x0BCD},
    {0x0C00, 0x0C00},
    {0x0C04, 0x0C04},
    {0x0C3C, 0x0C3C},
    {0x0C3E, 0x0C40},
    {0x0C46, 0x0C56},
    {0x0C62, 0x0C63},
    {0x0C81, 0x0C81},
    {0x0CBC, 0x0CBC},
    {0x0CCC, 0x0CCD},
    {0x0CE2, 0x0CE3},
    {0x0D00, 0x0D01},
    {0x0D3B, 0x0D3C},
    {0x0D41, 0x0D44},
    {0x0D4D, 0x0D4D},
    {0x0D62, 0x0D63},
    {0x0DCA, 0x0DCA},
    {0x0DD2, 0x0DD6},
    {0x0E31, 0x0E31},
    {0x0E34, 0x0E3A},
    {0x0E47, 0x0E4E},
    {0x0EB1, 0x0EB1},
    {0x0EB4, 0x0EBC},
    {0x0EC8, 0x0ECE},
    {0x0F18, 0x0F19},
    {0x0F35, 0x0F35},
    {0x0F37, 0x0F37},
    {0x0F39, 0x0F39},
    {0x0F71, 0x0F7E},
    {0x0F80, 0x0F84},
    {0x0F86, 0x0F87},
    {0x0F8D, 0x0FBC},
    {0x0FC6, 0x0FC6},
    {0x102D, 0x1030},
    {0x1032, 0x1037},
    {0x1039, 0x103A},
    {0x103D, 0x103E},
    {0x1058, 0x1059},
    {0x105E, 0x1060},
    {0x1071, 0x1074},
    {0x1082, 0x1082},
    {0x1085, 0x1086},
    {0x108D, 0x108D},
    {0x109D, 0x109D},
    {0x135D, 0x135F},
    {0x1712, 0x1714},
    {0x1732, 0x1733},
    {0x1752, 0x1753},
    {0x1772, 0x1773},
    {0x17B7, 0x17BD},
    {0x17C6, 0x17C6},
    {0x17C9, 0x17D3},
    {0x17DD, 0x17DD},
    {0x18A9, 0x18A9},
    {0x1920, 0x1922},
    {0x1927, 0x1928},
    {0x1932, 0x1932},
    {0x1939, 0x193B},
    {0x1A17, 0x1A18},
    {0x1A1B, 0x1A1B},
    {0x1A56, 0x1A56},
    {0x1A58, 0x1A60},
    {0x1A62, 0x1A62},
    {0x1A65, 0x1A6C},
    {0x1A73, 0x1A7F},
    {0x1AB0, 0x1ACE},
    {0x1B00, 0x1B03},
    {0x1B34, 0x1B34},
    {0x1B36, 0x1B3A},
    {0x1B3C, 0x1B3C},
    {0x1B42, 0x1B42},
    {0x1B6B, 0x1B73},
    {0x1B80, 0x1B81},
    {0x1BA2, 0x1BA5},
    {0x1BA8, 0x1BA9},
    {0x1BAB, 0x1BAD},
    {0x1BE6, 0x1BE6},
    {0x1BE8, 0x1BE9},
    {0x1BED, 0x1BED},
    {0x1BEF, 0x1BF1},
    {0x1C2C, 0x1C33},
    {0x1C36, 0x1C37},
    {0x1CD0, 0x1CD2},
    {0x1CD4, 0x1CE0},
    {0x1CE2, 0x1CE8},
    {0x1CED, 0x1CED},
    {0x1CF4, 0x1CF4},
    {0x1CF8, 0x1CF9},
    {0x1DC0, 0x1DFF},
    {0x20D0, 0x20F0},
    {0x2CEF, 0x2CF1},
    {0x2D7F, 0x2D7F},
    {0x2DE0, 0x2DFF},
    {0x302A, 0x302D},
    {0x3099, 0x309A},
    {0xA66F, 0xA672},
    {0xA674, 0xA67D},
    {0xA69E, 0xA69F},
    {0xA6F0, 0xA6F1},
    {0xA802, 0xA802},
    {0xA806, 0xA806},
    {0xA80B, 0xA80B},
    {0xA825, 0xA826},
    {0xA82C, 0xA82C},
    {0xA8C4, 0xA8C5},
    {0xA8E0, 0xA8F1},
    {0xA8FF, 0xA8FF},
    {0xA926, 0xA92D},
    {0xA947, 0xA951},
    {0xA980, 0xA982},
    {0xA9B3, 0xA9B3},
    {0xA9B6, 0xA9B9},
    {0xA9BC, 0xA9BD},
    {0xA9E5, 0xA9E5},
    {0xAA29, 0xAA2E},
    {0xAA31, 0xAA32},
    {0xAA35, 0xAA36},
    {0xAA43, 0xAA43},
    {0xAA4C, 0xAA4C},
    {0xAA7C, 0xAA7C},
    {0xAAB0, 0xAAB0},
    {0xAAB2, 0xAAB4},
    {0xAAB7, 0xAAB8},
    {0xAABE, 0xAABF},
    {0xAAC1, 0xAAC1},
    {0xAAEC, 0xAAED},
    {0xAAF6, 0xAAF6},
    {0xABE5, 0xABE5},
    {0xABE8, 0xABE8},
    {0xABED, 0xABED},
    {0xFB1E, 0xFB1E},
    {0xFE20, 0xFE2F},
    {0x101FD, 0x101FD},
    {0x102E0, 0x102E0},
    {0x10376, 0x1037A},
    {0x10A01, 0x10A0F},
    {0x10A38, 0x10A3F},
    {0x10AE5, 0x10AE6},
    {0x10D24, 0x10D27},
    {0x10EAB, 0x10EAC},
    {0x10F46, 0x10F50},
    {0x11000, 0x11002},
    {0x11038, 0x11046},
    {0x1107F, 0x11081},
    {0x110B3, 0x110B6},
    {0x110B9, 0x110BA},
    {0x11100, 0x11102},
    {0x11127, 0x1112B},
    {0x1112D, 0x11134},
    {0x16AF0, 0x16AF4},
    {0x16B30, 0x16B36},
    {0x16F8F, 0x16F92},
    {0x1BC9D, 0x1BC9E},
    {0x1CF00, 0x1CF46},
    {0x1D167, 0x1D169},
    {0x1D17B, 0x1D182},
    {0x1D185, 0x1D18B},
    {0x1D1AA, 0x1D1AD},
    {0x1D242, 0x1D244},
    {0x1DA00, 0x1DA36},
    {0x1DA3B, 0x1DA6C},
    {0x1E000, 0x1E02A},
    {0x1E130, 0x1E136},
    {0x1E2EC, 0x1E2EF},
    {0x1E8D0, 0x1E8D6},
    {0x1E944, 0x1E94A},
};

/* East Asian wide and full-width characters and emoji, two cells each (UAX #11). Sorted. */
static const struct range wide[] = {
    {0x1100, 0x115F},
    {0x231A, 0x231B},
    {0x2329, 0x232A},
    {0x23E9, 0x23EC},
    {0x23F0, 0x23F0},
    {0x23F3, 0x23F3},
    {0x25FD, 0x25FE},
    {0x2614, 0x2615},
    {0x2648, 0x2653},
    {0x267F, 0x267F},
    {0x2693, 0x2693},
    {0x26A1, 0x26A1},
    {0x26AA, 0x26AB},
    {0x26BD, 0x26BE},
    {0x26C4, 0x26C5},
    {0x26CE, 0x26CE},
    {0x26D4, 0x26D4},
    {0x26EA, 0x26EA},
    {0x26F2, 0x26F3},
    {0x26F5, 0x26F5},
    {0x26FA, 0x26FA},
    {0x26FD, 0x26FD},
    {0x2705, 0x2705},
    {0x270A, 0x270B},
    {0x2728, 0x2728},
    {0x274C, 0x274C},
    {0x274E, 0x274E},
    {0x2753, 0x2755},
    {0x2757, 0x2757},
    {0x2795, 0x2797},
    {0x27B0, 0x27B0},
    {0x27BF, 0x27BF},
    {0x2B1B, 0x2B1C},
    {0x2B50, 0x2B50},
    {0x2B55, 0x2B55},
    {0x2E80, 0x303E},
    {0x3041, 0x33FF},
    {0x3400, 0x4DBF},
    {0x4E00, 0xA4CF},
    {0xA960, 0xA97F},
    {0xAC00, 0xD7A3},
    {0xF900, 0xFAFF},
    {0xFE10, 0xFE19},
    {0xFE30, 0xFE6F},
    {0xFF00, 0xFF60},
    {0xFFE0, 0xFFE6},
    {0x16FE0, 0x18CFF},
    {0x1AFF0, 0x1B2FF},
    {0x1F004, 0x1F004},
    {0x1F0CF, 0x1F0CF},
    {0x1F18E, 0x1F18E},
    {0x1F191, 0x1F19A},
    {0x1F200, 0x1F320},
    {0x1F32D, 0x1F335},
    {0x1F337, 0x1F37C},
    {0x1F37E, 0x1F393},
    {0x1F3A0, 0x1F3CA},
    {0x1F3CF, 0x1F3D3},
    {0x1F3E0, 0x1F3F0},
    {0x1F3F4, 0x1F3F4},
    {0x1F3F8, 0x1F43E},
    {0x1F440, 0x1F440},
    {0x1F442, 0x1F4FC},
    {0x1F4FF, 0x1F53D},
    {0x1F54B, 0x1F54E},
    {0x1F550, 0x1F567},
    {0x1F57A, 0x1F57A},
    {0x1F595, 0x1F596},
    {0x1F5A4, 0x1F5A4},
    {0x1F5FB, 0x1F64F},
    {0x1F680, 0x1F6C5},
    {0x1F6CC, 0x1F6CC},
    {0x1F6D0, 0x1F6D2},
    {0x1F6D5, 0x1F6D7},
    {0x1F6DC, 0x1F6DF},
    {0x1F6EB, 0x1F6EC},
    {0x1F6F4, 0x1F6FC},
    {0x1F7E0, 0x1F7EB},
    {0x1F7F0, 0x1F7F0},
    {0x1F90C, 0x1F93A},
    {0x1F93C, 0x1F945},
    {0x1F947, 0x1F9FF},
    {0x1FA70, 0x1FAFF},
    {0x20000, 0x3FFFD},
};

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

static bool in_table(uint32_t code, const struct range *table, size_t count)
{
	size_t low = 0, high = count;

	if (code < table[0].first)
		return false;
	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (code > table[middle].last)
			low = middle + 1;
		else if (code < table[middle].first)
			high = middle;
		else
			return true;
	}
	return false;
}

static bool is_mark(uint32_t code)
{
	return in_table(code, marks, COUNT(marks));
}

size_t ks_text_decode(const char *text, size_t len, uint32_t *code)
{
	static const uint32_t smallest[] = {0, 0, 0x80, 0x800, 0x10000};
	const unsigned char *bytes = (const unsigned char *)text;
	size_t size;
	uint32_t value;

	if (len == 0)
		return 0;
	if (bytes[0] < 0x80) {
		*code = bytes[0];
		return 1;
	}
	size = bytes[0] >= 0xF0 ? 4 : bytes[0] >= 0xE0 ? 3 : 2;
	*code = REPLACEMENT;
	if (bytes[0] < 0xC2 || bytes[0] > 0xF4 || size > len)
		return 1;
	value = bytes[0] & (0x7Fu >> size);
	for (size_t i = 1; i < size; i++) {
		if ((bytes[i] & 0xC0) != 0x80)
			return 1;
		value = value << 6 | (bytes[i] & 0x3F);
	}
	if (value < smallest[size] || value > 0x10FFFF || (value >= 0xD800 && value <= 0xDFFF))
		return 1;
	*code = value;
	return size;
}

size_t ks_text_encode(uint32_t code, char dst[4])
{
	if (code < 0x80) {
		dst[0] = (char)code;
		return 1;
	}
	if (code < 0x800) {
		dst[0] = (char)(0xC0 | code >> 6);
		dst[1] = (char)(0x80 | (code & 0x3F));
		return 2;
	}
	if (code < 0x10000) {
		dst[0] = (char)(0xE0 | code >> 12);
		dst[1] = (char)(0x80 | (code >> 6 & 0x3F));
		dst[2] = (char)(0x80 | (code & 0x3F));
		return 3;
	}
	dst[0] = (char)(0xF0 | code >> 18);
	dst[1] = (char)(0x80 | (code >> 12 & 0x3F));
	dst[2] = (char)(0x80 | (code >> 6 & 0x3F));
	dst[3] = (char)(0x80 | (code & 0x3F));
	return 4;
}

int ks_text_code_width(uint32_t code)
{
	if (code < 0x300)
		return 1;
	if (is_mark(code))
		return 0;
	return in_table(code, wide, COUNT(wide)) ? 2 : 1;
}

/* What one code point becomes; *in_a_row counts combining marks. 0: leave it out. */
static uint32_t clean_code(uint32_t code, int *in_a_row)
{
	if (code >= 0x20 && code < 0x7F) {
		*in_a_row = 0;
		return code;
	}
	if (code >= 0x300 && is_mark(code))
		return ++*in_a_row > MAX_MARKS ? 0 : code;
	*in_a_row = 0;
	if (code == '\n' || code == '\r' || code == '\t')
		return ' ';
	return in_table(code, hidden, COUNT(hidden)) ? REPLACEMENT : code;
}

size_t ks_text_clean(char *dst, size_t size, const char *src, size_t len)
{
	size_t used = 0;
	int in_a_row = MAX_MARKS; /* a mark with nothing before it has nothing to stand on */

	if (size == 0)
		return 0;
	while (len > 0) {
		uint32_t code;
		size_t taken = ks_text_decode(src, len, &code);
		char bytes[4];
		size_t count;

		src += taken;
		len -= taken;
		code = clean_code(code, &in_a_row);
		if (code == 0)
			continue;
		count = ks_text_encode(code, bytes);
		if (used + count >= size)
			break;
		memcpy(dst + used, bytes, count);
		used += count;
	}
	dst[used] = '\0';
	return used;
}

char *ks_text_clean_dup(const char *src, size_t len)
{
	/* An invalid byte grows to the three bytes of U+FFFD. */
	size_t size = len * 3 + 1;
	char *copy = ks_malloc(size);

	ks_text_clean(copy, size, src, len);
	return copy;
}

bool ks_text_is_clean(const char *src, size_t len)
{
	int in_a_row = MAX_MARKS;

	while (len > 0) {
		uint32_t code;
		size_t taken = ks_text_decode(src, len, &code);

		if ((code == REPLACEMENT && taken == 1) || clean_code(code, &in_a_row) != code)
			return false;
		src += taken;
		len -= taken;
	}
	return true;
}

int ks_text_width(const char *text)
{
	size_t len = strlen(text);
	int width = 0;

	while (len > 0) {
		uint32_t code;
		size_t taken = ks_text_decode(text, len, &code);

		width += ks_text_code_width(code);
		text += taken;
		len -= taken;
	}
	return width;
}

size_t ks_text_fit(const char *text, int width)
{
	size_t len = strlen(text), fitted = 0;

	while (fitted < len) {
		uint32_t code;
		size_t taken = ks_text_decode(text + fitted, len - fitted, &code);

		width -= ks_text_code_width(code);
		if (width < 0)
			break;
		fitted += taken;
	}
	return fitted;
}

static int lower(int c)
{
	return c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c;
}

int ks_text_casecmp(const char *a, const char *b)
{
	for (; *a != '\0' && lower((unsigned char)*a) == lower((unsigned char)*b); a++, b++)
		;
	return lower((unsigned char)*a) - lower((unsigned char)*b);
}

bool ks_text_contains(const char *text, const char *part)
{
	size_t i;

	for (; *text != '\0'; text++) {
		for (i = 0; part[i] != '\0'; i++)
			if (lower((unsigned char)text[i]) != lower((unsigned char)part[i]))
				break;
		if (part[i] == '\0')
			return true;
	}
	return part[0] == '\0';
}

void ks_str_set(struct ks_str *str, const char *text)
{
	size_t len = strlen(text);

	ks_str_free(str);
	str->raw = ks_strndup(text, len);
	str->clean = ks_text_is_clean(text, len) ? str->raw : ks_text_clean_dup(text, len);
}

void ks_str_copy(struct ks_str *dst, const struct ks_str *src)
{
	if (ks_str_present(src))
		ks_str_set(dst, src->raw);
	else
		ks_str_free(dst);
}

void ks_str_free(struct ks_str *str)
{
	if (str->clean != str->raw)
		free(str->clean);
	free(str->raw);
	str->raw = NULL;
	str->clean = NULL;
}

bool ks_str_present(const struct ks_str *str)
{
	return str->raw != NULL;
}

const char *ks_str_raw(const struct ks_str *str)
{
	return str->raw != NULL ? str->raw : "";
}

const char *ks_str_clean(const struct ks_str *str)
{
	return str->clean != NULL ? str->clean : "";
}
