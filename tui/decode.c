#include "tui/decode.h"

#include <string.h>

#include "core/base/secret.h"
#include "core/base/text.h"

#define ESC 0x1B
#define BEL 0x07
#define DEL 0x7F

/* An answer is never longer; what goes on beyond it is none, and is dropped. */
#define MAX_ANSWER 128

#define MAX_PARAMS 16

/* How much of the input a rule took. */
enum take {
	TAKE_NO,      /* it isn't that */
	TAKE_PARTLY,  /* it may become that with more bytes; force makes it something else */
	TAKE_WAITING, /* it is that for certain, but not all of it is there */
	TAKE_DONE
};

struct scan {
	size_t len;
	struct ks_decoded out; /* kind NOTHING: it is to be dropped */
};

size_t ks_decoder_feed(struct ks_decoder *decoder, const void *bytes, size_t len)
{
	size_t room = sizeof decoder->bytes - decoder->len;

	if (len > room)
		len = room;
	memcpy(decoder->bytes + decoder->len, bytes, len);
	decoder->len += len;
	return len;
}

void ks_decoder_teach(struct ks_decoder *decoder, const char *bytes, uint32_t code)
{
	size_t len = strlen(bytes);
	struct ks_sequence *sequence = &decoder->sequences[decoder->n_sequences];

	if (len < 2 || len > KS_SEQUENCE_SIZE || bytes[0] != ESC ||
	    decoder->n_sequences == KS_DECODER_MAX_SEQUENCES)
		return;
	memcpy(sequence->bytes, bytes, len);
	sequence->len = (uint8_t)len;
	sequence->code = code;
	decoder->n_sequences++;
}

static void consume(struct ks_decoder *decoder, size_t count)
{
	decoder->len -= count;
	memmove(decoder->bytes, decoder->bytes + count, decoder->len);
	/* It may have been a secret that was pasted. */
	ks_wipe(decoder->bytes + decoder->len, count);
}

static void set_key(struct scan *scan, uint32_t code, bool ctrl, bool alt)
{
	scan->out.kind = KS_DECODED_KEY;
	scan->out.key = (struct ks_key){.code = code, .ctrl = ctrl, .alt = alt};
}

/* ---- one character ---- */

static void set_control(struct scan *scan, unsigned char byte, bool alt)
{
	if (byte == '\r' || byte == '\n')
		set_key(scan, KS_KEY_ENTER, false, alt);
	else if (byte == '\t')
		set_key(scan, KS_KEY_TAB, false, alt);
	else if (byte == '\b' || byte == DEL)
		set_key(scan, KS_KEY_BACKSPACE, false, alt);
	else if (byte == 0)
		set_key(scan, ' ', true, alt);
	else
		set_key(scan, byte + 0x40u, true, alt);
}

static enum take take_character(
    const struct ks_decoder *decoder, size_t at, bool alt, struct scan *scan)
{
	const unsigned char *bytes = decoder->bytes + at;
	size_t left = decoder->len - at, need;
	uint32_t code;

	scan->len = at + 1;
	if (bytes[0] < 0x20 || bytes[0] == DEL) {
		set_control(scan, bytes[0], alt);
		return TAKE_DONE;
	}
	if (bytes[0] < DEL) {
		set_key(scan, bytes[0], false, alt);
		return TAKE_DONE;
	}
	if (!decoder->utf8)
		return TAKE_DONE;
	need = bytes[0] >= 0xF0 ? 4 : bytes[0] >= 0xE0 ? 3 : 2;
	if (bytes[0] >= 0xC2 && bytes[0] <= 0xF4 && left < need) {
		/* Only what can still become a character is waited for. */
		size_t good = 1;

		while (good < left && (bytes[good] & 0xC0) == 0x80)
			good++;
		if (good == left)
			return TAKE_WAITING;
	}
	scan->len = at + ks_text_decode((const char *)bytes, left, &code);
	if (scan->len > at + 1)
		set_key(scan, code, false, alt);
	return TAKE_DONE;
}

