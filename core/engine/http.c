#include "core/engine/http.h"

#include <curl/curl.h>
#include <limits.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/mem.h"
#include "core/base/quote.h"
#include "core/base/secret.h"
#include "core/base/text.h"

#define CONNECT_TIMEOUT_MS 10000L
#define HEADERS_MAX        ((size_t)64 * 1024)
#define AGENT_SIZE         2048
#define BODY_FIRST         ((size_t)4096)
/* Other descriptors that a wait looks at; those beyond come to their turn with the next wake. */
#define MORE_FDS 16

struct ks_http {
	struct ks_http_options options;
	CURLM *multi;
};

struct ks_transfer {
	struct ks_http *http;
	void *owner;
	CURL *easy;
	struct curl_slist *headers;
	bool sent;      /* the request may have begun to leave */
	bool answering; /* the first byte of the answer is here */
	bool too_large;
	size_t header_bytes;
	size_t reply_max;
	char *body; /* wiping */
	size_t body_len, body_cap;
	char detail[CURL_ERROR_SIZE];
	struct ks_http_answer answer;
};

/* ---- what libcurl calls ---- */

/* The connection stands, and not a byte of the request has been sent. */
static int on_ready(void *ctx, char *ip, char *local_ip, int port, int local_port)
{
	struct ks_transfer *transfer = ctx;

	(void)ip;
	(void)local_ip;
	(void)port;
	(void)local_port;
	transfer->sent = true;
	transfer->answer.sent = ks_clock_wall(transfer->http->options.clock);
	return CURL_PREREQFUNC_OK;
}

static void copy_value(char *dst, size_t size, const char *value, size_t len)
{
	ks_quote(dst, size, value, len);
}

static int64_t parse_ms(const char *value, size_t len)
{
	int64_t ms = 0;

	if (len == 0 || len > 9)
		return -1;
	for (size_t i = 0; i < len; i++) {
		if (value[i] < '0' || value[i] > '9')
			return -1;
		ms = ms * 10 + (value[i] - '0');
	}
	return ms;
}

/* A new status line: what an interim answer (100 Continue) said doesn't count. */
static void begin_answer(struct ks_transfer *transfer)
{
	struct ks_http_answer *answer = &transfer->answer;

	if (!transfer->answering)
		answer->received = ks_clock_wall(transfer->http->options.clock);
	transfer->answering = true;
	answer->request_id[0] = '\0';
	answer->error_type[0] = '\0';
	answer->date[0] = '\0';
	answer->cached = false;
	answer->retry_after_ms = -1;
}

static void read_header(
    struct ks_http_answer *answer, const char *name, const char *value, size_t len)
{
	if (ks_text_casecmp(name, "x-amzn-requestid") == 0)
		copy_value(answer->request_id, sizeof answer->request_id, value, len);
	else if (ks_text_casecmp(name, "x-amzn-errortype") == 0)
		copy_value(answer->error_type, sizeof answer->error_type, value, len);
	else if (ks_text_casecmp(name, "date") == 0)
		copy_value(answer->date, sizeof answer->date, value, len);
	else if (ks_text_casecmp(name, "age") == 0)
		answer->cached = true;
	else if (ks_text_casecmp(name, "x-amz-retry-after") == 0)
		answer->retry_after_ms = parse_ms(value, len);
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static size_t on_header(char *line, size_t size, size_t count, void *ctx)
{
	struct ks_transfer *transfer = ctx;
	size_t len = size * count, start, end = len;
	const char *colon = memchr(line, ':', len);
	char name[32];

	transfer->header_bytes += len;
	if (transfer->header_bytes > HEADERS_MAX) {
		transfer->too_large = true;
		return 0;
	}
	if (len >= 5 && memcmp(line, "HTTP/", 5) == 0) {
		begin_answer(transfer);
		return len;
	}
	if (colon == NULL || (size_t)(colon - line) >= sizeof name)
		return len;
	memcpy(name, line, (size_t)(colon - line));
	name[colon - line] = '\0';
	start = (size_t)(colon - line) + 1;
	while (start < end && is_blank(line[start]))
		start++;
	while (end > start && is_blank(line[end - 1]))
		end--;
	read_header(&transfer->answer, name, line + start, end - start);
	return len;
}

static size_t on_body(char *data, size_t size, size_t count, void *ctx)
{
	struct ks_transfer *transfer = ctx;
	size_t len = size * count, wanted = transfer->body_len + len + 1;

	if (len > transfer->reply_max - transfer->body_len) {
		transfer->too_large = true;
		return 0;
	}
	if (wanted > transfer->body_cap) {
		size_t cap = transfer->body_cap > 0 ? transfer->body_cap : BODY_FIRST;

		while (cap < wanted)
			cap *= 2;
		transfer->body = ks_wiping_realloc(transfer->body, cap);
		transfer->body_cap = cap;
	}
	memcpy(transfer->body + transfer->body_len, data, len);
	transfer->body_len += len;
	transfer->body[transfer->body_len] = '\0';
	return len;
}

/* ---- the multi ---- */

static CURLcode global_result;

static void init_libcurl(void)
{
	global_result = curl_global_init_mem(CURL_GLOBAL_DEFAULT, ks_wiping_malloc, ks_wiping_free,
	    ks_wiping_realloc, ks_wiping_strdup, ks_wiping_calloc);
}

struct ks_http *ks_http_new(const struct ks_http_options *options, struct ks_err *err)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	struct ks_http *http;
	CURLM *multi = NULL;

