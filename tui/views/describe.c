#include "tui/views/describe.h"

#include <stdio.h>
#include <string.h>

#include "tui/format.h"

static void add_str(
    struct ks_sheet *sheet, struct ks_draw *draw, const char *label, const struct ks_str *text)
{
	if (ks_str_present(text) && ks_str_clean(text)[0] != '\0')
		ks_sheet_field(sheet, KS_ROLE_TEXT, label, "%s", ks_str_clean(text));
	else
		ks_sheet_field(sheet, KS_ROLE_DIM, label, "%s", draw->glyphs->dash);
}

static void add_time(struct ks_sheet *sheet, struct ks_draw *draw, const char *label, int64_t at)
{
	char text[KS_FORMAT_SIZE];

	ks_sheet_field(sheet, at != KS_TIME_NONE ? KS_ROLE_TEXT : KS_ROLE_DIM, label, "%s",
	    ks_format_moment(draw, at, text));
}

static void add_tri(
    struct ks_sheet *sheet, struct ks_draw *draw, const char *label, enum ks_tri value)
{
	static const char *const words[] = {
	    [KS_TRI_UNKNOWN] = NULL, [KS_TRI_FALSE] = "no", [KS_TRI_TRUE] = "yes"};

	ks_sheet_field(sheet, value != KS_TRI_UNKNOWN ? KS_ROLE_TEXT : KS_ROLE_DIM, label, "%s",
	    words[value] != NULL ? words[value] : draw->glyphs->dash);
}

static void add_list(
    struct ks_sheet *sheet, struct ks_draw *draw, const char *label, const struct ks_str_list *list)
{
	struct ks_buf text;

	ks_buf_init(&text, 2000);
	for (size_t i = 0; i < list->count; i++)
		ks_buf_printf(&text, "%s%s", i > 0 ? ", " : "", ks_str_clean(&list->items[i]));
	ks_sheet_field(sheet, text.len > 0 ? KS_ROLE_TEXT : KS_ROLE_DIM, label, "%s",
	    text.len > 0 ? ks_buf_text(&text) : draw->glyphs->dash);
	ks_buf_free(&text);
}

/* The demo has none. */
static void add_profile(struct ks_sheet *sheet, struct ks_draw *draw, uint32_t index)
{
	const char *name = ks_store_profile_name(draw->store, index);
	bool other = strcmp(ks_store_profile_label(draw->store, index), name) != 0;

	if (name[0] != '\0')
		ks_sheet_field(sheet, KS_ROLE_TEXT, "Profile", "%s%s", name,
		    other ? " (with the environment's keys)" : "");
}

static void add_where(struct ks_sheet *sheet, struct ks_draw *draw, uint32_t index)
{
	const struct ks_store *store = draw->store;
	const struct ks_scope *scope;

	if (index >= store->n_scopes)
		return;
	scope = &store->scopes[index];
	if (ks_str_present(&scope->display_name))
		ks_sheet_field(sheet, KS_ROLE_TEXT, "Region", "%s (%s)", scope->region,
		    ks_str_clean(&scope->display_name));
	else
		ks_sheet_field(sheet, KS_ROLE_TEXT, "Region", "%s", scope->region);
	add_profile(sheet, draw, scope->profile);
	if (!scope->chosen)
		ks_sheet_field(sheet, KS_ROLE_DIM, "Shown",
		    "until what is being done to it is over: it is not chosen any more");
}

/* How fresh what is shown is, and why it isn't fresher. */
static void add_fetched(struct ks_sheet *sheet, struct ks_draw *draw, const char *label,
    const struct ks_fetched *fetched)
{
	char text[KS_FORMAT_SIZE];

	if (fetched->at != KS_TIME_NONE)
		ks_sheet_field(
		    sheet, KS_ROLE_DIM, label, "%s", ks_format_ago(draw, fetched->at, text));
	else if (fetched->state != KS_FETCH_FAILED)
		ks_sheet_field(sheet, KS_ROLE_DIM, label, "loading");
	if (fetched->state != KS_FETCH_FAILED || fetched->err == NULL)
		return;
	if (fetched->at != KS_TIME_NONE)
		ks_sheet_gap(sheet);
	ks_describe_err(sheet, draw, fetched->err);
}

