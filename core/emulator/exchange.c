#include "core/emulator/exchange.h"

#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "core/base/clock.h"
#include "core/base/mem.h"
#include "core/base/text.h"

#define BODY_BYTES_MAX (256u * 1024 * 1024) /* of all requests that are under way */
#define DRAIN_MAX      (64u * 1024 * 1024)  /* a body that is refused is read on up to here */
#define HUGE_BLANKS    (64u * 1024 * 1024)
#define SPREAD_PIECES  10
#define BLOCK_SIZE     (32u * 1024)

enum stage { STAGE_HEADERS, STAGE_BODY, STAGE_ANSWERED };

struct exchange {
	struct ks_emu_exchanges *all;
	struct MHD_Connection *connection;
	struct ks_emu_request request;
	struct ks_emu_reply reply;
	enum stage stage;
	size_t received; /* of the body, kept or not */
	int64_t began;   /* monotonic ms: when the first byte of the reply went out */
	bool aborted;
};

static int64_t mono_now(void)
{
	return ks_clock_mono(ks_clock_system());
}

static void count_under_way(struct ks_emu_service *service, int change)
{
	struct ks_emu_counts *counts = &service->counts;

	pthread_mutex_lock(&service->lock);
	counts->under_way += (unsigned)change;
	if (counts->under_way > counts->peak)
		counts->peak = counts->under_way;
	pthread_mutex_unlock(&service->lock);
}

void *ks_emu_exchange_begin(void *cls, const char *uri, struct MHD_Connection *connection)
{
	struct exchange *exchange = ks_calloc(1, sizeof *exchange);

	exchange->all = cls;
	exchange->connection = connection;
	ks_emu_request_init(&exchange->request, uri);
	ks_emu_reply_init(&exchange->reply);
	count_under_way(exchange->all->service, 1);
	return exchange;
}

void ks_emu_exchange_end(void *cls, struct MHD_Connection *connection, void **context,
    enum MHD_RequestTerminationCode code)
{
	struct exchange *exchange = *context;

	(void)cls;
	(void)connection;
	(void)code;
	if (exchange == NULL)
		return;
	count_under_way(exchange->all->service, -1);
	exchange->all->body_bytes -= exchange->request.body.len;
	ks_emu_request_free(&exchange->request);
	ks_emu_reply_free(&exchange->reply);
	free(exchange);
	*context = NULL;
}

/* ---- suspending ---- */

static void suspend(struct exchange *exchange, int64_t due)
{
	MHD_suspend_connection(exchange->connection);
	ks_emu_timers_add(&exchange->all->timers, due, exchange);
}

void ks_emu_exchanges_resume(struct ks_emu_exchanges *exchanges)
{
	int64_t now = mono_now();
	struct exchange *exchange;

	while ((exchange = ks_emu_timers_take(&exchanges->timers, now)) != NULL)
		MHD_resume_connection(exchange->connection);
}

void ks_emu_exchanges_abort(struct ks_emu_exchanges *exchanges)
{
	struct exchange *exchange;

	while ((exchange = ks_emu_timers_take(&exchanges->timers, KS_TIME_NEVER)) != NULL) {
		exchange->aborted = true;
		MHD_resume_connection(exchange->connection);
	}
}

/* ---- receiving ---- */

static enum MHD_Result take_header(
    void *cls, enum MHD_ValueKind kind, const char *name, const char *value)
{
	(void)kind;
	ks_emu_request_add_header(cls, name, value != NULL ? value : "");
	return MHD_YES;
}

static size_t announced_length(const struct ks_emu_request *request)
{
	const char *length = ks_emu_request_header(request, "content-length");

	return length != NULL ? strtoull(length, NULL, 10) : 0;
}

/* False when the body is too long even to be read and thrown away: the answer comes at once. */
static bool take_headers(struct exchange *exchange, const char *method)
{
	struct ks_emu_request *request = &exchange->request;
	size_t length;

	request->method = method;
	MHD_get_connection_values(exchange->connection, MHD_HEADER_KIND, take_header, request);
	ks_buf_init(&request->body, ks_emu_service_body_max(request));
	length = announced_length(request);
	if (length <= request->body.max)
		return true;
	request->body_refused = true;
	return length <= DRAIN_MAX && ks_emu_request_header(request, "expect") == NULL;
}

/* False when the connection is to be cut. */
static bool take_body(struct exchange *exchange, const char *data, size_t size)
{
	struct ks_emu_request *request = &exchange->request;

	exchange->received += size;
	if (exchange->received > DRAIN_MAX)
		return false;
	if (request->body_refused)
		return true;
	if (exchange->all->body_bytes + size > BODY_BYTES_MAX ||
	    !ks_buf_add(&request->body, data, size)) {
		request->body_refused = true;
		return true;
	}
	exchange->all->body_bytes += size;
	return true;
}

/* ---- sending ---- */

static const char *body_bytes(const struct ks_emu_reply *reply, size_t *len)
{
	if (reply->blob != NULL) {
		*len = reply->blob_len;
		return reply->blob->data + reply->blob_offset;
	}
	*len = reply->body.len;
	return ks_buf_text(&reply->body);
}

