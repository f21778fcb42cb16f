#include "tests/unit/booth.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/base/mem.h"
#include "core/state/plan.h"
#include "tui/dialogs/create.h"
#include "tui/dialogs/delete.h"
#include "tui/dialogs/secret.h"

enum { HOUR = 3600 * 1000, MAX_REQUESTS = 64 };

/* ---- what the interface is connected to ---- */

static const struct ks_store *port_store(void *ctx)
{
	return ((struct booth *)ctx)->store;
}

static const char *event_name(enum ks_event_kind kind)
{
	static const char *const names[] = {
	    [KS_EVENT_REFRESH] = "refresh",
	    [KS_EVENT_CREATE] = "create",
	    [KS_EVENT_DELETE] = "delete",
	    [KS_EVENT_DELIVER] = "deliver",
	    [KS_EVENT_DELIVERED] = "delivered",
	    [KS_EVENT_NOT_ARRIVED] = "not-arrived",
	    [KS_EVENT_ARRIVED] = "arrived",
	    [KS_EVENT_GIVE_UP] = "give-up",
	    [KS_EVENT_DISMISS] = "dismiss",
	    [KS_EVENT_LEFT_SEEN] = "left-seen",
	    [KS_EVENT_FORGET] = "forget",
	    [KS_EVENT_ANSWER] = "answer",
	    [KS_EVENT_PICK] = "pick",
	    [KS_EVENT_CHOOSE] = "choose",
	};

	return names[kind];
}

static const char *way_of(const struct ks_event *event)
{
	if (event->way == NULL)
		return "";
	return strcmp(event->way, "Shown on the screen") == 0 ? " by showing" : " by copy";
}

static void port_tell(void *ctx, struct ks_event *event)
{
	struct booth *b = ctx;

	/* That something was seen is not what these tests are about. */
	if (event->kind != KS_EVENT_DISMISS)
		ks_buf_printf(&b->told, "%s%s%s%s%s%s%s%s;", event_name(event->kind),
		    event->key_id != NULL ? " " : "", event->key_id != NULL ? event->key_id : "",
		    way_of(event), event->delete_key ? " and delete" : "",
		    event->sink != NULL ? " to " : "", event->sink != NULL ? event->sink : "",
		    event->replace ? " replacing" : "");
	ks_store_apply(b->store, event);
}

static bool write_terminal(void *ctx, const char *data, size_t len)
{
	return ks_buf_add(&((struct booth *)ctx)->terminal, data, len);
}

/* Only over cells that are blank. */
static bool reveal(void *ctx, struct ks_rect place, const struct ks_secret *secret)
{
	struct booth *b = ctx;

	if (b->refuses_to_reveal)
		return false;
	for (int y = place.y; y < place.y + place.height; y++)
		for (int x = place.x; x < place.x + place.width; x++)
			assert_int_equal(b->canvas->cells[y * b->canvas->width + x].code[0], ' ');
	ks_buf_printf(&b->reveals, "%s;", ks_secret_value(secret));
	b->place = place;
	b->revealed = true;
	return true;
}

static void conceal(void *ctx)
{
	((struct booth *)ctx)->revealed = false;
}

static bool is_revealed(void *ctx)
{
	return ((struct booth *)ctx)->revealed;
}

/* ---- the service ---- */

static struct ks_reply *new_reply(void)
{
	return ks_calloc(1, sizeof(struct ks_reply));
}

static void fill_key(struct ks_access_key *key, const struct booth *b, const struct key *from)
{
	ks_str_set(&key->id, from->id);
	ks_str_set(&key->status, "Active");
	key->created = b->now - (412 - from->rank) * (int64_t)DAY;
	key->last_used.use = from->use;
	key->last_used.date = KS_TIME_NONE;
	if (from->use != KS_USE_USED)
		return;
	key->last_used.date = b->now - from->used_ago;
	ks_str_set(&key->last_used.service, "s3");
	ks_str_set(&key->last_used.region, "eu-west-1");
}

