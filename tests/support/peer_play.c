#define _GNU_SOURCE /* pipe2 */
#include "tests/support/peer_play.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "core/base/buf.h"
#include "core/base/mem.h"

/* "1..0 # SKIP WHY" from peer_needs, or the four places. */
static const char script[] =
    ". \"$SRCDIR/tests/live/peer_lib.sh\" && peer_needs && "
    "start_peer --port 0 --buckets 1 --keys-per-bucket 0 --still --seed 7 && "
    "echo \"$peer_url $peer_proxy $peer_ca $peer_home\" && cat >/dev/null";

static void run_script(int in, int out)
{
	dup2(in, STDIN_FILENO);
	dup2(out, STDOUT_FILENO);
	execl("/bin/sh", "sh", "-c", script, (char *)NULL);
	_exit(127);
}

static int read_line(int fd, char *dst, size_t size)
{
	size_t len = 0;

	while (len + 1 < size && read(fd, dst + len, 1) == 1 && dst[len] != '\n')
		len++;
	dst[len] = '\0';
	return len > 0;
}

static void add_environment(struct peer_play *play)
{
	peer_play_add_env(play, "HOME=%s", play->home);
	peer_play_add_env(play, "HTTPS_PROXY=%s", play->proxy);
	peer_play_add_env(play, "AWS_CA_BUNDLE=%s", play->ca);
	peer_play_add_env(play, "AWS_MAX_ATTEMPTS=1");
}

int peer_play_start(struct peer_play *play, char *why, size_t size)
{
	int in[2], out[2];
	char line[4 * PEER_PATH];

	*play = (struct peer_play){0};
	assert_int_equal(pipe2(in, O_CLOEXEC), 0);
	assert_int_equal(pipe2(out, O_CLOEXEC), 0);
	play->pid = fork();
	assert_true(play->pid >= 0);
	if (play->pid == 0)
		run_script(in[0], out[1]);
	close(in[0]);
	close(out[1]);
	play->hold = in[1];
	if (!read_line(out[0], line, sizeof line))
		snprintf(line, sizeof line, "the peer could not be started");
	close(out[0]);
	if (sscanf(line, "%159s %159s %159s %159s", play->url, play->proxy, play->ca, play->home) ==
		4 &&
	    strncmp(play->url, "http://", 7) == 0) {
		add_environment(play);
		return 1;
	}
	snprintf(why, size, "%s", line);
	peer_play_stop(play);
	return 0;
}

void peer_play_stop(struct peer_play *play)
{
	close(play->hold);
	waitpid(play->pid, NULL, 0);
	for (size_t i = 0; i < play->n_env; i++)
		free(play->env[i]);
	*play = (struct peer_play){0};
}

void peer_play_add_env(struct peer_play *play, const char *format, ...)
{
	char text[1024];
	va_list args;

	va_start(args, format);
	assert_true(vsnprintf(text, sizeof text, format, args) < (int)sizeof text);
	va_end(args);
	assert_true(play->n_env < PEER_ENV_MAX);
	play->env[play->n_env++] = ks_strdup(text);
}

char *peer_play_ask(const struct peer_play *play, const char *command)
{
	char line[8192 + 256];
	struct ks_buf text;
	size_t count;
	FILE *curl;

	assert_true(
	    snprintf(line, sizeof line, "curl -gsS --fail-with-body --noproxy '*' '%s/_peer/%s'",
		play->url, command) < (int)sizeof line);
	curl = popen(line, "r"); /* NOLINT(cert-env33-c) */
	assert_non_null(curl);
	ks_buf_init(&text, (size_t)1024 * 1024);
	while ((count = fread(line, 1, sizeof line, curl)) > 0)
		ks_buf_add(&text, line, count);
	if (pclose(curl) == 0)
		return ks_buf_take(&text);
	fprintf(stderr, "# %s: %s\n", command, ks_buf_text(&text));
	ks_buf_free(&text);
	return NULL;
}
