#include "core/deliver/sink.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/buf.h"
#include "core/base/mem.h"
#include "core/base/paths.h"
#include "core/deliver/format.h"
#include "core/deliver/replace_file.h"

enum file {
	FILE_OF_ITS_OWN, /* WHERE names it */
	FILE_CREDENTIALS,
	FILE_RCLONE,
};

struct ks_sink_kind {
	const char *name;
	const char *where; /* what WHERE stands for */
	bool (*check)(const char *where);
	const char *rule; /* what check wants */
	/* Sections of a shared file decide themselves what replacing means; other files are
	 * replaced whole. The folder of a shared file is made, as its own programs would. */
	enum file file;
	bool backup; /* what was there may have been the only copy of other secrets */
	ks_format_write *write;
};

static bool is_name(const char *where, const char *signs)
{
	/* Python's and Go's readers let every section inherit from one of that name. */
	if (where[0] == '\0' || strcmp(where, "DEFAULT") == 0)
		return false;
	for (; *where != '\0'; where++) {
		bool letter = (*where >= 'A' && *where <= 'Z') || (*where >= 'a' && *where <= 'z');

		if (!letter && !(*where >= '0' && *where <= '9') && strchr(signs, *where) == NULL)
			return false;
	}
	return true;
}

static bool is_profile(const char *where)
{
	return is_name(where, "_-/.%@:+");
}

static bool is_remote(const char *where)
{
	return where[0] != '-' && is_name(where, "_-.+@");
}

static bool is_file(const char *where)
{
	size_t len = strlen(where);

	for (size_t i = 0; i < len; i++)
		if ((unsigned char)where[i] < ' ' || where[i] == 0x7f)
			return false;
	return len > 0 && where[len - 1] != '/';
}

#define FILE_RULE "a file's name, without control characters"

static const struct ks_sink_kind kinds[] = {
    {"profile", "NAME", is_profile, "letters, digits and _-/.%@:+, and not DEFAULT",
	FILE_CREDENTIALS, true, ks_format_profile},
    {"env", "FILE", is_file, FILE_RULE, FILE_OF_ITS_OWN, false, ks_format_env},
    {"json", "FILE", is_file, FILE_RULE, FILE_OF_ITS_OWN, false, ks_format_json},
    {"rclone", "REMOTE", is_remote,
	"letters, digits and _-.+@, not - as the first, and not DEFAULT", FILE_RCLONE, true,
	ks_format_rclone},
    {"s3cmd", "FILE", is_file, FILE_RULE, FILE_OF_ITS_OWN, true, ks_format_s3cmd},
};
#define KINDS (sizeof kinds / sizeof kinds[0])

/* ---- parsing ---- */

static bool unknown_kind(struct ks_err *err)
{
	struct ks_buf list;

	ks_buf_init(&list, sizeof err->message);
	for (size_t i = 0; i < KINDS; i++)
		ks_buf_printf(&list, "%s%s:%s", i > 0 ? ", " : "", kinds[i].name, kinds[i].where);
	ks_err_set(err, KS_ERR_USAGE, "a key is delivered to one of %s", ks_buf_text(&list));
	ks_buf_free(&list);
	return false;
}

bool ks_sink_parse(const char *text, struct ks_sink *sink, struct ks_err *err)
{
	const char *colon = strchr(text, ':');
	size_t len = colon != NULL ? (size_t)(colon - text) : strlen(text);

	*sink = (struct ks_sink){0};
	for (size_t i = 0; i < KINDS; i++)
		if (strlen(kinds[i].name) == len && memcmp(kinds[i].name, text, len) == 0)
			sink->kind = &kinds[i];
	if (sink->kind == NULL)
		return unknown_kind(err);
	if (colon == NULL || !sink->kind->check(colon + 1))
		return ks_err_set(err, KS_ERR_USAGE, "%s:%s wants %s", sink->kind->name,
		    sink->kind->where, sink->kind->rule);
	sink->where = ks_strdup(colon + 1);
	return true;
}

void ks_sink_free(struct ks_sink *sink)
{
	free(sink->where);
	*sink = (struct ks_sink){0};
}

const char *ks_sink_kind_name(const struct ks_sink *sink)
{
	return sink->kind->name;
}

/* ---- where it goes ---- */

char *ks_sink_rclone_file(const char *rclone_config, const char *xdg_config_home, const char *home)
{
	char *folder, *path;

	if (rclone_config != NULL && rclone_config[0] != '\0')
		return ks_strdup(rclone_config);
	if (xdg_config_home != NULL && xdg_config_home[0] != '\0')
		return ks_path_join(xdg_config_home, "rclone/rclone.conf");
	if (home == NULL)
		return NULL;
	folder = ks_path_join(home, ".config");
	path = ks_path_join(folder, "rclone/rclone.conf");
	free(folder);
	return path;
}