static void reply_buckets(const struct booth *b, struct ks_reply *reply)
{
	reply->buckets = ks_calloc(1, sizeof *reply->buckets);
	reply->n_buckets = 1;
	ks_str_set(&reply->buckets[0].name, b->bucket);
	ks_str_set(&reply->buckets[0].state_code, "OK");
	ks_str_set(&reply->buckets[0].location.region, "eu-west-1");
	reply->buckets[0].created = b->now - 500 * (int64_t)DAY;
}

static void reply_keys(const struct booth *b, struct ks_reply *reply)
{
	reply->keys = ks_calloc(b->n_keys + 1, sizeof *reply->keys);
	reply->n_keys = b->n_keys;
	for (size_t i = 0; i < b->n_keys; i++)
		fill_key(&reply->keys[i], b, &b->keys[i]);
}

static void add_key(struct booth *b, const char *id)
{
	b->keys[b->n_keys++] = (struct key){id, KS_USE_NEVER, 0, 2};
}

static void reply_create(struct booth *b, struct ks_reply *reply)
{
	add_key(b, NEW_KEY);
	reply->keys = ks_calloc(1, sizeof *reply->keys);
	reply->n_keys = 1;
	fill_key(&reply->keys[0], b, &b->keys[b->n_keys - 1]);
	reply->secret = ks_secret_new(b->secret, strlen(b->secret), &reply->secret_err);
}

void booth_find_out(struct booth *b)
{
	for (int i = 0; i < 20 && booth_only_change(b)->state == KS_CHANGE_UNCLEAR; i++) {
		b->now += 5000;
		booth_serve(b);
	}
}

void booth_remove_key(struct booth *b, const char *id)
{
	for (size_t i = 0; i < b->n_keys; i++)
		if (strcmp(b->keys[i].id, id) == 0)
			b->keys[i--] = b->keys[--b->n_keys];
}

static void refuse(struct ks_event *event)
{
	ks_err_set(&event->err, KS_ERR_SERVICE, "You are not authorized");
	snprintf(event->err.code, sizeof event->err.code, "AccessDeniedException");
	snprintf(event->err.request_id, sizeof event->err.request_id, "req-4711");
	snprintf(event->request_id, sizeof event->request_id, "req-4711");
}

static void exists(struct ks_err *err)
{
	ks_err_set(err, KS_ERR_EXISTS, "~/.aws/credentials has a profile [media] already");
	ks_err_tip(err, "choose another name, or allow it with --replace");
}

static void behave(struct booth *b, enum behaviour behaviour, struct ks_event *event,
    const struct ks_request *request)
{
	if (behaviour == REFUSES) {
		refuse(event);
		return;
	}
	if (behaviour == EXISTS && request->sink != NULL && !request->replace) {
		exists(&event->err);
		event->err.not_sent = true;
		return;
	}
	event->reply = new_reply();
	if (request->op == KS_OP_CREATE_BUCKET_ACCESS_KEY)
		reply_create(b, event->reply);
	else
		booth_remove_key(b, request->input.key_id);
	if (behaviour != LOSES)
		return;
	ks_reply_free(event->reply);
	free(event->reply);
	event->reply = NULL;
	event->unclear = true;
	ks_err_set(&event->err, KS_ERR_NETWORK, "The connection was reset");
}

static void answer_deliver(struct booth *b, const struct ks_request *request)
{
	struct ks_event *event = ks_event_new(KS_EVENT_SINK, b->now);

	event->request = request->id;
	assert_non_null(request->secret);
	assert_string_equal(request->input.key_id, NEW_KEY);
	if (b->delivers == REFUSES) {
		ks_err_set(&event->err, KS_ERR_SYSTEM, "vault failed with exit status 2");
		ks_err_tip(&event->err, "see whether the vault has it");
	} else if (b->delivers == EXISTS && !request->replace) {
		exists(&event->err);
	} else {
		ks_buf_printf(
		    &b->delivered, "%s %s;", request->sink, ks_secret_value(request->secret));
		event->way = ks_strdup("Delivered in profile media of ~/.aws/credentials");
	}
	ks_store_apply(b->store, event);
}

