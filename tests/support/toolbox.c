#define _GNU_SOURCE /* nftw */
#include "tests/support/toolbox.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "core/base/buf.h"
#include "core/base/clock.h"

enum { PATIENCE_MS = 20000 };

void toolbox_open(struct toolbox *box)
{
	snprintf(box->dir, sizeof box->dir, "/tmp/ks-tools-XXXXXX");
	assert_non_null(mkdtemp(box->dir));
}

static int remove_entry(const char *path, const struct stat *info, int kind, struct FTW *walk)
{
	(void)info;
	(void)kind;
	(void)walk;
	return remove(path);
}

void toolbox_close(struct toolbox *box)
{
	assert_int_equal(nftw(box->dir, remove_entry, 16, FTW_DEPTH | FTW_PHYS), 0);
}

static void add(const struct toolbox *box, const char *name, const char *text, mode_t mode)
{
	char file[128];
	int fd;

	snprintf(file, sizeof file, "%s/%s", box->dir, name);
	fd = open(file, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), (ssize_t)strlen(text));
	close(fd);
}

void toolbox_add(const struct toolbox *box, const char *name, const char *script)
{
	char text[1024];

	snprintf(
	    text, sizeof text, "#!/bin/sh\nD='%s'\nPATH=/usr/bin:/bin\n%s\n", box->dir, script);
	add(box, name, text, 0700);
}

void toolbox_add_file(const struct toolbox *box, const char *name, const char *text)
{
	add(box, name, text, 0600);
}

char *toolbox_read(const struct toolbox *box, const char *name)
{
	char file[128], part[512];
	struct ks_buf buf;
	ssize_t n;
	int fd;

	ks_buf_init(&buf, 1 << 16);
	snprintf(file, sizeof file, "%s/%s", box->dir, name);
	fd = open(file, O_RDONLY | O_CLOEXEC);
	while (fd >= 0 && (n = read(fd, part, sizeof part)) > 0)
		ks_buf_add(&buf, part, (size_t)n);
	if (fd >= 0)
		close(fd);
	return ks_buf_take(&buf);
}

bool toolbox_has(const struct toolbox *box, const char *name, const char *text)
{
	char *got = toolbox_read(box, name);
	bool has = strstr(got, text) != NULL;

	free(got);
	return has;
}

void assert_toolbox_file(const struct toolbox *box, const char *name, const char *expected)
{
	char *got = toolbox_read(box, name);

	assert_string_equal(got, expected);
	free(got);
}

pid_t toolbox_pid(const struct toolbox *box)
{
	int64_t limit = ks_clock_mono(ks_clock_system()) + PATIENCE_MS;
	char *text;
	pid_t pid;

	while (!toolbox_has(box, "pid", "\n") && ks_clock_mono(ks_clock_system()) < limit)
		poll(NULL, 0, 5);
	text = toolbox_read(box, "pid");
	pid = (pid_t)strtol(text, NULL, 10);
	free(text);
	assert_true(pid > 0);
	return pid;
}

bool toolbox_is_gone(pid_t pid)
{
	return kill(pid, 0) != 0 && errno == ESRCH;
}

bool toolbox_run(const char *format, ...)
{
	char command[512];
	va_list args;
	int status = -1;
	pid_t pid;

	va_start(args, format);
	vsnprintf(command, sizeof command, format, args);
	va_end(args);
	pid = fork();
	if (pid == 0) {
		execl("/bin/sh", "sh", "-c", command, (char *)NULL);
		_exit(127);
	}
	return waitpid(pid, &status, 0) == pid && WIFEXITED(status) && WEXITSTATUS(status) == 0;
}
