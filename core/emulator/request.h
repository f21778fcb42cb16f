/*
 * A request as it was received, byte for byte: what a signature covers must not be tidied up.
 */
#ifndef KS_EMULATOR_REQUEST_H
#define KS_EMULATOR_REQUEST_H

#include <stdbool.h>
#include <stddef.h>

#include "core/base/buf.h"

#define KS_EMU_HEADERS_MAX 100

struct ks_emu_header {
	const char *name;
	const char *value;
};

struct ks_emu_request {
	const char *method;
	char *path;  /* raw, from the request line up to the question mark; owned */
	char *query; /* raw, what follows it, "" if nothing does; owned */
	/* In order of arrival, repeats included; the texts are the HTTP library's. */
	struct ks_emu_header headers[KS_EMU_HEADERS_MAX];
	size_t header_count;
	size_t header_bytes;  /* of the whole header block */
	bool headers_refused; /* too many of them, or too long */
	struct ks_buf body;
	bool body_refused; /* longer than the service takes */
};

/* uri is what the request line has. */
void ks_emu_request_init(struct ks_emu_request *request, const char *uri);
void ks_emu_request_free(struct ks_emu_request *request);
void ks_emu_request_add_header(struct ks_emu_request *request, const char *name, const char *value);

/* The first header of that name (any case); NULL if there is none. */
const char *ks_emu_request_header(const struct ks_emu_request *request, const char *name);
/* How many headers have that name. */
size_t ks_emu_request_header_count(const struct ks_emu_request *request, const char *name);

/*
 * A query parameter, percent-decoded, in a new block; NULL if it is absent. A name without a value
 * gives "".
 */
char *ks_emu_request_param(const struct ks_emu_request *request, const char *name);
bool ks_emu_request_has_param(const struct ks_emu_request *request, const char *name);

/* Percent-decodes len bytes into a new block of *decoded bytes, NUL-terminated. */
char *ks_emu_percent_decode(const char *text, size_t len, size_t *decoded);
/* Appends with everything but A-Za-z0-9-_.~ (and '/' if kept) percent-encoded. */
void ks_emu_percent_encode(struct ks_buf *buf, const char *text, size_t len, bool keep_slash);

#endif