void booth_left_open(struct booth *b, enum ks_journal_step step, const char *key_id)
{
	struct ks_event *event = ks_event_new(KS_EVENT_LEFT, b->now);
	struct ks_journal_change *change;

	event->left.changes = ks_calloc(1, sizeof *event->left.changes);
	event->left.count = 1;
	change = &event->left.changes[0];
	snprintf(change->id, sizeof change->id, "%032zx", b->store->n_left + 1);
	change->intent = step == KS_JOURNAL_DELETE ? KS_JOURNAL_DELETE : KS_JOURNAL_CREATE;
	change->step = step;
	change->began = change->at = b->now - 3 * 3600 * 1000;
	ks_str_set(&change->text[KS_JOURNAL_PROFILE], "prod");
	ks_str_set(&change->text[KS_JOURNAL_REGION], "eu-west-1");
	ks_str_set(&change->text[KS_JOURNAL_BUCKET], b->bucket);
	if (key_id != NULL)
		ks_str_set(&change->text[KS_JOURNAL_KEY], key_id);
	if (step == KS_JOURNAL_DELIVERED)
		ks_str_set(&change->text[KS_JOURNAL_WAY], "Copied with xclip");
	change->known = ks_calloc(1, sizeof *change->known);
	change->n_known = 1;
	ks_str_set(&change->known[0], OLD_KEY);
	ks_store_apply(b->store, event);
	booth_show(b);
	booth_show(b);
}

static void answer_call(struct booth *b, const struct ks_request *request)
{
	struct ks_event *event = ks_event_new(KS_EVENT_REPLY, b->now);

	event->request = request->id;
	switch (request->op) {
	case KS_OP_CREATE_BUCKET_ACCESS_KEY:
		behave(b, b->creates, event, request);
		break;
	case KS_OP_DELETE_BUCKET_ACCESS_KEY:
		behave(b, b->deletes, event, request);
		break;
	case KS_OP_GET_BUCKETS:
		event->reply = new_reply();
		reply_buckets(b, event->reply);
		break;
	case KS_OP_GET_BUCKET_ACCESS_KEYS:
		event->reply = new_reply();
		reply_keys(b, event->reply);
		break;
	default:
		event->reply = new_reply();
	}
	ks_store_apply(b->store, event);
}

static void answer_identify(struct booth *b, const struct ks_request *request)
{
	struct ks_event *event = ks_event_new(KS_EVENT_IDENTITY, b->now);

	event->request = request->id;
	event->identity = ks_calloc(1, sizeof *event->identity);
	event->identity->profile = ks_strdup("prod");
	event->identity->source = ks_strdup("shared credentials file");
	event->identity->region = ks_strdup("eu-west-1");
	event->identity->expires = KS_TIME_NEVER;
	ks_store_apply(b->store, event);
}

static bool must_wait(const struct booth *b, const struct ks_request *request)
{
	if (request->kind == KS_REQUEST_DELIVER)
		return b->delivers == WAITS;
	if (request->kind != KS_REQUEST_CALL)
		return false;
	return (request->op == KS_OP_CREATE_BUCKET_ACCESS_KEY && b->creates == WAITS) ||
	       (request->op == KS_OP_DELETE_BUCKET_ACCESS_KEY && b->deletes == WAITS);
}

static void say_submitted(struct booth *b, struct ks_request *request)
{
	struct ks_event *event = ks_event_new(KS_EVENT_SUBMITTED, b->now);

	request->id = ++b->last_request;
	event->request = request->id;
	event->submitted = ks_request_copy(request);
	ks_store_apply(b->store, event);
}

static void serve_one(struct booth *b, struct ks_request *request)
{
	say_submitted(b, request);
	if (request->kind == KS_REQUEST_CANCEL)
		b->cancelled = request->target;
	if (must_wait(b, request)) {
		b->waiting = request;
		return;
	}
	if (request->kind == KS_REQUEST_IDENTIFY)
		answer_identify(b, request);
	else if (request->kind == KS_REQUEST_CALL)
		answer_call(b, request);
	else if (request->kind == KS_REQUEST_DELIVER)
		answer_deliver(b, request);
	ks_request_free(request);
}

