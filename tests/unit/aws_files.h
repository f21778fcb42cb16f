/* For tests: an environment whose two AWS files are in a folder of the test's own. */
#ifndef KS_TESTS_AWS_FILES_H
#define KS_TESTS_AWS_FILES_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/aws/env.h"

static char aws_home[] = "/tmp/keysail-aws-XXXXXX";

static const char *aws_path(const char *name)
{
	static char path[sizeof aws_home + 100];

	snprintf(path, sizeof path, "%s/.aws%s%s", aws_home, name[0] != '\0' ? "/" : "", name);
	return path;
}

static inline int aws_make_home(void **state)
{
	(void)state;
	return mkdtemp(aws_home) != NULL && mkdir(aws_path(""), 0700) == 0 ? 0 : -1;
}

static inline int aws_remove_home(void **state)
{
	(void)state;
	unlink(aws_path("config"));
	unlink(aws_path("credentials"));
	rmdir(aws_path(""));
	return rmdir(aws_home);
}

/* NULL: there is no such file. */
static inline void aws_write(const char *name, const char *text)
{
	FILE *file;

	unlink(aws_path(name));
	if (text == NULL)
		return;
	file = fopen(aws_path(name), "w");
	if (file == NULL || fputs(text, file) < 0 || fclose(file) != 0)
		abort();
}

/*
 * Captures an environment in which exactly these variables ("NAME=value", ended by NULL) are set.
 */
static inline struct ks_env *aws_capture(const char *const *variables)
{
	static const char *const others[] = {"AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN",
	    "AWS_SECURITY_TOKEN", "AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"};

	for (int i = 0; i < KS_ENV_COUNT; i++)
		unsetenv(ks_env_name((enum ks_env_variable)i));
	for (size_t i = 0; i < sizeof others / sizeof others[0]; i++)
		unsetenv(others[i]);
	setenv("HOME", aws_home, 1);
	/* No test looks for the machine that it runs on, unless it says so. */
	setenv("AWS_EC2_METADATA_DISABLED", "true", 1);
	for (; variables != NULL && *variables != NULL; variables++) {
		char name[100];
		size_t len = strcspn(*variables, "=");

		snprintf(name, sizeof name, "%.*s", (int)len, *variables);
		setenv(name, *variables + len + 1, 1);
	}
	return ks_env_capture();
}

#endif
