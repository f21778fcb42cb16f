/*
 * What Unicode says of a code point, as far as a terminal must know. Own tables, since the C
 * library's depend on the locale and its age. Any thread.
 */
#ifndef KS_BASE_UNICODE_H
#define KS_BASE_UNICODE_H

#include <stdbool.h>
#include <stdint.h>

/*
 * Changes how its neighbours are shown, or is shown as nothing: controls, bidi, zero width, tags.
 */
bool ks_unicode_is_hidden(uint32_t code);
/* Stands on the character before it (categories Mn and Me). */
bool ks_unicode_is_mark(uint32_t code);
/* Takes two cells: East Asian wide and full width (UAX #11), emoji. */
bool ks_unicode_is_wide(uint32_t code);

#endif
