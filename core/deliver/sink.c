#include "core/deliver/sink.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "core/base/buf.h"
#include "core/base/clock.h"
#include "core/base/mem.h"
#include "core/base/paths.h"
#include "core/base/text.h"
#include "core/deliver/command.h"
#include "core/deliver/replace_file.h"
#include "core/deliver/sink_kind.h"

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

	if (sink->kind->target == KS_SINK_CREDENTIALS)
		path = options->credentials_file;
	else if (sink->kind->target == KS_SINK_RCLONE)
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
	char *where, *bucket, *region, *endpoint, *home;
	char *path;        /* the file; NULL for a command */
	char *search_path; /* where a command's program is looked for */
	bool replace;
	bool backed_up;
	struct ks_command *command; /* the one that runs */
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

	if (plan->kind->target == KS_SINK_FILE && old != NULL && !plan->replace) {
		ks_err_set(err, KS_ERR_EXISTS, "%s is there already", plan->path);
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
	const struct ks_replace replace = {plan->path, plan->kind->ini != NULL, compose, &run};

	return ks_replace_rehearse(&replace, err);
}

/* Links resolved, in a new block; NULL with err filled. */
static char *prepare_file(
    const struct ks_sink *sink, const struct ks_sink_options *options, struct ks_err *err)
{
	char *file = find_file(sink, options, err), *path = NULL;

	if (file == NULL)
		return NULL;
	if (sink->kind->target == KS_SINK_FILE || make_folder(file, err))
		path = ks_replace_resolve(file, err);
	free(file);
	return path;
}

static struct ks_command_options command_of(const struct ks_sink_plan *plan)
{
	return (struct ks_command_options){
	    .line = plan->where,
	    .path = plan->search_path,
	    .home = plan->home,
	    .bucket = plan->bucket,
	    .region = plan->region,
	    .endpoint = plan->endpoint,
	};
}

struct ks_sink_plan *ks_sink_preflight(
    const struct ks_sink *sink, const struct ks_sink_options *options, struct ks_err *err)
{
	struct ks_sink_plan *plan = ks_calloc(1, sizeof *plan);
	bool good;

	plan->kind = sink->kind;
	plan->where = ks_strdup(sink->where);
	plan->bucket = ks_strdup(options->bucket);
	plan->region = ks_strdup(options->region);
	plan->endpoint = ks_strdup_maybe(options->endpoint);
	plan->home = ks_strdup_maybe(options->home);
	plan->search_path = ks_strdup_maybe(options->path);
	plan->replace = options->replace;
	if (sink->kind->target == KS_SINK_COMMAND) {
		const struct ks_command_options command = command_of(plan);

		good = ks_command_check(&command, err);
	} else {
		plan->path = prepare_file(sink, options, err);
		good = plan->path != NULL && rehearse(plan, err);
	}
	if (good)
		return plan;
	ks_sink_plan_free(plan);
	return NULL;
}

void ks_sink_plan_free(struct ks_sink_plan *plan)
{
	if (plan == NULL)
		return;
	ks_command_free(plan->command);
	free(plan->where);
	free(plan->bucket);
	free(plan->region);
	free(plan->endpoint);
	free(plan->home);
	free(plan->path);
	free(plan->search_path);
	free(plan);
}

static enum ks_sink_end write_file(struct ks_sink_plan *plan, const char *key_id,
    const struct ks_secret *secret, struct ks_err *err)
{
	struct run run = run_of(plan, key_id, ks_secret_value(secret), ks_secret_len(secret));
	const struct ks_replace replace = {plan->path, plan->kind->ini != NULL, compose, &run};

	return ks_replace_file(&replace, &plan->backed_up, err) ? KS_SINK_DONE : KS_SINK_FAILED;
}

