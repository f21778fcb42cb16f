#include "tui/copy.h"

#include "core/base/mem.h"
#include "tui/clipboard.h"

static void say_failed(struct ks_ui *ui, const struct ks_clipboard_result *result)
{
	ks_ui_toast(ui, KS_TOAST_BAD, "Not copied. %s%s%s", result->phrase,
	    result->note[0] != '\0' ? ": " : "", result->note);
}

static void key_id_done(void *ctx, const struct ks_clipboard_result *result)
{
	struct ks_ui *ui = ctx;

	if (!result->ok)
		say_failed(ui, result);
	else if (result->note[0] != '\0')
		ks_ui_toast(ui, KS_TOAST_OK, "Key ID: %s (%s)", result->phrase, result->note);
	else
		ks_ui_toast(ui, KS_TOAST_OK, "Key ID: %s", result->phrase);
}

void ks_copy_key_id(struct ks_ui *ui, const char *key_id)
{
	struct ks_clipboard *clipboard = ks_ui_clipboard(ui);

	if (clipboard == NULL ||
	    !ks_clipboard_copy_text(clipboard, key_id, 0, ks_ui_now(ui), key_id_done, ui))
		ks_ui_toast(ui, KS_TOAST_INFO, "Still busy with the copy before");
}

static void secret_done(void *ctx, const struct ks_clipboard_result *result)
{
	struct ks_ui *ui = ctx;
	struct ks_event *event;

	if (!result->ok) {
		say_failed(ui, result);
		return;
	}
	event = ks_event_new(KS_EVENT_DELIVERED, ks_ui_now(ui));
	event->handover = (uint32_t)result->tag;
	event->way = ks_strdup(result->phrase);
	ks_ui_tell(ui, event);
}

bool ks_copy_secret(struct ks_ui *ui, uint32_t id)
{
	struct ks_clipboard *clipboard = ks_ui_clipboard(ui);
	const struct ks_handover *handover = ks_store_handover(ks_ui_store(ui), id);

	if (clipboard == NULL || handover == NULL || handover->secret == NULL)
		return false;
	return ks_clipboard_copy_secret(
	    clipboard, handover->secret, id, ks_ui_now(ui), secret_done, ui);
}
