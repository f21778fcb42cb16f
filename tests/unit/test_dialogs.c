/*
 * The dialogs, on the real interface and the real store, without a terminal or a worker: the test
 * answers the requests that the plan makes, presses keys, and looks at the picture and at what the
 * store was told.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/base/buf.h"
#include "core/base/mem.h"
#include "core/state/plan.h"
#include "core/state/store.h"
#include "tui/clipboard.h"
#include "tui/dialogs/create.h"
#include "tui/dialogs/delete.h"
#include "tui/dialogs/quit.h"
#include "tui/dialogs/secret.h"
#include "tui/ui_run.h"

#define SECRET  "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"
#define OLD_KEY "AKIAIOSFODNN7EXAMPLE"
#define TWO_KEY "AKIAI44QH8DHBSECONDK"
#define NEW_KEY "AKIAI44QH8DHBNEWKEYX"

enum { HOUR = 3600 * 1000, DAY = 24 * HOUR, MAX_REQUESTS = 64 };

/* How the service behaves towards a change. */
enum behaviour { ANSWERS, WAITS, REFUSES, LOSES };

struct key {
	const char *id;
	enum ks_use use;
	int64_t used_ago;
};

struct world {
	struct ks_store *store;
	struct ks_ui *ui;
	struct ks_clipboard *clipboard;
	struct ks_canvas *canvas;
	struct ks_buf picture, terminal, told;
	int64_t now;
	uint64_t last_request;
	const char *bucket; /* its name */
	struct key keys[4]; /* what the service has */
	size_t n_keys;
	enum behaviour creates, deletes;
	struct ks_request *waiting; /* a change that WAITS */
};

/* ---- what the interface is connected to ---- */

static const struct ks_store *port_store(void *ctx)
{
	return ((struct world *)ctx)->store;
}

static const char *event_name(enum ks_event_kind kind)
{
	static const char *const names[] = {
	    [KS_EVENT_REFRESH] = "refresh",
	    [KS_EVENT_CREATE] = "create",
	    [KS_EVENT_DELETE] = "delete",
	    [KS_EVENT_DELIVERED] = "delivered",
	    [KS_EVENT_NOT_ARRIVED] = "not-arrived",
	    [KS_EVENT_ARRIVED] = "arrived",
	    [KS_EVENT_GIVE_UP] = "give-up",
	    [KS_EVENT_DISMISS] = "dismiss",
	};

	return names[kind];
}

static void port_tell(void *ctx, struct ks_event *event)
{
	struct world *w = ctx;

	/* That something was seen is not what these tests are about. */
	if (event->kind != KS_EVENT_DISMISS)
		ks_buf_printf(&w->told, "%s%s%s%s%s;", event_name(event->kind),
		    event->key_id != NULL ? " " : "", event->key_id != NULL ? event->key_id : "",
		    event->way != NULL ? " by copy" : "", event->delete_key ? " and delete" : "");
	ks_store_apply(w->store, event);
}

static bool port_write(void *ctx, const char *data, size_t len)
{
	return ks_buf_add(&((struct world *)ctx)->terminal, data, len);
}

/* ---- the service ---- */

static struct ks_reply *new_reply(void)
{
	return ks_calloc(1, sizeof(struct ks_reply));
}

static void fill_key(struct ks_access_key *key, const struct world *w, const struct key *from)
{
	ks_str_set(&key->id, from->id);
	ks_str_set(&key->status, "Active");
	key->created = w->now - 412 * (int64_t)DAY;
	key->last_used.use = from->use;
	key->last_used.date = KS_TIME_NONE;
	if (from->use != KS_USE_USED)
		return;
	key->last_used.date = w->now - from->used_ago;
	ks_str_set(&key->last_used.service, "s3");
	ks_str_set(&key->last_used.region, "eu-west-1");
}

static void reply_buckets(const struct world *w, struct ks_reply *reply)
{
	reply->buckets = ks_calloc(1, sizeof *reply->buckets);
	reply->n_buckets = 1;
	ks_str_set(&reply->buckets[0].name, w->bucket);
	ks_str_set(&reply->buckets[0].state_code, "OK");
	ks_str_set(&reply->buckets[0].location.region, "eu-west-1");
	reply->buckets[0].created = w->now - 500 * (int64_t)DAY;
}

static void reply_keys(const struct world *w, struct ks_reply *reply)
{
	reply->keys = ks_calloc(w->n_keys + 1, sizeof *reply->keys);
	reply->n_keys = w->n_keys;
	for (size_t i = 0; i < w->n_keys; i++)
		fill_key(&reply->keys[i], w, &w->keys[i]);
}

