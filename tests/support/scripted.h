/*
 * An HTTP server for tests that does exactly what its script says, down to the last byte: it
 * records what it receives, answers given bytes, closes, resets or falls silent. Each connection
 * has a thread of its own. On 127.0.0.1, any port.
 */
#ifndef KS_TESTS_SCRIPTED_H
#define KS_TESTS_SCRIPTED_H

#include <stdbool.h>
#include <stddef.h>

enum scripted_after {
	SCRIPTED_KEEP,  /* the connection stays open for the next request */
	SCRIPTED_CLOSE, /* FIN after the answer */
	SCRIPTED_RESET, /* RST after the answer */
	SCRIPTED_STALL, /* nothing more, until the client closes or the server stops */
};

struct scripted_step {
	const char *target; /* operation; NULL: any */
	const char *answer; /* raw bytes; NULL: none */
	enum scripted_after after;
	bool forever;    /* for every further request as well */
	const char *has; /* only for requests with this text; NULL: any */
	size_t wait_for; /* answered when so many requests are here */
};

struct scripted;

/*
 * Each request takes the first unused step that fits its target; without one it is answered with
 * 500. cert_file: NULL, or where to write the certificate that this server then does TLS with.
 */
struct scripted *scripted_start(
    const struct scripted_step *steps, size_t n_steps, const char *cert_file);
void scripted_stop(struct scripted *server);

int scripted_port(const struct scripted *server);
/* Requests for this operation so far (NULL: all). */
size_t scripted_count(struct scripted *server, const char *target);
size_t scripted_connections(struct scripted *server);
/* The text of a request's headers and body, by order of arrival; good until scripted_stop. */
const char *scripted_request(struct scripted *server, size_t index);
/* Waits until there were so many requests (generously); false if they didn't come. */
bool scripted_wait(struct scripted *server, size_t count);

/*
 * "HTTP/1.1 STATUS", the extra header lines (each with its \r\n), length and body. Owned by caller.
 */
char *scripted_http(int status, const char *extra, const char *body);

#endif
