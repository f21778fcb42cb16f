#include "core/aws/provider_kit.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "core/base/text.h"

void ks_provider_say(char *dst, size_t size, const char *format, ...)
{
	char raw[640];
	va_list args;

	va_start(args, format);
	vsnprintf(raw, sizeof raw, format, args);
	va_end(args);
	ks_text_clean(dst, size, raw, strlen(raw));
}

enum ks_provider_result ks_provider_fail(struct ks_provider_answer *answer, const char *code)
{
	if (code != answer->err.code)
		snprintf(answer->err.code, sizeof answer->err.code, "%s", code);
	ks_provider_say(answer->finding, sizeof answer->finding, "%s", answer->err.message);
	return KS_PROVIDER_FAILED;
}

/* A service that has trouble, or who stands before it, may answer anything. */
void ks_provider_tip_failure(struct ks_err *err, int http_status, const char *service)
{
	bool is_busy = http_status >= 500 || http_status == 429;

	if (err->tip[0] != '\0')
		return;
	if (err->kind == KS_ERR_NETWORK && service != NULL)
		ks_err_tip(err, "check the connection and the proxy, then try again");
	else if (err->kind == KS_ERR_REPLY && service != NULL && !is_busy)
		ks_err_tip(err, "check that the endpoint is one of %s", service);
	else
		ks_err_tip(err, "try again in a minute");
}

static bool take_entry(const struct ks_provider_query *query, enum ks_profile_file file,
    const struct ks_ini_entry *entry, struct ks_provider_setting *out)
{
	if (entry == NULL || entry->value[0] == '\0')
		return false;
	*out = (struct ks_provider_setting){
	    .key = entry->key,
	    .value = entry->value,
	    .path = ks_profiles_path(query->profiles, file),
	    .line = entry->line,
	};
	return true;
}

bool ks_provider_find(
    const struct ks_provider_query *query, const char *key, struct ks_provider_setting *out)
{
	enum ks_profile_file file = KS_PROFILE_CONFIG;
	const struct ks_ini_entry *entry =
	    ks_profiles_get(query->profiles, query->profile, key, &file);

	return take_entry(query, file, entry, out);
}

bool ks_provider_find_in(const struct ks_provider_query *query, const char *type, const char *name,
    const char *key, struct ks_provider_setting *out)
{
	const struct ks_ini_section *section = ks_profiles_section(query->profiles, type, name);

	return section != NULL &&
	       take_entry(query, KS_PROFILE_CONFIG, ks_ini_get(section, key), out);
}

const char *ks_provider_value(const struct ks_provider_query *query, const char *key)
{
	struct ks_provider_setting setting;

	return ks_provider_find(query, key, &setting) ? setting.value : NULL;
}

enum ks_provider_result ks_provider_fail_setting(const struct ks_provider_query *query,
    const struct ks_provider_setting *setting, struct ks_provider_answer *answer, const char *tip,
    const char *problem, ...)
{
	char text[400];
	va_list args;

	va_start(args, problem);
	vsnprintf(text, sizeof text, problem, args);
	va_end(args);
	ks_err_set(&answer->err, KS_ERR_CREDENTIALS, "%s, line %d, profile %s: %s %s",
	    setting->path, setting->line, query->profile, setting->key, text);
	ks_err_tip(&answer->err, "%s", tip);
	return ks_provider_fail(answer, KS_IDENTITY_BROKEN);
}

const char *ks_provider_shell_name(const char *profile)
{
	for (const char *c = profile; *c != '\0'; c++)
		if (!((*c >= 'A' && *c <= 'Z') || (*c >= 'a' && *c <= 'z') ||
			(*c >= '0' && *c <= '9') || strchr("/.%@:+_-", *c) != NULL))
			return "NAME";
	return profile[0] != '-' ? profile : "NAME";
}