/* How far a spread body may be sent by now. */
static size_t sendable(const struct exchange *exchange, size_t len, int64_t *next)
{
	int64_t gone = mono_now() - exchange->began;
	int64_t piece_ms = exchange->reply.spread_ms / SPREAD_PIECES + 1;
	int64_t pieces = gone / piece_ms + 1;

	*next = exchange->began + pieces * piece_ms;
	return pieces >= SPREAD_PIECES ? len : len * (size_t)pieces / SPREAD_PIECES;
}

/* Hands out a body that doesn't simply go out whole. */
static ssize_t read_body(void *cls, uint64_t pos, char *buffer, size_t size)
{
	struct exchange *exchange = cls;
	const struct ks_emu_reply *reply = &exchange->reply;
	size_t len, end;
	const char *bytes = body_bytes(reply, &len);
	int64_t next = 0;

	if (exchange->aborted)
		return MHD_CONTENT_READER_END_WITH_ERROR;
	end = len;
	if (reply->delivery == KS_EMU_DELIVER_HALF)
		end = len / 2;
	else if (reply->spread_ms > 0)
		end = sendable(exchange, len, &next);
	if (pos < end) {
		size = size < end - pos ? size : end - (size_t)pos;
		memcpy(buffer, bytes + pos, size);
		return (ssize_t)size;
	}
	if (reply->delivery == KS_EMU_DELIVER_HALF)
		return MHD_CONTENT_READER_END_WITH_ERROR;
	if (reply->delivery == KS_EMU_DELIVER_HUGE) {
		memset(buffer, ' ', size);
		return (ssize_t)size;
	}
	suspend(exchange, next);
	return 0;
}

static struct MHD_Response *make_response(struct exchange *exchange)
{
	const struct ks_emu_reply *reply = &exchange->reply;
	size_t len;
	const char *bytes = body_bytes(reply, &len);
	uint64_t total = len + (reply->delivery == KS_EMU_DELIVER_HUGE ? HUGE_BLANKS : 0);

	if (reply->spread_ms > 0 || reply->delivery == KS_EMU_DELIVER_HALF ||
	    reply->delivery == KS_EMU_DELIVER_HUGE)
		return MHD_create_response_from_callback(
		    total, BLOCK_SIZE, read_body, exchange, NULL);
	/* The exchange outlives the response: MHD reads no body after NOTIFY_COMPLETED. */
	return MHD_create_response_from_buffer(
	    len, (void *)(uintptr_t)bytes, MHD_RESPMEM_PERSISTENT);
}

/*
 * A reset, as a broken network gives, not an orderly end. Where the system can't take a connection
 * apart by connecting it to nowhere (Linux can), closing without lingering comes nearest.
 */
static enum MHD_Result reset_connection(struct MHD_Connection *connection)
{
	const union MHD_ConnectionInfo *info =
	    MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
	struct sockaddr nowhere = {.sa_family = AF_UNSPEC};
	struct linger linger = {.l_onoff = 1, .l_linger = 0};

	if (info != NULL) {
		setsockopt(info->connect_fd, SOL_SOCKET, SO_LINGER, &linger, sizeof linger);
		(void)!connect(info->connect_fd, &nowhere, sizeof nowhere);
	}
	return MHD_NO;
}

static enum MHD_Result send_reply(struct exchange *exchange)
{
	const struct ks_emu_reply *reply = &exchange->reply;
	struct MHD_Response *response;
	enum MHD_Result result;

	if (exchange->aborted || reply->delivery == KS_EMU_DELIVER_NOTHING)
		return reset_connection(exchange->connection);
	response = make_response(exchange);
	if (response == NULL)
		return MHD_NO;
	for (size_t i = 0; i < reply->header_count; i++)
		MHD_add_response_header(response, reply->headers[i].name, reply->headers[i].value);
	exchange->began = mono_now();
	result = MHD_queue_response(exchange->connection, reply->status, response);
	MHD_destroy_response(response);
	return result;
}

static enum MHD_Result answer(struct exchange *exchange)
{
	ks_emu_service_answer(exchange->all->service, &exchange->request, &exchange->reply);
	exchange->stage = STAGE_ANSWERED;
	if (exchange->reply.delay_ms <= 0)
		return send_reply(exchange);
	suspend(exchange, mono_now() + exchange->reply.delay_ms);
	return MHD_YES;
}

enum MHD_Result ks_emu_exchange_handle(void *cls, struct MHD_Connection *connection,
    const char *url, const char *method, const char *version, const char *data, size_t *data_size,
    void **context)
{
	struct exchange *exchange = *context;
	size_t size = *data_size;

	(void)cls;
	(void)connection;
	(void)url;
	(void)version;
	switch (exchange->stage) {
	case STAGE_HEADERS:
		exchange->stage = STAGE_BODY;
		return take_headers(exchange, method) ? MHD_YES : answer(exchange);
	case STAGE_BODY:
		*data_size = 0;
		if (size > 0)
			return take_body(exchange, data, size) ? MHD_YES : MHD_NO;
		return answer(exchange);
	case STAGE_ANSWERED:
		break;
	}
	return send_reply(exchange);
}
