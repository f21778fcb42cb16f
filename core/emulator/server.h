/*
 * HTTP for the service, on libmicrohttpd, driven by a loop of our own on one thread: a reply that
 * is held back costs a timer, not a thread.
 */
#ifndef KS_EMULATOR_SERVER_H
#define KS_EMULATOR_SERVER_H

#include <stdbool.h>
#include <stdint.h>

#include "core/base/err.h"
#include "core/emulator/service.h"

struct ks_emu_server;

/*
 * Listens on 127.0.0.1 and, where there is one, ::1; port 0 takes any. NULL with err filled when
 * it can't. Sets service->port.
 */
struct ks_emu_server *ks_emu_server_start(
    struct ks_emu_service *service, uint16_t port, struct ks_err *err);
/*
 * Waits until there is something to do, or stop_fd is readable or hung up, or the monotonic time
 * wake has come; does it. *stopped says whether it was stop_fd. False with err filled when waiting
 * failed.
 */
bool ks_emu_server_turn(
    struct ks_emu_server *server, int stop_fd, int64_t wake, bool *stopped, struct ks_err *err);
/* Cuts every connection. NULL is fine. */
void ks_emu_server_free(struct ks_emu_server *server);

#endif
