/*
 * Errors as values. A function that can fail takes a struct ks_err * that its caller owns, fills
 * it, and returns false (or NULL). Nothing in core prints. All texts in a ks_err are clean: they
 * may be shown on a screen as they are (see text.h).
 */
#ifndef KS_BASE_ERR_H
#define KS_BASE_ERR_H

#include <stdbool.h>
#include <stddef.h>

/* What kind of thing went wrong. Decisions are made on this and on code, never on a message. */
enum ks_err_kind {
	KS_ERR_NONE = 0,
	KS_ERR_USAGE,       /* the user's own words: an option, a line of the configuration */
	KS_ERR_SYSTEM,      /* a file, a child process, memory that can't be locked */
	KS_ERR_CREDENTIALS, /* there are none, or the provider that should give them is broken */
	KS_ERR_NETWORK,     /* no whole answer: resolve, connect, TLS, reset */
	KS_ERR_TIMEOUT,     /* the answer took too long */
	KS_ERR_REPLY,       /* there is an answer, but it can't be understood */
	KS_ERR_SERVICE,     /* the service understood and said no; code says why */
	KS_ERR_REFUSED,     /* keysail itself won't do it: read-only, a full bucket, a limit */
	KS_ERR_EXISTS,      /* it would take the place of something, which was not allowed */
	KS_ERR_CANCELLED,   /* nobody wants the answer any more */
};

struct ks_err {
	enum ks_err_kind kind;
	int http_status;     /* 0 when there was no answer */
	bool not_sent;       /* for certain no byte of the request reached the service */
	char code[64];       /* the service's __type, a status or our own short word; "" if none */
	char subcode[64];    /* the body's code member, e.g. DoesNotExist */
	char message[512];   /* one sentence: what failed and why */
	char tip[256];       /* what to do about it; "" if nothing is known */
	char request_id[80]; /* x-amzn-requestid of the answer; "" if none */
};

void ks_err_clear(struct ks_err *err);

/* Fills err; the message is cleaned, without blanks at its end. Returns false, so that "return
 * ks_err_set(...)" reads well. */
bool ks_err_set(struct ks_err *err, enum ks_err_kind kind, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Adds what to do about it. Returns false like ks_err_set. */
bool ks_err_tip(struct ks_err *err, const char *format, ...) __attribute__((format(printf, 2, 3)));

/*
 * Fills err with one sentence made of two, "what: why", what being the text of format: the kind and
 * the tip are those of why, and a code of the service's stands before what it means. Returns false
 * like ks_err_set. why may be err.
 */
bool ks_err_because(struct ks_err *err, const struct ks_err *why, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* True when err says that this exact service code came back, as type or as sub-code. */
bool ks_err_is(const struct ks_err *err, const char *code);

/* NotFoundException by type, or DoesNotExist by sub-code: Lightsail has been seen with both. */
bool ks_err_is_not_found(const struct ks_err *err);

/*
 * One line for a status bar or stderr: "message (tip)", cut to size. Before it "CODE: ", if that is
 * the service's own, to look it up by; our own short words say nothing that the message doesn't.
 * Returns dst.
 */
const char *ks_err_line(const struct ks_err *err, char *dst, size_t size);

#endif