/* ---- ESC [ parameters final ---- */

struct csi {
	char prefix; /* '?', '<', '=', '>' or 0 */
	char final;
	int params[MAX_PARAMS];
	size_t n_params;
};

static const struct {
	char final;
	uint32_t code;
} letter_keys[] = {
    {'A', KS_KEY_UP},
    {'B', KS_KEY_DOWN},
    {'C', KS_KEY_RIGHT},
    {'D', KS_KEY_LEFT},
    {'F', KS_KEY_END},
    {'H', KS_KEY_HOME},
    {'M', KS_KEY_ENTER}, /* of the keypad; after ESC O only */
    {'P', KS_KEY_F1},
    {'Q', KS_KEY_F1 + 1},
    {'R', KS_KEY_F1 + 2},
    {'S', KS_KEY_F1 + 3},
    {'Z', KS_KEY_BACKTAB},
    {'I', KS_KEY_FOCUS_IN},
    {'O', KS_KEY_FOCUS_OUT},
};

static const struct {
	int number;
	uint32_t code;
} tilde_keys[] = {
    {1, KS_KEY_HOME},
    {2, KS_KEY_INSERT},
    {3, KS_KEY_DELETE},
    {4, KS_KEY_END},
    {5, KS_KEY_PGUP},
    {6, KS_KEY_PGDN},
    {7, KS_KEY_HOME},
    {8, KS_KEY_END},
    {11, KS_KEY_F1},
    {12, KS_KEY_F1 + 1},
    {13, KS_KEY_F1 + 2},
    {14, KS_KEY_F1 + 3},
    {15, KS_KEY_F1 + 4},
    {17, KS_KEY_F1 + 5},
    {18, KS_KEY_F1 + 6},
    {19, KS_KEY_F1 + 7},
    {20, KS_KEY_F1 + 8},
    {21, KS_KEY_F1 + 9},
    {23, KS_KEY_F1 + 10},
    {24, KS_KEY_F1 + 11},
    {200, KS_KEY_PASTE_BEGIN},
    {201, KS_KEY_PASTE_END},
};

static uint32_t code_of_letter(char final)
{
	for (size_t i = 0; i < sizeof letter_keys / sizeof letter_keys[0]; i++)
		if (letter_keys[i].final == final)
			return letter_keys[i].code;
	return KS_KEY_NONE;
}

static uint32_t code_of_tilde(int number)
{
	for (size_t i = 0; i < sizeof tilde_keys / sizeof tilde_keys[0]; i++)
		if (tilde_keys[i].number == number)
			return tilde_keys[i].code;
	return KS_KEY_NONE;
}

static void add_digit(struct csi *csi, unsigned char digit)
{
	int *param;

	if (csi->n_params == 0)
		csi->n_params = 1;
	param = &csi->params[csi->n_params - 1];
	if (*param < 10000)
		*param = *param * 10 + (digit - '0');
}

/* Reads a control sequence after ESC [. */
static enum take read_csi(const unsigned char *bytes, size_t len, struct csi *csi, size_t *used)
{
	size_t at = 2;

	*csi = (struct csi){0};
	if (at < len && bytes[at] >= '<' && bytes[at] <= '?')
		csi->prefix = (char)bytes[at++];
	for (; at < len && at < MAX_ANSWER; at++) {
		unsigned char byte = bytes[at];

		if (byte >= '0' && byte <= '9')
			add_digit(csi, byte);
		else if (byte == ';' || byte == ':')
			csi->n_params += csi->n_params < MAX_PARAMS;
		else if (byte >= 0x40 && byte < DEL) {
			csi->final = (char)byte;
			*used = at + 1;
			return TAKE_DONE;
		} else if (byte < 0x20 || byte > 0x2F) {
			/* No byte of a control sequence: what came before it is dropped. */
			*used = at;
			return TAKE_DONE;
		}
	}
	*used = at;
	return at < MAX_ANSWER ? TAKE_PARTLY : TAKE_DONE;
}