enum ks_sink_end ks_sink_deliver(struct ks_sink_plan *plan, const char *key_id,
    const struct ks_secret *secret, int64_t now, struct ks_err *err)
{
	struct ks_command_options command;

	if (plan->kind->target != KS_SINK_COMMAND)
		return write_file(plan, key_id, secret, err);
	command = command_of(plan);
	plan->command = ks_command_start(&command, key_id, secret, now, err);
	return plan->command != NULL ? KS_SINK_RUNNING : KS_SINK_FAILED;
}

enum ks_sink_end ks_sink_turn(struct ks_sink_plan *plan, int64_t now, struct ks_err *err)
{
	enum ks_sink_end end = ks_command_turn(plan->command, now, err);

	if (end == KS_SINK_RUNNING)
		return end;
	ks_command_free(plan->command);
	plan->command = NULL;
	return end;
}

int ks_sink_fd(const struct ks_sink_plan *plan)
{
	return plan->command != NULL ? ks_command_fd(plan->command) : -1;
}

int64_t ks_sink_wake(const struct ks_sink_plan *plan)
{
	return plan->command != NULL ? ks_command_wake(plan->command) : KS_TIME_NEVER;
}

/* ---- after it ---- */

static bool yields(const struct ks_sink_plan *plan, const struct ks_ini *ini, const char *key_id,
    const struct ks_secret *secret)
{
	const struct ks_sink_ini *place = plan->kind->ini;
	const struct ks_ini_section *section =
	    ks_ini_find(ini, "", place->section != NULL ? place->section : plan->where);
	const struct ks_ini_entry *id = ks_ini_get(section, place->key_id);
	const struct ks_ini_entry *value = ks_ini_get(section, place->value);

	return id != NULL && strcmp(id->value, key_id) == 0 && value != NULL &&
	       ks_secret_equal(secret, value->value, strlen(value->value));
}

bool ks_sink_verify(const struct ks_sink_plan *plan, const char *key_id,
    const struct ks_secret *secret, struct ks_err *err)
{
	struct ks_ini *ini = NULL;
	bool good;

	if (plan->kind->ini == NULL)
		return true;
	if (ks_ini_read(plan->path, plan->kind->ini->dialect, plan->path, &ini, err) ==
	    KS_INI_REFUSED)
		return false;
	good = yields(plan, ini, key_id, secret);
	ks_ini_free(ini);
	if (good)
		return true;
	ks_err_set(err, KS_ERR_SYSTEM, "%s doesn't hold the key any more", plan->path);
	return ks_err_tip(err, "another program changed it: deliver the key again");
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

/* ---- for people ---- */

const char *ks_sink_plan_path(const struct ks_sink_plan *plan)
{
	return plan->path;
}

static void say_file(const struct ks_sink_plan *plan, struct ks_buf *phrase)
{
	const struct ks_sink_kind *kind = plan->kind;
	char *path = ks_path_abbreviate(plan->path, plan->home);

	if (kind->target != KS_SINK_FILE)
		ks_buf_printf(phrase, "%s of ", plan->where);
	ks_buf_puts(phrase, path);
	if (kind->form != NULL)
		ks_buf_printf(phrase, " (%s)", kind->form);
	free(path);
}

void ks_sink_phrase(const struct ks_sink_plan *plan, char *dst, size_t size)
{
	struct ks_buf phrase;
	char name[64];

	ks_buf_init(&phrase, 8192);
	ks_buf_printf(&phrase, "%s ", plan->kind->place);
	if (plan->kind->target == KS_SINK_COMMAND) {
		ks_command_name(plan->where, name, sizeof name);
		ks_buf_puts(&phrase, name);
	} else {
		say_file(plan, &phrase);
	}
	ks_text_clean(dst, size, ks_buf_text(&phrase), phrase.len);
	ks_buf_free(&phrase);
}

bool ks_sink_is_open_to_others(const struct ks_sink_plan *plan)
{
	struct stat info;

	return plan->path != NULL && stat(plan->path, &info) == 0 &&
	       (info.st_mode & (S_IRGRP | S_IROTH)) != 0;
}
