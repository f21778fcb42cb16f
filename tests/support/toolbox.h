/*
 * A folder of made-up programs that stand in for clipboard tools, and of the files in which they
 * note what they were given. A script finds the folder in $D. Failures fail the test.
 */
#ifndef KS_TESTS_TOOLBOX_H
#define KS_TESTS_TOOLBOX_H

#include <stdbool.h>
#include <sys/types.h>

struct toolbox {
	char dir[64];
};

/*
 * What xclip and its like do: take standard input (file "in"), note arguments ("args") and
 * environment ("env"), and serve until they are ended ("pid", which is written last).
 */
#define TOOLBOX_HOLDS                                                                      \
	"cat >\"$D/in\"; echo \"$*\" >\"$D/args\"; env >\"$D/env\"; echo $$ >\"$D/pid\"; " \
	"exec sleep 1000"

void toolbox_open(struct toolbox *box);
/* Removes the folder and all that is in it. */
void toolbox_close(struct toolbox *box);

/* A shell script of this name. */
void toolbox_add(const struct toolbox *box, const char *name, const char *script);
/* A file that can't be run. */
void toolbox_add_file(const struct toolbox *box, const char *name, const char *text);

/* What a file holds; "" when there is none. In a new block. */
char *toolbox_read(const struct toolbox *box, const char *name);
bool toolbox_has(const struct toolbox *box, const char *name, const char *text);
void assert_toolbox_file(const struct toolbox *box, const char *name, const char *expected);
/* Waits for the file "pid". */
pid_t toolbox_pid(const struct toolbox *box);
bool toolbox_is_gone(pid_t pid);

/* Runs a command line with sh; true when it ended with 0. */
bool toolbox_run(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