static void set_attributes(struct scan *scan, const struct csi *csi)
{
	scan->out.kind = KS_DECODED_ATTRIBUTES;
	for (size_t i = 0; i < csi->n_params; i++)
		scan->out.clipboard |= csi->params[i] == 52;
}

/* xterm's modifiers: 1 + (1 Shift, 2 Alt, 4 Ctrl), as the second parameter. */
static void set_csi_key(struct scan *scan, const struct csi *csi)
{
	uint32_t code =
	    csi->final == '~' ? code_of_tilde(csi->params[0]) : code_of_letter(csi->final);
	int modifiers = csi->n_params > 1 && csi->params[1] > 0 ? csi->params[1] - 1 : 0;

	/* More than that is no modifier but a report, such as where the cursor is. */
	if (code != KS_KEY_NONE && modifiers < 16)
		set_key(scan, code, (modifiers & 4) != 0, (modifiers & 2) != 0);
}

/* The Linux console's F1 to F5: ESC [ [ A to E. */
static enum take take_console_key(const struct ks_decoder *decoder, struct scan *scan)
{
	if (decoder->len == 3)
		return TAKE_PARTLY;
	scan->len = 4;
	if (decoder->bytes[3] >= 'A' && decoder->bytes[3] <= 'E')
		set_key(scan, KS_KEY_F1 + decoder->bytes[3] - 'A', false, false);
	return TAKE_DONE;
}

static enum take take_csi(const struct ks_decoder *decoder, struct scan *scan)
{
	struct csi csi;
	enum take take;

	if (decoder->bytes[2] == '[')
		return take_console_key(decoder, scan);
	if (decoder->bytes[2] == 'M') { /* a mouse click that an earlier program left switched on */
		scan->len = 6;
		return decoder->len < scan->len ? TAKE_WAITING : TAKE_DONE;
	}
	take = read_csi(decoder->bytes, decoder->len, &csi, &scan->len);
	if (take != TAKE_DONE)
		return csi.prefix != 0 ? TAKE_WAITING : take;
	if (csi.prefix == '?' && csi.final == 'c')
		set_attributes(scan, &csi);
	else if (csi.prefix == 0 && csi.final != 0)
		set_csi_key(scan, &csi);
	return TAKE_DONE;
}

/* ---- ESC ] 11 ; rgb:RRRR/GGGG/BBBB and ESC \ or BEL ---- */

static int hex_value(unsigned char byte)
{
	if (byte >= '0' && byte <= '9')
		return byte - '0';
	if (byte >= 'a' && byte <= 'f')
		return byte - 'a' + 10;
	if (byte >= 'A' && byte <= 'F')
		return byte - 'A' + 10;
	return -1;
}

/* One to four digits, scaled to eight bits; false when there is none. */
static bool read_channel(const unsigned char **at, const unsigned char *end, uint8_t *value)
{
	unsigned sum = 0, max = 0;

	while (*at < end && hex_value(**at) >= 0 && max < 0xFFFF) {
		sum = sum * 16 + (unsigned)hex_value(*(*at)++);
		max = max * 16 + 15;
	}
	if (max == 0)
		return false;
	*value = (uint8_t)(sum * 255 / max);
	return true;
}

static void set_background(struct scan *scan, const unsigned char *text, const unsigned char *end)
{
	uint8_t channels[3];

	if (end - text > 5 && memcmp(text, "rgba:", 5) == 0)
		text += 5;
	else if (end - text > 4 && memcmp(text, "rgb:", 4) == 0)
		text += 4;
	else
		return;
	for (int i = 0; i < 3; i++) {
		if (!read_channel(&text, end, &channels[i]))
			return;
		if (i < 2 && (text == end || *text++ != '/'))
			return;
	}
	scan->out.kind = KS_DECODED_BACKGROUND;
	scan->out.red = channels[0];
	scan->out.green = channels[1];
	scan->out.blue = channels[2];
}

