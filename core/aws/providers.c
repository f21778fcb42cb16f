/* The rows: a new provider is a file of its own, and a row here. */
#include "core/aws/provider_rows.h"

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
    {.name = "login",
	.step = ks_provider_login,
	.drop = ks_provider_login_drop,
	.in_profile = true},
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
