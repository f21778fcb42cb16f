/* The rows: a new provider is a file of its own, and a row at the end. */
#include <stdio.h>

#include "core/aws/provider_kit.h"
#include "core/aws/provider_rows.h"

/* ---- kinds that are recognised only ---- */

static enum ks_provider_result fail_unsupported(const struct ks_provider_query *query,
    const char *place, const char *where, const char *setting, const char *kind,
    struct ks_provider_answer *answer)
{
	ks_err_set(&answer->err, KS_ERR_CREDENTIALS,
	    "%s: %s asks for %s, which this version of keysail can't do", where, setting, kind);
	ks_err_tip(&answer->err,
	    "let the AWS CLI sign in: eval \"$(aws configure export-credentials --profile %s "
	    "--format env)\", then start keysail without --profile",
	    ks_provider_shell_name(query->profile));
	ks_provider_say(answer->place, sizeof answer->place, "%s", place);
	return ks_provider_fail(answer, KS_IDENTITY_UNSUPPORTED);
}

/* Is one of the keys (a NULL ends them) in the profile? Then that is what the user wants. */
static enum ks_provider_result detect(const struct ks_provider_query *query,
    const char *const *keys, const char *kind, struct ks_provider_answer *answer)
{
	struct ks_provider_setting setting;
	char where[512];

	for (; *keys != NULL; keys++) {
		if (!ks_provider_find(query, *keys, &setting))
			continue;
		snprintf(where, sizeof where, "%s, line %d, profile %s", setting.path, setting.line,
		    query->profile);
		return fail_unsupported(query, setting.path, where, *keys, kind, answer);
	}
	return KS_PROVIDER_NOT_MINE;
}

static enum ks_provider_result step_login(
    const struct ks_provider_query *query, void **state, struct ks_provider_answer *answer)
{
	static const char *const keys[] = {"login_session", NULL};

	(void)state;
	return detect(query, keys, "a session of aws login", answer);
}

const struct ks_provider ks_providers[] = {
    {.name = "environment", .step = ks_provider_environment, .source = "Environment"},
    {.name = "assume role",
	.step = ks_provider_role,
	.drop = ks_provider_role_drop,
	.in_profile = true},
    {.name = "web identity",
	.step = ks_provider_web,
	.drop = ks_provider_web_drop,
	.in_profile = true},
    {.name = "sso", .step = ks_provider_sso, .drop = ks_provider_sso_drop, .in_profile = true},
    {.name = "shared credentials file", .step = ks_provider_credentials_file, .in_profile = true},
    {.name = "login", .step = step_login, .in_profile = true},
    {.name = "process",
	.step = ks_provider_process,
	.drop = ks_provider_process_drop,
	.in_profile = true},
    {.name = "config file", .step = ks_provider_config_file, .in_profile = true},
    {.name = "container",
	.step = ks_provider_container,
	.drop = ks_provider_container_drop,
	.source = "EcsContainer"},
    {.name = "instance metadata",
	.step = ks_provider_instance,
	.drop = ks_provider_instance_drop,
	.source = "Ec2InstanceMetadata"},
};
const size_t ks_provider_count = sizeof ks_providers / sizeof ks_providers[0];
