#include "tui/dialogs/victims.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/mem.h"

enum { TAIL = 4 };

void ks_victims_add(struct ks_victims *victims, struct ks_form *form, const struct ks_str *id,
    void (*act)(void *self, struct ks_ui *ui))
{
	struct ks_button button = {.act = act, .danger = true};
	const char *clean = ks_str_clean(id);
	size_t len = strlen(clean);
	/* IDs are ASCII; a strange one is shown whole in the text above. */
	bool plain = len > TAIL && ks_text_width(clean) == (int)len;

	if (victims->count == KS_BUCKET_KEYS_MAX)
		return;
	if (victims->count == 0)
		victims->first = form->n_buttons;
	victims->ids[victims->count++] = ks_strdup(ks_str_raw(id));
	snprintf(button.label, sizeof button.label, "Delete ..%s", plain ? clean + len - TAIL : "");
	ks_form_add_button(form, &button);
}

void ks_victims_drop(struct ks_victims *victims)
{
	for (size_t i = 0; i < victims->count; i++)
		free(victims->ids[i]);
	victims->count = 0;
}

const char *ks_victims_focused(const struct ks_victims *victims, const struct ks_form *form)
{
	return victims->ids[form->focus - victims->first];
}
