#include "core/emulator/service.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "core/base/date.h"
#include "core/base/text.h"
#include "core/emulator/lightsail.h"
#include "core/emulator/s3.h"

#define S3_XML_BODY_MAX (2u * 1024 * 1024) /* a list of 1,000 keys to delete */

static bool header_contains(
    const struct ks_emu_request *request, const char *name, const char *part)
{
	const char *value = ks_emu_request_header(request, name);

	return value != NULL && ks_text_contains(value, part);
}

bool ks_emu_service_is_lightsail(const struct ks_emu_request *request)
{
	return ks_emu_request_header(request, "x-amz-target") != NULL ||
	       header_contains(request, "content-type", "application/x-amz-json") ||
	       header_contains(request, "authorization", "/lightsail/aws4_request") ||
	       (strcmp(request->method, "POST") == 0 && strcmp(request->path, "/") == 0 &&
		   request->query[0] == '\0');
}

size_t ks_emu_service_body_max(const struct ks_emu_request *request)
{
	if (ks_emu_service_is_lightsail(request))
		return KS_EMU_LIGHTSAIL_BODY_MAX;
	return strcmp(request->method, "PUT") == 0 ? KS_EMU_OBJECT_MAX : S3_XML_BODY_MAX;
}

bool ks_emu_service_has_op(const char *name)
{
	return ks_emu_lightsail_op_find(name) != NULL || ks_emu_s3_has_op(name);
}

/* ---- the Host check: against pages that a browser loaded from elsewhere (DNS rebinding) ---- */

static bool is_loopback_name(const char *name, size_t len)
{
	static const char *const names[] = {"127.0.0.1", "[::1]", "localhost"};
	static const char suffix[] = ".localhost";

	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
		if (strlen(names[i]) == len && strncasecmp(name, names[i], len) == 0)
			return true;
	return len > strlen(suffix) &&
	       strncasecmp(name + len - strlen(suffix), suffix, strlen(suffix)) == 0;
}

static bool host_is_ours(const struct ks_emu_service *service, const struct ks_emu_request *request)
{
	const char *host = ks_emu_request_header(request, "host"), *colon;
	char port[8];

	if (host == NULL || ks_emu_request_header_count(request, "host") != 1)
		return false;
	colon = strrchr(host, ':');
	if (colon != NULL && strchr(colon, ']') != NULL)
		colon = NULL; /* it belongs to an address: [::1] */
	if (colon == NULL)
		return service->port == 80 && is_loopback_name(host, strlen(host));
	snprintf(port, sizeof port, "%u", (unsigned)service->port);
	return strcmp(colon + 1, port) == 0 && is_loopback_name(host, (size_t)(colon - host));
}

/* ---- answering ---- */

static void add_request_id(
    struct ks_emu_service *service, bool lightsail, struct ks_emu_reply *reply)
{
	char id[KS_EMU_UUID_SIZE];

	if (!lightsail) {
		ks_emu_s3_add_request_ids(service, reply);
		return;
	}
	ks_emu_random_uuid(&service->ids, id);
	ks_emu_reply_add_header(reply, "x-amzn-RequestId", id);
}

static void add_date(struct ks_emu_reply *reply, int64_t now)
{
	char date[KS_DATE_SIZE];

	ks_emu_reply_add_header(reply, "Date", ks_date_http(now, date));
}

static void refuse_host(struct ks_emu_service *service, bool lightsail, struct ks_emu_reply *reply)
{
	static const char message[] =
	    "The emulator answers only to 127.0.0.1, [::1], localhost and BUCKET.localhost, with "
	    "its port.";

	if (lightsail)
		ks_emu_error_write(reply, service->form, KS_EMU_ACCESS_DENIED, NULL, message);
	else
		ks_emu_s3_refuse(service, reply, message);
}

void ks_emu_service_answer(struct ks_emu_service *service, const struct ks_emu_request *request,
    struct ks_emu_reply *reply)
{
	bool lightsail = ks_emu_service_is_lightsail(request);

	pthread_mutex_lock(&service->lock);
	reply->date = ks_emu_world_now(&service->world);
	reply->delay_ms = service->latency_ms;
	if (!host_is_ours(service, request))
		refuse_host(service, lightsail, reply);
	else if (lightsail)
		ks_emu_lightsail_answer(service, request, reply);
	else
		ks_emu_s3_answer(service, request, reply);
	add_request_id(service, lightsail, reply);
	add_date(reply, reply->date);
	ks_emu_reply_spoil(reply);
	pthread_mutex_unlock(&service->lock);
}

struct ks_emu_plan ks_emu_service_begin(
    struct ks_emu_service *service, const char *op, const char *region, struct ks_emu_reply *reply)
{
	struct ks_emu_plan plan = ks_emu_faults_match(&service->faults, op, region);
	struct ks_emulator_count *count = ks_emu_counts_row(&service->counts, op);

	if (count != NULL) {
		count->received++;
		count->faulted += plan.touched;
	}
	reply->delivery = plan.delivery;
	reply->delay_ms += plan.delay_ms;
	reply->spread_ms = plan.spread_ms;
	reply->date += plan.skew_ms;
	return plan;
}

void ks_emu_service_done(struct ks_emu_service *service, const char *op)
{
	struct ks_emulator_count *count = ks_emu_counts_row(&service->counts, op);

	if (count != NULL)
		count->succeeded++;
}
