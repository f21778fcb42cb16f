/*
 * What the worker knows of each endpoint that it talks to for a profile: its clock, the quota for
 * retries, how much it takes at once, and how fast. Worker thread only.
 */
#ifndef KS_ENGINE_PEER_H
#define KS_ENGINE_PEER_H

#include <stddef.h>
#include <stdint.h>

#include "core/engine/pace.h"
#include "core/engine/retry.h"
#include "core/engine/window.h"

struct ks_peer {
	uint32_t profile; /* an account has limits of its own, */
	char *region;     /* and so has each region, also where one endpoint serves several */
	char *url;        /* without a slash at its end */
	int64_t skew_ms;  /* how far its clock is ahead of ours (skew.h) */
	struct ks_quota quota;
	struct ks_window window;
	struct ks_pace pace;
};

struct ks_peers {
	struct ks_peer **items;
	size_t count, cap;
	int max_at_once; /* for one of them */
};

/* The one for this profile's calls to it, made when it is new. Good until ks_peers_clear. */
struct ks_peer *ks_peers_get(
    struct ks_peers *peers, uint32_t profile, const char *url, const char *region);
void ks_peers_clear(struct ks_peers *peers);

#endif