static void add_key(struct world *w, const char *id)
{
	w->keys[w->n_keys++] = (struct key){id, KS_USE_NEVER, 0};
}

static void reply_create(struct world *w, struct ks_reply *reply)
{
	add_key(w, NEW_KEY);
	reply->keys = ks_calloc(1, sizeof *reply->keys);
	reply->n_keys = 1;
	fill_key(&reply->keys[0], w, &w->keys[w->n_keys - 1]);
	reply->secret = ks_secret_new(SECRET, strlen(SECRET), &reply->secret_err);
}

static void remove_key(struct world *w, const char *id)
{
	for (size_t i = 0; i < w->n_keys; i++)
		if (strcmp(w->keys[i].id, id) == 0)
			w->keys[i--] = w->keys[--w->n_keys];
}

static void refuse(struct ks_event *event)
{
	ks_err_set(&event->err, KS_ERR_SERVICE, "You are not authorized");
	snprintf(event->err.code, sizeof event->err.code, "AccessDeniedException");
	snprintf(event->err.request_id, sizeof event->err.request_id, "req-4711");
	snprintf(event->request_id, sizeof event->request_id, "req-4711");
}

static void behave(struct world *w, enum behaviour behaviour, struct ks_event *event,
    const struct ks_request *request)
{
	if (behaviour == REFUSES) {
		refuse(event);
		return;
	}
	event->reply = new_reply();
	if (request->op == KS_OP_CREATE_BUCKET_ACCESS_KEY)
		reply_create(w, event->reply);
	else
		remove_key(w, request->input.key_id);
	if (behaviour != LOSES)
		return;
	ks_reply_free(event->reply);
	free(event->reply);
	event->reply = NULL;
	event->unclear = true;
	ks_err_set(&event->err, KS_ERR_NETWORK, "The connection was reset");
}

static void answer_call(struct world *w, const struct ks_request *request)
{
	struct ks_event *event = ks_event_new(KS_EVENT_REPLY, w->now);

	event->request = request->id;
	switch (request->op) {
	case KS_OP_CREATE_BUCKET_ACCESS_KEY:
		behave(w, w->creates, event, request);
		break;
	case KS_OP_DELETE_BUCKET_ACCESS_KEY:
		behave(w, w->deletes, event, request);
		break;
	case KS_OP_GET_BUCKETS:
		event->reply = new_reply();
		reply_buckets(w, event->reply);
		break;
	case KS_OP_GET_BUCKET_ACCESS_KEYS:
		event->reply = new_reply();
		reply_keys(w, event->reply);
		break;
	default:
		event->reply = new_reply();
	}
	ks_store_apply(w->store, event);
}

static void answer_identify(struct world *w, const struct ks_request *request)
{
	struct ks_event *event = ks_event_new(KS_EVENT_IDENTITY, w->now);

	event->request = request->id;
	event->identity = ks_calloc(1, sizeof *event->identity);
	event->identity->profile = ks_strdup("prod");
	event->identity->source = ks_strdup("environment");
	event->identity->region = ks_strdup("eu-west-1");
	event->identity->expires = KS_TIME_NEVER;
	ks_store_apply(w->store, event);
}

static bool must_wait(const struct world *w, const struct ks_request *request)
{
	if (request->kind != KS_REQUEST_CALL)
		return false;
	return (request->op == KS_OP_CREATE_BUCKET_ACCESS_KEY && w->creates == WAITS) ||
	       (request->op == KS_OP_DELETE_BUCKET_ACCESS_KEY && w->deletes == WAITS);
}

static void say_submitted(struct world *w, struct ks_request *request)
{
	struct ks_event *event = ks_event_new(KS_EVENT_SUBMITTED, w->now);
	struct ks_request *copy = ks_request_new(request->kind);

	request->id = ++w->last_request;
	copy->id = request->id;
	copy->priority = request->priority;
	copy->profile = request->profile;
	copy->op = request->op;
	copy->target = request->target;
	if (request->profile_name != NULL)
		copy->profile_name = ks_strdup(request->profile_name);
	if (request->region != NULL)
		copy->region = ks_strdup(request->region);
	ks_call_input_copy(&copy->input, &request->input);
	event->request = request->id;
	event->submitted = copy;
	ks_store_apply(w->store, event);
}

static void serve_one(struct world *w, struct ks_request *request)
{
	say_submitted(w, request);
	if (must_wait(w, request)) {
		w->waiting = request;
		return;
	}
	if (request->kind == KS_REQUEST_IDENTIFY)
		answer_identify(w, request);
	else if (request->kind == KS_REQUEST_CALL)
		answer_call(w, request);
	ks_request_free(request);
}

