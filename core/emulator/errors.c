#include "core/emulator/errors.h"

#include <string.h>

#include "core/emulator/json_out.h"

#define DOCS "https://docs.aws.amazon.com/lightsail/2016-11-28/api-reference/API_Operations.html"

/* Statuses: the Smithy model for modelled errors, the newer Common Errors page for the others. */
static const struct {
	const char *type;
	unsigned status;
	const char *sentence;
	const char *tip;
} errors[KS_EMU_ERROR_COUNT] = {
    [KS_EMU_ACCESS_DENIED] = {"AccessDeniedException", 403,
	"User is not authorized to perform this action.",
	"Ask the account's administrator for permission."},
    [KS_EMU_ACCOUNT_SETUP] = {"AccountSetupInProgressException", 428,
	"Your account is still being set up.", "Try again in a few minutes."},
    [KS_EMU_INVALID_INPUT] = {"InvalidInputException", 400, "The input is not valid.",
	"Check the input against the API reference."},
    [KS_EMU_NOT_FOUND] = {"NotFoundException", 404, "The resource does not exist.",
	"Check the name and the Region of the resource."},
    [KS_EMU_OPERATION_FAILURE] = {"OperationFailureException", 400, "The operation failed to run.",
	"Look at the operation's details."},
    [KS_EMU_REGION_SETUP] = {"RegionSetupInProgressException", 428,
	"The Region is still being set up for your account.", "Try again in a few minutes."},
    [KS_EMU_SERVICE] = {"ServiceException", 500, "Something went wrong on our side.", "Try again."},
    [KS_EMU_UNAUTHENTICATED] = {"UnauthenticatedException", 401,
	"The user could not be authenticated.", "Check the credentials."},
    [KS_EMU_EXPIRED_TOKEN] = {"ExpiredTokenException", 403,
	"The security token included in the request is expired", NULL},
    [KS_EMU_INCOMPLETE_SIGNATURE] = {"IncompleteSignature", 403,
	"The request signature does not conform to AWS standards.", NULL},
    [KS_EMU_INTERNAL_FAILURE] = {"InternalFailure", 500,
	"The request processing has failed because of an unknown error.", NULL},
    [KS_EMU_INVALID_SIGNATURE] = {"InvalidSignatureException", 403,
	"The request signature we calculated does not match the signature you provided. Check "
	"your AWS Secret Access Key and signing method. Consult the service documentation for "
	"details.",
	NULL},
    [KS_EMU_MALFORMED_HTTP] = {"MalformedHttpRequestException", 400,
	"The request is malformed at the HTTP level.", NULL},
    [KS_EMU_MISSING_TOKEN] = {"MissingAuthenticationTokenException", 403,
	"Missing Authentication Token", NULL},
    [KS_EMU_SERIALIZATION] = {"SerializationException", 400,
	"The request body could not be read as JSON.", NULL},
    [KS_EMU_THROTTLING] = {"ThrottlingException", 400, "Rate exceeded", NULL},
    [KS_EMU_TOO_LARGE] = {"RequestEntityTooLargeException", 413, "The request entity is too large.",
	NULL},
    [KS_EMU_UNAVAILABLE] = {"ServiceUnavailable", 503,
	"The request has failed due to a temporary failure of the server.", NULL},
    [KS_EMU_UNKNOWN_OPERATION] = {"UnknownOperationException", 404,
	"The requested operation is not supported by this service.", NULL},
    [KS_EMU_UNRECOGNIZED_CLIENT] = {"UnrecognizedClientException", 403,
	"The security token included in the request is invalid.", NULL},
};

#define NAMESPACE  "com.amazonaws.lightsail#"
#define URI_SUFFIX ":http://internal.amazon.com/coral/com.amazonaws.lightsail/"
#define HTML                                                                                      \
	"<html>\r\n<head><title>503 Service Temporarily Unavailable</title></head>\r\n<body>\r\n" \
	"<center><h1>503 Service Temporarily Unavailable</h1></center>\r\n</body>\r\n</html>\r\n"

