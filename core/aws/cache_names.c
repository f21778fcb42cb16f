#include "core/aws/cache_names.h"

#include <inttypes.h>
#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/buf.h"
#include "core/base/hex.h"
#include "core/base/mem.h"
#include "core/base/paths.h"
#include "core/base/text.h"

/* ---- the arguments as Python's json.dumps(sort_keys=True) writes them ---- */

/* What stands between; the digest is over the text, so each blank counts. */
struct style {
	const char *comma, *colon;
};

static const struct style airy = {", ", ": "};
static const struct style compact = {",", ":"};

struct object {
	const struct style *style;
	struct ks_buf text;
};

static void open_object(struct object *object, const struct style *style)
{
	object->style = style;
	ks_buf_init(&object->text, SIZE_MAX);
	ks_buf_puts(&object->text, "{");
}

static void put_unit(struct ks_buf *text, uint32_t unit)
{
	ks_buf_printf(text, "\\u%04" PRIx32, unit);
}

static void put_char(struct ks_buf *text, uint32_t code)
{
	static const char shorts[] = "\"\"\\\\\nn\rr\tt\bb\ff";
	char plain = (char)code;

	for (const char *pair = shorts; *pair != '\0'; pair += 2)
		if (code == (unsigned char)pair[0]) {
			ks_buf_printf(text, "\\%c", pair[1]);
			return;
		}
	if (code >= ' ' && code <= '~') {
		ks_buf_add(text, &plain, 1);
	} else if (code < 0x10000) {
		put_unit(text, code);
	} else {
		put_unit(text, 0xd800 + ((code - 0x10000) >> 10));
		put_unit(text, 0xdc00 + ((code - 0x10000) & 0x3ff));
	}
}

static void put_quoted(struct ks_buf *text, const char *value)
{
	size_t len = strlen(value);

	ks_buf_puts(text, "\"");
	while (len > 0) {
		uint32_t code;
		size_t used = ks_text_decode(value, len, &code);

		put_char(text, code);
		value += used;
		len -= used;
	}
	ks_buf_puts(text, "\"");
}

static void put_name(struct object *object, const char *name)
{
	if (object->text.len > 1)
		ks_buf_puts(&object->text, object->style->comma);
	put_quoted(&object->text, name);
	ks_buf_puts(&object->text, object->style->colon);
}

/* Members are put in the order of their names. */
static void put_text(struct object *object, const char *name, const char *value)
{
	if (value == NULL)
		return;
	put_name(object, name);
	put_quoted(&object->text, value);
}

static void put_number(struct object *object, const char *name, int64_t value)
{
	put_name(object, name);
	ks_buf_printf(&object->text, "%" PRId64, value);
}

/* ---- names ---- */

static char *make_path(const char *folder, const EVP_MD *digest, const char *text, size_t len)
{
	unsigned char hash[EVP_MAX_MD_SIZE];
	unsigned int size = 0;
	struct ks_buf name;
	char hex[2 * EVP_MAX_MD_SIZE + 1], *path;

	if (EVP_Digest(text, len, hash, &size, digest, NULL) != 1)
		ks_mem_out();
	ks_hex_write(hash, size, hex);
	ks_buf_init(&name, SIZE_MAX);
	ks_buf_printf(&name, "%s.json", hex);
	path = ks_path_join(folder, ks_buf_text(&name));
	ks_buf_free(&name);
	return path;
}

static char *path_below_home(
    const struct ks_env *env, const char *below, const EVP_MD *digest, const char *text, size_t len)
{
	const char *home = ks_env_home(env);
	char *folder, *path;

	if (home == NULL)
		return NULL;
	folder = ks_path_join(home, below);
	path = make_path(folder, digest, text, len);
	free(folder);
	return path;
}

static char *close_object(struct object *object, const struct ks_env *env)
{
	char *path;

	ks_buf_puts(&object->text, "}");
	path =
	    path_below_home(env, ".aws/cli/cache", EVP_sha1(), object->text.data, object->text.len);
	ks_buf_free(&object->text);
	return path;
}

char *ks_cache_role_path(const struct ks_env *env, const struct ks_cache_role *role)
{
	bool has_session = role->session_name != NULL && role->session_name[0] != '\0';
	struct object object;

	open_object(&object, &airy);
	if (role->duration != 0)
		put_number(&object, "DurationSeconds", role->duration);
	put_text(&object, "ExternalId", role->external_id);
	put_text(&object, "RoleArn", role->role_arn);
	put_text(&object, "RoleSessionName", has_session ? role->session_name : NULL);
	put_text(&object, "SerialNumber", role->mfa_serial);
	return close_object(&object, env);
}

char *ks_cache_sso_role_path(const struct ks_env *env, const struct ks_cache_sso_role *role)
{
	struct object object;

	open_object(&object, &compact);
	put_text(&object, "accountId", role->account_id);
	put_text(&object, "roleName", role->role_name);
	put_text(&object, "sessionName", role->session_name);
	put_text(&object, "startUrl", role->session_name == NULL ? role->start_url : NULL);
	return close_object(&object, env);
}

char *ks_cache_sso_token_path(const struct ks_env *env, const char *session_name_or_start_url)
{
	return path_below_home(env, ".aws/sso/cache", EVP_sha1(), session_name_or_start_url,
	    strlen(session_name_or_start_url));
}

char *ks_cache_login_path(const struct ks_env *env, const char *login_session)
{
	const char *folder = ks_env_get(env, KS_ENV_AWS_LOGIN_CACHE_DIRECTORY);
	size_t len = strlen(login_session);

	if (folder == NULL)
		return path_below_home(env, ".aws/login/cache", EVP_sha256(), login_session, len);
	if (folder[0] == '~' && folder[1] == '/')
		return path_below_home(env, folder + 2, EVP_sha256(), login_session, len);
	return make_path(folder, EVP_sha256(), login_session, len);
}
