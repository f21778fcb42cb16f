#include "core/lightsail/model.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/mem.h"
#include "core/lightsail/shape.h"

void ks_str_list_add(struct ks_str_list *list, const struct ks_str *item)
{
	list->items = ks_realloc(list->items, (list->count + 1) * sizeof *list->items);
	list->items[list->count] = (struct ks_str){0};
	ks_str_copy(&list->items[list->count++], item);
}

bool ks_str_list_has(const struct ks_str_list *list, const char *raw)
{
	for (size_t i = 0; i < list->count; i++)
		if (strcmp(ks_str_raw(&list->items[i]), raw) == 0)
			return true;
	return false;
}

void ks_str_list_copy(struct ks_str_list *dst, const struct ks_str_list *src)
{
	*dst = (struct ks_str_list){0};
	for (size_t i = 0; i < src->count; i++)
		ks_str_list_add(dst, &src->items[i]);
}

void ks_str_list_free(struct ks_str_list *list)
{
	for (size_t i = 0; i < list->count; i++)
		ks_str_free(&list->items[i]);
	free(list->items);
	*list = (struct ks_str_list){0};
}

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
