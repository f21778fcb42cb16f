#include "tests/support/emulator_client.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include "core/base/buf.h"
#include "core/base/clock.h"
#include "core/base/date.h"
#include "core/base/mem.h"

struct client client_of(const struct ks_emulator *emulator)
{
	return (struct client){.port = ks_emulator_port(emulator),
	    .key_id = ks_emulator_access_key_id(emulator),
	    .secret = ks_emulator_secret_access_key(emulator)};
}

/* ---- signing ---- */

static void hex(const unsigned char *bytes, size_t len, char *text)
{
	for (size_t i = 0; i < len; i++)
		snprintf(text + 2 * i, 3, "%02x", (unsigned)bytes[i]);
}

static void sha256(const char *data, size_t len, char text[65])
{
	unsigned char digest[32];

	EVP_Digest(data, len, digest, NULL, EVP_sha256(), NULL);
	hex(digest, sizeof digest, text);
}

static void hmac(const void *key, int key_len, const char *text, unsigned char out[32])
{
	HMAC(EVP_sha256(), key, key_len, (const unsigned char *)text, strlen(text), out, NULL);
}

static const char *or_else(const char *value, const char *usual)
{
	return value != NULL ? value : usual;
}

static void sign(const struct client *client, const char *canonical, size_t canonical_len,
    const char *date, char signature[65])
{
	const char *region = or_else(client->region, "us-east-1");
	const char *service = or_else(client->service, "lightsail");
	unsigned char key[32], mac[32];
	char first[128], day[9], hash[65];
	struct ks_buf text;

	snprintf(day, sizeof day, "%.8s", date);
	snprintf(first, sizeof first, "AWS4%s", client->secret);
	hmac(first, (int)strlen(first), day, key);
	hmac(key, 32, region, key);
	hmac(key, 32, service, key);
	hmac(key, 32, "aws4_request", key);
	sha256(canonical, canonical_len, hash);
	ks_buf_init(&text, 4096);
	ks_buf_printf(&text, "AWS4-HMAC-SHA256\n%s\n%s/%s/%s/aws4_request\n%s", date, day, region,
	    service, hash);
	hmac(key, 32, ks_buf_text(&text), mac);
	hex(mac, 32, signature);
	ks_buf_free(&text);
}

/* What is signed and what is sent, growing header by header. */
struct draft {
	struct ks_buf canonical;
	struct ks_buf request;
	struct ks_buf names;
};

/* Headers must come in the order of their names. */
static void add_signed(struct draft *draft, const char *name, const char *value)
{
	if (value == NULL)
		return;
	ks_buf_printf(&draft->canonical, "%s:%s\n", name, value);
	ks_buf_printf(&draft->request, "%s: %s\r\n", name, value);
	ks_buf_printf(&draft->names, "%s%s", draft->names.len > 0 ? ";" : "", name);
}

static void add_headers(struct draft *draft, const struct client *client, const char *more_signed,
    const char *hash, const char *date)
{
	char host[64], name[64] = "";
	const char *more = NULL;
	bool more_first;

	snprintf(host, sizeof host, "127.0.0.1:%u", (unsigned)client->port);
	if (more_signed != NULL) {
		more = strchr(more_signed, ':') + 1;
		snprintf(name, sizeof name, "%.*s", (int)(more - more_signed - 1), more_signed);
	}
	more_first = strcmp(name, "x-amz-date") < 0;
	add_signed(draft, "host", or_else(client->host, host));
	if (strcmp(or_else(client->service, "lightsail"), "s3") == 0)
		add_signed(draft, "x-amz-content-sha256", hash);
	add_signed(draft, name, more_first ? more : NULL);
	add_signed(draft, "x-amz-date", date);
	add_signed(draft, "x-amz-security-token", client->token);
	add_signed(draft, name, more_first ? NULL : more);
}

char *client_request(const struct client *client, const char *method, const char *target,
    const char *more_signed, const char *body, size_t body_len, size_t *len)
{
	const char *query = strchr(target, '?');
	int path_len = (int)(query != NULL ? (size_t)(query - target) : strlen(target));
	char date[KS_DATE_SIZE], hash[65], signature[65];
	struct draft draft;

	ks_date_amz(client->time != 0 ? client->time : ks_clock_wall(ks_clock_system()), date);
	sha256(body, body_len, hash);
	if (client->unsigned_payload)
		snprintf(hash, sizeof hash, "UNSIGNED-PAYLOAD");
	ks_buf_init(&draft.names, 512);
	ks_buf_init(&draft.canonical, 65536);
	ks_buf_init(&draft.request, body_len + 1024 * 1024);
	ks_buf_printf(&draft.canonical, "%s\n%.*s\n%s\n", method, path_len, target,
	    query != NULL ? query + 1 : "");
	ks_buf_printf(
	    &draft.request, "%s %s HTTP/1.1\r\nContent-Length: %zu\r\n", method, target, body_len);
	add_headers(&draft, client, more_signed, hash, date);
	ks_buf_printf(&draft.canonical, "\n%s\n%s", ks_buf_text(&draft.names), hash);
	sign(client, draft.canonical.data, draft.canonical.len, date, signature);
	ks_buf_printf(&draft.request,
	    "Authorization: AWS4-HMAC-SHA256 Credential=%s/%.8s/%s/%s/aws4_request, "
	    "SignedHeaders=%s, Signature=%s\r\n%s\r\n",
	    client->key_id, date, or_else(client->region, "us-east-1"),
	    or_else(client->service, "lightsail"), ks_buf_text(&draft.names), signature,
	    or_else(client->headers, ""));
	ks_buf_add(&draft.request, body, body_len);
	ks_buf_free(&draft.canonical);
	ks_buf_free(&draft.names);
	*len = draft.request.len;
	return ks_buf_take(&draft.request);
}

