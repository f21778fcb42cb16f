/*
 * The services that profiles sign in with, and a home folder that has a profile for each way to
 * (tests/live/peer_lib.sh and peer.py), as processes of their own. Failures fail the test.
 */
#ifndef KS_TESTS_PEER_PLAY_H
#define KS_TESTS_PEER_PLAY_H

#include <stddef.h>
#include <sys/types.h>

enum { PEER_PATH = 160, PEER_ENV_MAX = 24 };

struct peer_play {
	pid_t pid;
	int hold; /* all of it ends when this is closed */
	char url[PEER_PATH], proxy[PEER_PATH], ca[PEER_PATH], home[PEER_PATH];
	char *env[PEER_ENV_MAX + 1]; /* NAME=VALUE, NULL at its end: of a program that uses them */
	size_t n_env;
};

/* One bucket without keys behind it. False with why it can't be had here. */
int peer_play_start(struct peer_play *play, char *why, size_t size);
void peer_play_stop(struct peer_play *play);

/* Takes the line "NAME=VALUE" for the programs. */
void peer_play_add_env(struct peer_play *play, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* What peer_control.py answers to "COMMAND?NAME=VALUE&…". In a new block; NULL when it refuses. */
char *peer_play_ask(const struct peer_play *play, const char *command);

#endif
