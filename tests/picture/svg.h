/* A terminal's screen as an SVG picture: text stays text, lines are drawn as lines. */
#ifndef KS_TESTS_PICTURE_SVG_H
#define KS_TESTS_PICTURE_SVG_H

#include <stdio.h>

#include "tests/support/pty.h"

/* Writes the whole screen of that size. title is for those who can't see the picture. */
void svg_write(FILE *out, const struct ks_pty *pty, int width, int height, const char *title);

#endif
