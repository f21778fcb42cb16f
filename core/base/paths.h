/*
 * Paths of files and folders, of any length. What is returned is a new block that the caller frees.
 * Functions that read the environment or the user database are for the main thread, at start.
 */
#ifndef KS_BASE_PATHS_H
#define KS_BASE_PATHS_H

#include <stdbool.h>

#include "core/base/err.h"

/* HOME, else the user database's folder; NULL when neither is an absolute path. Main thread. */
char *ks_path_home(void);
/*
 * $XDG_CONFIG_HOME/keysail and $XDG_STATE_HOME/keysail, else ~/.config/keysail and
 * ~/.local/state/keysail; NULL without a home. A relative XDG variable is ignored, as the XDG base
 * directory specification says. Nothing is created. Main thread.
 */
char *ks_path_config_folder(void);
char *ks_path_state_folder(void);

/* "folder/name", with exactly one slash between. */
char *ks_path_join(const char *folder, const char *name);
/* The folder that the path's last name is in: "." for a mere name, "/" for one at the top. */
char *ks_path_folder(const char *path);

/*
 * Expands a leading ~ or ~user, then each $NAME and ${NAME}, as the AWS tools do for
 * AWS_CONFIG_FILE: what isn't known stays as it is. home may be NULL. Main thread.
 */
char *ks_path_expand(const char *text, const char *home);
/* The other way round, for people: "~/x" when path is below home, else a copy. home may be NULL. */
char *ks_path_abbreviate(const char *path, const char *home);

/*
 * Makes the folder and those above it that don't exist, each 0700. True when it is there at the
 * end; false with err filled, also when something that isn't a folder has its name. Any thread.
 */
bool ks_path_make_folder(const char *path, struct ks_err *err);

#endif
