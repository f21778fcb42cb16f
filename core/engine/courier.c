#include "core/engine/courier.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/aws/endpoint.h"
#include "core/base/mem.h"
#include "core/base/text.h"
#include "core/deliver/sink.h"

enum { PHRASE_SIZE = 400 };

/* A secret on its way. */
struct parcel {
	uint64_t request;
	char *key_id;
	struct ks_secret *secret; /* to see afterwards that it is what arrived */
	struct ks_sink_plan *plan;
	enum ks_sink_end end;
	struct ks_err err;
	bool open_to_others;
};

struct ks_courier {
	const struct ks_worker_places *places;
	const struct ks_clock *clock;
	struct parcel *parcels;
	size_t count, cap;
	int *fds;
	size_t fds_cap;
};

struct ks_courier *ks_courier_new(
    const struct ks_worker_places *places, const struct ks_clock *clock)
{
	static const struct ks_worker_places nothing;
	struct ks_courier *courier = ks_calloc(1, sizeof *courier);

	courier->places = places != NULL ? places : &nothing;
	courier->clock = clock;
	return courier;
}

static void parcel_free(struct parcel *parcel)
{
	free(parcel->key_id);
	ks_secret_free(parcel->secret);
	ks_sink_plan_free(parcel->plan);
}

void ks_courier_free(struct ks_courier *courier)
{
	if (courier == NULL)
		return;
	for (size_t i = 0; i < courier->count; i++)
		parcel_free(&courier->parcels[i]);
	free(courier->parcels);
	free(courier->fds);
	free(courier);
}

/* ---- before ---- */

/* NULL with err filled when the sink won't take it. The caller frees the plan. */
static struct ks_sink_plan *make_plan(const struct ks_courier *courier,
    const struct ks_request *request, const struct ks_identity *identity, struct ks_err *err)
{
	const struct ks_worker_places *places = courier->places;
	char endpoint[KS_ENDPOINT_SIZE];
	struct ks_sink_plan *plan = NULL;
	struct ks_sink sink;

	if (!ks_identity_s3_endpoint(identity, endpoint, sizeof endpoint, err))
		return NULL;
	if (ks_sink_parse(request->sink, &sink, err)) {
		const struct ks_sink_options options = {
		    .credentials_file = places->credentials_file,
		    .rclone_file = places->rclone_file,
		    .home = places->home,
		    .path = places->path,
		    .bucket = request->input.bucket,
		    .region = request->region,
		    .endpoint = endpoint[0] != '\0' ? endpoint : NULL,
		    .replace = request->replace,
		};

		plan = ks_sink_preflight(&sink, &options, err);
	}
	ks_sink_free(&sink);
	return plan;
}

bool ks_courier_check(const struct ks_courier *courier, const struct ks_request *request,
    const struct ks_identity *identity, struct ks_err *err)
{
	struct ks_sink_plan *plan = make_plan(courier, request, identity, err);
	bool good = plan != NULL;

	ks_sink_plan_free(plan);
	return good;
}

/* ---- on the way ---- */

static enum ks_sink_end begin(struct ks_courier *courier, struct parcel *parcel,
    const struct ks_request *request, const struct ks_identity *identity)
{
	if (request->secret == NULL) {
		ks_err_set(&parcel->err, KS_ERR_SYSTEM, "The protected memory for secrets is full");
		ks_err_tip(&parcel->err, "deliver or give up another key first");
		return KS_SINK_FAILED;
	}
	parcel->secret = ks_secret_dup(request->secret, &parcel->err);
	if (parcel->secret != NULL)
		parcel->plan = make_plan(courier, request, identity, &parcel->err);
	if (parcel->plan == NULL)
		return KS_SINK_FAILED;
	parcel->open_to_others = ks_sink_is_open_to_others(parcel->plan);
	return ks_sink_deliver(parcel->plan, parcel->key_id, parcel->secret,
	    ks_clock_mono(courier->clock), &parcel->err);
}

void ks_courier_take(struct ks_courier *courier, const struct ks_request *request,
    const struct ks_identity *identity)
{
	struct parcel *parcel;

	courier->parcels =
	    ks_grow(courier->parcels, courier->count, &courier->cap, sizeof *courier->parcels);
	parcel = &courier->parcels[courier->count++];
	*parcel = (struct parcel){
	    .request = request->id,
	    .key_id = ks_strdup(request->input.key_id),
	};
	parcel->end = begin(courier, parcel, request, identity);
}