/* Answers what the plan asks for, until it asks for nothing. */
void booth_serve(struct booth *b)
{
	struct ks_plan plan = {0};
	struct ks_hints hints = {.operations = false};

	for (int left = MAX_REQUESTS; left > 0; left--) {
		plan.count = 0;
		ks_plan_next(b->store, &hints, b->now, &plan);
		if (plan.count == 0)
			break;
		for (size_t i = 0; i < plan.count; i++)
			serve_one(b, plan.requests[i]);
		plan.count = 0;
	}
	ks_plan_free(&plan);
}

/* The change that waits is answered at last. */
void booth_answer_waiting(struct booth *b, enum behaviour behaviour)
{
	struct ks_request *request = b->waiting;

	assert_non_null(request);
	b->waiting = NULL;
	b->creates = b->deletes = b->delivers = behaviour;
	if (request->kind == KS_REQUEST_DELIVER)
		answer_deliver(b, request);
	else
		answer_call(b, request);
	ks_request_free(request);
	booth_serve(b);
}

/* ---- keys and pictures ---- */

void booth_show(struct booth *b)
{
	ks_ui_update(b->ui, b->now);
	ks_ui_draw(b->ui, b->canvas, b->now);
	ks_ui_presented(b->ui);
	ks_buf_reset(&b->picture);
	ks_canvas_dump(b->canvas, &b->picture);
}

/* Keys by their spelling, a turn of the loop and a frame after each. */
void booth_press(struct booth *b, const char *keys)
{
	struct ks_key key;

	while (ks_key_next(&keys, &key)) {
		assert_int_not_equal(key.code, KS_KEY_NONE);
		ks_ui_key(b->ui, key, b->now);
		booth_serve(b);
		booth_show(b);
	}
}

static void press_code(struct booth *b, uint32_t code)
{
	ks_ui_key(b->ui, (struct ks_key){.code = code}, b->now);
	booth_serve(b);
	booth_show(b);
}

void booth_paste(struct booth *b, const char *text)
{
	press_code(b, KS_KEY_PASTE_BEGIN);
	for (; *text != '\0'; text++) {
		bool breaks = *text == '\n' || *text == '\r';

		press_code(b, breaks ? KS_KEY_ENTER : (unsigned char)*text);
	}
	press_code(b, KS_KEY_PASTE_END);
}

static bool is_blank_row(const struct ks_canvas *canvas, int y)
{
	for (int x = 0; x < canvas->width; x++)
		if (canvas->cells[y * canvas->width + x].style.ground == KS_GROUND_DIALOG)
			return false;
	return true;
}

char *booth_dialog_picture(struct booth *b, int width, int height)
{
	const struct ks_cell blank = {.code = {' '}, .width = 1};
	struct ks_canvas part = {.width = width, .height = 1};
	struct ks_buf text;

	booth_resize(b, width, height);
	ks_buf_init(&text, 1 << 20);
	for (int y = 0; y < height; y++) {
		bool hints = y == height - 1;

		if (!hints && is_blank_row(b->canvas, y))
			continue;
		part.cells = &b->canvas->cells[y * width];
		for (int x = 0; x < width && !hints; x++)
			if (part.cells[x].style.ground != KS_GROUND_DIALOG)
				part.cells[x] = blank;
		ks_canvas_dump(&part, &text);
	}
	return ks_buf_take(&text);
}

static bool shows(const struct booth *b, const char *text)
{
	return strstr(ks_buf_text(&b->picture), text) != NULL;
}

void assert_booth_shows(const struct booth *b, const char *text)
{
	if (!shows(b, text))
		fail_msg("no \"%s\" in:\n%s", text, ks_buf_text(&b->picture));
}

void assert_booth_shows_not(const struct booth *b, const char *text)
{
	if (shows(b, text))
		fail_msg("\"%s\" in:\n%s", text, ks_buf_text(&b->picture));
}

void assert_booth_told(struct booth *b, const char *expected)
{
	assert_string_equal(ks_buf_text(&b->told), expected);
	ks_buf_reset(&b->told);
}

void assert_booth_top(const struct booth *b, const struct ks_dialog_class *class)
{
	const struct ks_dialog_class *top = ks_ui_top(b->ui);

	assert_string_equal(top != NULL ? top->name : "none", class != NULL ? class->name : "none");
}

void booth_resize(struct booth *b, int width, int height)
{
	ks_canvas_reset(b->canvas, width, height);
	booth_show(b);
}

