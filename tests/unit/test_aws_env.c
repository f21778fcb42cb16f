/* The environment: what is taken, and that no secret is left in it. */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#ifdef __linux__
#include <sys/prctl.h>
#endif

#include <cmocka.h>

#include "core/aws/env.h"

static void clear_environment(void)
{
	static const char *const others[] = {"AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN",
	    "AWS_SECURITY_TOKEN", "AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"};

	for (int i = 0; i < KS_ENV_COUNT; i++)
		unsetenv(ks_env_name((enum ks_env_variable)i));
	for (size_t i = 0; i < sizeof others / sizeof others[0]; i++)
		unsetenv(others[i]);
	setenv("HOME", "/home/me", 1);
}

static void variables_are_copied_and_secrets_taken_out(void **state)
{
	struct ks_env *env;

	(void)state;
	clear_environment();
	setenv("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE", 1);
	setenv("AWS_SECRET_ACCESS_KEY", "s3cr3t", 1);
	setenv("AWS_SESSION_TOKEN", "t0k3n", 1);
	setenv("AWS_SECURITY_TOKEN", "old", 1);
	setenv("AWS_REGION", "", 1);
	env = ks_env_capture();
	assert_string_equal(ks_env_get(env, KS_ENV_AWS_ACCESS_KEY_ID), "AKIDEXAMPLE");
	assert_null(ks_env_get(env, KS_ENV_AWS_REGION));
	assert_null(ks_env_get(env, KS_ENV_AWS_PROFILE));
	assert_string_equal(ks_env_name(KS_ENV_AWS_PROFILE), "AWS_PROFILE");
	assert_string_equal(ks_secret_value(ks_env_secret(env)), "s3cr3t");
	assert_string_equal(ks_secret_value(ks_env_token(env)), "old");
	assert_null(ks_env_secret_error(env));
	assert_null(getenv("AWS_SECRET_ACCESS_KEY"));
	assert_null(getenv("AWS_SESSION_TOKEN"));
	assert_null(getenv("AWS_SECURITY_TOKEN"));
	assert_string_equal(ks_env_config_file(env), "/home/me/.aws/config");
	assert_string_equal(ks_env_credentials_file(env), "/home/me/.aws/credentials");
	assert_string_equal(ks_env_home(env), "/home/me");
	ks_env_free(env);
}

/* As the AWS CLI looks at them. */
static void the_token_of_the_old_name_counts_first_unless_it_is_empty(void **state)
{
	static const struct {
		const char *old, *new, *token;
	} cases[] = {
	    {"old", "new", "old"},
	    {"old", "", "old"},
	    {"", "new", "new"},
	    {"", "", NULL},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct ks_env *env;

		clear_environment();
		setenv("AWS_SECURITY_TOKEN", cases[i].old, 1);
		setenv("AWS_SESSION_TOKEN", cases[i].new, 1);
		env = ks_env_capture();
		assert_null(ks_env_secret(env));
		if (cases[i].token == NULL)
			assert_null(ks_env_token(env));
		else
			assert_string_equal(ks_secret_value(ks_env_token(env)), cases[i].token);
		assert_null(getenv("AWS_SECURITY_TOKEN"));
		assert_null(getenv("AWS_SESSION_TOKEN"));
		ks_env_free(env);
	}
}

static void paths_of_the_files_are_expanded(void **state)
{
	struct ks_env *env;

	(void)state;
	clear_environment();
	setenv("WORK", "/work here", 1);
	setenv("AWS_CONFIG_FILE", "~/x/$AWS_SECRET_ACCESS_KEY", 1);
	setenv("AWS_SHARED_CREDENTIALS_FILE", "${WORK}/credentials", 1);
	setenv("AWS_SECRET_ACCESS_KEY", "s3cr3t", 1);
	env = ks_env_capture();
	assert_string_equal(ks_env_config_file(env), "/home/me/x/$AWS_SECRET_ACCESS_KEY");
	assert_string_equal(ks_env_credentials_file(env), "/work here/credentials");
	ks_env_free(env);
}

static void a_secret_too_large_to_keep_is_erased_and_reported(void **state)
{
	static char large[400 * 1024];
	struct ks_env *env;

	(void)state;
	clear_environment();
	memset(large, 'x', sizeof large - 1);
	setenv("AWS_SECRET_ACCESS_KEY", large, 1);
	env = ks_env_capture();
	assert_null(ks_env_secret(env));
	assert_non_null(ks_env_secret_error(env));
	assert_null(getenv("AWS_SECRET_ACCESS_KEY"));
	ks_env_free(env);
}