/* As it was written, links not yet followed; NULL with err filled. The caller frees it. */
static char *find_file(
    const struct ks_sink *sink, const struct ks_sink_options *options, struct ks_err *err)
{
	const char *path = sink->where;

	if (sink->kind->file == FILE_CREDENTIALS)
		path = options->credentials_file;
	else if (sink->kind->file == FILE_RCLONE)
		path = options->rclone_file;
	else if (strncmp(path, "~/", 2) == 0 && options->home != NULL)
		return ks_path_join(options->home, path + 2);
	if (path != NULL)
		return ks_strdup(path);
	ks_err_set(err, KS_ERR_SYSTEM, "it isn't known where the file of %s:%s is",
	    sink->kind->name, sink->kind->where);
	ks_err_tip(err, "set HOME");
	return NULL;
}

static bool make_folder(const char *path, struct ks_err *err)
{
	char *folder = ks_path_folder(path);
	bool good = ks_path_make_folder(folder, err);

	free(folder);
	return good;
}

/* ---- delivering ---- */

struct ks_sink_plan {
	const struct ks_sink_kind *kind;
	char *where, *path, *bucket, *region, *endpoint;
	bool replace;
	bool backed_up;
};

/* What one run of the replacing needs. */
struct run {
	const struct ks_sink_plan *plan;
	struct ks_handout handout;
};

static bool compose(
    void *context, const struct ks_draft *old, struct ks_draft *out, struct ks_err *err)
{
	const struct run *run = context;
	const struct ks_sink_plan *plan = run->plan;

	if (plan->kind->file == FILE_OF_ITS_OWN && old != NULL && !plan->replace) {
		ks_err_set(err, KS_ERR_REFUSED, "%s is there already", plan->path);
		return ks_err_tip(err, "choose another file, or allow it with --replace");
	}
	return plan->kind->write(&run->handout, old, out, err);
}

static struct run run_of(
    const struct ks_sink_plan *plan, const char *key_id, const char *secret, size_t secret_len)
{
	return (struct run){
	    .plan = plan,
	    .handout =
		{
		    .where = plan->where,
		    .origin = plan->path,
		    .key_id = key_id,
		    .secret = secret,
		    .secret_len = secret_len,
		    .bucket = plan->bucket,
		    .region = plan->region,
		    .endpoint = plan->endpoint,
		    .replace = plan->replace,
		},
	};
}

static bool rehearse(struct ks_sink_plan *plan, struct ks_err *err)
{
	static const char id[] = "AKIAIOSFODNN7EXAMPLE";
	static const char stand_in[] = "0123456789+/0123456789+/0123456789+/0123";
	struct run run = run_of(plan, id, stand_in, strlen(stand_in));
	const struct ks_replace replace = {plan->path, plan->kind->backup, compose, &run};

	return ks_replace_rehearse(&replace, err);
}

struct ks_sink_plan *ks_sink_preflight(
    const struct ks_sink *sink, const struct ks_sink_options *options, struct ks_err *err)
{
	char *file = find_file(sink, options, err), *path = NULL;
	struct ks_sink_plan *plan;

	if (file == NULL)
		return NULL;
	if (sink->kind->file == FILE_OF_ITS_OWN || make_folder(file, err))
		path = ks_replace_resolve(file, err);
	free(file);
	if (path == NULL)
		return NULL;
	plan = ks_calloc(1, sizeof *plan);
	plan->kind = sink->kind;
	plan->where = ks_strdup(sink->where);
	plan->path = path;
	plan->bucket = ks_strdup(options->bucket);
	plan->region = ks_strdup(options->region);
	plan->endpoint = options->endpoint != NULL ? ks_strdup(options->endpoint) : NULL;
	plan->replace = options->replace;
	if (rehearse(plan, err))
		return plan;
	ks_sink_plan_free(plan);
	return NULL;
}

void ks_sink_plan_free(struct ks_sink_plan *plan)
{
	if (plan == NULL)
		return;
	free(plan->where);
	free(plan->path);
	free(plan->bucket);
	free(plan->region);
	free(plan->endpoint);
	free(plan);
}

const char *ks_sink_plan_path(const struct ks_sink_plan *plan)
{
	return plan->path;
}

bool ks_sink_deliver(struct ks_sink_plan *plan, const char *key_id, const struct ks_secret *secret,
    struct ks_err *err)
{
	struct run run = run_of(plan, key_id, ks_secret_value(secret), ks_secret_len(secret));
	const struct ks_replace replace = {plan->path, plan->kind->backup, compose, &run};

	return ks_replace_file(&replace, &plan->backed_up, err);
}

bool ks_sink_drop_backup(struct ks_sink_plan *plan, struct ks_err *err)
{
	if (!plan->backed_up)
		return true;
	if (!ks_replace_drop_backup(plan->path, err))
		return false;
	plan->backed_up = false;
	return true;
}