/* Answers what the plan asks for, until it asks for nothing. */
static void serve(struct world *w)
{
	struct ks_plan plan = {0};
	struct ks_hints hints = {.operations = false};

	for (int left = MAX_REQUESTS; left > 0; left--) {
		plan.count = 0;
		ks_plan_next(w->store, &hints, w->now, &plan);
		if (plan.count == 0)
			break;
		for (size_t i = 0; i < plan.count; i++)
			serve_one(w, plan.requests[i]);
		plan.count = 0;
	}
	ks_plan_free(&plan);
}

/* The change that waits is answered at last. */
static void answer_waiting(struct world *w)
{
	struct ks_request *request = w->waiting;

	assert_non_null(request);
	w->waiting = NULL;
	w->creates = w->deletes = ANSWERS;
	answer_call(w, request);
	ks_request_free(request);
	serve(w);
}

/* ---- keys and pictures ---- */

static void show(struct world *w)
{
	ks_ui_update(w->ui, w->now);
	ks_ui_draw(w->ui, w->canvas, w->now);
	ks_ui_presented(w->ui);
	ks_buf_reset(&w->picture);
	ks_canvas_dump(w->canvas, &w->picture);
}

/* Keys by their spelling, a turn of the loop and a frame after each. */
static void press(struct world *w, const char *keys)
{
	char name[16];

	for (size_t len; *keys != '\0'; keys += len + (keys[len] == ' ')) {
		struct ks_key key;

		len = strcspn(keys, " ");
		snprintf(name, sizeof name, "%.*s", (int)len, keys);
		assert_true(ks_key_parse(name, &key));
		ks_ui_key(w->ui, key, w->now);
		serve(w);
		show(w);
	}
}

static bool shows(const struct world *w, const char *text)
{
	return strstr(ks_buf_text(&w->picture), text) != NULL;
}

static void assert_shows(const struct world *w, const char *text)
{
	if (!shows(w, text))
		fail_msg("no \"%s\" in:\n%s", text, ks_buf_text(&w->picture));
}

static void assert_shows_not(const struct world *w, const char *text)
{
	if (shows(w, text))
		fail_msg("\"%s\" in:\n%s", text, ks_buf_text(&w->picture));
}

static void assert_told(struct world *w, const char *expected)
{
	assert_string_equal(ks_buf_text(&w->told), expected);
	ks_buf_reset(&w->told);
}

static void assert_top(const struct world *w, const struct ks_dialog_class *class)
{
	const struct ks_dialog_class *top = ks_ui_top(w->ui);

	assert_string_equal(top != NULL ? top->name : "none", class != NULL ? class->name : "none");
}

static void resize(struct world *w, int width, int height)
{
	ks_canvas_reset(w->canvas, width, height);
	show(w);
}

static uint32_t bucket_id(const struct world *w)
{
	assert_int_equal(w->store->n_buckets, 1);
	return w->store->scopes[0].entries[0]->id;
}

static struct ks_change *only_change(struct world *w)
{
	assert_int_equal(w->store->n_changes, 1);
	return &w->store->changes[0];
}

/* ---- making a world ---- */

static void open_world(struct world *w, const struct ks_glyphs *glyphs)
{
	static const char *const regions[] = {"eu-west-1"};
	struct ks_store_options store = {
	    .regions = regions, .n_regions = 1, .policy = {90, 90}, .read_only = false};
	struct ks_clipboard_options clipboard = {.write = port_write, .ctx = w};
	struct ks_ui_options ui = {
	    .port = {port_store, port_tell, port_write, NULL, w}, .glyphs = glyphs};

	w->now = INT64_C(1700000000000);
	w->store = ks_store_new(&store);
	serve(w);
	w->clipboard = ks_clipboard_new(&clipboard);
	ui.theme = ks_theme_builtin(0);
	ui.clipboard = w->clipboard;
	w->ui = ks_ui_new(&ui);
	w->canvas = ks_canvas_new(120, 34);
	show(w);
}

static void given_keys(struct world *w, size_t count)
{
	w->keys[0] = (struct key){OLD_KEY, KS_USE_USED, 3 * HOUR};
	w->keys[1] = (struct key){TWO_KEY, KS_USE_NEVER, 0};
	w->n_keys = count;
	open_world(w, &ks_glyphs_utf8);
}

static int set_up(void **state)
{
	struct world *w = ks_calloc(1, sizeof *w);

	w->bucket = "media-assets";
	ks_buf_init(&w->picture, 1 << 20);
	ks_buf_init(&w->terminal, 1 << 16);
	ks_buf_init(&w->told, 1 << 16);
	*state = w;
	return 0;
}