static void the_empty_environment_has_nothing(void **state)
{
	struct ks_env *env;

	(void)state;
	setenv("AWS_SECRET_ACCESS_KEY", "stays", 1);
	env = ks_env_empty();
	for (int i = 0; i < KS_ENV_COUNT; i++)
		assert_null(ks_env_get(env, (enum ks_env_variable)i));
	assert_null(ks_env_secret(env));
	assert_null(ks_env_token(env));
	assert_null(ks_env_config_file(env));
	assert_null(ks_env_credentials_file(env));
	assert_null(ks_env_home(env));
	assert_string_equal(getenv("AWS_SECRET_ACCESS_KEY"), "stays");
	ks_env_free(env);
	ks_env_free(NULL);
}

/* ---- what another process of the user can see ---- */

enum { CLEAN = 0, LEFT = 10, NOT_THERE_BEFORE, UNREADABLE };

/* Is the text anywhere in the block that the kernel shows of this process's environment? */
static int environ_has(const char *text)
{
	static char block[64 * 1024];
	int fd = open("/proc/self/environ", O_RDONLY);
	size_t len = 0, size = strlen(text);
	ssize_t got;

	if (fd < 0)
		return -1;
	while (len < sizeof block && (got = read(fd, block + len, sizeof block - len)) > 0)
		len += (size_t)got;
	close(fd);
	for (size_t i = 0; i + size <= len; i++)
		if (memcmp(block + i, text, size) == 0)
			return 1;
	return 0;
}

/* Runs in a process that was started with secrets in its environment, one of them twice. */
static int look_at_own_environ(void)
{
	struct ks_env *env;
	bool kept;

	ks_secret_setup();
#ifdef PR_SET_DUMPABLE
	/* Else the kernel hides the file from all but root, which would hide a failure too. */
	prctl(PR_SET_DUMPABLE, 1, 0, 0, 0);
#endif
	if (environ_has("first") < 0)
		return UNREADABLE;
	if (!environ_has("first-secret") || !environ_has("second-secret") ||
	    !environ_has("the-token"))
		return NOT_THERE_BEFORE;
	env = ks_env_capture();
	kept = strcmp(ks_secret_value(ks_env_secret(env)), "first-secret") == 0;
	ks_env_free(env);
	if (!kept || environ_has("first-secret") || environ_has("second-secret") ||
	    environ_has("the-token"))
		return LEFT;
	return environ_has("HOME=/home/me") ? CLEAN : LEFT;
}

static const char *own_program;

static void no_secret_is_left_in_the_process_environment_block(void **state)
{
	/* execve takes them unchanged, but its type is older than const. */
	char program[4096], word[] = "look-at-own-environ", home[] = "HOME=/home/me";
	char first[] = "AWS_SECRET_ACCESS_KEY=first-secret";
	char second[] = "AWS_SECRET_ACCESS_KEY=second-secret";
	char token[] = "AWS_SESSION_TOKEN=the-token";
	char *const arguments[] = {program, word, NULL};
	char *const environment[] = {home, first, second, token, NULL};
	pid_t child;
	int status;

	(void)state;
	snprintf(program, sizeof program, "%s", own_program);
	child = fork();
	assert_true(child >= 0);
	if (child == 0) {
		execve(program, arguments, environment);
		_exit(127);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status));
	if (WEXITSTATUS(status) == UNREADABLE)
		skip(); /* no /proc here */
	assert_int_equal(WEXITSTATUS(status), CLEAN);
}

int main(int argc, char **argv)
{
	static const struct CMUnitTest tests[] = {
	    cmocka_unit_test(variables_are_copied_and_secrets_taken_out),
	    cmocka_unit_test(the_token_of_the_old_name_counts_first_unless_it_is_empty),
	    cmocka_unit_test(paths_of_the_files_are_expanded),
	    cmocka_unit_test(a_secret_too_large_to_keep_is_erased_and_reported),
	    cmocka_unit_test(the_empty_environment_has_nothing),
	    cmocka_unit_test(no_secret_is_left_in_the_process_environment_block),
	};

	if (argc > 1)
		return look_at_own_environ();
	own_program = argv[0];
	ks_secret_setup();
	return cmocka_run_group_tests_name("aws_env", tests, NULL, NULL);
}
