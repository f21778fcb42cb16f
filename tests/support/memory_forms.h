/*
 * The forms in which a secret may stand in memory.
 */
#ifndef KS_TESTS_MEMORY_FORMS_H
#define KS_TESTS_MEMORY_FORMS_H

#include <stddef.h>

enum { MEMORY_FORMS_MAX = 16, MEMORY_FORM_SIZE = 512 };

struct memory_form {
	const char *name;
	size_t window; /* so many characters in a row are a piece of the secret ... */
	char mark;     /* ... if this is among them, since they are plain without it; '\0': any */
	size_t len;
	char text[MEMORY_FORM_SIZE];
};

/* Fills forms (room for MEMORY_FORMS_MAX) and gives how many; what equals another is left out. */
size_t memory_forms(const char *secret, struct memory_form *forms);

#endif
