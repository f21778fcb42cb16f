/*
 * make screenshot: runs keysail --demo in a terminal of 120×34, presses a few keys, and prints the
 * screen as SVG. What it shows is what the program draws.
 */
#include <stdio.h>
#include <stdlib.h>

#include "tests/picture/svg.h"

enum { WIDTH = 120, HEIGHT = 34 };

/*
 * In turn: wait until this is on the screen, then press these keys. Findings are counted a moment
 * later than keys.
 */
static const struct step {
	const char *shown;
	const char *keys;
} steps[] = {
    {"24 keys", "Down Down Down Down Down Down Down Down Down"},
    {"2 Keys · media-assets", ""},
    {"10/18", ""},
    {"1/13", ""},
    {"4 unused", ""},
};

static bool take_steps(struct ks_pty *pty)
{
	for (size_t i = 0; i < sizeof steps / sizeof *steps; i++) {
		if (!ks_pty_wait(pty, steps[i].shown))
			return false;
		ks_pty_press(pty, steps[i].keys);
	}
	return true;
}

int main(void)
{
	const char *argv[] = {getenv("KEYSAIL"), "--demo", NULL};
	struct ks_pty_options options = {
	    .argv = argv, .width = WIDTH, .height = HEIGHT, .answers = KS_PTY_DARK};
	struct ks_pty *pty;
	bool done;

	if (argv[0] == NULL) {
		fprintf(stderr, "screenshot: run it with \"make screenshot\"\n");
		return 2;
	}
	pty = ks_pty_start(&options);
	done = take_steps(pty);
	if (done)
		svg_write(stdout, pty, WIDTH, HEIGHT,
		    "keysail: buckets, the keys of the selected one, and operations");
	ks_pty_free(pty);
	return done ? 0 : 1;
}
