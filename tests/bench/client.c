#define _GNU_SOURCE /* strcasestr */
#include "tests/bench/client.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "core/aws/signer.h"
#include "core/base/buf.h"
#include "core/base/clock.h"
#include "core/base/mem.h"

static const char *host_of(const struct bench_server *server)
{
	const char *scheme_end = strstr(server->url, "://");

	return scheme_end != NULL ? scheme_end + 3 : server->url;
}

static void write_request(struct ks_buf *out, const struct ks_signer_request *request,
    const struct ks_signer_result *signature, const char *body)
{
	ks_buf_puts(out, "POST / HTTP/1.1\r\n");
	for (size_t i = 0; i < request->header_count; i++)
		ks_buf_printf(
		    out, "%s: %s\r\n", request->headers[i].name, request->headers[i].value);
	for (size_t i = 0; i < signature->header_count; i++)
		ks_buf_printf(
		    out, "%s: %s\r\n", signature->headers[i].name, signature->headers[i].value);
	ks_buf_printf(out, "Content-Length: %zu\r\n\r\n%s", strlen(body), body);
}

char *bench_client_sign(
    const struct bench_server *server, const char *region, const char *operation, const char *body)
{
	struct ks_credentials credentials;
	struct ks_signer_result signature;
	struct ks_err err;
	struct ks_buf out;
	char target[128], hash[KS_SIGNER_HASH_SIZE];
	struct ks_signer_header headers[] = {{"Host", host_of(server)},
	    {"Content-Type", "application/x-amz-json-1.1"}, {"X-Amz-Target", target}};
	struct ks_signer_request request = {.method = "POST",
	    .path = "/",
	    .service = "lightsail",
	    .region = region,
	    .headers = headers,
	    .header_count = 3,
	    .payload_hash = hash,
	    .time = ks_clock_wall(ks_clock_system())};

	snprintf(target, sizeof target, "Lightsail_20161128.%s", operation);
	ks_signer_hash(body, strlen(body), hash);
	ks_credentials_init(&credentials);
	credentials.access_key_id = ks_strdup(server->key_id);
	credentials.secret = ks_secret_new(server->secret, strlen(server->secret), &err);
	ks_buf_init(&out, 65536);
	if (credentials.secret != NULL &&
	    ks_signer_sign(&request, &credentials, &signature, &err)) {
		write_request(&out, &request, &signature, body);
		ks_signer_clear(&signature);
	}
	ks_credentials_clear(&credentials);
	return ks_buf_take(&out);
}

bool bench_client_open(struct bench_client *client, const struct bench_server *server)
{
	const char *port = strrchr(server->url, ':');
	struct sockaddr_in address = {.sin_family = AF_INET,
	    .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	    .sin_port = htons((uint16_t)strtoul(port != NULL ? port + 1 : "0", NULL, 10))};
	int on = 1;

	client->len = 0;
	client->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (client->fd < 0)
		return false;
	setsockopt(client->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
	return connect(client->fd, (struct sockaddr *)&address, sizeof address) == 0;
}

void bench_client_close(struct bench_client *client)
{
	if (client->fd > 0)
		close(client->fd);
	client->fd = 0;
}

void bench_client_send(struct bench_client *client, const char *request, size_t len)
{
	while (len > 0) {
		ssize_t done = write(client->fd, request, len);

		if (done <= 0)
			return;
		request += done;
		len -= (size_t)done;
	}
}

/* Where the body of what has come begins, and how long it will be; NULL while that is not known. */
static const char *find_body(const struct bench_client *client, size_t *len)
{
	const char *end = strstr(client->answer, "\r\n\r\n");
	const char *length = strcasestr(client->answer, "\r\ncontent-length:");

	if (end == NULL || length == NULL || length > end)
		return NULL;
	*len = strtoul(length + strlen("\r\ncontent-length:"), NULL, 10);
	return end + 4;
}

int bench_client_receive(struct bench_client *client)
{
	ssize_t got =
	    read(client->fd, client->answer + client->len, sizeof client->answer - 1 - client->len);
	const char *body;
	size_t len;

	if (got <= 0)
		return -1;
	client->len += (size_t)got;
	client->answer[client->len] = '\0';
	body = find_body(client, &len);
	if (body == NULL || client->len < (size_t)(body - client->answer) + len)
		return 0;
	client->len = 0;
	return strncmp(client->answer, "HTTP/1.1 ", 9) == 0
		   ? (int)strtol(client->answer + 9, NULL, 10)
		   : -1;
}

char *bench_client_ask(const struct bench_server *server, const char *request)
{
	struct bench_client *client = ks_calloc(1, sizeof *client);
	char *answer = NULL;
	int status = -1;
	size_t len;

	if (bench_client_open(client, server)) {
		bench_client_send(client, request, strlen(request));
		while ((status = bench_client_receive(client)) == 0)
			continue;
	}
	if (status == 200)
		answer = ks_strdup(find_body(client, &len));
	bench_client_close(client);
	free(client);
	return answer;
}
