/*
 * An MFA code asked for on the terminal, for the commands without a screen. The terminal is
 * /dev/tty, since standard input and output may be anything. What is typed is not echoed and lies
 * in the secure heap. Nothing here waits: the loop polls ks_ask_fd beside its own. Main thread.
 */
#ifndef KS_TUI_CLI_ASK_H
#define KS_TUI_CLI_ASK_H

#include <stdbool.h>
#include <stdint.h>
#include <termios.h>

#include "core/state/store.h"
#include "tui/mfa_code.h"

struct ks_ask {
	int fd;                /* of the terminal; -1: nothing is being asked */
	uint64_t question;     /* the one that is */
	struct termios before; /* the terminal's modes, to be put back */
	struct ks_mfa_code code;
	bool spoiled;  /* what was typed can't be a code */
	int in_escape; /* bytes of an escape sequence so far: an arrow key is no answer */
};

void ks_ask_init(struct ks_ask *ask);

/*
 * Asks the oldest question that waits, unless one is being asked; takes it back when it is over. An
 * event for ks_session_tell when there is nobody to ask: then it is to be called again. NULL: none.
 */
struct ks_event *ks_ask_turn(struct ks_ask *ask, const struct ks_store *store);

/* For poll(); -1: nothing is being asked. Below FD_SETSIZE. */
int ks_ask_fd(const struct ks_ask *ask);
/* What was typed. An event for ks_session_tell once it is an answer, or none will come; NULL. */
struct ks_event *ks_ask_read(struct ks_ask *ask);

/* Whatever is being asked is not any more: the terminal is as before, what was typed is wiped. */
void ks_ask_end(struct ks_ask *ask);

#endif
