/* The rows' functions, for the table in providers.c. As struct ks_provider says. */
#ifndef KS_AWS_PROVIDER_ROWS_H
#define KS_AWS_PROVIDER_ROWS_H

#include "core/aws/provider.h"

typedef enum ks_provider_result ks_provider_step(
    const struct ks_provider_query *query, void **state, struct ks_provider_answer *answer);

ks_provider_step ks_provider_environment;
ks_provider_step ks_provider_role;
ks_provider_step ks_provider_web;
ks_provider_step ks_provider_credentials_file;
ks_provider_step ks_provider_process;
ks_provider_step ks_provider_config_file;
ks_provider_step ks_provider_container;
ks_provider_step ks_provider_instance;
ks_provider_step ks_provider_sso;
ks_provider_step ks_provider_login;

void ks_provider_role_drop(void *state);
void ks_provider_web_drop(void *state);
void ks_provider_process_drop(void *state);
void ks_provider_container_drop(void *state);
void ks_provider_instance_drop(void *state);
void ks_provider_sso_drop(void *state);
void ks_provider_login_drop(void *state);

#endif
