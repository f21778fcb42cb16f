#include "core/emulator/s3_errors.h"

static const struct ks_emu_s3_error_row rows[KS_EMU_S3_ERROR_COUNT] = {
    [KS_EMU_S3_ACCESS_DENIED] = {"AccessDenied", 403, "Access Denied"},
    [KS_EMU_S3_BAD_DIGEST] = {"BadDigest", 400,
	"The Content-MD5 you specified did not match what we received."},
    [KS_EMU_S3_ENTITY_TOO_LARGE] = {"EntityTooLarge", 400,
	"Your proposed upload exceeds the maximum allowed size"},
    [KS_EMU_S3_ENTITY_TOO_SMALL] = {"EntityTooSmall", 400,
	"Your proposed upload is smaller than the minimum allowed size"},
    [KS_EMU_S3_EXPIRED_TOKEN] = {"ExpiredToken", 400, "The provided token has expired."},
    [KS_EMU_S3_HEADER_MALFORMED] = {"AuthorizationHeaderMalformed", 400,
	"The authorization header is malformed."},
    [KS_EMU_S3_INTERNAL] = {"InternalError", 500,
	"We encountered an internal error. Please try again."},
    [KS_EMU_S3_INVALID_ARGUMENT] = {"InvalidArgument", 400, "Invalid Argument"},
    [KS_EMU_S3_INVALID_DIGEST] = {"InvalidDigest", 400,
	"The Content-MD5 you specified was invalid."},
    [KS_EMU_S3_INVALID_KEY_ID] = {"InvalidAccessKeyId", 403,
	"The AWS Access Key Id you provided does not exist in our records."},
    [KS_EMU_S3_INVALID_PART] = {"InvalidPart", 400,
	"One or more of the specified parts could not be found. The part may not have been "
	"uploaded, or the specified entity tag may not match the part's entity tag."},
    [KS_EMU_S3_INVALID_RANGE] = {"InvalidRange", 416, "The requested range is not satisfiable"},
    [KS_EMU_S3_INVALID_REQUEST] = {"InvalidRequest", 400, "Invalid Request"},
    [KS_EMU_S3_INVALID_TOKEN] = {"InvalidToken", 400,
	"The provided token is malformed or otherwise invalid."},
    [KS_EMU_S3_INVALID_URI] = {"InvalidURI", 400, "Couldn't parse the specified URI."},
    [KS_EMU_S3_KEY_TOO_LONG] = {"KeyTooLongError", 400, "Your key is too long"},
    [KS_EMU_S3_MALFORMED_XML] = {"MalformedXML", 400,
	"The XML you provided was not well-formed or did not validate against our published "
	"schema"},
    [KS_EMU_S3_METHOD_NOT_ALLOWED] = {"MethodNotAllowed", 405,
	"The specified method is not allowed against this resource."},
    [KS_EMU_S3_MISSING_HEADER] = {"MissingSecurityHeader", 400,
	"Your request was missing a required header"},
    [KS_EMU_S3_NO_SUCH_BUCKET] = {"NoSuchBucket", 404, "The specified bucket does not exist"},
    [KS_EMU_S3_NO_SUCH_KEY] = {"NoSuchKey", 404, "The specified key does not exist."},
    [KS_EMU_S3_NO_SUCH_UPLOAD] = {"NoSuchUpload", 404,
	"The specified upload does not exist. The upload ID may be invalid, or the upload may "
	"have been aborted or completed."},
    [KS_EMU_S3_NOT_IMPLEMENTED] = {"NotImplemented", 501,
	"A header or query you provided requested a function that is not implemented."},
    [KS_EMU_S3_NOT_MODIFIED] = {"NotModified", 304, "Not Modified"},
    [KS_EMU_S3_PRECONDITION] = {"PreconditionFailed", 412,
	"At least one of the pre-conditions you specified did not hold"},
    [KS_EMU_S3_QUERY_MALFORMED] = {"AuthorizationQueryParametersError", 400,
	"Error parsing the authorization parameters of the query"},
    [KS_EMU_S3_SIGNATURE] = {"SignatureDoesNotMatch", 403,
	"The request signature we calculated does not match the signature you provided. Check "
	"your key and signing method."},
    [KS_EMU_S3_SKEWED] = {"RequestTimeTooSkewed", 403,
	"The difference between the request time and the current time is too large."},
    [KS_EMU_S3_SLOW_DOWN] = {"SlowDown", 503, "Please reduce your request rate."},
    [KS_EMU_S3_STORAGE_FULL] = {"ServiceUnavailable", 503,
	"The emulator keeps at most 256 MiB of objects; delete some."},
    [KS_EMU_S3_UNAVAILABLE] = {"ServiceUnavailable", 503, "Please reduce your request rate."},
    [KS_EMU_S3_WRONG_HASH] = {"XAmzContentSHA256Mismatch", 400,
	"The provided 'x-amz-content-sha256' header does not match what was computed."},
};

const struct ks_emu_s3_error_row *ks_emu_s3_error_row(enum ks_emu_s3_error error)
{
	return &rows[error];
}