void ks_describe_message(struct ks_sheet *sheet, struct ks_draw *draw, const struct ks_err *err)
{
	const char *word = ks_format_err_word(err);

	ks_sheet_field(sheet, KS_ROLE_BAD, "Failed", "%s",
	    err->message[0] != '\0' ? err->message
	    : word[0] != '\0'       ? word
				    : draw->glyphs->dash);
}

void ks_describe_err(struct ks_sheet *sheet, struct ks_draw *draw, const struct ks_err *err)
{
	ks_describe_message(sheet, draw, err);
	if (err->tip[0] != '\0')
		ks_sheet_field(sheet, KS_ROLE_TEXT, "Tip", "%s", err->tip);
	ks_describe_answer(sheet, err);
}

void ks_describe_answer(struct ks_sheet *sheet, const struct ks_err *err)
{
	if (err->code[0] != '\0')
		ks_sheet_field(sheet, KS_ROLE_TEXT, "Error code", "%s", err->code);
	if (err->subcode[0] != '\0' && strcmp(err->subcode, err->code) != 0)
		ks_sheet_field(sheet, KS_ROLE_TEXT, "Sub-code", "%s", err->subcode);
	if (err->http_status != 0)
		ks_sheet_field(sheet, KS_ROLE_TEXT, "HTTP status", "%d", err->http_status);
	if (err->request_id[0] != '\0')
		ks_sheet_field(sheet, KS_ROLE_TEXT, "Request ID", "%s", err->request_id);
}

/* ---- a bucket ---- */

static void add_bucket_keys(
    struct ks_sheet *sheet, struct ks_draw *draw, const struct ks_bucket_entry *entry)
{
	ks_sheet_gap(sheet);
	ks_sheet_heading(sheet, "Access keys");
	for (size_t i = 0; i < entry->n_keys; i++) {
		const struct ks_access_key *key = &entry->keys[i];
		char used[KS_FORMAT_SIZE], findings[KS_FORMAT_SIZE];

		ks_sheet_field(sheet, KS_ROLE_ACCENT, i == 0 ? "Key 1" : "Key 2",
		    "%s  %s  used: %s", ks_str_clean(&key->id), ks_str_clean(&key->status),
		    ks_format_last_used(draw, &key->last_used, used));
		ks_findings_words(
		    ks_format_key_findings(draw, entry, key), findings, sizeof findings);
		if (findings[0] != '\0')
			ks_sheet_field(sheet, KS_ROLE_WARN, "", "%s", findings);
	}
	if (entry->n_keys == 0 && entry->keys_fetched.at != KS_TIME_NONE)
		ks_sheet_text(sheet, KS_ROLE_DIM, "No access keys.");
	add_fetched(sheet, draw, "Keys read", &entry->keys_fetched);
}

static void add_bucket_access(
    struct ks_sheet *sheet, struct ks_draw *draw, const struct ks_bucket *bucket)
{
	ks_sheet_gap(sheet);
	ks_sheet_heading(sheet, "Access");
	add_str(sheet, draw, "Objects", &bucket->access_get_object);
	add_tri(sheet, draw, "Public overrides", bucket->allow_public_overrides);
	add_list(sheet, draw, "Read-only accounts", &bucket->readonly_accounts);
	for (size_t i = 0; i < bucket->n_receivers; i++)
		ks_sheet_field(sheet, KS_ROLE_TEXT, i == 0 ? "Instances" : "", "%s (%s)",
		    ks_str_clean(&bucket->receivers[i].name),
		    ks_str_clean(&bucket->receivers[i].type));
	if (bucket->n_receivers == 0)
		ks_sheet_field(sheet, KS_ROLE_DIM, "Instances", "%s", draw->glyphs->dash);
	add_tri(sheet, draw, "Access log", bucket->access_log_enabled);
	if (bucket->access_log_enabled == KS_TRI_TRUE) {
		add_str(sheet, draw, "Log bucket", &bucket->access_log_destination);
		add_str(sheet, draw, "Log prefix", &bucket->access_log_prefix);
	}
}

