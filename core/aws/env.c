#include "core/aws/env.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/base/mem.h"
#include "core/base/paths.h"

extern char **environ; /* POSIX leaves the declaration to the program */

struct ks_env {
	char *values[KS_ENV_COUNT];
	struct ks_secret *secret;
	struct ks_secret *token;
	struct ks_secret *container_token;
	struct ks_err secret_error; /* kind is KS_ERR_NONE when all went well */
	char *home;
	char *config_file;
	char *credentials_file;
};

#define SPELL_NAME(name) [KS_ENV_##name] = #name,
static const char *const names[KS_ENV_COUNT] = {KS_ENV_VARIABLES(SPELL_NAME)};

/* Overwrites every value that the name has in the environment block: there may be several. */
static void erase_variable(const char *name)
{
	size_t len = strlen(name);

	for (char **entry = environ; entry != NULL && *entry != NULL; entry++)
		if (strncmp(*entry, name, len) == 0 && (*entry)[len] == '=')
			ks_wipe(*entry + len + 1, strlen(*entry + len + 1));
	unsetenv(name);
}

/* Takes the variable out of the environment into *secret, unless that is there already. */
static void take_secret(struct ks_env *env, const char *name, struct ks_secret **secret)
{
	const char *value = getenv(name);

	if (value != NULL && value[0] != '\0' && *secret == NULL)
		*secret = ks_secret_new(value, strlen(value), &env->secret_error);
	erase_variable(name);
}

static char *take_path(const char *variable, const char *home, const char *below_home)
{
	const char *value = getenv(variable);

	if (value != NULL && value[0] != '\0')
		return ks_path_expand(value, home);
	return home != NULL ? ks_path_join(home, below_home) : NULL;
}

struct ks_env *ks_env_capture(void)
{
	struct ks_env *env = ks_env_empty();

	/* First, so that no expanded path can hold a secret. */
	take_secret(env, "AWS_SECRET_ACCESS_KEY", &env->secret);
	/* The old name first, as the AWS CLI does it. */
	take_secret(env, "AWS_SECURITY_TOKEN", &env->token);
	take_secret(env, "AWS_SESSION_TOKEN", &env->token);
	take_secret(env, "AWS_CONTAINER_AUTHORIZATION_TOKEN", &env->container_token);
	for (size_t i = 0; i < KS_ENV_COUNT; i++) {
		const char *value = getenv(names[i]);

		if (value != NULL && value[0] != '\0')
			env->values[i] = ks_strdup(value);
	}
	env->home = ks_path_home();
	env->config_file = take_path("AWS_CONFIG_FILE", env->home, ".aws/config");
	env->credentials_file =
	    take_path("AWS_SHARED_CREDENTIALS_FILE", env->home, ".aws/credentials");
	return env;
}

struct ks_env *ks_env_empty(void)
{
	return ks_calloc(1, sizeof(struct ks_env));
}

void ks_env_free(struct ks_env *env)
{
	if (env == NULL)
		return;
	for (size_t i = 0; i < KS_ENV_COUNT; i++)
		free(env->values[i]);
	ks_secret_free(env->secret);
	ks_secret_free(env->token);
	ks_secret_free(env->container_token);
	free(env->home);
	free(env->config_file);
	free(env->credentials_file);
	free(env);
}

const char *ks_env_get(const struct ks_env *env, enum ks_env_variable variable)
{
	return env->values[variable];
}

const char *ks_env_name(enum ks_env_variable variable)
{
	return names[variable];
}

const struct ks_secret *ks_env_secret(const struct ks_env *env)
{
	return env->secret;
}

const struct ks_secret *ks_env_token(const struct ks_env *env)
{
	return env->token;
}

const struct ks_secret *ks_env_container_token(const struct ks_env *env)
{
	return env->container_token;
}

const struct ks_err *ks_env_secret_error(const struct ks_env *env)
{
	return env->secret_error.kind != KS_ERR_NONE ? &env->secret_error : NULL;
}

const char *ks_env_config_file(const struct ks_env *env)
{
	return env->config_file;
}

const char *ks_env_credentials_file(const struct ks_env *env)
{
	return env->credentials_file;
}

const char *ks_env_home(const struct ks_env *env)
{
	return env->home;
}
