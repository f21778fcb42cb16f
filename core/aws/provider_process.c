/* credential_process: a program of the user's that prints credentials. */
#include <stdlib.h>
#include <string.h>

#include "core/aws/credentials_json.h"
#include "core/aws/provider_kit.h"
#include "core/aws/provider_rows.h"
#include "core/base/mem.h"

/* botocore waits for ever; we say what hangs. */
#define LIMIT_MS ((int64_t)60 * 1000)

struct process {
	const struct ks_errands *errands;
	struct ks_errand *errand;
};

void ks_provider_process_drop(void *state)
{
	struct process *process = state;

	process->errands->drop(process->errands->ctx, process->errand);
	free(process);
}

static enum ks_provider_result take_output(const struct ks_provider_query *query,
    const struct ks_provider_setting *setting, const struct ks_errand_end *end,
    struct ks_provider_answer *answer)
{
	struct ks_credentials *credentials = &answer->credentials;
	char source[640];

	if (!ks_credentials_from_text(
		KS_CREDENTIALS_PROCESS, end->text, end->len, credentials, &answer->err)) {
		if (answer->err.kind != KS_ERR_CREDENTIALS)
			return ks_provider_fail(answer, KS_IDENTITY_BROKEN);
		return ks_provider_fail_setting(query, setting, answer,
		    "run it by hand: it must print one JSON object with Version 1, AccessKeyId and "
		    "SecretAccessKey",
		    "printed no credentials: %s", answer->err.message);
	}
	if (credentials->expires_at != KS_TIME_NONE &&
	    credentials->expires_at <= ks_clock_wall(query->errands->clock))
		return ks_provider_fail_setting(query, setting, answer,
		    "sign in where the program gets them from, then try again",
		    "printed credentials that have expired");
	ks_provider_say(source, sizeof source, "credential_process (%s), profile %s", setting->path,
	    query->profile);
	credentials->source = ks_strdup(source);
	ks_provider_say(answer->finding, sizeof answer->finding,
	    "profile %s: credential_process gave access key %s", query->profile,
	    credentials->access_key_id);
	return KS_PROVIDER_DONE;
}

static enum ks_provider_result conclude(const struct ks_provider_query *query,
    const struct ks_provider_setting *setting, const struct ks_errand_end *end,
    struct ks_provider_answer *answer)
{
	if (end->err.kind != KS_ERR_NONE)
		return ks_provider_fail_setting(query, setting, answer,
		    "run it by hand to see why, then try again", "failed: %s", end->err.message);
	if (end->status != 0)
		return ks_provider_fail_setting(query, setting, answer,
		    end->said[0] != '\0' ? "put that right, then try again"
					 : "run it by hand to see why, then try again",
		    "failed with exit status %d%s%s", end->status, end->said[0] != '\0' ? ": " : "",
		    end->said);
	return take_output(query, setting, end, answer);
}

/* False: it can't be run, and that is the answer. */
static bool begin(const struct ks_provider_query *query, const struct ks_provider_setting *setting,
    void **state, struct ks_provider_answer *answer)
{
	const struct ks_errand_run run = {.line = setting->value, .limit_ms = LIMIT_MS};
	struct process *process = ks_calloc(1, sizeof *process);
	struct ks_err why = {0};

	process->errands = query->errands;
	process->errand = query->errands->run(query->errands->ctx, &run, &why);
	if (process->errand != NULL) {
		*state = process;
		return true;
	}
	free(process);
	ks_provider_fail_setting(query, setting, answer,
	    why.tip[0] != '\0' ? why.tip : "check the command", "can't be run: %s", why.message);
	return false;
}

enum ks_provider_result ks_provider_process(
    const struct ks_provider_query *query, void **state, struct ks_provider_answer *answer)
{
	struct ks_provider_setting setting;
	const struct ks_errand_end *end;
	const struct process *process;
	enum ks_provider_result result;

	if (!ks_provider_find(query, "credential_process", &setting))
		return KS_PROVIDER_NOT_MINE;
	ks_provider_say(answer->place, sizeof answer->place, "%s", setting.path);
	if (*state == NULL && !begin(query, &setting, state, answer))
		return KS_PROVIDER_FAILED;
	process = *state;
	end = query->errands->end(query->errands->ctx, process->errand);
	if (end == NULL)
		return KS_PROVIDER_PENDING;
	result = conclude(query, &setting, end, answer);
	ks_provider_process_drop(*state);
	return result;
}
