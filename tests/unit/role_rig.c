#include <ftw.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

#include "core/aws/provider.h"
#include "tests/unit/aws_files.h"
#include "tests/unit/role_rig.h"

int role_make_home(void **state)
{
	return aws_make_home(state);
}

static int remove_one(const char *path, const struct stat *info, int kind, struct FTW *walk)
{
	(void)info;
	(void)kind;
	(void)walk;
	return remove(path);
}

int role_remove_home(void **state)
{
	(void)state;
	return nftw(aws_home, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

int role_empty_cache(void **state)
{
	(void)state;
	nftw(role_path(".aws/cli"), remove_one, 8, FTW_DEPTH | FTW_PHYS);
	return 0;
}

const char *role_path(const char *below)
{
	static char paths[4][sizeof aws_home + 120];
	static int turn;

	turn = (turn + 1) % 4;
	snprintf(paths[turn], sizeof paths[turn], "%s/%s", aws_home, below);
	return paths[turn];
}

const char *role_cache(const char *name)
{
	char below[100];

	snprintf(below, sizeof below, ".aws/cli/cache/%s.json", name);
	return role_path(below);
}

void role_write(const char *path, const char *text)
{
	FILE *file;

	mkdir(role_path(".aws/cli"), 0700);
	mkdir(role_path(".aws/cli/cache"), 0700);
	file = fopen(path, "w");
	assert_non_null(file);
	assert_true(fputs(text, file) >= 0);
	assert_int_equal(fclose(file), 0);
}

const char *role_read(const char *path)
{
	static char text[4096];
	FILE *file = fopen(path, "r");

	text[0] = '\0';
	if (file == NULL)
		return text;
	text[fread(text, 1, sizeof text - 1, file)] = '\0';
	fclose(file);
	return text;
}

/* ---- searching ---- */

static struct ks_env *set_up(const struct role_case *given)
{
	aws_write("config", given->config);
	aws_write("credentials", given->credentials);
	desk_open(given->steps, given->n_steps);
	if (given->prepare != NULL)
		given->prepare();
	return aws_capture(given->variables);
}

bool role_resolve(const struct role_case *given, struct ks_identity **out, struct ks_err *err)
{
	struct ks_env *env = set_up(given);
	const struct ks_identity_options options = {.env = env};
	bool good = desk_resolve(&options, given->profile, given->refused, out, err);

	desk_close();
	ks_env_free(env);
	return good;
}

struct ks_identity *role_resolve_well(const struct role_case *given)
{
	struct ks_identity *identity;
	struct ks_err err;

	if (!role_resolve(given, &identity, &err))
		fail_msg("%s (%s)", err.message, err.tip);
	assert_non_null(ks_identity_credentials(identity));
	return identity;
}

static void check_no_secret(const char *text)
{
	assert_null(strstr(text, "secret-of"));
	assert_null(strstr(text, "token-of"));
	assert_null(strstr(text, "246810"));
}

struct ks_err role_resolve_badly(
    const struct role_case *given, const char *code, const char *message)
{
	struct ks_identity *identity;
	struct ks_err err;

	assert_false(role_resolve(given, &identity, &err));
	assert_null(ks_identity_credentials(identity));
	if (strstr(err.message, message) == NULL)
		fail_msg("no \"%s\" in: %s", message, err.message);
	assert_string_equal(err.code, code);
	check_no_secret(err.message);
	check_no_secret(err.tip);
	for (size_t i = 0; i < ks_identity_place_count(identity); i++)
		check_no_secret(ks_identity_place(identity, i)->finding);
	ks_identity_free(identity);
	return err;
}

static const struct ks_errand_end *(*desk_end)(void *ctx, const struct ks_errand *errand);
static int looks;

static const struct ks_errand_end *end_every_other_time(void *ctx, const struct ks_errand *errand)
{
	return looks++ % 2 == 0 ? NULL : desk_end(ctx, errand);
}

/* False when the search was over before. */
static bool drop_after(const struct ks_identity_options *options, const char *profile, int steps)
{
	struct ks_identity_search *search =
	    ks_identity_begin(options, &desk.errands, profile, NULL);
	struct ks_identity *identity;
	struct ks_err err;
	bool pending = true;

	for (int i = 0; i < steps && pending; i++)
		pending = ks_identity_step(search, &identity, &err) == KS_PROVIDER_PENDING;
	if (!pending)
		ks_identity_free(identity);
	ks_identity_search_free(search);
	assert_int_equal(desk.alive, 0);
	return pending;
}

int role_drop_everywhere(const struct role_case *given)
{
	bool pending = true;
	int steps = 0;

	while (pending) {
		struct ks_env *env;

		role_empty_cache(NULL);
		env = set_up(given);
		desk_end = desk.errands.end;
		desk.errands.end = end_every_other_time;
		looks = 0;
		pending =
		    drop_after(&(struct ks_identity_options){.env = env}, given->profile, ++steps);
		ks_env_free(env);
	}
	return steps - 1;
}

/* ---- what was found ---- */

void role_check(const struct ks_identity *identity, const char *id, const char *secret,
    const char *token, const char *source)
{
	const struct ks_credentials *credentials = ks_identity_credentials(identity);

	assert_string_equal(credentials->access_key_id, id);
	assert_string_equal(ks_secret_value(credentials->secret), secret);
	assert_string_equal(ks_secret_value(credentials->token), token);
	assert_string_equal(credentials->source, source);
}

void role_check_place(
    const struct ks_identity *identity, size_t index, const char *place, const char *finding)
{
	assert_true(index < ks_identity_place_count(identity));
	assert_string_equal(ks_identity_place(identity, index)->place, place);
	assert_string_equal(ks_identity_place(identity, index)->finding, finding);
}
