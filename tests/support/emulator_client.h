/*
 * A small blocking client for tests of the emulator: its own signer, raw sockets, and no care for
 * whether a request makes sense.
 */
#ifndef KS_TESTS_SUPPORT_EMULATOR_CLIENT_H
#define KS_TESTS_SUPPORT_EMULATOR_CLIENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cjson/cJSON.h>

#include "core/emulator/emulator.h"

/* Who asks, and how. NULL members: what is usual. */
struct client {
	uint16_t port;
	const char *key_id;
	const char *secret;
	const char *token;   /* NULL: none */
	const char *region;  /* us-east-1 */
	const char *service; /* lightsail */
	const char *host;    /* 127.0.0.1:PORT */
	int64_t time;        /* wall ms; 0: now */
	const char *headers; /* more of them, unsigned, each with its \r\n */
	bool unsigned_payload;
};

struct answer {
	bool closed; /* the connection ended without a whole reply */
	bool reset;  /* and it did so with a reset */
	int status;
	char head[8192];
	char *body; /* NUL-terminated, owned */
	size_t body_len;
	cJSON *json; /* of the body if it is JSON; owned */
};

/* The account's own client. */
struct client client_of(const struct ks_emulator *emulator);

/* target is the path and the query, whose parameters must be sorted already. */
void client_send(const struct client *client, const char *method, const char *target,
    const char *body, size_t body_len, struct answer *answer);
/* A Lightsail call. */
void client_call(
    const struct client *client, const char *op, const char *body, struct answer *answer);
/*
 * The text of a signed request, in a new block; for tests that spoil it. more_signed is one more
 * header, "name:value" in lower case, or NULL.
 */
char *client_request(const struct client *client, const char *method, const char *target,
    const char *more_signed, const char *body, size_t body_len, size_t *len);
/* Sends bytes as they are and reads what comes back. */
void client_send_raw(uint16_t port, const char *bytes, size_t len, struct answer *answer);
int client_connect(uint16_t port);
/* Reads one reply; the connection stays open. */
void client_read(int fd, bool head_only, struct answer *answer);
void answer_free(struct answer *answer);

/* The value of a string member, by path: "accessKey.accessKeyId"; NULL if it isn't there. */
const char *answer_string(const struct answer *answer, const char *path);
const cJSON *answer_item(const struct answer *answer, const char *path);
/* The value of a header in a new block; NULL if it isn't there. */
char *answer_header(const struct answer *answer, const char *name);

#endif
