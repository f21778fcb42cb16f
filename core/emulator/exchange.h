/*
 * One request and its reply on their way through libmicrohttpd: the callbacks that it calls. They
 * all run on the server's thread.
 */
#ifndef KS_EMULATOR_EXCHANGE_H
#define KS_EMULATOR_EXCHANGE_H

#include <microhttpd.h>

#include "core/emulator/service.h"
#include "core/emulator/timers.h"

/* What all exchanges of a server share. */
struct ks_emu_exchanges {
	struct ks_emu_service *service;
	struct ks_emu_timers timers; /* of the exchanges that are suspended */
	size_t body_bytes;           /* received and not answered yet */
};

/* MHD_OPTION_URI_LOG_CALLBACK: the one place where the raw URI is seen. */
void *ks_emu_exchange_begin(void *cls, const char *uri, struct MHD_Connection *connection);
/* The access handler: MHD calls it for the headers, for each piece of body, and at the end. */
enum MHD_Result ks_emu_exchange_handle(void *cls, struct MHD_Connection *connection,
    const char *url, const char *method, const char *version, const char *data, size_t *data_size,
    void **context);
/* MHD_OPTION_NOTIFY_COMPLETED. */
void ks_emu_exchange_end(void *cls, struct MHD_Connection *connection, void **context,
    enum MHD_RequestTerminationCode code);

/* Lets those whose time has come go on; the library sees them in its next run. */
void ks_emu_exchanges_resume(struct ks_emu_exchanges *exchanges);
/* Resumes all that are suspended, to be cut. */
void ks_emu_exchanges_abort(struct ks_emu_exchanges *exchanges);

#endif