	pthread_once(&once, init_libcurl);
	if (global_result == CURLE_OK)
		multi = curl_multi_init();
	/* Without descriptors to spare libcurl makes a multi that nothing can wake. */
	if (multi == NULL || curl_multi_wakeup(multi) != CURLM_OK) {
		curl_multi_cleanup(multi);
		ks_err_set(err, KS_ERR_SYSTEM, "The HTTP library could not be started");
		return NULL;
	}
	curl_multi_setopt(multi, CURLMOPT_MAXCONNECTS, (long)options->connections);
	http = ks_calloc(1, sizeof *http);
	http->options = *options;
	http->multi = multi;
	return http;
}

void ks_http_free(struct ks_http *http)
{
	if (http == NULL)
		return;
	curl_multi_cleanup(http->multi);
	free(http);
}

void ks_http_run(struct ks_http *http)
{
	int running;

	curl_multi_perform(http->multi, &running);
}

void ks_http_wait(
    struct ks_http *http, const struct ks_http_fds *lists, size_t n_lists, int64_t timeout_ms)
{
	struct curl_waitfd more[MORE_FDS];
	unsigned count = 0;

	if (timeout_ms < 0 || timeout_ms > INT_MAX)
		timeout_ms = INT_MAX;
	for (size_t i = 0; i < n_lists; i++)
		for (size_t j = 0; j < lists[i].count && count < MORE_FDS; j++)
			more[count++] =
			    (struct curl_waitfd){.fd = lists[i].fds[j], .events = CURL_WAIT_POLLIN};
	curl_multi_poll(http->multi, more, count, (int)timeout_ms, NULL);
}

void ks_http_wake(void *http)
{
	curl_multi_wakeup(((struct ks_http *)http)->multi);
}

/* ---- one transfer ---- */

static bool add_header(struct ks_transfer *transfer, const char *name, const char *value)
{
	size_t size = strlen(name) + strlen(value) + 3;
	char *line = ks_wiping_malloc(size);
	struct curl_slist *longer;

	memcpy(line, name, strlen(name));
	memcpy(line + strlen(name), ": ", 2);
	memcpy(line + strlen(name) + 2, value, strlen(value) + 1);
	longer = curl_slist_append(transfer->headers, line);
	ks_wiping_free(line);
	if (longer != NULL)
		transfer->headers = longer;
	return longer != NULL;
}

static bool has_header(const struct ks_http_request *request, const char *name)
{
	for (size_t i = 0; i < request->n_headers; i++)
		if (ks_text_casecmp(request->headers[i].name, name) == 0)
			return true;
	return false;
}

/* Takes away what libcurl would add by itself. */
static bool add_absent(struct ks_transfer *transfer, const char *line)
{
	struct curl_slist *longer = curl_slist_append(transfer->headers, line);

	if (longer != NULL)
		transfer->headers = longer;
	return longer != NULL;
}

static bool add_headers(struct ks_transfer *transfer, const struct ks_http_request *request)
{
	for (size_t i = 0; i < request->n_headers; i++)
		if (!add_header(transfer, request->headers[i].name, request->headers[i].value))
			return false;
	return add_absent(transfer, "Expect:") &&
	       (has_header(request, "Content-Type") || add_absent(transfer, "Content-Type:"));
}

static void limit_protocols(CURL *easy, bool tls)
{
#if LIBCURL_VERSION_NUM >= 0x075500
	curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, tls ? "https" : "http");
#else
	curl_easy_setopt(easy, CURLOPT_PROTOCOLS, (long)(tls ? CURLPROTO_HTTPS : CURLPROTO_HTTP));
#endif
}

