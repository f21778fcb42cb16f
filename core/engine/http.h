/*
 * HTTP for the worker: requests that are signed already, where they are, on one curl_multi. Answers
 * are bounded in size and time; HTTP/1.1, no redirects; plain http only where whoever asks for it
 * has seen to it that this is meant. All memory that a request or an answer passes through wipes
 * itself. Worker thread only, but for ks_http_wake.
 */
#ifndef KS_ENGINE_HTTP_H
#define KS_ENGINE_HTTP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/clock.h"
#include "core/base/err.h"

struct ks_http;

struct ks_http_options {
	const struct ks_clock *clock;
	const char *user_agent;
	int timeout_seconds; /* for one request, from its start to the end of its answer */
	int connections;     /* how many idle ones are kept for reuse */
	bool no_proxy;       /* whatever the environment says */
};

/*
 * The first call initialises libcurl for the whole process, with the wiping allocators. NULL with
 * err filled. The strings and the clock must outlive it.
 */
struct ks_http *ks_http_new(const struct ks_http_options *options, struct ks_err *err);
/* All transfers must be freed. Never blocks. NULL is fine. */
void ks_http_free(struct ks_http *http);

struct ks_http_header {
	const char *name;
	const char *value;
};

struct ks_http_request {
	const char *method; /* NULL: POST */
	const char *url;
	const struct ks_http_header *headers;
	size_t n_headers;
	const char *body; /* NULL: none; must live as long as the transfer */
	size_t body_len;
	size_t reply_max;      /* a larger answer is an error */
	const char *agent;     /* added to the user agent; NULL: nothing */
	const char *ca_bundle; /* PEM file; NULL: the system's */
	int connect_ms;        /* until the connection stands, TLS included; 0: 10 s */
	int64_t timeout_ms;    /* for all of it; 0: the option's */
	bool direct;           /* no proxy, whatever the environment says */
	/*
	 * Never reuse a connection: on a reused one that dies before the first byte of the answer
	 * libcurl sends the request again by itself, a POST too, and has no
	 * option against it.
	 */
	bool once;
};

struct ks_http_answer {
	/*
	 * KS_ERR_NETWORK or KS_ERR_TIMEOUT when there is no whole answer, with not_sent if for
	 * certain no byte of the request left; KS_ERR_REPLY when it is too large; KS_ERR_SYSTEM
	 * when our side is broken (the CA bundle). Else KS_ERR_NONE, whatever the status.
	 */
	struct ks_err err;
	int status;
	char request_id[80];    /* x-amzn-requestid; clean */
	char error_type[200];   /* x-amzn-errortype */
	char date[64];          /* Date */
	bool cached;            /* there was an Age header */
	int64_t retry_after_ms; /* x-amz-retry-after; -1: none */
	int64_t sent, received; /* wall ms: connection ready, first byte of the answer */
	const char *body;       /* "" at least, NUL-terminated */
	size_t body_len;
};

struct ks_transfer;

/* Begins; owner comes back from ks_transfer_owner. NULL with err filled: nothing was sent. */
struct ks_transfer *ks_http_start(
    struct ks_http *http, const struct ks_http_request *request, void *owner, struct ks_err *err);
/* Moves all transfers on, without blocking. */
void ks_http_run(struct ks_http *http);
/* One that has ended; NULL when there is none. The caller frees it. */
struct ks_transfer *ks_http_ended(struct ks_http *http);
/* Descriptors of somebody else's. */
struct ks_http_fds {
	const int *fds;
	size_t count;
};

/*
 * Sleeps until something can be done, a descriptor of one of these lists can be read, ks_http_wake,
 * or for timeout_ms (-1: no limit).
 */
void ks_http_wait(
    struct ks_http *http, const struct ks_http_fds *lists, size_t n_lists, int64_t timeout_ms);
/*
 * Ends ks_http_wait, the running or the next one. Any thread; void * so that a queue can call it.
 */
void ks_http_wake(void *http);

void *ks_transfer_owner(const struct ks_transfer *transfer);
/* After ks_http_ended; owned by the transfer. */
const struct ks_http_answer *ks_transfer_answer(const struct ks_transfer *transfer);
/*
 * Wipes and frees; one that is still under way is dropped at once, and its connection closed.
 * NULL is fine.
 */
void ks_transfer_free(struct ks_transfer *transfer);

#endif
