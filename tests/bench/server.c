#define _GNU_SOURCE /* pipe2 */
#include "tests/bench/server.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { MAX_ARGS = 32 };

static void run_server(const struct bench *bench, const char *const *args, int output)
{
	const char *argv[MAX_ARGS] = {bench->keysail, "serve", "--port", "0"};
	int count = 4;

	while (*args != NULL && count < MAX_ARGS - 1)
		argv[count++] = *args++;
	dup2(output, STDOUT_FILENO);
	execv(bench->keysail, (char *const *)(uintptr_t)argv);
	_exit(127);
}

/* Copies what follows the name on a line of the form NAME VALUE or NAME=VALUE, quotes left out. */
static void take(const char *line, const char *name, char *dst, size_t size)
{
	const char *found = strstr(line, name);
	size_t len;

	if (found == NULL)
		return;
	found += strlen(name);
	found += strspn(found, "'\"");
	len = strcspn(found, "'\"\r\n ");
	snprintf(dst, size, "%.*s", (int)len, found);
}

static void make_env(struct bench_server *server)
{
	snprintf(
	    server->settings[0], sizeof server->settings[0], "AWS_ENDPOINT_URL=%s", server->url);
	snprintf(server->settings[1], sizeof server->settings[1], "AWS_ACCESS_KEY_ID=%s",
	    server->key_id);
	snprintf(server->settings[2], sizeof server->settings[2], "AWS_SECRET_ACCESS_KEY=%s",
	    server->secret);
	for (int i = 0; i < 3; i++)
		server->env[i] = server->settings[i];
}

bool bench_server_start(
    const struct bench *bench, struct bench_server *server, const char *const *args)
{
	int pipe_fds[2];
	char line[512];
	FILE *output;

	memset(server, 0, sizeof *server);
	if (pipe2(pipe_fds, O_CLOEXEC) < 0)
		return false;
	server->pid = fork();
	if (server->pid == 0)
		run_server(bench, args, pipe_fds[1]);
	close(pipe_fds[1]);
	server->output = pipe_fds[0];
	output = fdopen(dup(pipe_fds[0]), "r");
	while (output != NULL && server->secret[0] == '\0' && fgets(line, sizeof line, output)) {
		take(line, "listening on ", server->url, sizeof server->url);
		take(line, "AWS_ACCESS_KEY_ID=", server->key_id, sizeof server->key_id);
		take(line, "AWS_SECRET_ACCESS_KEY=", server->secret, sizeof server->secret);
	}
	if (output != NULL)
		fclose(output);
	make_env(server);
	if (server->secret[0] != '\0')
		return true;
	bench_server_stop(server);
	return false;
}

void bench_server_stop(struct bench_server *server)
{
	if (server->pid <= 0)
		return;
	kill(server->pid, SIGTERM);
	waitpid(server->pid, NULL, 0);
	close(server->output);
	server->pid = 0;
}
