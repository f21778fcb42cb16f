#include "core/deliver/format.h"

#include <string.h>

/* ASCII without control characters: all that an ID, a secret, a name or a URL can be. */
static bool put_string(
    struct ks_draft *out, const char *name, const char *value, size_t len, struct ks_err *err)
{
	ks_draft_puts(out, "  \"");
	ks_draft_puts(out, name);
	ks_draft_puts(out, "\": \"");
	for (size_t i = 0; i < len; i++) {
		if (value[i] < ' ' || value[i] > '~')
			return ks_err_set(err, KS_ERR_REFUSED,
			    "%s has a character that a JSON file can't hold exactly", name);
		if (value[i] == '"' || value[i] == '\\')
			ks_draft_puts(out, "\\");
		ks_draft_add(out, &value[i], 1);
	}
	ks_draft_puts(out, "\"");
	return true;
}

bool ks_format_json(const struct ks_handout *handout, const struct ks_draft *old,
    struct ks_draft *out, struct ks_err *err)
{
	const struct {
		const char *name, *value;
		size_t len;
	} members[] = {
	    {"bucket", handout->bucket, strlen(handout->bucket)},
	    {"region", handout->region, strlen(handout->region)},
	    {"accessKeyId", handout->key_id, strlen(handout->key_id)},
	    {"secretAccessKey", handout->secret, handout->secret_len},
	};

	(void)old;
	ks_draft_puts(out, "{\n");
	for (size_t i = 0; i < sizeof members / sizeof members[0]; i++) {
		if (!put_string(out, members[i].name, members[i].value, members[i].len, err))
			return false;
		ks_draft_puts(out, ",\n");
	}
	if (handout->endpoint == NULL)
		ks_draft_puts(out, "  \"endpoint\": null");
	else if (!put_string(out, "endpoint", handout->endpoint, strlen(handout->endpoint), err))
		return false;
	ks_draft_puts(out, "\n}\n");
	return true;
}
