/*
 * One scripted server and one worker that talks to it: the stage on which the engine's tests play.
 * There is one at a time.
 */
#ifndef KS_TESTS_STAGE_H
#define KS_TESTS_STAGE_H

#include <stddef.h>

#include "tests/support/scripted.h"
#include "tests/support/workshop.h"

#define STAGE_COUNT(table) (sizeof(table) / sizeof((table)[0]))

/* Bodies that many tests answer with. */
#define STAGE_SECRET "abcdefghijklmnopqrstuvwxyz/0123456789+AB"
#define STAGE_CREATED                                                      \
	"{\"accessKey\":{\"accessKeyId\":\"AKIANEWAAAAAAAAAAAA1\","        \
	"\"secretAccessKey\":\"" STAGE_SECRET "\",\"status\":\"Active\"}," \
	"\"operations\":[{\"id\":\"op-1\"}]}"
#define STAGE_THROTTLED "{\"__type\":\"ThrottlingException\",\"message\":\"Rate exceeded\"}"
#define STAGE_MISSING \
	"{\"__type\":\"NotFoundException\",\"code\":\"DoesNotExist\",\"message\":\"m\"}"
#define STAGE_DENIED "{\"__type\":\"AccessDeniedException\",\"message\":\"not authorized\"}"

struct stage {
	struct scripted *server;
	struct workshop shop;
	char *answers[64];
	size_t n_answers;
};

extern struct stage stage;

/* An answer with status, extra header lines and body; kept until stage_finish. */
const char *stage_http(int status, const char *extra, const char *body);
/* 200, with the request ID req-1. */
const char *stage_ok(const char *body);

/* The server, and the worker's options ready to be changed before workshop_open. */
void stage_set_up(const struct scripted_step *steps, size_t count);
/* Both started. */
void stage_start(const struct scripted_step *steps, size_t count);
/* Both stopped, whatever is under way; the answers are kept for the next play. */
void stage_leave(void);
/* All is said: no event is left. Everything is freed. */
void stage_finish(void);
/* Frees the answers. */
void stage_clear(void);

void stage_assert_has(const char *text, const char *part);

#endif
