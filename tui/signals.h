/*
 * Signals as bytes in a pipe, so that the loop sees them where it sees everything else. One set per
 * process, because handlers can't be given anything else. UI thread.
 */
#ifndef KS_TUI_SIGNALS_H
#define KS_TUI_SIGNALS_H

#include <stdbool.h>

#include "core/base/err.h"

/* Installs the handlers of those that the loop wants to know of; SIGPIPE is ignored from now on. */
bool ks_signals_open(struct ks_err *err);
/* Puts back what was there before. */
void ks_signals_close(void);

/* For poll(). */
int ks_signals_fd(void);
/* The next signal that came; 0: none. */
int ks_signals_next(void);

#endif
