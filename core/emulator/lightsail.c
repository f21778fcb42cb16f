#include "core/emulator/lightsail.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "core/base/text.h"

#define TARGET_PREFIX "Lightsail_20161128."

/* ---- what the API model lets an input be ---- */

static bool is_lower_or_digit(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

static bool is_bucket_name(const char *text)
{
	size_t len = strlen(text);

	if (len < 3 || len > KS_EMU_BUCKET_NAME_SIZE - 1)
		return false;
	for (size_t i = 0; i < len; i++)
		if (!is_lower_or_digit(text[i]) && text[i] != '-')
			return false;
	return text[0] != '-' && text[len - 1] != '-';
}

static bool is_word(char c)
{
	return is_lower_or_digit(c) || (c >= 'A' && c <= 'Z') || c == '_';
}

static bool is_resource_name(const char *text)
{
	size_t len = strlen(text);

	for (size_t i = 0; i < len; i++)
		if (!is_word(text[i]) && text[i] != '-')
			return false;
	return len >= 2 && is_word(text[0]) && is_word(text[len - 1]);
}

static bool is_non_empty(const char *text)
{
	return text[strspn(text, " \t\r\n")] != '\0';
}

#define BUCKET_RULE \
	"it must have 3 to 54 lower-case letters, digits and hyphens, with no hyphen at its ends"
#define INPUT_BUCKET(is_required)                                                     \
	{                                                                             \
		"bucketName", KS_EMU_STRING, is_required, is_bucket_name, BUCKET_RULE \
	}
#define INPUT_TEXT(name, is_required)                                                  \
	{                                                                              \
		name, KS_EMU_STRING, is_required, is_non_empty, "it must not be empty" \
	}
#define INPUT_BOOLEAN(name)                             \
	{                                               \
		name, KS_EMU_BOOLEAN, false, NULL, NULL \
	}
#define INPUT_TOKEN                                           \
	{                                                     \
		"pageToken", KS_EMU_STRING, false, NULL, NULL \
	}
#define INPUTS(...) ((const struct ks_emu_input[]){__VA_ARGS__, {0}})

/* The three sets of errors that the API model declares for these operations. */
#define ERRORS_C                                                                           \
	(KS_EMU_ERROR_BIT(KS_EMU_ACCESS_DENIED) | KS_EMU_ERROR_BIT(KS_EMU_INVALID_INPUT) | \
	    KS_EMU_ERROR_BIT(KS_EMU_SERVICE) | KS_EMU_ERROR_BIT(KS_EMU_UNAUTHENTICATED) |  \
	    KS_EMU_ERROR_BIT(KS_EMU_REGION_SETUP))
#define ERRORS_B (ERRORS_C | KS_EMU_ERROR_BIT(KS_EMU_NOT_FOUND))
#define ERRORS_A                                                 \
	(ERRORS_B | KS_EMU_ERROR_BIT(KS_EMU_OPERATION_FAILURE) | \
	    KS_EMU_ERROR_BIT(KS_EMU_ACCOUNT_SETUP))

static const struct ks_emu_lightsail_op ops[] = {
    {"GetRegions", ks_emu_get_regions, ERRORS_A,
	INPUTS(INPUT_BOOLEAN("includeAvailabilityZones"),
	    INPUT_BOOLEAN("includeRelationalDatabaseAvailabilityZones"))},
    {"GetBuckets", ks_emu_get_buckets, ERRORS_B,
	INPUTS(INPUT_BUCKET(false), INPUT_TOKEN, INPUT_BOOLEAN("includeConnectedResources"),
	    INPUT_BOOLEAN("includeCors"))},
    {"GetBucketBundles", ks_emu_get_bucket_bundles, ERRORS_C,
	INPUTS(INPUT_BOOLEAN("includeInactive"))},
    {"GetBucketAccessKeys", ks_emu_get_bucket_access_keys, ERRORS_B, INPUTS(INPUT_BUCKET(true))},
    {"GetOperation", ks_emu_get_operation, ERRORS_A, INPUTS(INPUT_TEXT("operationId", true))},
    {"GetOperations", ks_emu_get_operations, ERRORS_A, INPUTS(INPUT_TOKEN)},
    {"GetOperationsForResource", ks_emu_get_operations_for_resource, ERRORS_A,
	INPUTS({"resourceName", KS_EMU_STRING, true, is_resource_name,
		   "it must have letters, digits, hyphens and underscores only"},
	    INPUT_TOKEN)},
    {"CreateBucket", ks_emu_create_bucket, ERRORS_C,
	INPUTS(INPUT_BUCKET(true), INPUT_TEXT("bundleId", true),
	    {"tags", KS_EMU_TAGS, false, NULL, NULL}, INPUT_BOOLEAN("enableObjectVersioning"))},
    {"DeleteBucket", ks_emu_delete_bucket, ERRORS_B,
	INPUTS(INPUT_BUCKET(true), INPUT_BOOLEAN("forceDelete"))},
    {"CreateBucketAccessKey", ks_emu_create_bucket_access_key, ERRORS_B,
	INPUTS(INPUT_BUCKET(true))},
    {"DeleteBucketAccessKey", ks_emu_delete_bucket_access_key, ERRORS_B,
	INPUTS(INPUT_BUCKET(true), INPUT_TEXT("accessKeyId", true))},
};

const struct ks_emu_lightsail_op *ks_emu_lightsail_op_find(const char *name)
{
	for (size_t i = 0; i < sizeof ops / sizeof ops[0]; i++)
		if (strcmp(ops[i].name, name) == 0)
			return &ops[i];
	return NULL;
}

/*
 * A handler may only answer what its operation declares; anything else is the emulator's mistake.
 * A fault may answer anything.
 */
static enum ks_emu_error declared(const struct ks_emu_call *call, enum ks_emu_error error)
{
	if (call->op == NULL || !KS_EMU_IS_MODELLED(error) || error == call->plan.error ||
	    (call->op->errors & KS_EMU_ERROR_BIT(error)) != 0)
		return error;
	return KS_EMU_INTERNAL_FAILURE;
}

bool ks_emu_call_fail(
    struct ks_emu_call *call, enum ks_emu_error error, const char *code, const char *format, ...)
{
	const struct ks_emu_error_form *form =
	    call->plan.form != NULL ? call->plan.form : call->service->form;
	char message[512];
	va_list args;

	va_start(args, format);
	vsnprintf(message, sizeof message, format, args);
	va_end(args);
	ks_emu_error_write(call->reply, form, declared(call, error), code, message);
	return false;
}

struct ks_emu_bucket *ks_emu_call_bucket(struct ks_emu_call *call)
{
	const char *name = ks_emu_call_string(call, "bucketName");
	struct ks_emu_bucket *bucket = ks_emu_world_bucket(call->world, name);

	if (bucket != NULL && bucket->region == call->region)
		return bucket;
	ks_emu_call_fail(
	    call, KS_EMU_NOT_FOUND, "DoesNotExist", "The Bucket does not exist: %s", name);
	return NULL;
}

/* ---- the way of a call ---- */

/* The scope's region, as far as it can be seen before the signature is checked; "" if not. */
static void guess_region(const struct ks_emu_request *request, char *region, size_t size)
{
	struct ks_emu_sig sig;

	ks_emu_sig_parse(request, KS_EMU_SIG_PLAIN, &sig);
	snprintf(region, size, "%s", sig.region);
	ks_emu_sig_free(&sig);
}

static const struct ks_emu_lightsail_op *find_target(const struct ks_emu_request *request)
{
	const char *target = ks_emu_request_header(request, "x-amz-target");

	if (target == NULL || strcmp(request->method, "POST") != 0 ||
	    strcmp(request->path, "/") != 0 ||
	    strncmp(target, TARGET_PREFIX, strlen(TARGET_PREFIX)) != 0)
		return NULL;
	return ks_emu_lightsail_op_find(target + strlen(TARGET_PREFIX));
}

/* What faults want instead of the work. True when there is nothing left to do. */
static bool preempted(struct ks_emu_call *call)
{
	if (call->plan.html_503)
		ks_emu_error_write_html_503(call->reply);
	else if (call->plan.error != KS_EMU_OK)
		ks_emu_call_fail(call, call->plan.error,
		    call->plan.error == KS_EMU_NOT_FOUND ? "DoesNotExist" : NULL, "%s",
		    ks_emu_error_sentence(call->plan.error));
	return call->plan.no_work;
}

static bool body_is_readable(struct ks_emu_call *call)
{
	if (call->request->body_refused)
		return ks_emu_call_fail(call, KS_EMU_TOO_LARGE, NULL,
		    "Request size exceeded %u bytes", KS_EMU_LIGHTSAIL_BODY_MAX);
	if (call->request->headers_refused)
		return ks_emu_call_fail(
		    call, KS_EMU_TOO_LARGE, NULL, "The request's headers are too large.");
	return true;
}

static void run(struct ks_emu_call *call)
{
	bool good;

	if (!body_is_readable(call) || preempted(call) || !ks_emu_call_authenticate(call) ||
	    !ks_emu_call_read_input(call))
		return;
	ks_emu_reply_add_header(call->reply, "Content-Type", "application/x-amz-json-1.1");
	call->reply->status = 200;
	ks_emu_json_init(&call->json, &call->reply->body);
	call->json.wrong_types = call->plan.wrong_types;
	ks_emu_json_object(&call->json, NULL);
	good = call->op->run(call);
	if (!good)
		return;
	ks_emu_json_end_object(&call->json);
	ks_emu_service_done(call->service, call->op->name);
}

void ks_emu_lightsail_answer(struct ks_emu_service *service, const struct ks_emu_request *request,
    struct ks_emu_reply *reply)
{
	struct ks_emu_call call = {.service = service,
	    .world = &service->world,
	    .request = request,
	    .reply = reply,
	    .op = find_target(request)};
	char region[64];

	if (call.op == NULL) {
		ks_emu_service_begin(service, "unknown", "", reply);
		ks_emu_call_fail(&call, KS_EMU_UNKNOWN_OPERATION, NULL, "%s",
		    ks_emu_error_sentence(KS_EMU_UNKNOWN_OPERATION));
		return;
	}
	guess_region(request, region, sizeof region);
	call.plan = ks_emu_service_begin(service, call.op->name, region, reply);
	run(&call);
	cJSON_Delete(call.input);
}
