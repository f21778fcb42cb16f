#include "tests/support/stage.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

struct stage stage;

const char *stage_http(int status, const char *extra, const char *body)
{
	assert_true(stage.n_answers < STAGE_COUNT(stage.answers));
	return stage.answers[stage.n_answers++] = scripted_http(status, extra, body);
}

const char *stage_ok(const char *body)
{
	return stage_http(200, "x-amzn-RequestId: req-1\r\n", body);
}

void stage_set_up(const struct scripted_step *steps, size_t count)
{
	stage.server = scripted_start(steps, count, NULL);
	workshop_init(&stage.shop, scripted_port(stage.server));
}

void stage_start(const struct scripted_step *steps, size_t count)
{
	stage_set_up(steps, count);
	workshop_open(&stage.shop);
}

void stage_leave(void)
{
	workshop_close(&stage.shop);
	scripted_stop(stage.server);
}

void stage_clear(void)
{
	while (stage.n_answers > 0)
		free(stage.answers[--stage.n_answers]);
}

void stage_finish(void)
{
	assert_true(workshop_is_quiet(&stage.shop));
	stage_leave();
	stage_clear();
}

void stage_assert_has(const char *text, const char *part)
{
	if (strstr(text, part) == NULL)
		fail_msg("\"%s\" is not in \"%.800s\"", part, text);
}
