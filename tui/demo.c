#include "tui/demo.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/base/fd.h"
#include "tui/cli/serve.h"

/* The child needs milliseconds; a machine under heavy load may need much longer. */
#define REPORT_TIMEOUT_MS 10000

static void close_fd(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

static bool open_pipe(int fds[2], struct ks_err *err)
{
	return ks_fd_pipe(fds) ||
	       ks_err_set(err, KS_ERR_SYSTEM, "The demo can't start: no pipe: %s", strerror(errno));
}

bool ks_demo_fork(struct ks_demo *demo, struct ks_err *err)
{
	int report[2], life[2];

	memset(demo, 0, sizeof *demo);
	demo->report_fd = demo->life_fd = -1;
	if (!open_pipe(report, err))
		return false;
	if (!open_pipe(life, err)) {
		close_fd(&report[0]);
		close_fd(&report[1]);
		return false;
	}
	demo->child = fork();
	if (demo->child == 0) {
		close_fd(&report[0]);
		close_fd(&life[1]);
		_exit(ks_serve_demo_child(report[1], life[0], NULL));
	}
	close_fd(&report[1]);
	close_fd(&life[0]);
	demo->report_fd = report[0];
	demo->life_fd = life[1];
	if (demo->child > 0)
		return true;
	ks_err_set(err, KS_ERR_SYSTEM, "The demo's server can't be started: %s", strerror(errno));
	ks_demo_stop(demo);
	return false;
}

/* Reads until the child closes its end; bounded in size and time. */
static bool read_report(int fd, char *text, size_t size)
{
	size_t len = 0;

	for (;;) {
		struct pollfd wait = {.fd = fd, .events = POLLIN};
		ssize_t got;
		int ready;

		ready = poll(&wait, 1, REPORT_TIMEOUT_MS);
		if (ready == 0 || (ready < 0 && errno != EINTR))
			return false;
		got = read(fd, text + len, size - 1 - len);
		if (got < 0 && errno != EINTR)
			return false;
		if (got == 0)
			break;
		if (got > 0)
			len += (size_t)got;
		if (len == size - 1)
			return false;
	}
	text[len] = '\0';
	return true;
}

/* The value of "name=value" on a line of its own; its length in *len. */
static const char *find_value(const char *text, const char *name, size_t *len)
{
	size_t name_len = strlen(name);

	while (text != NULL && *text != '\0') {
		if (strncmp(text, name, name_len) == 0 && text[name_len] == '=') {
			*len = strcspn(text + name_len + 1, "\n");
			return text + name_len + 1;
		}
		text = strchr(text, '\n');
		if (text != NULL)
			text++;
	}
	return NULL;
}

static bool understand(struct ks_demo *demo, const char *text, struct ks_err *err)
{
	size_t port_len, id_len, secret_len, len;
	const char *reason = find_value(text, "error", &len);
	const char *port = find_value(text, "port", &port_len);
	const char *id = find_value(text, "access_key_id", &id_len);
	const char *secret = find_value(text, "secret_access_key", &secret_len);

	if (reason != NULL)
		return ks_err_set(
		    err, KS_ERR_SYSTEM, "The demo's server can't start: %.*s", (int)len, reason);
	if (port == NULL || id == NULL || secret == NULL || port_len > 5 ||
	    id_len >= sizeof demo->access_key_id)
		return ks_err_set(
		    err, KS_ERR_SYSTEM, "The demo's server ended before it was ready");
	snprintf(demo->url, sizeof demo->url, "http://127.0.0.1:%.*s", (int)port_len, port);
	snprintf(demo->access_key_id, sizeof demo->access_key_id, "%.*s", (int)id_len, id);
	demo->secret = ks_secret_new(secret, secret_len, err);
	return demo->secret != NULL;
}

bool ks_demo_connect(struct ks_demo *demo, struct ks_err *err)
{
	char text[512];
	bool ok;

	if (!read_report(demo->report_fd, text, sizeof text))
		ok = ks_err_set(err, KS_ERR_SYSTEM, "The demo's server did not say where it is");
	else
		ok = understand(demo, text, err);
	ks_wipe(text, sizeof text);
	close_fd(&demo->report_fd);
	demo->given = (struct ks_identity_given){
	    .access_key_id = demo->access_key_id,
	    .secret = demo->secret,
	    .endpoint_url = demo->url,
	};
	return ok;
}

void ks_demo_stop(struct ks_demo *demo)
{
	close_fd(&demo->report_fd);
	close_fd(&demo->life_fd);
	if (demo->child > 0)
		while (waitpid(demo->child, NULL, 0) < 0 && errno == EINTR)
			;
	demo->child = 0;
	ks_secret_free(demo->secret);
	demo->secret = NULL;
}
