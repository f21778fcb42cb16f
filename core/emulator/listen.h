/*
 * Listening sockets on loopback.
 */
#ifndef KS_EMULATOR_LISTEN_H
#define KS_EMULATOR_LISTEN_H

#include <stdint.h>

#include "core/base/err.h"

/* On 127.0.0.1; port 0 takes any free one. The descriptor, or -1 with err filled. */
int ks_emu_listen_v4(uint16_t port, uint16_t *bound, struct ks_err *err);
/* On ::1 at that port, -1 where that is not to be had: then IPv4 has to do. */
int ks_emu_listen_v6(uint16_t port);

#endif