static const struct ks_emu_error_form forms[] = {
    {.name = "full",
	.help = "__type, code, message, docs and tip, as Lightsail is believed to (default)",
	.type_before = "",
	.type_after = "",
	.message = "message",
	.full = true},
    {.name = "bare",
	.help = "__type and message only",
	.type_before = "",
	.type_after = "",
	.message = "message"},
    {.name = "namespaced",
	.help = "__type is " NAMESPACE "TYPE",
	.type_before = NAMESPACE,
	.type_after = "",
	.message = "message"},
    {.name = "uri",
	.help = "__type is TYPE:http://...",
	.type_before = "",
	.type_after = URI_SUFFIX,
	.message = "message"},
    {.name = "capital",
	.help = "the text is called Message",
	.type_before = "",
	.type_after = "",
	.message = "Message"},
    {.name = "header",
	.help = "the type is in the header x-amzn-errortype only",
	.message = "message",
	.header = true},
    {.name = "code", .help = "no __type; the type is in code", .message = "message"},
    {.name = "all400",
	.help = "as full, but every modelled client error has status 400",
	.type_before = "",
	.type_after = "",
	.message = "message",
	.full = true,
	.all_400 = true},
    {.name = "html", .help = "a page of HTML, as from a load balancer", .text = HTML},
    {.name = "empty", .help = "no body at all", .text = ""},
};
#define FORM_COUNT (sizeof forms / sizeof forms[0])

const struct ks_emu_error_form *ks_emu_error_form_find(const char *name)
{
	for (size_t i = 0; i < FORM_COUNT; i++)
		if (strcmp(forms[i].name, name) == 0)
			return &forms[i];
	return NULL;
}

void ks_emu_error_form_list(struct ks_buf *buf)
{
	for (size_t i = 0; i < FORM_COUNT; i++)
		ks_buf_printf(buf, "%-12s %s\n", forms[i].name, forms[i].help);
}

const char *ks_emu_error_sentence(enum ks_emu_error error)
{
	return errors[error].sentence;
}

static unsigned status_in(const struct ks_emu_error_form *form, enum ks_emu_error error)
{
	unsigned status = errors[error].status;

	return form->all_400 && KS_EMU_IS_MODELLED(error) && status < 500 ? 400 : status;
}

static void write_type(struct ks_emu_reply *reply, struct ks_emu_json *json,
    const struct ks_emu_error_form *form, enum ks_emu_error error)
{
	struct ks_buf type;

	if (form->header)
		ks_emu_reply_add_header(reply, "x-amzn-errortype", errors[error].type);
	if (form->type_before == NULL)
		return;
	ks_buf_init(&type, 512);
	ks_buf_printf(&type, "%s%s%s", form->type_before, errors[error].type, form->type_after);
	ks_emu_json_string(json, "__type", ks_buf_text(&type));
	ks_buf_free(&type);
}

void ks_emu_error_write(struct ks_emu_reply *reply, const struct ks_emu_error_form *form,
    enum ks_emu_error error, const char *code, const char *message)
{
	struct ks_emu_json json;

	ks_emu_reply_reset(reply);
	reply->status = status_in(form, error);
	if (form->text != NULL) {
		ks_emu_reply_add_header(reply, "Content-Type", "text/html");
		ks_buf_puts(&reply->body, form->text);
		return;
	}
	ks_emu_reply_add_header(reply, "Content-Type", "application/x-amz-json-1.1");
	ks_emu_json_init(&json, &reply->body);
	ks_emu_json_object(&json, NULL);
	write_type(reply, &json, form, error);
	if (form->full && KS_EMU_IS_MODELLED(error)) {
		ks_emu_json_string(&json, "code", code != NULL ? code : errors[error].type);
		ks_emu_json_string(&json, "docs", DOCS);
		ks_emu_json_string(&json, "tip", errors[error].tip);
	} else if (form->type_before == NULL && !form->header) {
		ks_emu_json_string(&json, "code", errors[error].type);
	}
	ks_emu_json_string(
	    &json, form->message, message != NULL ? message : errors[error].sentence);
	ks_emu_json_end_object(&json);
}

void ks_emu_error_write_html_503(struct ks_emu_reply *reply)
{
	ks_emu_reply_reset(reply);
	reply->status = 503;
	ks_emu_reply_add_header(reply, "Content-Type", "text/html");
	ks_buf_puts(&reply->body, HTML);
}