static void add_bucket_cors(
    struct ks_sheet *sheet, struct ks_draw *draw, const struct ks_bucket *bucket)
{
	for (size_t i = 0; i < bucket->n_cors; i++) {
		const struct ks_cors_rule *rule = &bucket->cors[i];

		ks_sheet_gap(sheet);
		ks_sheet_heading(sheet, "CORS rule");
		add_str(sheet, draw, "ID", &rule->id);
		add_list(sheet, draw, "Methods", &rule->methods);
		add_list(sheet, draw, "Origins", &rule->origins);
		add_list(sheet, draw, "Headers", &rule->headers);
		add_list(sheet, draw, "Exposed headers", &rule->expose_headers);
		if (rule->max_age_seconds >= 0)
			ks_sheet_field(sheet, KS_ROLE_TEXT, "Max age", "%llds",
			    (long long)rule->max_age_seconds);
	}
}

static void add_bucket_tags(struct ks_sheet *sheet, const struct ks_bucket *bucket)
{
	if (bucket->n_tags == 0)
		return;
	ks_sheet_gap(sheet);
	ks_sheet_heading(sheet, "Tags");
	for (size_t i = 0; i < bucket->n_tags; i++)
		ks_sheet_field(sheet, KS_ROLE_TEXT, ks_str_clean(&bucket->tags[i].key), "%s",
		    ks_str_clean(&bucket->tags[i].value));
}

bool ks_describe_bucket(struct ks_sheet *sheet, struct ks_draw *draw, uint32_t id)
{
	const struct ks_bucket_entry *entry = ks_store_bucket(draw->store, id);
	const struct ks_bucket *bucket;

	if (entry == NULL)
		return false;
	bucket = &entry->bucket;
	ks_sheet_field(sheet, KS_ROLE_ACCENT, "Name", "%s", ks_str_clean(&bucket->name));
	add_where(sheet, draw, entry->scope);
	add_str(sheet, draw, "Zone", &bucket->location.zone);
	add_time(sheet, draw, "Created", bucket->created);
	add_str(sheet, draw, "URL", &bucket->url);
	add_str(sheet, draw, "State", &bucket->state_code);
	if (ks_str_present(&bucket->state_message))
		add_str(sheet, draw, "State message", &bucket->state_message);
	add_str(sheet, draw, "Bundle", &bucket->bundle_id);
	add_tri(sheet, draw, "Bundle can change", bucket->able_to_update_bundle);
	add_str(sheet, draw, "Versioning", &bucket->object_versioning);
	add_bucket_keys(sheet, draw, entry);
	add_bucket_access(sheet, draw, bucket);
	add_bucket_cors(sheet, draw, bucket);
	add_bucket_tags(sheet, bucket);
	ks_sheet_gap(sheet);
	add_str(sheet, draw, "ARN", &bucket->arn);
	add_str(sheet, draw, "Resource type", &bucket->resource_type);
	add_str(sheet, draw, "Support code", &bucket->support_code);
	return true;
}

/* ---- a key ---- */

static void add_last_used(
    struct ks_sheet *sheet, struct ks_draw *draw, const struct ks_last_used *used)
{
	switch (used->use) {
	case KS_USE_USED:
		add_time(sheet, draw, "Last used", used->date);
		add_str(sheet, draw, "By service", &used->service);
		add_str(sheet, draw, "From region", &used->region);
		return;
	case KS_USE_NEVER:
		ks_sheet_field(sheet, KS_ROLE_TEXT, "Last used",
		    "never: the service has seen no request signed with this key");
		return;
	case KS_USE_NO_DATA:
		break;
	}
	ks_sheet_field(sheet, KS_ROLE_DIM, "Last used",
	    "no data: the service has not said yet whether it was used");
}

