/*
 * A command line of the configuration as an argument vector. No shell ever sees it: words are split
 * at blanks, quotes and backslashes work as in sh, nothing is expanded. Any thread.
 */
#ifndef KS_BASE_ARGV_H
#define KS_BASE_ARGV_H

#include "core/base/err.h"

/* Words that a line may have. */
#define KS_ARGV_MAX 64

/*
 * Gives a NULL-terminated vector that the caller frees with ks_argv_free. NULL with KS_ERR_USAGE
 * when the line is empty, has a quote without its end, too many words, or asks for what only a
 * shell could do (an unquoted | & ; < > or `).
 */
char **ks_argv_split(const char *line, struct ks_err *err);
/*
 * The same for a line that was written for the AWS tools, which split it by Python's shlex.split:
 * what only a shell could do is plain text, and a backslash in double quotes takes only a double
 * quote or another backslash.
 */
char **ks_argv_split_shlex(const char *line, struct ks_err *err);
void ks_argv_free(char **argv);

#endif