uint32_t booth_bucket_id(const struct booth *b)
{
	assert_int_equal(b->store->n_buckets, 1);
	return b->store->scopes[0].entries[0]->id;
}

const struct ks_change *booth_only_change(const struct booth *b)
{
	assert_int_equal(b->store->n_changes, 1);
	return &b->store->changes[0];
}

/* ---- making a world ---- */

void booth_open_world(struct booth *b, const struct ks_glyphs *glyphs)
{
	static const char *const regions[] = {"eu-west-1"};
	struct ks_store_options store = {
	    .regions = regions, .n_regions = 1, .policy = {90, 90}, .read_only = false};
	struct ks_clipboard_options clipboard = {
	    .clear_seconds = 45, .write = write_terminal, .ctx = b};
	struct ks_ui_options ui = {
	    .port = {.store = port_store,
		.tell = port_tell,
		.ctx = b,
		.reveal = reveal,
		.conceal = conceal,
		.is_revealed = is_revealed},
	    .glyphs = glyphs,
	};

	b->now = INT64_C(1700000000000);
	b->store = ks_store_new(&store);
	booth_serve(b);
	b->clipboard = ks_clipboard_new(&clipboard);
	ui.theme = ks_theme_builtin(0);
	ui.clipboard = b->clipboard;
	b->ui = ks_ui_new(&ui);
	b->canvas = ks_canvas_new(120, 34);
	booth_show(b);
}

void booth_given_keys(struct booth *b, size_t count)
{
	b->keys[0] = (struct key){OLD_KEY, KS_USE_USED, 3 * HOUR, 0};
	b->keys[1] = (struct key){TWO_KEY, KS_USE_NEVER, 0, 1};
	b->n_keys = count;
	booth_open_world(b, &ks_glyphs_utf8);
}

int booth_set_up(void **state)
{
	struct booth *b = ks_calloc(1, sizeof *b);

	b->bucket = "media-assets";
	b->secret = SECRET;
	ks_buf_init(&b->picture, 1 << 20);
	ks_buf_init(&b->terminal, 1 << 16);
	ks_buf_init(&b->told, 1 << 16);
	ks_buf_init(&b->delivered, 1 << 12);
	ks_buf_init(&b->reveals, 1 << 16);
	*state = b;
	return 0;
}

int booth_tear_down(void **state)
{
	struct booth *b = *state;

	ks_ui_free(b->ui);
	ks_clipboard_free(b->clipboard);
	ks_store_free(b->store);
	ks_canvas_free(b->canvas);
	if (b->waiting != NULL)
		ks_request_free(b->waiting);
	ks_buf_free(&b->picture);
	ks_buf_free(&b->terminal);
	ks_buf_free(&b->told);
	ks_buf_free(&b->delivered);
	ks_buf_free(&b->reveals);
	free(b);
	return 0;
}

void booth_open_create(struct booth *b)
{
	ks_create_dialog_open(b->ui, booth_bucket_id(b));
	booth_show(b);
}

void booth_open_delete(struct booth *b, const char *key_id)
{
	ks_delete_dialog_open(b->ui, booth_bucket_id(b), key_id);
	booth_show(b);
}

/* A key was made and its secret waits. */
void booth_open_secret(struct booth *b)
{
	booth_given_keys(b, 1);
	booth_open_create(b);
	booth_press(b, "Enter");
	assert_booth_told(b, "create;");
	assert_booth_top(b, &ks_secret_dialog);
}

const struct ks_handover *booth_handover(const struct booth *b)
{
	assert_int_equal(b->store->n_handovers, 1);
	return &b->store->handovers[0];
}

/* In each size, all lines stay within the screen, and what has the focus is in sight. */
void assert_booth_fits(struct booth *b, const char *focus)
{
	static const int sizes[][2] = {{120, 34}, {80, 24}, {50, 15}, {40, 10}};

	for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
		booth_resize(b, sizes[i][0], sizes[i][1]);
		assert_booth_shows(b, focus);
	}
	booth_resize(b, 39, 9);
	booth_resize(b, 1, 1);
	booth_resize(b, 120, 34);
}