static bool is_color_text(unsigned char byte)
{
	return hex_value(byte) >= 0 || strchr("rgb:/", byte) != NULL;
}

/*
 * ESC ] is also Alt-], and what follows may be typed: only what looks like an answer to the one
 * question that is asked is taken for one.
 */
static enum take take_osc(const struct ks_decoder *decoder, struct scan *scan)
{
	static const char begin[] = "\033]11;";
	const unsigned char *bytes = decoder->bytes;
	size_t len = decoder->len, at = sizeof begin - 1;

	if (memcmp(bytes, begin, len < at ? len : at) != 0)
		return TAKE_NO;
	if (len < at)
		return len > 2 || decoder->expecting ? TAKE_WAITING : TAKE_PARTLY;
	while (at < len && at < MAX_ANSWER && bytes[at] != 0 && is_color_text(bytes[at]))
		at++;
	scan->len = at;
	if (at == len)
		return at < MAX_ANSWER ? TAKE_WAITING : TAKE_DONE;
	if (bytes[at] == ESC && at + 1 == len)
		return TAKE_WAITING;
	if (bytes[at] == BEL)
		scan->len = at + 1;
	else if (bytes[at] == ESC && bytes[at + 1] == '\\')
		scan->len = at + 2;
	else
		return TAKE_DONE; /* it broke off; the rest may be keys */
	set_background(scan, bytes + sizeof begin - 1, bytes + at);
	return TAKE_DONE;
}

/* ---- what begins with ESC ---- */

static enum take take_taught(const struct ks_decoder *decoder, struct scan *scan)
{
	bool may_become = false;

	for (size_t i = 0; i < decoder->n_sequences; i++) {
		const struct ks_sequence *sequence = &decoder->sequences[i];
		size_t common = decoder->len < sequence->len ? decoder->len : sequence->len;

		if (memcmp(decoder->bytes, sequence->bytes, common) != 0)
			continue;
		if (common == sequence->len) {
			scan->len = common;
			set_key(scan, sequence->code, false, false);
			return TAKE_DONE;
		}
		may_become = true;
	}
	return may_become ? TAKE_PARTLY : TAKE_NO;
}

/* ESC O letter; a digit before the letter is a modifier in some terminals. */
static enum take take_ss3(const struct ks_decoder *decoder, struct scan *scan)
{
	uint32_t code;

	if (decoder->len < 3)
		return TAKE_PARTLY;
	code = code_of_letter((char)decoder->bytes[2]);
	if (code == KS_KEY_NONE || code >= KS_KEY_RESIZE)
		return TAKE_NO;
	scan->len = 3;
	set_key(scan, code, false, false);
	return TAKE_DONE;
}

static enum take take_escape(const struct ks_decoder *decoder, struct scan *scan)
{
	enum take taught = take_taught(decoder, scan), take = TAKE_NO;

	if (taught == TAKE_DONE)
		return taught;
	if (decoder->len == 1)
		return TAKE_PARTLY;
	switch (decoder->bytes[1]) {
	case '[':
		take = decoder->len == 2 ? TAKE_PARTLY : take_csi(decoder, scan);
		break;
	case ']':
		take = take_osc(decoder, scan);
		break;
	case 'O':
		take = take_ss3(decoder, scan);
		break;
	case ESC:
		scan->len = 1;
		set_key(scan, KS_KEY_ESC, false, false);
		return TAKE_DONE;
	default:
		break;
	}
	if (take == TAKE_NO && taught == TAKE_PARTLY)
		return TAKE_PARTLY;
	return take != TAKE_NO ? take : take_character(decoder, 1, true, scan);
}

/* ---- a bracketed paste ---- */