static void set_network(
    CURL *easy, const struct ks_http_options *options, const struct ks_http_request *request)
{
	bool tls = strncmp(request->url, "https:", 6) == 0;

	limit_protocols(easy, tls);
	curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
	curl_easy_setopt(easy, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
	curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
	curl_easy_setopt(easy, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
	curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS,
	    request->connect_ms > 0 ? request->connect_ms : CONNECT_TIMEOUT_MS);
	curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS,
	    request->timeout_ms > 0 ? (long)request->timeout_ms : options->timeout_seconds * 1000L);
	if (request->ca_bundle != NULL)
		curl_easy_setopt(easy, CURLOPT_CAINFO, request->ca_bundle);
	if (options->no_proxy || request->direct)
		curl_easy_setopt(easy, CURLOPT_PROXY, "");
	if (request->once) {
		curl_easy_setopt(easy, CURLOPT_FRESH_CONNECT, 1L);
		curl_easy_setopt(easy, CURLOPT_FORBID_REUSE, 1L);
	}
#if LIBCURL_VERSION_NUM >= 0x075700
	/* Dropping a transfer doesn't wait for its DNS look-up. */
	curl_easy_setopt(easy, CURLOPT_QUICK_EXIT, 1L);
#endif
}

static void set_method(CURL *easy, const struct ks_http_request *request)
{
	if (request->body != NULL) {
		curl_easy_setopt(easy, CURLOPT_POSTFIELDS, request->body);
		curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)request->body_len);
	}
	if (request->method != NULL && strcmp(request->method, "POST") != 0)
		curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, request->method);
}

static void set_agent(CURL *easy, const char *program, const char *own)
{
	char agent[AGENT_SIZE];

	snprintf(
	    agent, sizeof agent, "%s%s%s", program, own != NULL ? " " : "", own != NULL ? own : "");
	curl_easy_setopt(easy, CURLOPT_USERAGENT, agent);
}

static void set_request(struct ks_transfer *transfer, const struct ks_http_request *request)
{
	CURL *easy = transfer->easy;

	curl_easy_setopt(easy, CURLOPT_PRIVATE, transfer);
	curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, transfer->detail);
	curl_easy_setopt(easy, CURLOPT_URL, request->url);
	set_agent(easy, transfer->http->options.user_agent, request->agent);
	curl_easy_setopt(easy, CURLOPT_HTTPHEADER, transfer->headers);
	set_method(easy, request);
	curl_easy_setopt(easy, CURLOPT_PREREQFUNCTION, on_ready);
	curl_easy_setopt(easy, CURLOPT_PREREQDATA, transfer);
	curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, on_header);
	curl_easy_setopt(easy, CURLOPT_HEADERDATA, transfer);
	curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_body);
	curl_easy_setopt(easy, CURLOPT_WRITEDATA, transfer);
}

struct ks_transfer *ks_http_start(
    struct ks_http *http, const struct ks_http_request *request, void *owner, struct ks_err *err)
{
	struct ks_transfer *transfer = ks_calloc(1, sizeof *transfer);

	transfer->http = http;
	transfer->owner = owner;
	transfer->reply_max = request->reply_max;
	transfer->answer.retry_after_ms = -1;
	transfer->easy = curl_easy_init();
	if (transfer->easy != NULL && add_headers(transfer, request)) {
		set_request(transfer, request);
		set_network(transfer->easy, &http->options, request);
		if (curl_multi_add_handle(http->multi, transfer->easy) == CURLM_OK)
			return transfer;
	}
	ks_transfer_free(transfer);
	ks_err_set(err, KS_ERR_SYSTEM, "The HTTP library could not take a request");
	return NULL;
}

void ks_transfer_free(struct ks_transfer *transfer)
{
	if (transfer == NULL)
		return;
	if (transfer->easy != NULL) {
		curl_multi_remove_handle(transfer->http->multi, transfer->easy);
		curl_easy_cleanup(transfer->easy);
	}
	curl_slist_free_all(transfer->headers);
	ks_wiping_free(transfer->body);
	free(transfer);
}

void *ks_transfer_owner(const struct ks_transfer *transfer)
{
	return transfer->owner;
}

const struct ks_http_answer *ks_transfer_answer(const struct ks_transfer *transfer)
{
	return &transfer->answer;
}

/* ---- how it ended ---- */

/* What libcurl's own words add to ours: "Could not resolve host: NAME", "… to HOST: Could not …" */
enum part { WHOLE, BEFORE_COLON, BEHIND_COLON };

struct failure {
	CURLcode result;
	enum ks_err_kind kind;
	const char *code;
	const char *message;
	const char *tip;
	enum part part;
};

