/*
 * "keysail serve": the emulator by itself; and the emulator as the child of --demo.
 */
#ifndef KS_TUI_CLI_SERVE_H
#define KS_TUI_CLI_SERVE_H

/*
 * argv[0] is "serve". Prints where it listens and how to use it on stdout, then serves until
 * SIGINT or SIGTERM. The exit status: 0, 1 when it failed, 2 for a usage error; one line on stderr
 * says why. The only thread of the process.
 */
int ks_serve_main(int argc, char **argv);

/*
 * In the child that --demo has forked, before any thread or library was started: tells the parent
 * on report_fd, one a line, port=, access_key_id= and secret_access_key= (or error=), closes it,
 * and serves until life_fd is at its end. state_path may be NULL. Gives the child's exit status.
 */
int ks_serve_demo_child(int report_fd, int life_fd, const char *state_path);

#endif
