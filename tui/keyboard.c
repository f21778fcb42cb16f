#include "tui/keyboard.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/base/clock.h"
#include "core/base/secret.h"

enum {
	ESCAPE_MS = 25,
	ESCAPE_MAX_MS = 1000,
	/*
	 * Just after a query an ESC is likely the begin of an answer that the network cut in two,
	 * and nobody presses Esc yet: it is waited for longer.
	 */
	ANSWER_ESCAPE_MS = 100,
	ANSWER_LIKELY_MS = 1000,
	READ_SIZE = 1024
};

/* rxvt's COLORFGBG, "15;0" or "15;default;0": the last number is the background. */
static enum ks_term_background background_from_environment(void)
{
	const char *value = getenv("COLORFGBG");
	const char *last = value != NULL ? strrchr(value, ';') : NULL;
	char *end;
	long index;

	if (last == NULL)
		return KS_TERM_BACKGROUND_UNKNOWN;
	index = strtol(last + 1, &end, 10);
	if (end == last + 1 || *end != '\0' || index < 0 || index > 15)
		return KS_TERM_BACKGROUND_UNKNOWN;
	return index < 7 || index == 8 ? KS_TERM_BACKGROUND_DARK : KS_TERM_BACKGROUND_LIGHT;
}

static int escape_from_environment(void)
{
	const char *value = getenv("ESCDELAY");
	char *end;
	long ms = value != NULL ? strtol(value, &end, 10) : 0;

	if (value == NULL || end == value || *end != '\0' || ms < 0)
		return ESCAPE_MS;
	return ms < ESCAPE_MAX_MS ? (int)ms : ESCAPE_MAX_MS;
}

void ks_keyboard_init(struct ks_keyboard *keyboard, int fd, bool utf8)
{
	*keyboard = (struct ks_keyboard){
	    .fd = fd,
	    .decoder.utf8 = utf8,
	    .escape_ms = escape_from_environment(),
	    .background = background_from_environment(),
	};
}

void ks_keyboard_expect(struct ks_keyboard *keyboard)
{
	keyboard->decoder.expecting = true;
	keyboard->answered = false;
	keyboard->asked_at = ks_clock_mono(ks_clock_system());
}

static bool hang_up(struct ks_keyboard *keyboard)
{
	keyboard->hung_up = !keyboard->gone;
	keyboard->gone = true;
	return false;
}

/* Reads what comes within the time; false when nothing did. */
static bool read_more(struct ks_keyboard *keyboard, int wait_ms)
{
	struct pollfd input = {.fd = keyboard->fd, .events = POLLIN};
	unsigned char bytes[READ_SIZE];
	ssize_t count;
	size_t fed;

	if (poll(&input, 1, wait_ms) <= 0)
		return false;
	if ((input.revents & POLLIN) == 0)
		return hang_up(keyboard);
	count = read(keyboard->fd, bytes, sizeof bytes);
	if (count > 0) {
		fed = ks_decoder_feed(&keyboard->decoder, bytes, (size_t)count);
		ks_wipe(bytes, (size_t)count);
		return fed > 0;
	}
	if (count == 0 || (errno != EAGAIN && errno != EINTR))
		hang_up(keyboard);
	return false;
}

static int escape_wait(const struct ks_keyboard *keyboard)
{
	bool likely = keyboard->decoder.expecting &&
		      ks_clock_mono(ks_clock_system()) - keyboard->asked_at < ANSWER_LIKELY_MS;

	return likely && keyboard->escape_ms < ANSWER_ESCAPE_MS ? ANSWER_ESCAPE_MS
								: keyboard->escape_ms;
}

static void note_background(struct ks_keyboard *keyboard, const struct ks_decoded *answer)
{
	/* How light it looks (ITU-R BT.601), of 255,000. */
	int light = answer->red * 299 + answer->green * 587 + answer->blue * 114;

	keyboard->background = light > 127500 ? KS_TERM_BACKGROUND_LIGHT : KS_TERM_BACKGROUND_DARK;
	keyboard->restyle = keyboard->answered = true;
}

/* The attributes come last: they tell the app that it has all, if nothing did before. */
static void note_attributes(struct ks_keyboard *keyboard, const struct ks_decoded *answer)
{
	keyboard->clipboard = answer->clipboard;
	keyboard->restyle |= keyboard->decoder.expecting && !keyboard->answered;
	keyboard->answered = true;
	keyboard->decoder.expecting = false;
}

static bool take_due(struct ks_keyboard *keyboard, struct ks_key *key)
{
	static const uint32_t codes[] = {KS_KEY_HANGUP, KS_KEY_RESIZE, KS_KEY_RESTYLE};
	bool *const due[] = {&keyboard->hung_up, &keyboard->resized, &keyboard->restyle};

	for (size_t i = 0; i < sizeof codes / sizeof codes[0]; i++) {
		if (!*due[i])
			continue;
		*due[i] = false;
		*key = (struct ks_key){.code = codes[i]};
		return true;
	}
	return false;
}

static bool has_more(const struct ks_keyboard *keyboard)
{
	struct pollfd input = {.fd = keyboard->fd, .events = POLLIN};

	return keyboard->decoder.len > 0 ||
	       (poll(&input, 1, 0) > 0 && (input.revents & POLLIN) != 0);
}

bool ks_keyboard_next(struct ks_keyboard *keyboard, struct ks_key *key)
{
	while (!take_due(keyboard, key)) {
		struct ks_decoded decoded = ks_decoder_next(&keyboard->decoder, false);

		if (decoded.kind == KS_DECODED_MORE) {
			if (read_more(keyboard, escape_wait(keyboard)))
				continue;
			decoded = ks_decoder_next(&keyboard->decoder, true);
		}
		if (decoded.kind == KS_DECODED_KEY) {
			*key = decoded.key;
			key->more = has_more(keyboard);
			return true;
		}
		if (decoded.kind == KS_DECODED_NOTHING) {
			if (keyboard->gone || !read_more(keyboard, 0))
				return take_due(keyboard, key);
			continue;
		}
		if (decoded.kind == KS_DECODED_BACKGROUND)
			note_background(keyboard, &decoded);
		else if (decoded.kind == KS_DECODED_ATTRIBUTES)
			note_attributes(keyboard, &decoded);
	}
	return true;
}
