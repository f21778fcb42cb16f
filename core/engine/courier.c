#include "core/engine/courier.h"

#include <string.h>

#include "core/aws/endpoint.h"
#include "core/base/mem.h"
#include "core/base/text.h"

static struct ks_sink_options options_of(
    const struct ks_worker_places *places, const struct ks_request *request, const char *endpoint)
{
	static const struct ks_worker_places nothing;

	if (places == NULL)
		places = &nothing;
	return (struct ks_sink_options){
	    .credentials_file = places->credentials_file,
	    .rclone_file = places->rclone_file,
	    .home = places->home,
	    .bucket = request->input.bucket,
	    .region = request->region,
	    .endpoint = endpoint[0] != '\0' ? endpoint : NULL,
	    .replace = request->replace,
	};
}

/* NULL with err filled when the sink won't take it. The caller frees the plan. */
static struct ks_sink_plan *make_plan(const struct ks_worker_places *places,
    const struct ks_request *request, const struct ks_identity *identity, struct ks_err *err)
{
	char endpoint[KS_ENDPOINT_SIZE];
	struct ks_sink_plan *plan = NULL;
	struct ks_sink_options options;
	struct ks_sink sink;

	if (!ks_identity_s3_endpoint(identity, endpoint, sizeof endpoint, err))
		return NULL;
	options = options_of(places, request, endpoint);
	if (ks_sink_parse(request->sink, &sink, err))
		plan = ks_sink_preflight(&sink, &options, err);
	ks_sink_free(&sink);
	return plan;
}

bool ks_courier_check(const struct ks_worker_places *places, const struct ks_request *request,
    const struct ks_identity *identity, struct ks_err *err)
{
	struct ks_sink_plan *plan = make_plan(places, request, identity, err);
	bool good = plan != NULL;

	ks_sink_plan_free(plan);
	return good;
}

void ks_courier_deliver(const struct ks_worker_places *places, const struct ks_request *request,
    const struct ks_identity *identity, struct ks_event *event)
{
	struct ks_sink_plan *plan;

	if (request->secret == NULL) {
		ks_err_set(&event->err, KS_ERR_SYSTEM, "The memory for secrets is full");
		return;
	}
	plan = make_plan(places, request, identity, &event->err);
	if (plan == NULL)
		return;
	if (ks_sink_deliver(plan, request->input.key_id, request->secret, &event->err)) {
		const char *path = ks_sink_plan_path(plan);

		ks_err_clear(&event->err);
		event->way = ks_text_clean_dup(path, strlen(path));
	}
	ks_sink_plan_free(plan);
}
