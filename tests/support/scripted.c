#define _GNU_SOURCE /* accept4 */
#include "tests/support/scripted.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "core/base/mem.h"

#define MAX_REQUESTS    512
#define MAX_CONNECTIONS 256
#define MAX_REQUEST     ((size_t)256 * 1024)
#define MAX_STEPS       64
#define PATIENCE        30 /* seconds */

struct connection {
	struct scripted *server;
	pthread_t thread;
	int fd;
	SSL *tls;
	bool ended; /* under the lock */
};

struct scripted {
	const struct scripted_step *steps;
	size_t n_steps;
	bool used[MAX_STEPS];
	SSL_CTX *tls;
	int fd;
	int port;
	pthread_t acceptor;
	pthread_mutex_t lock;
	pthread_cond_t more;
	bool stopping;
	struct connection connections[MAX_CONNECTIONS];
	size_t n_connections;
	char *requests[MAX_REQUESTS];
	size_t n_requests;
};

/* ---- bytes ---- */

static ssize_t receive(struct connection *connection, char *dst, size_t size)
{
	if (connection->tls != NULL)
		return SSL_read(connection->tls, dst, (int)size);
	return recv(connection->fd, dst, size, 0);
}

static void send_all(struct connection *connection, const char *bytes)
{
	size_t len = strlen(bytes);

	while (len > 0) {
		ssize_t sent = connection->tls != NULL
				   ? SSL_write(connection->tls, bytes, (int)len)
				   : send(connection->fd, bytes, len, MSG_NOSIGNAL);

		if (sent <= 0)
			return;
		bytes += sent;
		len -= (size_t)sent;
	}
}

/* Reads one whole request, which the caller frees; NULL when there is none. */
static char *receive_request(struct connection *connection)
{
	char *text = ks_calloc(1, MAX_REQUEST + 1), *end, *length;
	size_t len = 0, wanted = MAX_REQUEST;

	while (len < wanted) {
		ssize_t got = receive(connection, text + len, wanted - len);

		if (got <= 0) {
			free(text);
			return NULL;
		}
		len += (size_t)got;
		end = strstr(text, "\r\n\r\n");
		if (end == NULL)
			continue;
		length = strstr(text, "\r\nContent-Length:");
		wanted = (size_t)(end + 4 - text);
		if (length != NULL && length < end)
			wanted += strtoul(length + 17, NULL, 10);
	}
	return text;
}

/* ---- the script ---- */

static bool is_for(const char *request, const char *target)
{
	char line[128];

	if (target == NULL)
		return true;
	snprintf(line, sizeof line, "Lightsail_20161128.%s\r\n", target);
	return strstr(request, line) != NULL;
}

static const struct scripted_step *next_step(struct scripted *server, const char *request)
{
	static const struct scripted_step none = {
	    .answer = "HTTP/1.1 500 None\r\nContent-Length: 0\r\n\r\n", .after = SCRIPTED_CLOSE};

	for (size_t i = 0; i < server->n_steps; i++) {
		const struct scripted_step *step = &server->steps[i];

		if (server->used[i] || !is_for(request, step->target) ||
		    (step->has != NULL && strstr(request, step->has) == NULL))
			continue;
		server->used[i] = !step->forever;
		return step;
	}
	return &none;
}

/* Takes the request over. */
static const struct scripted_step *record(struct scripted *server, char *request)
{
	const struct scripted_step *step;

	pthread_mutex_lock(&server->lock);
	step = next_step(server, request);
	if (server->n_requests < MAX_REQUESTS)
		server->requests[server->n_requests++] = request;
	else
		free(request);
	pthread_cond_broadcast(&server->more);
	pthread_mutex_unlock(&server->lock);
	return step;
}

static void reset(int fd)
{
	const struct linger hard = {1, 0};

	setsockopt(fd, SOL_SOCKET, SO_LINGER, &hard, sizeof hard);
}

static void serve(struct connection *connection)
{
	char *request, scrap[256];

	if (connection->tls != NULL && SSL_accept(connection->tls) != 1)
		return;
	while ((request = receive_request(connection)) != NULL) {
		const struct scripted_step *step = record(connection->server, request);

		scripted_wait(connection->server, step->wait_for);
		if (step->answer != NULL)
			send_all(connection, step->answer);
		if (step->after == SCRIPTED_STALL)
			while (receive(connection, scrap, sizeof scrap) > 0)
				;
		if (step->after == SCRIPTED_RESET)
			reset(connection->fd);
		if (step->after != SCRIPTED_KEEP)
			return;
	}
}

static void *run_connection(void *ctx)
{
	struct connection *connection = ctx;

	serve(connection);
	pthread_mutex_lock(&connection->server->lock);
	SSL_free(connection->tls);
	close(connection->fd);
	connection->ended = true;
	pthread_mutex_unlock(&connection->server->lock);
	return NULL;
}

static void add_connection(struct scripted *server, int fd)
{
	struct connection *connection = &server->connections[server->n_connections];

	connection->server = server;
	connection->fd = fd;
	if (server->tls != NULL) {
		connection->tls = SSL_new(server->tls);
		SSL_set_fd(connection->tls, fd);
	}
	if (pthread_create(&connection->thread, NULL, run_connection, connection) == 0)
		server->n_connections++;
	else
		close(fd);
}

static void *run_acceptor(void *ctx)
{
	struct scripted *server = ctx;
	bool going = true;

	while (going) {
		int fd = accept4(server->fd, NULL, NULL, SOCK_CLOEXEC);

		pthread_mutex_lock(&server->lock);
		going = fd >= 0 && !server->stopping;
		if (going && server->n_connections < MAX_CONNECTIONS)
			add_connection(server, fd);
		else if (fd >= 0)
			close(fd);
		pthread_mutex_unlock(&server->lock);
	}
	return NULL;
}

