#include "core/base/paths.h"

#include <errno.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/buf.h"
#include "core/base/mem.h"

/* A variable can be long; a path that is longer than this can't be opened anyway. */
#define EXPANDED_MAX ((size_t)64 * 1024)

char *ks_path_home(void)
{
	const char *home = getenv("HOME");
	const struct passwd *user;

	if (home == NULL || home[0] != '/') {
		user = getpwuid(getuid());
		home = user != NULL ? user->pw_dir : NULL;
	}
	return home != NULL && home[0] == '/' ? ks_strdup(home) : NULL;
}

static char *xdg_folder(const char *variable, const char *below_home)
{
	const char *base = getenv(variable);
	char *home, *folder, *ours;

	if (base != NULL && base[0] == '/')
		return ks_path_join(base, "keysail");
	home = ks_path_home();
	if (home == NULL)
		return NULL;
	folder = ks_path_join(home, below_home);
	ours = ks_path_join(folder, "keysail");
	free(folder);
	free(home);
	return ours;
}

char *ks_path_config_folder(void)
{
	return xdg_folder("XDG_CONFIG_HOME", ".config");
}

char *ks_path_state_folder(void)
{
	return xdg_folder("XDG_STATE_HOME", ".local/state");
}

char *ks_path_join(const char *folder, const char *name)
{
	size_t folder_len = strlen(folder), name_len = strlen(name);
	char *path;

	while (folder_len > 0 && folder[folder_len - 1] == '/')
		folder_len--;
	path = ks_malloc(folder_len + 1 + name_len + 1);
	memcpy(path, folder, folder_len);
	path[folder_len] = '/';
	memcpy(path + folder_len + 1, name, name_len + 1);
	return path;
}

char *ks_path_folder(const char *path)
{
	const char *slash = strrchr(path, '/');

	if (slash == NULL)
		return ks_strdup(".");
	return slash == path ? ks_strdup("/") : ks_strndup(path, (size_t)(slash - path));
}

/* Writes what ~ or ~user at text stands for; gives the rest of text. */
static const char *expand_tilde(struct ks_buf *out, const char *text, const char *home)
{
	size_t len = strcspn(text, "/");
	const struct passwd *user;
	char *name;

	if (text[0] != '~')
		return text;
	if (len > 1) {
		name = ks_strndup(text + 1, len - 1);
		user = getpwnam(name);
		free(name);
		home = user != NULL ? user->pw_dir : NULL;
	}
	if (home == NULL)
		return text;
	ks_buf_puts(out, home);
	return text + len;
}

static bool is_name(char c)
{
	return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
	       c == '_';
}

/* Writes what the $NAME or ${NAME} at text stands for; gives what follows it. */
static const char *expand_variable(struct ks_buf *out, const char *text)
{
	bool braced = text[1] == '{';
	const char *start = text + (braced ? 2 : 1), *end = start, *value = NULL;
	char *name;

	while (is_name(*end))
		end++;
	if (end > start && (!braced || *end == '}')) {
		name = ks_strndup(start, (size_t)(end - start));
		value = getenv(name);
		free(name);
	}
	if (value == NULL) {
		ks_buf_add(out, "$", 1);
		return text + 1;
	}
	ks_buf_puts(out, value);
	return end + (braced ? 1 : 0);
}

char *ks_path_expand(const char *text, const char *home)
{
	struct ks_buf out;

	ks_buf_init(&out, EXPANDED_MAX);
	text = expand_tilde(&out, text, home);
	while (*text != '\0') {
		size_t plain = strcspn(text, "$");

		ks_buf_add(&out, text, plain);
		text += plain;
		if (*text == '$')
			text = expand_variable(&out, text);
	}
	return ks_buf_take(&out);
}

char *ks_path_abbreviate(const char *path, const char *home)
{
	size_t len = home != NULL ? strlen(home) : 0;

	while (len > 0 && home[len - 1] == '/')
		len--;
	if (len == 0 || strncmp(path, home, len) != 0 || path[len] != '/')
		return ks_strdup(path);
	return ks_path_join("~", path + len + 1);
}

static bool make_one(const char *path, struct ks_err *err)
{
	struct stat found;
	int reason;

	if (mkdir(path, 0700) == 0)
		return true;
	reason = errno;
	if (stat(path, &found) == 0) {
		if (S_ISDIR(found.st_mode))
			return true;
		reason = ENOTDIR;
	}
	return ks_err_set(
	    err, KS_ERR_SYSTEM, "The folder %s can't be made: %s", path, strerror(reason));
}

bool ks_path_make_folder(const char *path, struct ks_err *err)
{
	char *work = ks_strdup(path);
	bool ok = true;

	for (char *slash = strchr(work + (work[0] == '/'), '/'); ok && slash != NULL;
	     slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		ok = make_one(work, err);
		*slash = '/';
	}
	ok = ok && make_one(work, err);
	free(work);
	return ok;
}
