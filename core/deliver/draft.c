#include "core/deliver/draft.h"

#include <string.h>

#include "core/base/secret.h"

void ks_draft_add(struct ks_draft *draft, const char *data, size_t len)
{
	if (len == 0)
		return;
	if (draft->cap - draft->len < len) {
		draft->cap = (draft->len + len) * 2;
		draft->data = ks_wiping_realloc(draft->data, draft->cap);
	}
	memcpy(draft->data + draft->len, data, len);
	draft->len += len;
}

void ks_draft_puts(struct ks_draft *draft, const char *text)
{
	ks_draft_add(draft, text, strlen(text));
}

void ks_draft_free(struct ks_draft *draft)
{
	ks_wiping_free(draft->data);
	*draft = (struct ks_draft){0};
}
