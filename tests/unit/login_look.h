/*
 * For tests of the rows that share a login with the AWS CLI: looks a profile "p" up at the desk, in
 * a home of the test's own, and checks what came of it. Included after cmocka.h.
 */
#ifndef KS_TESTS_LOGIN_LOOK_H
#define KS_TESTS_LOGIN_LOOK_H

#include "core/aws/identity.h"
#include "core/base/secret.h"
#include "tests/unit/errand_desk.h"
#include "tests/unit/login_files.h"

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

static struct ks_identity *identity;
static struct ks_err err;

/* What the desk doesn't keep of a request, and what happens in a pause. */
static struct {
	struct ks_errand *(*fetch)(
	    void *ctx, const struct ks_errand_fetch *fetch, struct ks_err *err);
	struct ks_errand *(*pause)(void *ctx, int64_t ms);
	bool once, direct;
	char ca_bundle[40];
	int pauses;
	void (*in_pause)(int pause);
} spy;

static inline struct ks_errand *spy_on_fetch(
    void *ctx, const struct ks_errand_fetch *fetch, struct ks_err *problem)
{
	spy.once = fetch->once;
	spy.direct = fetch->direct;
	snprintf(spy.ca_bundle, sizeof spy.ca_bundle, "%s",
	    fetch->ca_bundle != NULL ? fetch->ca_bundle : "");
	return spy.fetch(ctx, fetch, problem);
}

static inline struct ks_errand *spy_on_pause(void *ctx, int64_t ms)
{
	if (spy.in_pause != NULL)
		spy.in_pause(++spy.pauses);
	return spy.pause(ctx, ms);
}

static inline void open_desk(const struct desk_step *steps, size_t n_steps)
{
	desk_open(steps, n_steps);
	spy.fetch = desk.errands.fetch;
	spy.pause = desk.errands.pause;
	spy.pauses = 0;
	desk.errands.fetch = spy_on_fetch;
	desk.errands.pause = spy_on_pause;
}

static inline void forget(void)
{
	ks_identity_free(identity);
	identity = NULL;
}

struct situation {
	const char *config;
	const char *variables[4];
	const char *refused;
	int64_t later; /* ms after 12:00 */
};

static inline bool look_up(
    const struct situation *situation, const struct desk_step *steps, size_t n_steps)
{
	struct ks_identity_options options = {0};
	struct ks_env *env;
	bool found;

	forget();
	aws_write("config", situation->config);
	env = aws_capture(situation->variables);
	options.env = env;
	open_desk(steps, n_steps);
	desk.now += situation->later;
	found = desk_resolve(&options, "p", situation->refused, &identity, &err);
	desk_close();
	ks_env_free(env);
	return found;
}

static inline void check_no_secret(const char *text)
{
	assert_null(strstr(text, "secret-of"));
}

static inline void check_found(const char *id)
{
	assert_non_null(ks_identity_credentials(identity));
	assert_string_equal(ks_identity_credentials(identity)->access_key_id, id);
}

#define FIND(id, steps, ...)                            \
	do {                                            \
		struct situation s_ = __VA_ARGS__;      \
		if (!look_up(&s_, steps, COUNT(steps))) \
			fail_msg("%s", err.message);    \
		check_found(id);                        \
	} while (0)

static inline void check_error(const char *message, const char *code, const char *tip)
{
	assert_null(ks_identity_credentials(identity));
	if (strstr(err.message, message) == NULL)
		fail_msg("no \"%s\" in: %s", message, err.message);
	if (strstr(err.tip, tip) == NULL)
		fail_msg("no \"%s\" in: %s", tip, err.tip);
	assert_string_equal(err.code, code);
	check_no_secret(err.message);
	check_no_secret(err.tip);
	for (size_t i = 0; i < ks_identity_place_count(identity); i++)
		check_no_secret(ks_identity_place(identity, i)->finding);
}

#define FAIL(message, code, tip, steps, n_steps, ...)       \
	do {                                                \
		struct situation s_ = __VA_ARGS__;          \
		assert_false(look_up(&s_, steps, n_steps)); \
		check_error(message, code, tip);            \
	} while (0)

static inline void check_file(const char *name, const char *part)
{
	if (strstr(login_read(name), part) == NULL)
		fail_msg("no %s in: %s", part, login_read(name));
}

/* Steps so often, then gives up. False: it was over before. */
static inline bool give_up_after(
    int looks, const char *refused, const struct desk_step *steps, size_t n_steps)
{
	static const char *const variables[] = {NULL};
	struct ks_env *env = aws_capture(variables);
	struct ks_identity_options options = {.env = env};
	struct ks_identity_search *search;
	enum ks_provider_result result = KS_PROVIDER_PENDING;

	forget();
	open_desk(steps, n_steps);
	search = ks_identity_begin(&options, &desk.errands, "p", refused);
	for (int i = 0; i < looks && result == KS_PROVIDER_PENDING; i++)
		result = ks_identity_step(search, &identity, &err);
	ks_identity_search_free(search);
	ks_env_free(env);
	assert_int_equal(desk.alive, 0);
	return result == KS_PROVIDER_PENDING;
}

#endif
