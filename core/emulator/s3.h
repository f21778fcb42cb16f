/*
 * A small S3: one table of operations, and what every request goes through. Bucket keys sign for
 * it; the handlers are in s3_object.c, s3_list.c, s3_upload.c and s3_delete.c.
 */
#ifndef KS_EMULATOR_S3_H
#define KS_EMULATOR_S3_H

#include <stdbool.h>
#include <stddef.h>

#include "core/emulator/s3_errors.h"
#include "core/emulator/service.h"

#define KS_EMU_S3_SHORT_ID 17
#define KS_EMU_S3_LONG_ID  64

void ks_emu_s3_answer(struct ks_emu_service *service, const struct ks_emu_request *request,
    struct ks_emu_reply *reply);
bool ks_emu_s3_has_op(const char *name);
/* Makes the reply AccessDenied with that message. */
void ks_emu_s3_refuse(
    struct ks_emu_service *service, struct ks_emu_reply *reply, const char *message);
/* New values for x-amz-request-id and x-amz-id-2. */
void ks_emu_s3_request_ids(struct ks_emu_service *service, char short_id[KS_EMU_S3_SHORT_ID],
    char long_id[KS_EMU_S3_LONG_ID]);

#endif