static int tear_down(void **state)
{
	struct world *w = *state;

	ks_ui_free(w->ui);
	ks_clipboard_free(w->clipboard);
	ks_store_free(w->store);
	ks_canvas_free(w->canvas);
	if (w->waiting != NULL)
		ks_request_free(w->waiting);
	ks_buf_free(&w->picture);
	ks_buf_free(&w->terminal);
	ks_buf_free(&w->told);
	free(w);
	return 0;
}

static void open_create(struct world *w)
{
	ks_create_dialog_open(w->ui, bucket_id(w));
	show(w);
}

static void open_delete(struct world *w, const char *key_id)
{
	ks_delete_dialog_open(w->ui, bucket_id(w), key_id);
	show(w);
}

/* A key was made and its secret waits. */
static void open_secret(struct world *w)
{
	given_keys(w, 1);
	open_create(w);
	press(w, "Enter");
	assert_told(w, "create;");
	assert_top(w, &ks_secret_dialog);
}

static const struct ks_handover *handover(const struct world *w)
{
	assert_int_equal(w->store->n_handovers, 1);
	return &w->store->handovers[0];
}

/* ---- create ---- */

static void create_says_which_slot_it_takes(void **state)
{
	struct world *w = *state;

	given_keys(w, 1);
	open_create(w);
	assert_shows(w, "slot 2 of 2");
	assert_shows(w, "media-assets");
	assert_shows(w, "eu-west-1");
	assert_shows(w, "prod");
	assert_shows(w, "▸[Create]");
	press(w, "Esc");
	assert_top(w, NULL);
	assert_told(w, "");
}

static void create_of_a_full_bucket_offers_to_delete_a_key(void **state)
{
	struct world *w = *state;

	given_keys(w, 2);
	open_create(w);
	assert_shows(w, "no deactivate");
	assert_shows(w, "▸[Close]");
	press(w, "Tab Tab Enter");
	assert_told(w, "");
	assert_top(w, &ks_delete_dialog);
	assert_shows(w, TWO_KEY);
}

static void create_shows_its_progress_and_ends_in_the_secret(void **state)
{
	struct world *w = *state;

	given_keys(w, 1);
	w->creates = WAITS;
	open_create(w);
	press(w, "Enter");
	assert_shows(w, "Asking Lightsail for a key");
	answer_waiting(w);
	show(w);
	assert_top(w, &ks_secret_dialog);
	assert_shows(w, NEW_KEY);
	assert_false(ks_ui_has(w->ui, &ks_create_dialog));
}

static void create_goes_on_without_its_dialog(void **state)
{
	struct world *w = *state;

	given_keys(w, 1);
	w->creates = WAITS;
	open_create(w);
	press(w, "Enter Esc");
	assert_top(w, NULL);
	assert_shows(w, "still being made");
	answer_waiting(w);
	show(w);
	assert_top(w, &ks_secret_dialog);
}

static void a_failed_create_says_all_that_is_known(void **state)
{
	struct world *w = *state;

	given_keys(w, 1);
	w->creates = REFUSES;
	open_create(w);
	press(w, "Enter");
	assert_shows(w, "No key was made");
	assert_shows(w, "You are not authorized");
	assert_shows(w, "AccessDeniedException");
	assert_shows(w, "req-4711");
	w->creates = ANSWERS;
	press(w, "Tab Enter");
	assert_told(w, "create;create;");
	assert_top(w, &ks_secret_dialog);
}

static void a_create_that_failed_unseen_is_told_in_a_toast(void **state)
{
	struct world *w = *state;

	given_keys(w, 1);
	w->creates = WAITS;
	open_create(w);
	press(w, "Enter Esc");
	only_change(w)->state = KS_CHANGE_FAILED;
	ks_err_set(&only_change(w)->err, KS_ERR_SERVICE, "No more of them");
	show(w);
	assert_shows(w, "No more of them");
	assert_int_equal(w->store->n_changes, 0);
}

static void a_lost_answer_is_explained_while_it_is_looked_into(void **state)
{
	struct world *w = *state;

	given_keys(w, 1);
	w->creates = LOSES;
	open_create(w);
	press(w, "Enter");
	assert_int_equal(only_change(w)->state, KS_CHANGE_UNCLEAR);
	assert_shows(w, "The answer was lost");
	assert_shows(w, "Reading the keys again");
	assert_told(w, "create;");
}

