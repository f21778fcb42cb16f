#include "core/deliver/sink_kind.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/argv.h"
#include "core/base/buf.h"
#include "core/base/mem.h"

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

static bool wants(const struct ks_sink_kind *kind, struct ks_err *err)
{
	ks_err_set(err, KS_ERR_USAGE, "%s in %s:%s is %s", kind->where, kind->name, kind->where,
	    kind->rule);
	return ks_err_tip(err, "for example %s:%s", kind->name, kind->example);
}

static bool check_profile(const struct ks_sink_kind *kind, const char *where, struct ks_err *err)
{
	return is_name(where, "_-/.%@:+") || wants(kind, err);
}

static bool check_remote(const struct ks_sink_kind *kind, const char *where, struct ks_err *err)
{
	return (where[0] != '-' && is_name(where, "_-.+@")) || wants(kind, err);
}

static bool check_file(const struct ks_sink_kind *kind, const char *where, struct ks_err *err)
{
	size_t len = strlen(where);

	for (size_t i = 0; i < len; i++)
		if ((unsigned char)where[i] < ' ' || where[i] == 0x7f)
			return wants(kind, err);
	return (len > 0 && where[len - 1] != '/') || wants(kind, err);
}

static bool check_line(const struct ks_sink_kind *kind, const char *where, struct ks_err *err)
{
	char **argv = ks_argv_split(where, err);
	bool good = argv != NULL;

	if (!good && err->tip[0] == '\0')
		ks_err_tip(err, "for example %s:%s", kind->name, kind->example);
	ks_argv_free(argv);
	return good;
}

#define FILE_RULE "the path of a file, not of a folder, without control characters"

static const struct ks_sink_ini credentials_ini = {
    KS_INI_AWS_CREDENTIALS, NULL, "aws_access_key_id", "aws_secret_access_key"};
static const struct ks_sink_ini rclone_ini = {
    KS_INI_PLAIN, NULL, "access_key_id", "secret_access_key"};
static const struct ks_sink_ini s3cmd_ini = {KS_INI_PLAIN, "default", "access_key", "secret_key"};

static const struct ks_sink_kind kinds[] = {
    {
	.name = "profile",
	.where = "NAME",
	.help = "a profile in the AWS CLI's credentials file",
	.check = check_profile,
	.rule = "made of letters, digits and _-/.%@:+, and isn't DEFAULT",
	.example = "media",
	.place = "in profile",
	.target = KS_SINK_CREDENTIALS,
	.write = ks_format_profile,
	.ini = &credentials_ini,
    },
    {
	.name = "env",
	.where = "FILE",
	.help = "a file of variables, for shells and containers",
	.check = check_file,
	.rule = FILE_RULE,
	.example = "media.env",
	.place = "in the file",
	.form = "variables",
	.target = KS_SINK_FILE,
	.write = ks_format_env,
    },
    {
	.name = "json",
	.where = "FILE",
	.help = "a JSON file",
	.check = check_file,
	.rule = FILE_RULE,
	.example = "media.json",
	.place = "in the file",
	.form = "JSON",
	.target = KS_SINK_FILE,
	.write = ks_format_json,
    },
    {
	.name = "rclone",
	.where = "REMOTE",
	.help = "a remote in rclone's configuration",
	.check = check_remote,
	.rule = "made of letters, digits and _-.+@, doesn't begin with -, and isn't DEFAULT",
	.example = "media",
	.place = "in remote",
	.target = KS_SINK_RCLONE,
	.write = ks_format_rclone,
	.ini = &rclone_ini,
    },
    {
	.name = "s3cmd",
	.where = "FILE",
	.help = "a configuration of s3cmd",
	.check = check_file,
	.rule = FILE_RULE,
	.example = "media.s3cfg",
	.place = "in the file",
	.form = "s3cmd",
	.target = KS_SINK_FILE,
	.write = ks_format_s3cmd,
	.ini = &s3cmd_ini,
    },
    {
	.name = "command",
	.where = "COMMAND LINE",
	.help = "a command that reads it on its standard input",
	.check = check_line,
	.example = "vault kv put secret/media key=-",
	.place = "to the command",
	.target = KS_SINK_COMMAND,
    },
};
enum { NAME_SHOWN = 40 }; /* of a kind that there isn't */
#define KINDS (sizeof kinds / sizeof kinds[0])

bool ks_sink_help(size_t index, struct ks_sink_help *help)
{
	if (index >= KINDS)
		return false;
	*help = (struct ks_sink_help){kinds[index].name, kinds[index].where, kinds[index].help};
	return true;
}

static bool unknown_kind(const char *name, size_t len, struct ks_err *err)
{
	struct ks_buf list;

	ks_buf_init(&list, sizeof err->message);
	for (size_t i = 0; i < KINDS; i++)
		ks_buf_printf(&list, "%s%s:%s", i > 0 ? ", " : "", kinds[i].name, kinds[i].where);
	ks_err_set(err, KS_ERR_USAGE, "a key can't be delivered to '%.*s', only to one of %s",
	    (int)(len < NAME_SHOWN ? len : NAME_SHOWN), name, ks_buf_text(&list));
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
		return unknown_kind(text, len, err);
	if (!sink->kind->check(sink->kind, colon != NULL ? colon + 1 : "", err))
		return false;
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
