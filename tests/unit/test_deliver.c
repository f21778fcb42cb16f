#define _GNU_SOURCE /* nftw */
/* The sinks that write a file: what is kept, what is refused, and what each format holds. */
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "core/base/secret.h"
#include "core/deliver/ini_edit.h"
#include "core/deliver/replace_file.h"
#include "core/deliver/sink.h"

#define ID     "AKIAI44QH8DHBEXAMPLE"
#define SECRET "je7MtGbClwBF/2Zp9Utk/h3yCo8nvb+EXAMPLEKEY="

static char folder[] = "/tmp/keysail-deliver-XXXXXX";
static struct ks_sink_options options;
static struct ks_err err;

/* ---- files ---- */

static void put(const char *name, const char *text, mode_t mode)
{
	FILE *file;

	unlink(name);
	file = fopen(name, "we");
	assert_non_null(file);
	assert_int_equal(fwrite(text, 1, strlen(text), file), strlen(text));
	assert_int_equal(fchmod(fileno(file), mode), 0);
	assert_int_equal(fclose(file), 0);
}

static void check_file(const char *name, const char *expected)
{
	char text[4096];
	FILE *file = fopen(name, "re");
	size_t len;

	assert_non_null(file);
	len = fread(text, 1, sizeof text - 1, file);
	text[len] = '\0';
	fclose(file);
	assert_string_equal(text, expected);
}

static void check_mode(const char *name, mode_t mode)
{
	struct stat info;

	assert_int_equal(lstat(name, &info), 0);
	assert_int_equal(info.st_mode & 07777, mode);
}

static void check_absent(const char *name)
{
	struct stat info;

	assert_int_equal(lstat(name, &info), -1);
	assert_int_equal(errno, ENOENT);
}

static int remove_inside(const char *path, const struct stat *info, int type, struct FTW *where)
{
	(void)info;
	(void)type;
	return where->level > 0 ? remove(path) : 0;
}

/* The folder itself stays. */
static bool empty_folder(void)
{
	return nftw(folder, remove_inside, 16, FTW_DEPTH | FTW_PHYS) == 0;
}

static int start_folder(void **state)
{
	(void)state;
	if (!empty_folder())
		return -1;
	ks_err_clear(&err);
	options = (struct ks_sink_options){
	    .credentials_file = "credentials",
	    .rclone_file = "rclone.conf",
	    .bucket = "media-assets",
	    .region = "eu-west-1",
	};
	return 0;
}

/* ---- deliveries ---- */

static struct ks_sink_plan *preflight(const char *text)
{
	struct ks_sink sink;
	struct ks_sink_plan *plan = NULL;

	ks_err_clear(&err);
	if (ks_sink_parse(text, &sink, &err))
		plan = ks_sink_preflight(&sink, &options, &err);
	ks_sink_free(&sink);
	return plan;
}

static bool hand_over(struct ks_sink_plan *plan, const char *id, const char *value)
{
	struct ks_secret *secret = ks_secret_new(value, strlen(value), &err);
	bool good;

	assert_non_null(secret);
	good = ks_sink_deliver(plan, id, secret, &err);
	ks_secret_free(secret);
	return good;
}

static void deliver(const char *text)
{
	struct ks_sink_plan *plan = preflight(text);

	if (plan == NULL)
		fail_msg("%s: %s", text, err.message);
	if (!hand_over(plan, ID, SECRET))
		fail_msg("%s: %s", text, err.message);
	ks_sink_plan_free(plan);
}

static void check_refused(const char *text, enum ks_err_kind kind, const char *words)
{
	struct ks_sink_plan *plan = preflight(text);

	assert_null(plan);
	assert_int_equal(err.kind, kind);
	if (strstr(err.message, words) == NULL)
		fail_msg("\"%s\" isn't in: %s", words, err.message);
}

/* Delivers to profile:new with replace; the credentials file before and after. */
static void check_edit(const char *before, const char *after)
{
	put("credentials", before, 0600);
	options.replace = true;
	deliver("profile:new");
	check_file("credentials", after);
}

/* ---- parsing ---- */