static void an_orphan_is_named_and_its_deletion_offered(void **state)
{
	struct world *w = *state;

	given_keys(w, 1);
	w->creates = LOSES;
	open_create(w);
	press(w, "Enter");
	for (int i = 0; i < 20 && only_change(w)->state == KS_CHANGE_UNCLEAR; i++) {
		w->now += 5000;
		serve(w);
	}
	assert_int_equal(only_change(w)->state, KS_CHANGE_ORPHANED);
	show(w);
	assert_shows(w, NEW_KEY);
	assert_shows(w, "secret nobody has");
	press(w, "Tab Enter");
	assert_top(w, &ks_delete_dialog);
	assert_shows(w, NEW_KEY);
}

/* ---- delete ---- */

static void delete_has_the_focus_on_the_safe_choice(void **state)
{
	struct world *w = *state;

	given_keys(w, 2);
	open_delete(w, TWO_KEY);
	assert_shows(w, "▸[Cancel]");
	assert_shows(w, "can't be undone");
	assert_shows(w, "never");
	press(w, "Enter");
	assert_top(w, NULL);
	assert_told(w, "");
}

static void delete_tells_what_the_last_use_means(void **state)
{
	struct world *w = *state;

	given_keys(w, 2);
	w->keys[1].use = KS_USE_NO_DATA;
	open_delete(w, OLD_KEY);
	assert_shows(w, "3h ago by s3 from eu-west-1");
	assert_shows(w, "Something is using this key");
}

static void a_key_without_data_is_not_called_unused(void **state)
{
	struct world *w = *state;

	w->keys[0] = (struct key){OLD_KEY, KS_USE_NO_DATA, 0};
	w->n_keys = 1;
	open_world(w, &ks_glyphs_utf8);
	open_delete(w, OLD_KEY);
	assert_shows(w, "no data yet");
	assert_shows_not(w, "never");
}

static void a_key_in_use_must_be_typed(void **state)
{
	struct world *w = *state;

	given_keys(w, 2);
	open_delete(w, OLD_KEY);
	assert_shows(w, "(Delete)");
	press(w, "Tab Enter");
	assert_told(w, "");
	assert_shows(w, "isn't how");
	press(w, "M P L Q Enter");
	assert_told(w, "");
	press(w, "Backspace E");
	assert_shows(w, "[Delete]");
	press(w, "Enter");
	assert_told(w, "");
	assert_shows(w, "▸[Delete]");
	press(w, "Enter");
	assert_told(w, "delete " OLD_KEY ";");
	assert_top(w, NULL);
	assert_shows(w, "Deleted " OLD_KEY);
	assert_int_equal(w->n_keys, 1);
}

static void the_only_key_must_be_typed_though_never_used(void **state)
{
	struct world *w = *state;

	w->keys[0] = (struct key){TWO_KEY, KS_USE_NEVER, 0};
	w->n_keys = 1;
	open_world(w, &ks_glyphs_utf8);
	open_delete(w, TWO_KEY);
	assert_shows(w, "only key");
	press(w, "O N D K Enter Enter");
	assert_told(w, "delete " TWO_KEY ";");
}

static void a_key_used_long_ago_need_not_be_typed(void **state)
{
	struct world *w = *state;

	w->keys[0] = (struct key){OLD_KEY, KS_USE_USED, 31 * (int64_t)DAY};
	w->keys[1] = (struct key){TWO_KEY, KS_USE_NEVER, 0};
	w->n_keys = 2;
	open_world(w, &ks_glyphs_utf8);
	open_delete(w, OLD_KEY);
	assert_shows(w, "Nothing has used it since");
	press(w, "Tab Enter");
	assert_told(w, "delete " OLD_KEY ";");
}

static void d_and_n_do_nothing_in_any_dialog(void **state)
{
	struct world *w = *state;

	given_keys(w, 2);
	open_delete(w, OLD_KEY);
	press(w, "d n d n");
	assert_top(w, &ks_delete_dialog);
	assert_told(w, "");
	press(w, "Esc");
	open_create(w);
	press(w, "d n");
	assert_top(w, &ks_create_dialog);
	assert_told(w, "");
}

static void keys_typed_ahead_do_not_reach_a_dialog(void **state)
{
	struct world *w = *state;
	struct ks_key enter = {.code = KS_KEY_ENTER};

	given_keys(w, 1);
	ks_create_dialog_open(w->ui, bucket_id(w));
	ks_ui_key(w->ui, enter, w->now);
	show(w);
	assert_told(w, "");
	assert_top(w, &ks_create_dialog);
}