static enum take take_pasted(const struct ks_decoder *decoder, struct scan *scan)
{
	static const char end[] = "\033[201~";
	size_t common = decoder->len < sizeof end - 1 ? decoder->len : sizeof end - 1;
	unsigned char byte = decoder->bytes[0];

	if (byte == ESC && memcmp(decoder->bytes, end, common) == 0) {
		scan->len = common;
		if (common < sizeof end - 1)
			return common == 1 ? TAKE_PARTLY : TAKE_WAITING;
		set_key(scan, KS_KEY_PASTE_END, false, false);
		return TAKE_DONE;
	}
	/* Control characters are never pasted, but for those that part words. */
	if ((byte < 0x20 && strchr("\t\r\n", byte) == NULL) || byte == DEL || byte == 0) {
		scan->len = 1;
		return TAKE_DONE;
	}
	return take_character(decoder, 0, false, scan);
}

/* ---- all together ---- */

/*
 * An ESC that came alone went out as a key, and now the rest of an answer seems to follow: gives it
 * its ESC back. False while that can't be told yet.
 */
static bool mend_answer(struct ks_decoder *decoder, bool force)
{
	static const char *const begins[] = {"]11;", "[?"};

	for (size_t i = 0; i < 2; i++) {
		size_t len = strlen(begins[i]);
		size_t common = decoder->len < len ? decoder->len : len;

		if (memcmp(decoder->bytes, begins[i], common) != 0)
			continue;
		if (common < len && !force)
			return false;
		decoder->lost_esc = false;
		if (common < len || decoder->len == sizeof decoder->bytes)
			return true;
		memmove(decoder->bytes + 1, decoder->bytes, decoder->len);
		decoder->bytes[0] = ESC;
		decoder->len++;
		return true;
	}
	decoder->lost_esc = false;
	return true;
}

/* No more bytes came: what is there is made of it that a person can have meant. */
static enum take take_by_force(struct ks_decoder *decoder, struct scan *scan)
{
	*scan = (struct scan){.len = decoder->len};
	if (decoder->pasting) { /* the end mark was lost, or never will come: Esc leads out */
		decoder->pasting = false;
		scan->len = 0;
		set_key(scan, KS_KEY_PASTE_END, false, false);
	} else if (decoder->bytes[0] == ESC && decoder->len == 1) {
		decoder->lost_esc = decoder->expecting;
		set_key(scan, KS_KEY_ESC, false, false);
	} else if (decoder->bytes[0] == ESC && decoder->len == 2) {
		return take_character(decoder, 1, true, scan);
	}
	return TAKE_DONE; /* half a sequence or character: dropped */
}

struct ks_decoded ks_decoder_next(struct ks_decoder *decoder, bool force)
{
	while (decoder->len > 0) {
		struct scan scan = {0};
		enum take take;

		if (decoder->lost_esc && !mend_answer(decoder, force))
			return (struct ks_decoded){.kind = KS_DECODED_MORE};
		if (decoder->pasting)
			take = take_pasted(decoder, &scan);
		else if (decoder->bytes[0] == ESC)
			take = take_escape(decoder, &scan);
		else
			take = take_character(decoder, 0, false, &scan);
		if (take == TAKE_PARTLY && !force)
			return (struct ks_decoded){.kind = KS_DECODED_MORE};
		if (take == TAKE_PARTLY)
			take = take_by_force(decoder, &scan);
		if (take == TAKE_WAITING)
			break;
		consume(decoder, scan.len);
		if (scan.out.kind == KS_DECODED_KEY && scan.out.key.code == KS_KEY_PASTE_BEGIN)
			decoder->pasting = true;
		if (scan.out.kind == KS_DECODED_KEY && scan.out.key.code == KS_KEY_PASTE_END)
			decoder->pasting = false;
		if (scan.out.kind != KS_DECODED_NOTHING)
			return scan.out;
	}
	return (struct ks_decoded){.kind = KS_DECODED_NOTHING};
}
