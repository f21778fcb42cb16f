/*
 * The terminal given back, and secrets wiped, when there is no time to do it properly: from the
 * handler of a crash, or out of memory. Everything is computed beforehand; nothing here allocates
 * or locks.
 */
#ifndef KS_TUI_EMERGENCY_H
#define KS_TUI_EMERGENCY_H

#include <stdbool.h>
#include <stddef.h>
#include <termios.h>

enum { KS_EMERGENCY_SIZE = 512, KS_EMERGENCY_COVER_SIZE = 1024 };

/*
 * Installs the handlers of SIGSEGV, SIGBUS, SIGILL, SIGFPE and SIGABRT, on a stack of their own.
 * They wipe the secure heap, restore the terminal while it is armed and raise the signal again, so
 * that the exit status tells of the crash. UI thread; call before the terminal is taken over.
 */
void ks_emergency_install(void);

/*
 * What to do: write this text (at most KS_EMERGENCY_SIZE bytes, copied) to fd and set these modes.
 * It isn't armed yet.
 */
void ks_emergency_prepare(int fd, const char *restore, const struct termios *modes);
/* The terminal is ours (true), or the user's (false): only the first needs to be restored. */
void ks_emergency_arm(bool armed);

/*
 * While there is something on the screen that must not stay: the text that takes it away (at most
 * KS_EMERGENCY_COVER_SIZE bytes, copied), written before all else. NULL: no more. UI thread.
 */
void ks_emergency_cover(const char *text, size_t len);

/*
 * Wipes the secure heap, so that the program can only end after it, and restores if armed, once.
 * Async-signal-safe; any thread.
 */
void ks_emergency_restore(void);

#endif