static void add_findings(struct ks_sheet *sheet, ks_findings findings)
{
	if (findings == 0)
		return;
	ks_sheet_gap(sheet);
	ks_sheet_heading(sheet, "Findings");
	for (int i = 0; i < KS_FINDING_COUNT; i++) {
		const struct ks_finding_info *info = ks_finding_info((enum ks_finding)i);

		if ((findings & KS_FINDING_BIT(i)) == 0)
			continue;
		ks_sheet_field(sheet, KS_ROLE_WARN, info->name, "%s", info->meaning);
		ks_sheet_field(sheet, KS_ROLE_TEXT, "", "%s", info->advice);
	}
}

bool ks_describe_key(
    struct ks_sheet *sheet, struct ks_draw *draw, uint32_t bucket, const char *key_id)
{
	const struct ks_bucket_entry *entry = ks_store_bucket(draw->store, bucket);
	const struct ks_access_key *key = ks_store_key(draw->store, bucket, key_id);
	const char *status;

	if (entry == NULL || key == NULL)
		return false;
	status = ks_str_clean(&key->status);
	ks_sheet_field(sheet, KS_ROLE_ACCENT, "Key ID", "%s", ks_str_clean(&key->id));
	ks_sheet_field(sheet, KS_ROLE_TEXT, "Bucket", "%s", ks_str_clean(&entry->bucket.name));
	add_where(sheet, draw, entry->scope);
	ks_sheet_field(sheet, ks_format_status_role(status), "Status", "%s",
	    status[0] != '\0' ? status : draw->glyphs->dash);
	add_time(sheet, draw, "Created", key->created);
	add_last_used(sheet, draw, &key->last_used);
	add_findings(sheet, ks_format_key_findings(draw, entry, key));
	ks_sheet_gap(sheet);
	ks_sheet_text(sheet, KS_ROLE_DIM,
	    "Last use may trail by hours. Its secret was shown once, when it was made.");
	add_fetched(sheet, draw, "Read", &entry->keys_fetched);
	return true;
}

/* ---- an operation, a call ---- */

static void describe_operation(
    struct ks_sheet *sheet, struct ks_draw *draw, const struct ks_activity *activity)
{
	const struct ks_operation *operation = &activity->operation;

	add_str(sheet, draw, "Operation", &operation->type);
	ks_sheet_field(sheet, ks_format_activity_role(activity), "Status", "%s",
	    ks_str_clean(&operation->status));
	add_str(sheet, draw, "Resource", &operation->resource_name);
	add_str(sheet, draw, "Resource type", &operation->resource_type);
	if (ks_str_present(&activity->key_id))
		ks_sheet_field(
		    sheet, KS_ROLE_ACCENT, "Key ID", "%s", ks_str_clean(&activity->key_id));
	add_where(sheet, draw, activity->scope);
	add_str(sheet, draw, "Zone", &operation->location.zone);
	add_time(sheet, draw, "Created", operation->created);
	add_time(sheet, draw, "Status changed", operation->status_changed);
	add_tri(sheet, draw, "Final", operation->terminal);
	add_str(sheet, draw, "Details", &operation->details);
	add_str(sheet, draw, "Error code", &operation->error_code);
	add_str(sheet, draw, "Error details", &operation->error_details);
	add_str(sheet, draw, "Operation ID", &operation->id);
	if (activity->request_id[0] != '\0')
		ks_sheet_field(sheet, KS_ROLE_TEXT, "Request ID", "%s", activity->request_id);
	if (activity->polled.state == KS_FETCH_FAILED && activity->polled.err != NULL) {
		ks_sheet_gap(sheet);
		ks_describe_err(sheet, draw, activity->polled.err);
	}
}

static void describe_call(
    struct ks_sheet *sheet, struct ks_draw *draw, const struct ks_activity *activity)
{
	char text[KS_FORMAT_SIZE];

