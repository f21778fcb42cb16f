#include "tui/reveal.h"

#include <stdio.h>
#include <string.h>

#include "core/base/fd.h"

enum { MOVE_SIZE = 32 };

bool ks_reveal_is_plain(const struct ks_secret *secret)
{
	const char *value = ks_secret_value(secret);
	size_t len = ks_secret_len(secret);

	for (size_t i = 0; i < len; i++)
		if (value[i] <= ' ' || value[i] >= 0x7F)
			return false;
	return len > 0;
}

bool ks_reveal_fits(const struct ks_secret *secret, struct ks_rect place, int width, int height)
{
	return place.x >= 0 && place.y >= 0 && place.width > 0 && place.height > 0 &&
	       place.x + place.width < width && place.y + place.height <= height &&
	       ks_secret_len(secret) <= (size_t)place.width * (size_t)place.height;
}

static size_t make_move(struct ks_rect place, int row, char move[MOVE_SIZE])
{
	return (size_t)snprintf(move, MOVE_SIZE, "\033[%d;%dH", place.y + row + 1, place.x + 1);
}

bool ks_reveal_write(int fd, struct ks_rect place, const struct ks_secret *secret)
{
	const char *value = ks_secret_value(secret);
	size_t left = ks_secret_len(secret), wide = (size_t)place.width;

	for (int row = 0; left > 0; row++) {
		size_t count = left < wide ? left : wide;
		char move[MOVE_SIZE];

		if (!ks_fd_write_all(fd, move, make_move(place, row, move)) ||
		    !ks_fd_write_all(fd, value, count))
			return false;
		value += count;
		left -= count;
	}
	return true;
}

bool ks_reveal_erase(struct ks_rect place, struct ks_buf *out)
{
	size_t start = out->len;

	for (int row = 0; row < place.height; row++) {
		char move[MOVE_SIZE];

		ks_buf_add(out, move, make_move(place, row, move));
		for (int x = 0; x < place.width; x++)
			ks_buf_puts(out, " ");
	}
	return out->len - start <= KS_REVEAL_ERASE_MAX;
}

void ks_reveal_erase_rows(int height, struct ks_buf *out)
{
	for (int y = 0; y < height; y++)
		ks_buf_printf(out, "\033[%dH\033[2K", y + 1);
}
