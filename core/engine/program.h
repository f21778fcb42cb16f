/*
 * A program that the user's AWS configuration names to print credentials (credential_process). It
 * alone gets the user's own environment whole, with the secrets that keysail took out of it at
 * start: what it does with them is the user's choice. Worker thread.
 */
#ifndef KS_ENGINE_PROGRAM_H
#define KS_ENGINE_PROGRAM_H

#include <stdint.h>

#include "core/aws/env.h"
#include "core/base/child.h"
#include "core/base/err.h"

/* More than any set of credentials; what prints more is killed. */
#define KS_PROGRAM_OUTPUT_MAX ((size_t)64 * 1024)

/*
 * line is split into words as the AWS tools do it, without a shell; path is the user's PATH. NULL
 * with err filled when the line is no good or the program can't be started. now is monotonic ms.
 */
struct ks_child *ks_program_start(const char *line, const char *path, const struct ks_env *env,
    int64_t limit_ms, int64_t now, struct ks_err *err);

#endif
