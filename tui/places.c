#include "tui/places.h"

#include <stdlib.h>

#include "core/base/mem.h"
#include "core/base/paths.h"
#include "core/deliver/sink.h"

enum { CREDENTIALS, RCLONE, HOME };

static void find_users(struct ks_places *places, const struct ks_env *env)
{
	places->owned[CREDENTIALS] = ks_strdup_maybe(ks_env_credentials_file(env));
	places->owned[RCLONE] = ks_sink_rclone_file(
	    getenv("RCLONE_CONFIG"), getenv("XDG_CONFIG_HOME"), places->owned[HOME]);
}

static void find_demos(struct ks_places *places)
{
	char *folder = places->state_folder;

	if (folder == NULL)
		return;
	places->state_folder = ks_path_join(folder, "demo");
	free(folder);
	places->owned[CREDENTIALS] = ks_path_join(places->state_folder, "credentials");
	places->owned[RCLONE] = ks_path_join(places->state_folder, "rclone.conf");
}

void ks_places_find(struct ks_places *places, const struct ks_env *env, bool demo)
{
	places->state_folder = ks_path_state_folder();
	places->owned[HOME] = ks_path_home();
	if (demo)
		find_demos(places);
	else
		find_users(places, env);
	places->worker = (struct ks_worker_places){
	    .credentials_file = places->owned[CREDENTIALS],
	    .rclone_file = places->owned[RCLONE],
	    .home = places->owned[HOME],
	    .path = getenv("PATH"),
	};
}

void ks_places_free(struct ks_places *places)
{
	free(places->state_folder);
	for (size_t i = 0; i < sizeof places->owned / sizeof places->owned[0]; i++)
		free(places->owned[i]);
}