static void a_paste_is_no_series_of_keys(void **state)
{
	static const struct ks_key begin = {.code = KS_KEY_PASTE_BEGIN},
				   end = {.code = KS_KEY_PASTE_END}, c = {.code = 'c'},
				   enter = {.code = KS_KEY_ENTER};
	struct world *w = *state;

	open_secret(w);
	ks_ui_key(w->ui, begin, w->now);
	ks_ui_key(w->ui, c, w->now);
	ks_ui_key(w->ui, enter, w->now);
	ks_ui_key(w->ui, end, w->now);
	show(w);
	assert_told(w, "");
	assert_int_equal(handover(w)->state, KS_HANDOVER_HELD);
}

static void a_failed_delete_says_so_and_can_be_tried_again(void **state)
{
	struct world *w = *state;

	given_keys(w, 2);
	w->deletes = REFUSES;
	open_delete(w, TWO_KEY);
	press(w, "Tab Enter");
	assert_shows(w, "was not deleted");
	assert_shows(w, "AccessDeniedException");
	w->deletes = ANSWERS;
	press(w, "Tab Enter");
	assert_shows(w, "▸[Cancel]");
	press(w, "Tab Enter");
	assert_told(w, "delete " TWO_KEY ";delete " TWO_KEY ";");
	assert_top(w, NULL);
}

static void a_key_that_vanished_can_not_be_deleted(void **state)
{
	struct world *w = *state;
	struct ks_event *event;

	given_keys(w, 2);
	open_delete(w, TWO_KEY);
	remove_key(w, TWO_KEY);
	event = ks_event_new(KS_EVENT_REFRESH, w->now);
	event->bucket = bucket_id(w);
	ks_store_apply(w->store, event);
	serve(w);
	show(w);
	assert_shows(w, "▸[Close]");
	assert_shows_not(w, "[Delete]");
}

/* ---- secret ---- */

static void a_secret_is_never_on_the_picture(void **state)
{
	struct world *w = *state;

	open_secret(w);
	assert_shows(w, NEW_KEY);
	assert_shows(w, "••••");
	assert_shows_not(w, "wJalr");
	assert_shows(w, "▸[Copy]");
	assert_shows(w, "OSC 52");
}

static void enter_copies_and_then_confirms(void **state)
{
	struct world *w = *state;

	open_secret(w);
	press(w, "Enter");
	assert_told(w, "delivered by copy;");
	assert_non_null(strstr(ks_buf_text(&w->terminal), "]52;c;d0ph"));
	assert_shows(w, "can't be known");
	assert_shows(w, "▸[It arrived]");
	press(w, "Enter");
	assert_told(w, "arrived;");
	assert_top(w, NULL);
	assert_shows(w, "wiped it");
	assert_null(handover(w)->secret);
}

static void c_and_y_copy_but_do_not_confirm(void **state)
{
	struct world *w = *state;

	open_secret(w);
	press(w, "c y c");
	assert_told(w, "delivered by copy;delivered by copy;delivered by copy;");
	assert_int_equal(handover(w)->state, KS_HANDOVER_UNCONFIRMED);
	press(w, "d n");
	assert_told(w, "");
}

static void a_second_copy_is_impossible_after_it_arrived(void **state)
{
	struct world *w = *state;

	open_secret(w);
	press(w, "c Enter");
	ks_buf_reset(&w->terminal);
	ks_buf_reset(&w->told);
	press(w, "c y");
	assert_string_equal(ks_buf_text(&w->terminal), "");
	ks_secret_dialog_open(w->ui, handover(w)->id);
	show(w);
	press(w, "c Enter");
	assert_string_equal(ks_buf_text(&w->terminal), "");
}

static void an_enter_meant_for_the_copy_does_not_confirm(void **state)
{
	struct ks_key enter = {.code = KS_KEY_ENTER};
	struct world *w = *state;

	open_secret(w);
	ks_ui_key(w->ui, enter, w->now);
	ks_ui_key(w->ui, enter, w->now);
	show(w);
	assert_told(w, "delivered by copy;");
	assert_int_equal(handover(w)->state, KS_HANDOVER_UNCONFIRMED);
}

static void what_did_not_arrive_is_held_again(void **state)
{
	struct world *w = *state;

	open_secret(w);
	press(w, "c Left Enter");
	assert_told(w, "delivered by copy;not-arrived;");
	assert_int_equal(handover(w)->state, KS_HANDOVER_HELD);
	assert_shows(w, "▸[Copy]");
	press(w, "c Right Enter");
	assert_told(w, "delivered by copy;delivered by copy;");
}

static void leaving_a_secret_asks_and_the_safe_choice_has_the_focus(void **state)
{
	static const char *const ways[] = {"Esc", "q"};
	struct world *w = *state;

	open_secret(w);
	for (size_t i = 0; i < 2; i++) {
		press(w, ways[i]);
		assert_shows(w, "Give it up?");
		assert_shows(w, "▸[Back]");
		press(w, "d n c y");
		assert_told(w, "");
		press(w, "Enter");
		assert_shows(w, "▸[Copy]");
		press(w, ways[i]);
		press(w, "Esc");
		assert_shows(w, "▸[Copy]");
	}
	assert_told(w, "");
}

