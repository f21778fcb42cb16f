/*
 * --demo: the emulator in a child process, so that the secrets it must hold are never in the
 * program's own memory. Main thread.
 */
#ifndef KS_TUI_DEMO_H
#define KS_TUI_DEMO_H

#include <stdbool.h>
#include <sys/types.h>

#include "core/aws/identity.h"
#include "core/base/err.h"

struct ks_demo {
	pid_t child;
	int report_fd; /* the child says here where it listens */
	int life_fd;   /* the child ends when this is closed, however the program ends */
	char url[64];
	char access_key_id[24];
	struct ks_secret *secret;
	struct ks_identity_given given; /* points into this struct */
};

/*
 * Forks the child. Before any thread or library was started; demo stays where it is until
 * ks_demo_stop.
 */
bool ks_demo_fork(struct ks_demo *demo, struct ks_err *err);

/*
 * Waits for the child's report (milliseconds) and fills the identity to use. After
 * ks_secret_setup.
 */
bool ks_demo_connect(struct ks_demo *demo, struct ks_err *err);

/* Lets the child end, waits for it, wipes. */
void ks_demo_stop(struct ks_demo *demo);

#endif
