#include "tui/remember.h"

#include <cjson/cJSON.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/aws/endpoint.h"
#include "core/base/fd.h"
#include "core/base/file.h"
#include "core/base/json.h"
#include "core/base/mem.h"
#include "core/base/paths.h"
#include "core/base/secret.h"
#include "core/base/text.h"

enum { NAME_MAX_LEN = 512 };
/* With room for names that JSON writes longer than they are. */
enum { FILE_MAX = 2 * KS_PROFILES_MAX * NAME_MAX_LEN };

#define BESIDE KS_REMEMBER_FILE ".new"

static const char profiles_key[] = "profiles", regions_key[] = "regions", all_key[] = "allRegions";

/* ---- reading ---- */

static bool unknown(struct ks_err *err, const char *why)
{
	char reason[sizeof err->message];

	snprintf(reason, sizeof reason, "%s", why);
	ks_err_set(err, KS_ERR_SYSTEM,
	    "Which profiles and regions were chosen last isn't known: %s", reason);
	return ks_err_tip(err, "the next choice replaces it");
}

static bool is_name(const char *name)
{
	return name[0] != '\0' && strlen(name) <= NAME_MAX_LEN;
}

static bool take_names(
    const cJSON *root, const char *key, bool (*is_good)(const char *), struct ks_str_list *list)
{
	const cJSON *array = cJSON_GetObjectItemCaseSensitive(root, key), *item;

	if (array == NULL)
		return true;
	if (!cJSON_IsArray(array) || cJSON_GetArraySize(array) > KS_PROFILES_MAX)
		return false;
	cJSON_ArrayForEach(item, array)
	{
		const char *name = cJSON_GetStringValue(item);

		if (name == NULL || !is_good(name))
			return false;
		ks_choice_add(list, name);
	}
	return true;
}

static bool take(const struct ks_file_text *text, struct ks_choice *choice)
{
	const char *problem;
	cJSON *root = ks_json_parse(text->data, text->len, &problem);
	bool good = root != NULL && take_names(root, profiles_key, is_name, &choice->profiles) &&
		    take_names(root, regions_key, ks_endpoint_region_ok, &choice->regions);

	choice->all_regions = cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(root, all_key));
	cJSON_Delete(root);
	return good;
}

bool ks_remember_load(struct ks_remember *remember, struct ks_err *err)
{
	struct ks_file_text text;
	enum ks_file_result result;
	char *path;
	bool good;

	remember->last = (struct ks_choice){0};
	if (remember->folder == NULL)
		return true;
	path = ks_path_join(remember->folder, KS_REMEMBER_FILE);
	result = ks_file_read(path, KS_REMEMBER_FILE, FILE_MAX, &text, err);
	free(path);
	if (result == KS_FILE_MISSING)
		return true;
	if (result == KS_FILE_REFUSED)
		return unknown(err, err->message);
	good = take(&text, &remember->last);
	ks_wiping_free(text.data);
	if (good)
		return true;
	ks_choice_free(&remember->last);
	return unknown(err, KS_REMEMBER_FILE " in the state folder is broken");
}

/* ---- writing ---- */

static void add_names(cJSON *root, const char *key, const struct ks_str_list *list)
{
	cJSON *array = cJSON_AddArrayToObject(root, key);

	for (size_t i = 0; i < list->count; i++)
		cJSON_AddItemToArray(array, cJSON_CreateString(ks_str_raw(&list->items[i])));
}

/* A new block of cJSON's. */
static char *compose(const struct ks_choice *choice)
{
	cJSON *root = cJSON_CreateObject();
	char *text;

	add_names(root, profiles_key, &choice->profiles);
	add_names(root, regions_key, &choice->regions);
	cJSON_AddBoolToObject(root, all_key, choice->all_regions);
	text = cJSON_Print(root);
	cJSON_Delete(root);
	return text;
}

static bool fail(struct ks_err *err, const char *folder)
{
	return ks_err_set(err, KS_ERR_SYSTEM, "This choice can't be remembered in %s: %s", folder,
	    strerror(errno));
}

/* A name that a crash may leave behind is written over. */
static bool write_beside(const char *beside, const char *text)
{
	int fd, why;
	bool ok;

	unlink(beside);
	fd = open(beside, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd < 0)
		return false;
	ok = ks_fd_write_all(fd, text, strlen(text)) && ks_fd_write_all(fd, "\n", 1);
	why = errno;
	ok = close(fd) == 0 && ok;
	errno = ok ? errno : why;
	return ok;
}

/* Without an fsync, which might hold up a key press: a file that a crash breaks is left out. */
static bool save(const struct ks_remember *remember, struct ks_err *err)
{
	char *path = ks_path_join(remember->folder, KS_REMEMBER_FILE);
	char *beside = ks_path_join(remember->folder, BESIDE);
	char *text = compose(&remember->last);
	bool ok = ks_path_make_folder(remember->folder, err);

	if (ok && (text == NULL || !write_beside(beside, text) || rename(beside, path) != 0)) {
		ok = fail(err, remember->folder);
		unlink(beside);
	}
	cJSON_free(text);
	free(beside);
	free(path);
	return ok;
}

static bool same(const struct ks_str_list *a, const struct ks_str_list *b)
{
	if (a->count != b->count)
		return false;
	for (size_t i = 0; i < a->count; i++)
		if (!ks_str_list_has(b, ks_str_raw(&a->items[i])))
			return false;
	return true;
}

static void replace(struct ks_str_list *dst, const struct ks_str_list *src)
{
	ks_str_list_free(dst);
	ks_str_list_copy(dst, src);
}

bool ks_remember_choice(struct ks_remember *remember, const struct ks_choice *before,
    const struct ks_choice *after, struct ks_err *err)
{
	bool profiles = !same(&before->profiles, &after->profiles);
	bool regions =
	    !same(&before->regions, &after->regions) || before->all_regions != after->all_regions;

	if (remember->folder == NULL || (!profiles && !regions))
		return true;
	if (profiles)
		replace(&remember->last.profiles, &after->profiles);
	if (regions) {
		replace(&remember->last.regions, &after->regions);
		remember->last.all_regions = after->all_regions;
	}
	return save(remember, err);
}

bool ks_remember_without(
    struct ks_remember *remember, const struct ks_str_list *gone, struct ks_err *err)
{
	size_t before = remember->last.profiles.count;

	for (size_t i = 0; i < gone->count; i++)
		ks_choice_remove(&remember->last.profiles, ks_str_raw(&gone->items[i]));
	if (remember->folder == NULL || remember->last.profiles.count == before)
		return true;
	return save(remember, err);
}