static void an_unknown_kind_is_told_the_kinds(void **state)
{
	(void)state;
	check_refused(
	    "ftp:x", KS_ERR_USAGE, "profile:NAME, env:FILE, json:FILE, rclone:REMOTE, s3cmd:FILE");
	check_refused("", KS_ERR_USAGE, "profile:NAME");
	check_refused("prof:x", KS_ERR_USAGE, "profile:NAME");
}

static void where_must_fit_its_kind(void **state)
{
	static const char *const cases[] = {"profile", "profile:", "profile:a b", "profile:a]b",
	    "profile:DEFAULT", "profile:\"a\"", "profile:a\nb", "rclone:", "rclone:-a",
	    "rclone:a b", "rclone:a/b", "env:", "env:folder/", "json:a\nb", "s3cmd"};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
		check_refused(cases[i], KS_ERR_USAGE, " wants ");
}

static void rclones_file_is_found_as_rclone_finds_it(void **state)
{
	static const struct {
		const char *config, *xdg, *home, *path;
	} cases[] = {
	    {"/r", "/x", "/h", "/r"},
	    {"", "/x", "/h", "/x/rclone/rclone.conf"},
	    {NULL, NULL, "/h", "/h/.config/rclone/rclone.conf"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		char *path = ks_sink_rclone_file(cases[i].config, cases[i].xdg, cases[i].home);

		assert_string_equal(path, cases[i].path);
		free(path);
	}
	assert_null(ks_sink_rclone_file(NULL, NULL, NULL));
}

/* ---- a profile ---- */

#define KEY_LINES "aws_access_key_id = " ID "\naws_secret_access_key = " SECRET "\n"

static void a_new_profile_is_appended(void **state)
{
	(void)state;
	check_edit("", "[new]\n" KEY_LINES);
	check_edit("# mine\n\n[a]\nx=1\n", "# mine\n\n[a]\nx=1\n\n[new]\n" KEY_LINES);
	check_edit("[a]\nx=1\n\n", "[a]\nx=1\n\n[new]\n" KEY_LINES);
	check_edit("[a]\nx = 1", "[a]\nx = 1\n\n[new]\n" KEY_LINES);
	check_edit("[new2]\nx = 1\n", "[new2]\nx = 1\n\n[new]\n" KEY_LINES);
}

static void line_endings_are_kept(void **state)
{
	(void)state;
	check_edit("[a]\r\nx=1\r\n", "[a]\r\nx=1\r\n\r\n[new]\r\naws_access_key_id = " ID
				     "\r\naws_secret_access_key = " SECRET "\r\n");
	check_edit("[new]\r\naws_access_key_id=1\r\naws_secret_access_key=2\r\n[b]\r\ny=2",
	    "[new]\r\naws_access_key_id=" ID "\r\naws_secret_access_key=" SECRET "\r\n[b]\r\ny=2");
}

static void a_profile_is_changed_in_place(void **state)
{
	(void)state;
	check_edit("# top\n[a]\naws_access_key_id = OTHER\n\n"
		   "[new]  # mine\n; note\nAWS_Access_Key_Id=OLD\nregion = eu-west-1\n"
		   "aws_session_token = long\n  tail\naws_secret_access_key   =   old # was\n\n"
		   "s3 =\n  max_concurrent_requests = 20\n# end\n[z]\n\taws_session_token=keep\n",
	    "# top\n[a]\naws_access_key_id = OTHER\n\n"
	    "[new]  # mine\n; note\nAWS_Access_Key_Id=" ID "\nregion = eu-west-1\n"
	    "aws_secret_access_key   =   " SECRET "\n\n"
	    "s3 =\n  max_concurrent_requests = 20\n# end\n[z]\n\taws_session_token=keep\n");
}

static void what_a_profile_lacks_comes_under_its_header(void **state)
{
	(void)state;
	check_edit("[new]\nregion = x\n[b]\n", "[new]\n" KEY_LINES "region = x\n[b]\n");
	check_edit("[new]", "[new]\n" KEY_LINES);
	check_edit("[new]\n  region = x\n",
	    "[new]\n  aws_access_key_id = " ID "\n  aws_secret_access_key = " SECRET
	    "\n  region = x\n");
	check_edit("[new]\naws_secret_access_key=\n",
	    "[new]\naws_access_key_id = " ID "\naws_secret_access_key=" SECRET "\n");
}

static void a_profile_given_twice_gets_one_key(void **state)
{
	(void)state;
	check_edit("[new]\naws_access_key_id = 1\n[b]\nx = 1\n[new]\naws_access_key_id = 2\n"
		   "aws_secret_access_key = 3\ny = 2\naws_secret_access_key = 4\n",
	    "[new]\naws_access_key_id = " ID "\n[b]\nx = 1\n[new]\naws_secret_access_key = " SECRET
	    "\ny = 2\n");
}

static void a_file_that_could_be_misread_is_refused(void **state)
{
	static const char broken[] = "[a]\nno equals sign\n";
	static const char tricky[] = "[new]\n [b]\naws_access_key_id = 1\n";

	(void)state;
	options.replace = true;
	put("credentials", broken, 0600);
	check_refused("profile:new", KS_ERR_USAGE, "line 2");
	assert_non_null(strstr(err.tip, "correct that line"));
	check_file("credentials", broken);
	put("credentials", tricky, 0600);
	check_refused("profile:new", KS_ERR_REFUSED, "risk");
	check_file("credentials", tricky);
}

static void an_existing_profile_needs_replace(void **state)
{
	static const char text[] = "[new]\naws_access_key_id = 1\n";

	(void)state;
	put("credentials", text, 0600);
	check_refused("profile:new", KS_ERR_REFUSED, "has a profile [new] already");
	assert_non_null(strstr(err.tip, "--replace"));
	check_file("credentials", text);
	check_absent("credentials.keysail-backup");
	check_absent("credentials.keysail-new");
}

static void a_profile_that_takes_a_role_is_refused(void **state)
{
	(void)state;
	options.replace = true;
	put("credentials", "[new]\nrole_arn = arn:aws:iam::1:role/x\n", 0600);
	check_refused("profile:new", KS_ERR_REFUSED, "role_arn");
}

static void the_folder_of_the_credentials_is_made(void **state)
{
	(void)state;
	options.credentials_file = ".aws/credentials";
	deliver("profile:new");
	check_file(".aws/credentials", "[new]\n" KEY_LINES);
	check_mode(".aws/credentials", 0600);
	check_mode(".aws", 0700);
}

/* ---- replacing ---- */

static void a_link_stays_and_its_target_is_replaced(void **state)
{
	struct stat info;

	(void)state;
	assert_int_equal(mkdir("dots", 0700), 0);
	put("dots/real", "[a]\n", 0640);
	assert_int_equal(symlink("real", "dots/second"), 0);
	assert_int_equal(symlink("dots/second", "credentials"), 0);
	deliver("profile:new");
	assert_int_equal(lstat("credentials", &info), 0);
	assert_true(S_ISLNK(info.st_mode));
	check_file("dots/real", "[a]\n\n[new]\n" KEY_LINES);
	check_mode("dots/real", 0640);
	check_file("dots/real.keysail-backup", "[a]\n");
	check_mode("dots/real.keysail-backup", 0600);
	check_absent("dots/real.keysail-new");
}

static void a_link_to_nothing_gets_its_target(void **state)
{
	struct stat info;

	(void)state;
	assert_int_equal(symlink("later", "credentials"), 0);
	deliver("profile:new");
	assert_int_equal(lstat("credentials", &info), 0);
	assert_true(S_ISLNK(info.st_mode));
	check_mode("later", 0600);
	assert_int_equal(symlink("round", "round"), 0);
	check_refused("env:round", KS_ERR_SYSTEM, "followed");
}

static void a_narrow_mode_is_kept(void **state)
{
	(void)state;
	put("credentials", "[a]\n", 0400);
	deliver("profile:new");
	check_mode("credentials", 0400);
}

static void the_backup_goes_when_it_is_told(void **state)
{
	struct ks_sink_plan *plan;

	(void)state;
	put("credentials", "[a]\n", 0644);
	plan = preflight("profile:new");
	assert_non_null(plan);
	check_absent("credentials.keysail-backup");
	assert_true(hand_over(plan, ID, SECRET));
	check_file("credentials.keysail-backup", "[a]\n");
	check_mode("credentials.keysail-backup", 0600);
	assert_true(ks_sink_drop_backup(plan, &err));
	check_absent("credentials.keysail-backup");
	assert_true(ks_sink_drop_backup(plan, &err));
	ks_sink_plan_free(plan);
}

static void a_backup_of_somebody_else_is_not_dropped(void **state)
{
	struct ks_sink_plan *plan;

	(void)state;
	put("credentials.keysail-backup", "older", 0600);
	plan = preflight("profile:new");
	assert_non_null(plan);
	assert_true(hand_over(plan, ID, SECRET));
	assert_true(ks_sink_drop_backup(plan, &err));
	check_file("credentials.keysail-backup", "older");
	ks_sink_plan_free(plan);
}

static void only_a_regular_file_of_one_name_is_replaced(void **state)
{
	(void)state;
	options.replace = true;
	assert_int_equal(mkdir("d", 0700), 0);
	check_refused("env:d", KS_ERR_REFUSED, "regular");
	assert_int_equal(mkfifo("fifo", 0600), 0);
	check_refused("env:fifo", KS_ERR_REFUSED, "regular");
	put("one", "x", 0600);
	assert_int_equal(link("one", "two"), 0);
	check_refused("env:one", KS_ERR_REFUSED, "hard links");
	check_refused("env:none/x", KS_ERR_SYSTEM, "No such file");
	if (geteuid() == 0) {
		put("theirs", "x", 0666);
		assert_int_equal(chown("theirs", 65534, 65534), 0);
		check_refused("env:theirs", KS_ERR_REFUSED, "another user");
	}
}

/* Root may write everywhere, so this is for nobody: in a child, which ends with its privileges. */
static void a_folder_that_cant_be_written_is_found_before(void **state)
{
	int status;
	pid_t child;

	(void)state;
	assert_int_equal(mkdir("locked", 0700), 0);
	put("locked/credentials", "[a]\n", 0644);
	assert_int_equal(chmod("locked", 0555), 0);
	assert_int_equal(chmod(".", 0755), 0);
	child = fork();
	if (child == 0) {
		bool refused;

		if (geteuid() == 0 && seteuid(65534) != 0)
			_exit(2);
		options.credentials_file = "locked/credentials";
		refused = preflight("profile:new") == NULL && err.kind == KS_ERR_SYSTEM &&
			  strstr(err.message, "Permission denied") != NULL;
		_exit(refused ? 0 : 1);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(chmod("locked", 0755), 0);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
	check_file("locked/credentials", "[a]\n");
}

static void what_a_killed_keysail_left_is_taken_away(void **state)
{
	(void)state;
	put("out.env.keysail-new", "half a", 0600);
	deliver("env:out.env");
	check_absent("out.env.keysail-new");
}

static void two_keysails_take_turns(void **state)
{
	int fd;

	(void)state;
	put("out.env.keysail-new", "", 0600);
	fd = open("out.env.keysail-new", O_RDONLY | O_CLOEXEC);
	assert_true(fd >= 0);
	assert_int_equal(flock(fd, LOCK_EX), 0);
	check_refused("env:out.env", KS_ERR_SYSTEM, "another keysail");
	close(fd);
	deliver("env:out.env");
}

static void a_link_in_the_way_is_not_followed(void **state)
{
	(void)state;
	put("victim", "precious", 0600);
	assert_int_equal(symlink("victim", "out.env.keysail-new"), 0);
	check_refused("env:out.env", KS_ERR_SYSTEM, "can't be written");
	check_file("victim", "precious");
}

struct meddler {
	const char *write; /* what another program puts there meanwhile */
	int times, calls;
};

static bool meddle(
    void *context, const struct ks_draft *old, struct ks_draft *out, struct ks_err *error)
{
	struct meddler *meddler = context;

	(void)error;
	if (old != NULL)
		ks_draft_add(out, old->data, old->len);
	ks_draft_puts(out, "ours\n");
	if (meddler->calls++ < meddler->times)
		put("file", meddler->write, 0600);
	return true;
}

static bool replace_with(struct meddler *meddler, bool *backed_up)
{
	const struct ks_replace replace = {"file", true, meddle, meddler};

	return ks_replace_file(&replace, backed_up, &err);
}

static void another_programs_edit_is_not_lost(void **state)
{
	struct meddler changed = {"theirs\n", 1, 0}, made = {"made\n", 1, 0};
	bool backed_up;

	(void)state;
	put("file", "before\n", 0600);
	assert_true(replace_with(&changed, &backed_up));
	assert_int_equal(changed.calls, 2);
	check_file("file", "theirs\nours\n");
	check_file("file.keysail-backup", "theirs\n");
	unlink("file");
	assert_true(replace_with(&made, &backed_up));
	assert_int_equal(made.calls, 2);
	check_file("file", "made\nours\n");
}

/* The last instant: the file comes up between the look at its place and the taking of it. */
static const char *made_before_link;
int __real_link(const char *from, const char *to);
int __wrap_link(const char *from, const char *to);

int __wrap_link(const char *from, const char *to)
{
	if (made_before_link != NULL)
		put(to, made_before_link, 0600);
	made_before_link = NULL;
	return __real_link(from, to);
}

static void a_file_that_comes_up_at_the_last_instant_is_kept(void **state)
{
	struct meddler idle = {"", 0, 0};
	bool backed_up;

	(void)state;
	made_before_link = "theirs\n";
	assert_true(replace_with(&idle, &backed_up));
	assert_int_equal(idle.calls, 2);
	check_file("file", "theirs\nours\n");
	check_absent("file.keysail-new");
}

static void a_program_that_never_stops_is_given_up_on(void **state)
{
	struct meddler meddler = {"theirs\n", 1000, 0};
	bool backed_up;

	(void)state;
	put("file", "before\n", 0600);
	assert_false(replace_with(&meddler, &backed_up));
	assert_false(backed_up);
	assert_true(meddler.calls < 100);
	check_file("file", "theirs\n");
	check_absent("file.keysail-backup");
	check_absent("file.keysail-new");
}

/* ---- formats ---- */

static void a_file_of_its_own_needs_replace(void **state)
{
	static const char *const sinks[] = {"env:f", "json:f", "s3cmd:f"};

	(void)state;
	for (size_t i = 0; i < sizeof sinks / sizeof sinks[0]; i++) {
		struct ks_sink_plan *plan;

		put("f", "mine", 0644);
		options.replace = false;
		check_refused(sinks[i], KS_ERR_REFUSED, "is there already");
		check_file("f", "mine");
		unlink("f");
		plan = preflight(sinks[i]);
		assert_non_null(plan);
		put("f", "came since", 0600);
		assert_false(hand_over(plan, ID, SECRET));
		check_file("f", "came since");
		ks_sink_plan_free(plan);
		options.replace = true;
		deliver(sinks[i]);
		check_mode("f", 0600);
	}
	check_file("f.keysail-backup", "came since");
}

static void an_env_file_needs_no_quotes(void **state)
{
	(void)state;
	deliver("env:out.env");
	check_file("out.env", "# bucket media-assets\nAWS_ACCESS_KEY_ID=" ID
			      "\nAWS_SECRET_ACCESS_KEY=" SECRET "\nAWS_REGION=eu-west-1\n");
	check_mode("out.env", 0600);
	options.home = folder;
	options.endpoint = "http://127.0.0.1:9000";
	deliver("env:~/home.env");
	check_file("home.env", "# bucket media-assets\nAWS_ACCESS_KEY_ID=" ID
			       "\nAWS_SECRET_ACCESS_KEY=" SECRET "\nAWS_REGION=eu-west-1\n"
			       "AWS_ENDPOINT_URL_S3=http://127.0.0.1:9000\n");
}

static void json_is_one_object(void **state)
{
	struct ks_sink_plan *plan;

	(void)state;
	deliver("json:out.json");
	check_file("out.json", "{\n  \"bucket\": \"media-assets\",\n  \"region\": \"eu-west-1\",\n"
			       "  \"accessKeyId\": \"" ID "\",\n  \"secretAccessKey\": \"" SECRET
			       "\",\n  \"endpoint\": null\n}\n");
	options.endpoint = "https://s3.test/x y";
	plan = preflight("json:quotes.json");
	assert_non_null(plan);
	assert_true(hand_over(plan, ID, " a\"b\\c'# "));
	ks_sink_plan_free(plan);
	check_file("quotes.json",
	    "{\n  \"bucket\": \"media-assets\",\n  \"region\": \"eu-west-1\",\n"
	    "  \"accessKeyId\": \"" ID "\",\n"
	    "  \"secretAccessKey\": \" a\\\"b\\\\c'# \",\n"
	    "  \"endpoint\": \"https://s3.test/x y\"\n}\n");
}

static void an_rclone_remote_for_aws_and_for_an_endpoint(void **state)
{
	(void)state;
	put("rclone.conf", "[gd]\ntype = drive\ntoken = {\"a\":\"b\"}\n", 0600);
	deliver("rclone:kept");
	check_file("rclone.conf", "[gd]\ntype = drive\ntoken = {\"a\":\"b\"}\n\n[kept]\ntype = s3\n"
				  "provider = AWS\naccess_key_id = " ID
				  "\nsecret_access_key = " SECRET "\nregion = eu-west-1\n"
				  "no_check_bucket = true\n");
	check_file("rclone.conf.keysail-backup", "[gd]\ntype = drive\ntoken = {\"a\":\"b\"}\n");
	check_refused("rclone:kept", KS_ERR_REFUSED, "has a remote [kept] already");
	options.replace = true;
	check_refused("rclone:gd", KS_ERR_REFUSED, "drive, not s3");
	options.endpoint = "http://127.0.0.1:9000";
	put("rclone.conf",
	    "[kept]\ntype = s3\nenv_auth = true\nprovider = AWS\nstorage_class = X\n", 0600);
	deliver("rclone:kept");
	check_file("rclone.conf",
	    "[kept]\naccess_key_id = " ID "\nsecret_access_key = " SECRET
	    "\nregion = eu-west-1\nendpoint = http://127.0.0.1:9000\nforce_path_style = true\n"
	    "no_check_bucket = true\ntype = s3\nprovider = Other\nstorage_class = X\n");
}

static void an_encrypted_rclone_file_is_refused(void **state)
{
	static const char text[] =
	    "# Encrypted rclone configuration File\n\nRCLONE_ENCRYPT_V0:\nAAAA\n";

	(void)state;
	put("rclone.conf", text, 0600);
	check_refused("rclone:x", KS_ERR_REFUSED, "encrypted");
	check_file("rclone.conf", text);
}

static void check_s3cmd(const char *region, const char *endpoint, const char *tail)
{
	char expected[1024];

	options.region = region;
	options.endpoint = endpoint;
	unlink("s3cfg");
	deliver("s3cmd:s3cfg");
	snprintf(expected, sizeof expected,
	    "[default]\naccess_key = " ID "\nsecret_key = " SECRET
	    "\nbucket_location = %s\n%ssignature_v2 = False\n",
	    region, tail);
	check_file("s3cfg", expected);
}

static void s3cmd_finds_the_right_hosts(void **state)
{
	(void)state;
	check_s3cmd("eu-west-1", NULL,
	    "host_base = s3.eu-west-1.amazonaws.com\n"
	    "host_bucket = %(bucket)s.s3.eu-west-1.amazonaws.com\nuse_https = True\n");
	check_s3cmd("cn-north-1", NULL,
	    "host_base = s3.cn-north-1.amazonaws.com.cn\n"
	    "host_bucket = %(bucket)s.s3.cn-north-1.amazonaws.com.cn\nuse_https = True\n");
	check_s3cmd("us-east-1", "http://127.0.0.1:9000",
	    "host_base = 127.0.0.1:9000\nhost_bucket = 127.0.0.1:9000\nuse_https = False\n");
	options.endpoint = "http://127.0.0.1:9000/prefix";
	check_refused("s3cmd:other", KS_ERR_REFUSED, "path");
}

static void what_a_format_cant_hold_is_refused(void **state)
{
	static const char *const sinks[] = {"profile:a", "env:a.env", "rclone:a", "s3cmd:a.cfg"};
	static const char *const values[] = {"", "a b", " a", "a ", "a\nb", "a\rb", "a'b", "a\"b",
	    "a#b", "a;b", "a$b", "a%(b)s", "a\\", "a`b`", "~a", "\x01", "\xC3\xA9"};

	(void)state;
	for (size_t i = 0; i < sizeof sinks / sizeof sinks[0]; i++) {
		struct ks_sink_plan *plan = preflight(sinks[i]);

		assert_non_null(plan);
		for (size_t j = 0; j < sizeof values / sizeof values[0]; j++) {
			if (hand_over(plan, ID, values[j]) || err.kind != KS_ERR_REFUSED ||
			    hand_over(plan, values[j], SECRET))
				fail_msg("%s took <%s>", sinks[i], values[j]);
		}
		ks_sink_plan_free(plan);
	}
	check_absent("credentials");
	check_absent("rclone.conf");
	check_absent("a.env");
	check_absent("a.cfg");
}

static void preflight_refuses_names_that_dont_fit(void **state)
{
	(void)state;
	options.region = "eu west";
	check_refused("env:a", KS_ERR_REFUSED, "the region");
	options.region = "eu-west-1";
	options.bucket = "a\nb";
	check_refused("profile:a", KS_ERR_REFUSED, "bucket");
	check_refused("json:a", KS_ERR_REFUSED, "bucket");
	check_absent("a");
	check_absent("credentials");
}

static void preflight_leaves_nothing_behind(void **state)
{
	struct ks_sink_plan *plan = preflight("env:a");

	(void)state;
	assert_non_null(plan);
	assert_int_equal(strncmp(ks_sink_plan_path(plan), "/", 1), 0);
	ks_sink_plan_free(plan);
	check_absent("a");
	check_absent("a.keysail-new");
}

#define TEST(function) cmocka_unit_test_setup(function, start_folder)

int main(void)
{
	static const struct CMUnitTest tests[] = {
	    TEST(an_unknown_kind_is_told_the_kinds),
	    TEST(where_must_fit_its_kind),
	    TEST(rclones_file_is_found_as_rclone_finds_it),
	    TEST(a_new_profile_is_appended),
	    TEST(line_endings_are_kept),
	    TEST(a_profile_is_changed_in_place),
	    TEST(what_a_profile_lacks_comes_under_its_header),
	    TEST(a_profile_given_twice_gets_one_key),
	    TEST(a_file_that_could_be_misread_is_refused),
	    TEST(an_existing_profile_needs_replace),
	    TEST(a_profile_that_takes_a_role_is_refused),
	    TEST(the_folder_of_the_credentials_is_made),
	    TEST(a_link_stays_and_its_target_is_replaced),
	    TEST(a_link_to_nothing_gets_its_target),
	    TEST(a_narrow_mode_is_kept),
	    TEST(the_backup_goes_when_it_is_told),
	    TEST(a_backup_of_somebody_else_is_not_dropped),
	    TEST(only_a_regular_file_of_one_name_is_replaced),
	    TEST(a_folder_that_cant_be_written_is_found_before),
	    TEST(what_a_killed_keysail_left_is_taken_away),
	    TEST(two_keysails_take_turns),
	    TEST(a_link_in_the_way_is_not_followed),
	    TEST(another_programs_edit_is_not_lost),
	    TEST(a_file_that_comes_up_at_the_last_instant_is_kept),
	    TEST(a_program_that_never_stops_is_given_up_on),
	    TEST(a_file_of_its_own_needs_replace),
	    TEST(an_env_file_needs_no_quotes),
	    TEST(json_is_one_object),
	    TEST(an_rclone_remote_for_aws_and_for_an_endpoint),
	    TEST(an_encrypted_rclone_file_is_refused),
	    TEST(s3cmd_finds_the_right_hosts),
	    TEST(what_a_format_cant_hold_is_refused),
	    TEST(preflight_refuses_names_that_dont_fit),
	    TEST(preflight_leaves_nothing_behind),
	};
	int failed;

	ks_secret_setup();
	if (mkdtemp(folder) == NULL || chdir(folder) != 0)
		return 1;
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	if (!empty_folder() || rmdir(folder) != 0)
		return 1;
	return failed;
}
