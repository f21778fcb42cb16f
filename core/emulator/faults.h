/*
 * Faults: what the emulator does wrong on purpose. One table of kinds; a spec turns one on for the
 * requests that it matches. The caller locks.
 */
#ifndef KS_EMULATOR_FAULTS_H
#define KS_EMULATOR_FAULTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/buf.h"
#include "core/base/err.h"
#include "core/emulator/errors.h"
#include "core/emulator/random.h"
#include "core/emulator/reply.h"
#include "core/emulator/s3_errors.h"

/* What the faults that match a request want done to it, all together. */
struct ks_emu_plan {
	bool touched;                  /* some fault matched */
	bool no_work;                  /* nothing is done: the reply comes before any commit */
	bool html_503;                 /* with this page instead of an answer */
	enum ks_emu_error error;       /* answer this instead; KS_EMU_OK: none */
	enum ks_emu_s3_error s3_error; /* the same for S3 */
	const struct ks_emu_error_form *form; /* NULL: the server's own */
	enum ks_emu_delivery delivery;
	bool wrong_types;
	bool operation_fails; /* the operation that a change starts will end as Failed */
	int64_t delay_ms;
	int64_t spread_ms;
	int64_t skew_ms;
};

struct ks_emu_faults {
	struct ks_emu_fault *list;
	size_t count;
	size_t cap;
	struct ks_emu_random random;
};

void ks_emu_faults_init(struct ks_emu_faults *faults, uint64_t seed);
void ks_emu_faults_free(struct ks_emu_faults *faults);

/*
 * Understands the grammar of emulator.h. is_op says whether the service has that operation.
 */
bool ks_emu_faults_add(struct ks_emu_faults *faults, const char *spec,
    bool (*is_op)(const char *name), struct ks_err *err);
void ks_emu_faults_clear(struct ks_emu_faults *faults);

/* Counts this request for every fault that matches it, and gives what those that strike want. */
struct ks_emu_plan ks_emu_faults_match(
    struct ks_emu_faults *faults, const char *op, const char *region);

/* A line per kind. */
void ks_emu_faults_list(struct ks_buf *buf);

#endif
