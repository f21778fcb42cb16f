#include "core/engine/peer.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/mem.h"

struct ks_peer *ks_peers_get(
    struct ks_peers *peers, uint32_t profile, const char *url, const char *region)
{
	struct ks_peer *peer;

	for (size_t i = 0; i < peers->count; i++) {
		peer = peers->items[i];
		if (peer->profile == profile && strcmp(peer->url, url) == 0 &&
		    strcmp(peer->region, region) == 0)
			return peer;
	}
	peer = ks_calloc(1, sizeof *peer);
	peer->profile = profile;
	peer->url = ks_strdup(url);
	peer->region = ks_strdup(region);
	ks_quota_init(&peer->quota);
	ks_window_init(&peer->window, peers->max_at_once);
	peers->items = ks_grow(peers->items, peers->count, &peers->cap, sizeof(struct ks_peer *));
	peers->items[peers->count++] = peer;
	return peer;
}

void ks_peers_clear(struct ks_peers *peers)
{
	for (size_t i = 0; i < peers->count; i++) {
		free(peers->items[i]->url);
		free(peers->items[i]->region);
		free(peers->items[i]);
	}
	free(peers->items);
	memset(peers, 0, sizeof *peers);
}
