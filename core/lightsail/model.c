#include "core/lightsail/model.h"

#include <string.h>

#include "core/lightsail/shape.h"

void ks_bucket_free(struct ks_bucket *bucket)
{
	ks_shape_clear(&ks_shape_bucket, bucket);
}

void ks_access_key_free(struct ks_access_key *key)
{
	ks_shape_clear(&ks_shape_access_key, key);
}

void ks_operation_free(struct ks_operation *operation)
{
	ks_shape_clear(&ks_shape_operation, operation);
}

void ks_bucket_copy(struct ks_bucket *dst, const struct ks_bucket *src)
{
	ks_shape_copy(&ks_shape_bucket, dst, src);
}

void ks_access_key_copy(struct ks_access_key *dst, const struct ks_access_key *src)
{
	ks_shape_copy(&ks_shape_access_key, dst, src);
}

void ks_operation_copy(struct ks_operation *dst, const struct ks_operation *src)
{
	ks_shape_copy(&ks_shape_operation, dst, src);
}

int ks_access_key_compare(const struct ks_access_key *a, const struct ks_access_key *b)
{
	if (a->created != b->created)
		return a->created < b->created ? -1 : 1;
	return strcmp(ks_str_raw(&a->id), ks_str_raw(&b->id));
}

static bool status_is(const struct ks_operation *operation, const char *status)
{
	return strcmp(ks_str_raw(&operation->status), status) == 0;
}

bool ks_operation_failed(const struct ks_operation *operation)
{
	return status_is(operation, "Failed");
}

bool ks_operation_is_busy(const struct ks_operation *operation)
{
	if (operation->terminal != KS_TRI_UNKNOWN)
		return operation->terminal == KS_TRI_FALSE;
	return !status_is(operation, "Completed") && !status_is(operation, "Succeeded") &&
	       !ks_operation_failed(operation);
}