	ks_sheet_field(sheet, KS_ROLE_TEXT, "Call", "%s", ks_call(activity->op)->name);
	ks_sheet_field(sheet, ks_format_activity_role(activity), "Status", "%s",
	    ks_format_activity_status(activity, text));
	add_str(sheet, draw, "Bucket", &activity->bucket_name);
	add_where(sheet, draw, activity->scope);
	add_time(sheet, draw, "Failed at", activity->at);
	/* How many there might have been is of interest as long as more may come. */
	if (activity->attempts > 0 && activity->call_state == KS_CALL_RETRYING)
		ks_sheet_field(sheet, KS_ROLE_TEXT, "Attempts", "%d of %d", activity->attempt,
		    activity->attempts);
	else if (activity->attempts > 0)
		ks_sheet_field(sheet, KS_ROLE_TEXT, "Attempts", "%d", activity->attempt);
	ks_sheet_gap(sheet);
	ks_describe_err(sheet, draw, &activity->err);
	if (activity->err.request_id[0] == '\0' && activity->request_id[0] != '\0')
		ks_sheet_field(sheet, KS_ROLE_TEXT, "Request ID", "%s", activity->request_id);
}

bool ks_describe_activity(struct ks_sheet *sheet, struct ks_draw *draw, uint32_t id)
{
	const struct ks_activity *activity = ks_store_activity(draw->store, id);

	if (activity == NULL)
		return false;
	if (activity->kind == KS_ACTIVITY_OPERATION)
		describe_operation(sheet, draw, activity);
	else
		describe_call(sheet, draw, activity);
	return true;
}

/* ---- what failed ---- */

bool ks_describe_scope(struct ks_sheet *sheet, struct ks_draw *draw, uint32_t index)
{
	struct ks_fetched buckets;
	struct ks_err err;

	if (index >= draw->store->n_scopes)
		return false;
	add_where(sheet, draw, index);
	ks_sheet_gap(sheet);
	buckets = draw->store->scopes[index].buckets;
	if (ks_store_scope_err(draw->store, index, &err))
		buckets.err = &err;
	add_fetched(sheet, draw, "Buckets read", &buckets);
	return true;
}

bool ks_describe_not_enabled(struct ks_sheet *sheet, struct ks_draw *draw)
{
	const struct ks_store *store = draw->store;
	bool several = ks_store_count_profiles(store) > 1, found = false;
	char label[KS_FORMAT_SIZE];

	for (uint32_t i = 0; i < store->n_scopes; i++) {
		const struct ks_scope *scope = &store->scopes[i];

		if (!ks_store_is_quiet(store, i))
			continue;
		found = true;
		snprintf(label, sizeof label, "%s%s%s",
		    several ? ks_store_profile_label(store, scope->profile) : "",
		    several ? " " : "", scope->region);
		ks_sheet_field(sheet, KS_ROLE_TEXT, label, "%s (%s)",
		    ks_str_present(&scope->display_name) ? ks_str_clean(&scope->display_name)
							 : draw->glyphs->dash,
		    ks_format_err_word(scope->buckets.err));
	}
	if (!found)
		return false;
	ks_sheet_gap(sheet);
	ks_sheet_text(sheet, KS_ROLE_DIM,
	    "The account doesn't have these regions, so it has no buckets there. To use "
	    "one, enable it under Account in the AWS console; it is looked at again by and by.");
	return true;
}

bool ks_describe_profile(struct ks_sheet *sheet, struct ks_draw *draw, uint32_t index)
{
	const struct ks_profile *profile;
	const struct ks_err *err;

	if (index >= draw->store->n_profiles)
		return false;
	profile = &draw->store->profiles[index];
	add_profile(sheet, draw, index);
	err = ks_store_profile_err(draw->store, index);
	if (err != NULL)
		ks_describe_err(sheet, draw, err);
	if (ks_store_profile_is_signing_in(draw->store, index))
		ks_sheet_field(
		    sheet, KS_ROLE_BUSY, "State", "signing in%s", draw->glyphs->ellipsis);
	if (profile->info == NULL)
		return true;
	ks_sheet_gap(sheet);
	ks_sheet_heading(sheet, "Where it looked, in order");
	for (size_t i = 0; i < profile->info->n_looked; i++)
		ks_sheet_field(sheet, KS_ROLE_TEXT, profile->info->looked[i].place, "%s",
		    profile->info->looked[i].finding);
	return true;
}