/* ---- sending ---- */

int client_connect(uint16_t port)
{
	struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port)};
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if (fd < 0 || connect(fd, (const struct sockaddr *)&address, sizeof address) != 0) {
		perror("Bail out! connect");
		abort();
	}
	return fd;
}

static size_t content_length(const struct answer *answer)
{
	char *text = answer_header(answer, "Content-Length");
	size_t length = text != NULL ? strtoul(text, NULL, 10) : 0;

	free(text);
	return length;
}

/* Adds what comes next; false at the end. */
static bool read_more(int fd, struct ks_buf *buf, struct answer *answer)
{
	char block[65536];
	ssize_t count = recv(fd, block, sizeof block, 0);

	if (count < 0)
		answer->reset = errno == ECONNRESET;
	if (count <= 0)
		return false;
	ks_buf_add(buf, block, (size_t)count);
	return true;
}

void client_read(int fd, bool head_only, struct answer *answer)
{
	struct ks_buf buf;
	const char *end;
	size_t head_len, wanted;

	memset(answer, 0, sizeof *answer);
	ks_buf_init(&buf, 256u * 1024 * 1024);
	while ((end = strstr(ks_buf_text(&buf), "\r\n\r\n")) == NULL) {
		if (!read_more(fd, &buf, answer)) {
			answer->closed = true;
			ks_buf_free(&buf);
			return;
		}
	}
	head_len = (size_t)(end - buf.data) + 4;
	snprintf(answer->head, sizeof answer->head, "%.*s", (int)head_len, buf.data);
	answer->status = (int)strtol(answer->head + strlen("HTTP/1.1 "), NULL, 10);
	wanted = head_len + (head_only ? 0 : content_length(answer));
	while (!answer->closed && buf.len < wanted)
		answer->closed = !read_more(fd, &buf, answer);
	answer->body_len = buf.len - head_len;
	answer->body = ks_malloc(answer->body_len + 1);
	memcpy(answer->body, buf.data + head_len, answer->body_len);
	answer->body[answer->body_len] = '\0';
	answer->json = cJSON_ParseWithLength(answer->body, answer->body_len);
	ks_buf_free(&buf);
}

void client_send_raw(uint16_t port, const char *bytes, size_t len, struct answer *answer)
{
	int fd = client_connect(port);
	bool head_only = len > 5 && memcmp(bytes, "HEAD ", 5) == 0;
	struct timeval limit = {.tv_sec = 60};

	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
	while (len > 0) {
		ssize_t count = send(fd, bytes, len, MSG_NOSIGNAL);

		if (count <= 0)
			break;
		bytes += count;
		len -= (size_t)count;
	}
	client_read(fd, head_only, answer);
	close(fd);
}

void client_send(const struct client *client, const char *method, const char *target,
    const char *body, size_t body_len, struct answer *answer)
{
	size_t len;
	char *request = client_request(client, method, target, NULL, body, body_len, &len);

	client_send_raw(client->port, request, len, answer);
	free(request);
}

void client_call(
    const struct client *client, const char *op, const char *body, struct answer *answer)
{
	char target[128];
	size_t len;
	char *request;

	snprintf(target, sizeof target, "x-amz-target:Lightsail_20161128.%s", op);
	request = client_request(client, "POST", "/", target, body, strlen(body), &len);
	client_send_raw(client->port, request, len, answer);
	free(request);
}

void answer_free(struct answer *answer)
{
	free(answer->body);
	cJSON_Delete(answer->json);
	memset(answer, 0, sizeof *answer);
}

const cJSON *answer_item(const struct answer *answer, const char *path)
{
	const cJSON *item = answer->json;
	char name[64];

	while (item != NULL && *path != '\0') {
		size_t len = strcspn(path, ".");

		snprintf(name, sizeof name, "%.*s", (int)len, path);
		item = name[0] >= '0' && name[0] <= '9'
			   ? cJSON_GetArrayItem(item, (int)strtol(name, NULL, 10))
			   : cJSON_GetObjectItemCaseSensitive(item, name);
		path += len + (path[len] == '.');
	}
	return item;
}

const char *answer_string(const struct answer *answer, const char *path)
{
	return cJSON_GetStringValue(answer_item(answer, path));
}

char *answer_header(const struct answer *answer, const char *name)
{
	const char *line = answer->head;
	size_t name_len = strlen(name);

	while ((line = strstr(line, "\r\n")) != NULL) {
		line += 2;
		if (strncasecmp(line, name, name_len) == 0 && line[name_len] == ':') {
			line += name_len + 1;
			line += strspn(line, " ");
			return ks_strndup(line, strcspn(line, "\r"));
		}
	}
	return NULL;
}