static void a_secret_can_be_left_and_the_key_stays(void **state)
{
	struct world *w = *state;

	open_secret(w);
	press(w, "Esc Left Enter");
	assert_told(w, "give-up;");
	assert_top(w, NULL);
	assert_shows(w, NEW_KEY " stays in media-assets");
	assert_null(handover(w)->secret);
	assert_int_equal(w->n_keys, 2);
}

static void a_secret_can_be_given_up_with_its_key(void **state)
{
	struct world *w = *state;

	open_secret(w);
	press(w, "Esc Tab Enter");
	assert_told(w, "give-up and delete;");
	assert_top(w, NULL);
	assert_int_equal(w->n_keys, 1);
	assert_shows(w, "Deleted " NEW_KEY);
}

/* ---- quit ---- */

static void ctrl_c_asks_where_a_secret_would_be_lost(void **state)
{
	struct world *w = *state;

	open_secret(w);
	press(w, "Ctrl-C");
	assert_top(w, &ks_quit_dialog);
	assert_shows(w, NEW_KEY " is not delivered");
	assert_shows(w, "▸[Stay]");
	press(w, "q");
	assert_int_equal(ks_ui_take_wish(w->ui), KS_UI_NOTHING);
	assert_top(w, &ks_secret_dialog);
	press(w, "Ctrl-C Enter");
	assert_int_equal(ks_ui_take_wish(w->ui), KS_UI_NOTHING);
	press(w, "Ctrl-C Left Enter");
	assert_int_equal(ks_ui_take_wish(w->ui), KS_UI_LEAVE);
	assert_told(w, "");
}

static void quitting_can_delete_the_key_first(void **state)
{
	struct world *w = *state;

	open_secret(w);
	w->deletes = WAITS;
	press(w, "Ctrl-C Tab Enter");
	assert_told(w, "give-up and delete;");
	assert_shows(w, "quits when");
	assert_int_equal(ks_ui_take_wish(w->ui), KS_UI_NOTHING);
	answer_waiting(w);
	show(w);
	assert_int_equal(ks_ui_take_wish(w->ui), KS_UI_LEAVE);
	assert_int_equal(w->n_keys, 1);
}

static void quitting_stays_when_the_key_could_not_be_deleted(void **state)
{
	struct world *w = *state;

	open_secret(w);
	w->deletes = REFUSES;
	press(w, "Ctrl-C Tab Enter");
	assert_shows(w, "You are not authorized");
	assert_int_equal(ks_ui_take_wish(w->ui), KS_UI_NOTHING);
	assert_top(w, &ks_quit_dialog);
}

static void a_second_q_leaves_while_a_key_is_being_made(void **state)
{
	struct world *w = *state;

	given_keys(w, 1);
	w->creates = WAITS;
	open_create(w);
	press(w, "Enter Esc q");
	assert_top(w, &ks_quit_dialog);
	assert_shows(w, "is being made for media-assets");
	assert_int_equal(ks_ui_take_wish(w->ui), KS_UI_NOTHING);
	press(w, "q");
	assert_int_equal(ks_ui_take_wish(w->ui), KS_UI_LEAVE);
}

/* ---- sizes ---- */

/* In each size, all lines stay within the screen, and what has the focus is in sight. */
static void assert_fits(struct world *w, const char *focus)
{
	static const int sizes[][2] = {{120, 34}, {80, 24}, {50, 15}, {40, 10}};

	for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
		resize(w, sizes[i][0], sizes[i][1]);
		assert_shows(w, focus);
	}
	resize(w, 39, 9);
	resize(w, 1, 1);
	resize(w, 120, 34);
}

static void dialogs_fit_every_size(void **state)
{
	struct world *w = *state;

	given_keys(w, 1);
	open_create(w);
	assert_fits(w, "▸[Create]");
	press(w, "Esc");
	open_delete(w, OLD_KEY);
	assert_fits(w, "▸[Cancel]");
	press(w, "Tab");
	assert_fits(w, "▸Type its last 4 characters");
}