/* ---- TLS ---- */

static X509 *make_certificate(EVP_PKEY *key)
{
	X509 *cert = X509_new();
	X509V3_CTX ctx;
	X509_EXTENSION *names;

	X509_set_version(cert, 2);
	ASN1_INTEGER_set(X509_get_serialNumber(cert), 1);
	X509_gmtime_adj(X509_getm_notBefore(cert), -3600);
	X509_gmtime_adj(X509_getm_notAfter(cert), 3600L * 24 * 365);
	X509_set_pubkey(cert, key);
	X509_NAME_add_entry_by_txt(X509_get_subject_name(cert), "CN", MBSTRING_ASC,
	    (const unsigned char *)"scripted", -1, -1, 0);
	X509_set_issuer_name(cert, X509_get_subject_name(cert));
	X509V3_set_ctx_nodb(&ctx);
	X509V3_set_ctx(&ctx, cert, cert, NULL, NULL, 0);
	names = X509V3_EXT_conf_nid(NULL, &ctx, NID_subject_alt_name, "IP:127.0.0.1,DNS:localhost");
	X509_add_ext(cert, names, -1);
	X509_EXTENSION_free(names);
	X509_sign(cert, key, EVP_sha256());
	return cert;
}

static bool set_up_tls(struct scripted *server, const char *cert_file)
{
	EVP_PKEY *key = EVP_EC_gen("P-256");
	X509 *cert = make_certificate(key);
	FILE *file = fopen(cert_file, "w");
	bool ok;

	server->tls = SSL_CTX_new(TLS_server_method());
	ok = file != NULL && PEM_write_X509(file, cert) == 1 &&
	     SSL_CTX_use_certificate(server->tls, cert) == 1 &&
	     SSL_CTX_use_PrivateKey(server->tls, key) == 1;
	if (file != NULL)
		fclose(file);
	X509_free(cert);
	EVP_PKEY_free(key);
	return ok;
}

/* ---- start and stop ---- */

struct scripted *scripted_start(
    const struct scripted_step *steps, size_t n_steps, const char *cert_file)
{
	struct scripted *server = ks_calloc(1, sizeof *server);
	struct sockaddr_in address = {.sin_family = AF_INET};
	socklen_t len = sizeof address;

	server->steps = steps;
	server->n_steps = n_steps;
	pthread_mutex_init(&server->lock, NULL);
	pthread_cond_init(&server->more, NULL);
	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	server->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (n_steps > MAX_STEPS || (cert_file != NULL && !set_up_tls(server, cert_file)) ||
	    bind(server->fd, (struct sockaddr *)&address, sizeof address) != 0 ||
	    listen(server->fd, 64) != 0 ||
	    getsockname(server->fd, (struct sockaddr *)&address, &len) != 0)
		abort();
	server->port = ntohs(address.sin_port);
	if (pthread_create(&server->acceptor, NULL, run_acceptor, server) != 0)
		abort();
	return server;
}

void scripted_stop(struct scripted *server)
{
	pthread_mutex_lock(&server->lock);
	server->stopping = true;
	shutdown(server->fd, SHUT_RDWR);
	for (size_t i = 0; i < server->n_connections; i++)
		if (!server->connections[i].ended)
			shutdown(server->connections[i].fd, SHUT_RDWR);
	pthread_mutex_unlock(&server->lock);
	pthread_join(server->acceptor, NULL);
	for (size_t i = 0; i < server->n_connections; i++)
		pthread_join(server->connections[i].thread, NULL);
	for (size_t i = 0; i < server->n_requests; i++)
		free(server->requests[i]);
	close(server->fd);
	SSL_CTX_free(server->tls);
	pthread_cond_destroy(&server->more);
	pthread_mutex_destroy(&server->lock);
	free(server);
}

/* ---- what was seen ---- */

int scripted_port(const struct scripted *server)
{
	return server->port;
}

size_t scripted_count(struct scripted *server, const char *target)
{
	size_t count = 0;

	pthread_mutex_lock(&server->lock);
	for (size_t i = 0; i < server->n_requests; i++)
		count += is_for(server->requests[i], target);
	pthread_mutex_unlock(&server->lock);
	return count;
}

size_t scripted_connections(struct scripted *server)
{
	size_t count;

	pthread_mutex_lock(&server->lock);
	count = server->n_connections;
	pthread_mutex_unlock(&server->lock);
	return count;
}

const char *scripted_request(struct scripted *server, size_t index)
{
	const char *request;

	pthread_mutex_lock(&server->lock);
	request = index < server->n_requests ? server->requests[index] : "";
	pthread_mutex_unlock(&server->lock);
	return request;
}

bool scripted_wait(struct scripted *server, size_t count)
{
	struct timespec until;
	bool there;

	clock_gettime(CLOCK_REALTIME, &until);
	until.tv_sec += PATIENCE;
	pthread_mutex_lock(&server->lock);
	while (server->n_requests < count &&
	       pthread_cond_timedwait(&server->more, &server->lock, &until) == 0)
		;
	there = server->n_requests >= count;
	pthread_mutex_unlock(&server->lock);
	return there;
}

char *scripted_http(int status, const char *extra, const char *body)
{
	size_t size = strlen(extra) + strlen(body) + 128;
	char *answer = ks_malloc(size);

	snprintf(answer, size, "HTTP/1.1 %d Scripted\r\n%sContent-Length: %zu\r\n\r\n%s", status,
	    extra, strlen(body), body);
	return answer;
}