static const struct failure failures[] = {
    {CURLE_COULDNT_RESOLVE_HOST, KS_ERR_NETWORK, "Resolve", "The service's name was not found",
	"Check the region's name and this machine's network.", BEHIND_COLON},
    {CURLE_COULDNT_RESOLVE_PROXY, KS_ERR_NETWORK, "Resolve", "The proxy's name was not found",
	"Check HTTPS_PROXY.", BEHIND_COLON},
    {CURLE_COULDNT_CONNECT, KS_ERR_NETWORK, "Connect", "There is no connection to the service",
	"Check the endpoint, this machine's network and its proxy.", BEFORE_COLON},
    {CURLE_OPERATION_TIMEDOUT, KS_ERR_TIMEOUT, "Timeout", "The service did not answer in time", "",
	WHOLE},
    {CURLE_SSL_CONNECT_ERROR, KS_ERR_NETWORK, "TLS", "No secure connection could be made", "",
	WHOLE},
    {CURLE_PEER_FAILED_VERIFICATION, KS_ERR_NETWORK, "Certificate",
	"The service's certificate is not trusted",
	"Behind a proxy that opens TLS, name its certificates in AWS_CA_BUNDLE.", WHOLE},
    {CURLE_SSL_CACERT_BADFILE, KS_ERR_SYSTEM, "Certificates",
	"The file of trusted certificates can't be read",
	"Check AWS_CA_BUNDLE, ca_bundle and REQUESTS_CA_BUNDLE.", WHOLE},
};
static const struct failure broken_off = {CURLE_RECV_ERROR, KS_ERR_NETWORK, "Reset",
    "The connection ended before there was a whole answer", "", WHOLE};
/* libcurl only knows that we stopped it. */
static const struct failure too_large = {
    CURLE_WRITE_ERROR, KS_ERR_REPLY, "TooLarge", "", "", WHOLE};

static const struct failure *find_failure(CURLcode result)
{
	for (size_t i = 0; i < sizeof failures / sizeof failures[0]; i++)
		if (failures[i].result == result)
			return &failures[i];
	return &broken_off;
}

static void set_message(struct ks_err *err, const struct failure *failure, const char *detail)
{
	size_t len = strlen(detail), at = len;

	while (failure->part != WHOLE && at > 0 && strncmp(detail + at, ": ", 2) != 0)
		at--;
	if (at > 0 && failure->part == BEFORE_COLON)
		len = at;
	if (at > 0 && at < len && failure->part == BEHIND_COLON)
		detail += at + 2;
	ks_err_set(err, failure->kind, "%s: %.*s", failure->message, (int)len, detail);
	ks_err_tip(err, "%s", failure->tip);
}

static void set_failure(struct ks_transfer *transfer, CURLcode result)
{
	const struct failure *failure = find_failure(result);
	const char *detail =
	    transfer->detail[0] != '\0' ? transfer->detail : curl_easy_strerror(result);
	struct ks_err *err = &transfer->answer.err;
	long proxy_status = 0;

	curl_easy_getinfo(transfer->easy, CURLINFO_HTTP_CONNECTCODE, &proxy_status);
	if (transfer->too_large) {
		ks_err_set(err, KS_ERR_REPLY, "The reply is larger than anything that is expected");
		failure = &too_large;
	} else if (proxy_status >= 300 && !transfer->sent) {
		ks_err_set(
		    err, KS_ERR_NETWORK, "The proxy refused with HTTP status %ld", proxy_status);
		ks_err_tip(err, "Check HTTPS_PROXY.");
	} else {
		set_message(err, failure, detail);
	}
	ks_text_clean(err->code, sizeof err->code, failure->code, strlen(failure->code));
	err->not_sent = !transfer->sent;
	err->http_status = transfer->answer.status;
}

static void end_transfer(struct ks_transfer *transfer, CURLcode result)
{
	struct ks_http_answer *answer = &transfer->answer;
	long status = 0;

	curl_easy_getinfo(transfer->easy, CURLINFO_RESPONSE_CODE, &status);
	answer->status = (int)status;
	answer->body = transfer->body != NULL ? transfer->body : "";
	answer->body_len = transfer->body_len;
	if (result != CURLE_OK || transfer->too_large)
		set_failure(transfer, result);
}

struct ks_transfer *ks_http_ended(struct ks_http *http)
{
	CURLMsg *message;
	int left;

	while ((message = curl_multi_info_read(http->multi, &left)) != NULL) {
		char *private = NULL;

		if (message->msg != CURLMSG_DONE)
			continue;
		curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &private);
		end_transfer((struct ks_transfer *)(void *)private, message->data.result);
		return (struct ks_transfer *)(void *)private;
	}
	return NULL;
}