void ks_courier_cancel(struct ks_courier *courier, uint64_t request)
{
	for (size_t i = 0; i < courier->count; i++) {
		if (courier->parcels[i].request != request ||
		    courier->parcels[i].end != KS_SINK_RUNNING)
			continue;
		parcel_free(&courier->parcels[i]);
		courier->parcels[i] = courier->parcels[--courier->count];
		return;
	}
}

void ks_courier_turn(struct ks_courier *courier)
{
	int64_t now = ks_clock_mono(courier->clock);

	for (size_t i = 0; i < courier->count; i++) {
		struct parcel *parcel = &courier->parcels[i];

		if (parcel->end == KS_SINK_RUNNING)
			parcel->end = ks_sink_turn(parcel->plan, now, &parcel->err);
	}
}

/* ---- the end ---- */

/* The backup holds the user's other secrets: it goes as soon as it isn't needed. */
static bool look_behind(struct parcel *parcel, struct ks_event *event)
{
	struct ks_err why;
	char line[sizeof why.message + sizeof why.tip];

	if (!ks_sink_verify(parcel->plan, parcel->key_id, parcel->secret, &parcel->err))
		return false;
	if (!ks_sink_drop_backup(parcel->plan, &why)) {
		event->warning = ks_strdup(ks_err_line(&why, line, sizeof line));
	} else if (parcel->open_to_others) {
		const char *path = ks_sink_plan_path(parcel->plan);
		char *clean = ks_text_clean_dup(path, strlen(path));

		snprintf(line, sizeof line,
		    "Other users may read %s: its permissions were kept "
		    "(chmod 600 it, unless that is meant)",
		    clean);
		free(clean);
		event->warning = ks_strdup(line);
	}
	return true;
}

static struct ks_event *event_of(const struct ks_courier *courier, struct parcel *parcel)
{
	struct ks_event *event = ks_event_new(KS_EVENT_SINK, ks_clock_wall(courier->clock));
	char phrase[PHRASE_SIZE], way[PHRASE_SIZE + 16];

	event->request = parcel->request;
	if (parcel->end == KS_SINK_DONE && look_behind(parcel, event)) {
		ks_sink_phrase(parcel->plan, phrase, sizeof phrase);
		snprintf(way, sizeof way, "Delivered %s", phrase);
		event->way = ks_strdup(way);
	} else {
		event->err = parcel->err;
	}
	return event;
}

struct ks_event *ks_courier_ended(struct ks_courier *courier)
{
	for (size_t i = 0; i < courier->count; i++) {
		struct parcel *parcel = &courier->parcels[i];
		struct ks_event *event;

		if (parcel->end == KS_SINK_RUNNING)
			continue;
		event = event_of(courier, parcel);
		parcel_free(parcel);
		*parcel = courier->parcels[--courier->count];
		return event;
	}
	return NULL;
}

/* ---- waiting ---- */

const int *ks_courier_fds(struct ks_courier *courier, size_t *count)
{
	*count = 0;
	for (size_t i = 0; i < courier->count; i++) {
		int fd =
		    courier->parcels[i].plan != NULL ? ks_sink_fd(courier->parcels[i].plan) : -1;

		if (fd < 0)
			continue;
		courier->fds =
		    ks_grow(courier->fds, *count, &courier->fds_cap, sizeof *courier->fds);
		courier->fds[(*count)++] = fd;
	}
	return courier->fds;
}

int64_t ks_courier_wake(const struct ks_courier *courier)
{
	int64_t now = ks_clock_mono(courier->clock), soonest = -1;

	for (size_t i = 0; i < courier->count; i++) {
		int64_t at = courier->parcels[i].plan != NULL
				 ? ks_sink_wake(courier->parcels[i].plan)
				 : KS_TIME_NEVER;
		int64_t left = at > now ? at - now : 0;

		if (at != KS_TIME_NEVER && (soonest < 0 || left < soonest))
			soonest = left;
	}
	return soonest;
}