static void hostile_names_are_shown_in_pieces_and_never_push_the_buttons_out(void **state)
{
	struct world *w = *state;

	w->bucket =
	    "\xe5\x90\x8d\xe5\x89\x8d-\033[2J\xe5\x90\x8d\xe5\x89\x8d\xe5\x90\x8d\xe5\x89\x8d"
	    "\xe5\x90\x8d\xe5\x89\x8d\xe5\x90\x8d\xe5\x89\x8d\xe5\x90\x8d\xe5\x89\x8d-\xe2\x80"
	    "\xae-\xe5\x90\x8d\xe5\x89\x8d\xe5\x90\x8d\xe5\x89\x8d\xe5\x90\x8d\xe5\x89\x8d";
	given_keys(w, 1);
	open_create(w);
	assert_fits(w, "▸[Create]");
	assert_null(strchr(ks_buf_text(&w->picture), '\033'));
	press(w, "Enter");
	assert_top(w, &ks_secret_dialog);
	assert_fits(w, "▸[Copy]");
}

static void what_is_below_can_be_scrolled_to(void **state)
{
	struct world *w = *state;

	given_keys(w, 1);
	open_delete(w, OLD_KEY);
	resize(w, 40, 10);
	assert_shows_not(w, "prod");
	press(w, "PgDn PgDn PgDn");
	assert_shows(w, "prod");
	assert_shows(w, "▸[Cancel]");
	press(w, "PgUp PgUp PgUp PgUp");
	assert_shows(w, "Delete this key?");
}

static void in_ascii_the_focus_is_seen_too(void **state)
{
	struct world *w = *state;

	w->keys[0] = (struct key){TWO_KEY, KS_USE_NEVER, 0};
	w->n_keys = 1;
	open_world(w, &ks_glyphs_ascii);
	open_create(w);
	assert_shows(w, ">[Create]");
	for (const char *c = ks_buf_text(&w->picture); *c != '\0'; c++)
		assert_true((unsigned char)*c < 0x80);
}

static void the_secret_dialog_at_its_smallest_says_what_copy_does(void **state)
{
	struct world *w = *state;

	open_secret(w);
	resize(w, 40, 10);
	assert_shows(w, "OSC 52");
	press(w, "c");
	assert_shows(w, "can't be known");
	assert_shows(w, "▸[It arrived]");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(create_says_which_slot_it_takes),
	    TEST(create_of_a_full_bucket_offers_to_delete_a_key),
	    TEST(create_shows_its_progress_and_ends_in_the_secret),
	    TEST(create_goes_on_without_its_dialog),
	    TEST(a_failed_create_says_all_that_is_known),
	    TEST(a_create_that_failed_unseen_is_told_in_a_toast),
	    TEST(a_lost_answer_is_explained_while_it_is_looked_into),
	    TEST(an_orphan_is_named_and_its_deletion_offered),
	    TEST(delete_has_the_focus_on_the_safe_choice),
	    TEST(delete_tells_what_the_last_use_means),
	    TEST(a_key_without_data_is_not_called_unused),
	    TEST(a_key_in_use_must_be_typed),
	    TEST(the_only_key_must_be_typed_though_never_used),
	    TEST(a_key_used_long_ago_need_not_be_typed),
	    TEST(d_and_n_do_nothing_in_any_dialog),
	    TEST(keys_typed_ahead_do_not_reach_a_dialog),
	    TEST(a_paste_is_no_series_of_keys),
	    TEST(a_failed_delete_says_so_and_can_be_tried_again),
	    TEST(a_key_that_vanished_can_not_be_deleted),
	    TEST(a_secret_is_never_on_the_picture),
	    TEST(enter_copies_and_then_confirms),
	    TEST(c_and_y_copy_but_do_not_confirm),
	    TEST(a_second_copy_is_impossible_after_it_arrived),
	    TEST(an_enter_meant_for_the_copy_does_not_confirm),
	    TEST(what_did_not_arrive_is_held_again),
	    TEST(leaving_a_secret_asks_and_the_safe_choice_has_the_focus),
	    TEST(a_secret_can_be_left_and_the_key_stays),
	    TEST(a_secret_can_be_given_up_with_its_key),
	    TEST(ctrl_c_asks_where_a_secret_would_be_lost),
	    TEST(quitting_can_delete_the_key_first),
	    TEST(quitting_stays_when_the_key_could_not_be_deleted),
	    TEST(a_second_q_leaves_while_a_key_is_being_made),
	    TEST(dialogs_fit_every_size),
	    TEST(hostile_names_are_shown_in_pieces_and_never_push_the_buttons_out),
	    TEST(what_is_below_can_be_scrolled_to),
	    TEST(in_ascii_the_focus_is_seen_too),
	    TEST(the_secret_dialog_at_its_smallest_says_what_copy_does),
	};

	ks_secret_setup();
	return cmocka_run_group_tests_name("dialogs", tests, NULL, NULL);
}
