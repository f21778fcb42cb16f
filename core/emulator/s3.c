#include "core/emulator/s3.h"

#include <stdio.h>
#include <string.h>

bool ks_emu_s3_has_op(const char *name)
{
	return strcmp(name, "GetObject") == 0;
}

void ks_emu_s3_refuse(
    struct ks_emu_service *service, struct ks_emu_reply *reply, const char *message)
{
	(void)service;
	(void)message;
	reply->status = 403;
}

void ks_emu_s3_request_ids(struct ks_emu_service *service, char short_id[KS_EMU_S3_SHORT_ID],
    char long_id[KS_EMU_S3_LONG_ID])
{
	snprintf(short_id, KS_EMU_S3_SHORT_ID, "%016llX",
	    (unsigned long long)ks_emu_random_next(&service->ids));
	snprintf(long_id, KS_EMU_S3_LONG_ID, "%s", short_id);
}

void ks_emu_s3_answer(struct ks_emu_service *service, const struct ks_emu_request *request,
    struct ks_emu_reply *reply)
{
	(void)service;
	(void)request;
	reply->status = 501;
}
