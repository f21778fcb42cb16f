/* The sinks: what they refuse, what they leave alone, what each format holds, and what is said. */
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "core/base/clock.h"
#include "tests/unit/deliver_folder.h"

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
	check_refused("ftp:x", KS_ERR_USAGE,
	    "profile:NAME, env:FILE, json:FILE, rclone:REMOTE, s3cmd:FILE, command:COMMAND LINE");
	check_refused("", KS_ERR_USAGE, "profile:NAME");
	check_refused("prof:x", KS_ERR_USAGE,
	    "a key can't be delivered to 'prof', only to one of profile:NAME, env:FILE");
}

static void where_must_fit_its_kind(void **state)
{
	static const char *const cases[] = {"profile", "profile:", "profile:a b", "profile:a]b",
	    "profile:DEFAULT", "profile:\"a\"", "profile:a\nb", "rclone:", "rclone:-a",
	    "rclone:a b", "rclone:a/b", "env:", "env:folder/", "json:a\nb", "s3cmd"};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
		check_refused(cases[i], KS_ERR_USAGE, " is ");
	check_refused("command", KS_ERR_USAGE, "is empty");
	check_refused("command:a 'b", KS_ERR_USAGE, "without its end");
	check_refused("command:a | b", KS_ERR_USAGE, "no shell");
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
	check_refused("profile:new", KS_ERR_EXISTS, "has a profile [new] already");
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

/* ---- formats ---- */

static void a_file_of_its_own_needs_replace(void **state)
{
	static const char *const sinks[] = {"env:f", "json:f", "s3cmd:f"};

	(void)state;
	for (size_t i = 0; i < sizeof sinks / sizeof sinks[0]; i++) {
		struct ks_sink_plan *plan;

		put("f", "mine", 0644);
		options.replace = false;
		check_refused(sinks[i], KS_ERR_EXISTS, "is there already");
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
	check_refused("rclone:kept", KS_ERR_EXISTS, "has a remote [kept] already");
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

/* ---- a command ---- */

static enum ks_sink_end run_command(struct ks_sink_plan *plan)
{
	struct ks_secret *secret = ks_secret_new(SECRET, strlen(SECRET), &err);
	const struct ks_clock *clock = ks_clock_system();
	int64_t until = ks_clock_mono(clock) + 20000;
	enum ks_sink_end end;

	assert_non_null(secret);
	end = ks_sink_deliver(plan, ID, secret, 0, &err);
	ks_secret_free(secret);
	assert_int_equal(end, KS_SINK_RUNNING);
	while (end == KS_SINK_RUNNING) {
		struct pollfd fd = {.fd = ks_sink_fd(plan), .events = POLLIN};

		assert_true(ks_clock_mono(clock) < until);
		assert_true(ks_sink_wake(plan) < KS_TIME_NEVER);
		poll(&fd, 1, 5);
		end = ks_sink_turn(plan, 0, &err);
	}
	assert_int_equal(ks_sink_fd(plan), -1);
	assert_true(ks_sink_wake(plan) == KS_TIME_NEVER);
	return end;
}

static void a_command_runs_until_it_is_over(void **state)
{
	struct ks_sink_plan *plan;

	(void)state;
	options.path = "/usr/bin:/bin";
	options.home = folder;
	plan = preflight("command:sh -c 'cat >got; echo $KEYSAIL_BUCKET >>got'");
	assert_non_null(plan);
	assert_null(ks_sink_plan_path(plan));
	assert_int_equal(run_command(plan), KS_SINK_DONE);
	check_file("got", SECRET "media-assets\n");
	assert_true(ks_sink_verify(plan, ID, NULL, &err));
	assert_true(ks_sink_drop_backup(plan, &err));
	ks_sink_plan_free(plan);
	plan = preflight("command:sh -c 'cat >got; echo no room >&2; exit 3'");
	assert_non_null(plan);
	assert_int_equal(run_command(plan), KS_SINK_FAILED);
	assert_string_equal(err.message, "sh failed with exit status 3: no room");
	/* Again, by the same plan. */
	assert_int_equal(run_command(plan), KS_SINK_FAILED);
	ks_sink_plan_free(plan);
	check_refused("command:keysail-has-no-such-program", KS_ERR_SYSTEM, "no folder of PATH");
	put("plain", "", 0600);
	check_refused("command:~/plain", KS_ERR_SYSTEM, "Permission denied");
}

/* ---- what is said of them ---- */

static void check_phrase(const char *sink, const char *phrase)
{
	struct ks_sink_plan *plan = preflight(sink);
	char text[256];

	if (plan == NULL)
		fail_msg("%s: %s", sink, err.message);
	ks_sink_phrase(plan, text, sizeof text);
	assert_string_equal(text, phrase);
	ks_sink_plan_free(plan);
}

static void a_phrase_says_where_the_key_goes(void **state)
{
	char whole[128];

	(void)state;
	snprintf(whole, sizeof whole, "in the file %s/x.json (JSON)", folder);
	check_phrase("json:x.json", whole);
	options.home = folder;
	options.path = "/usr/bin:/bin";
	options.credentials_file = ".aws/credentials";
	check_phrase("profile:media", "in profile media of ~/.aws/credentials");
	check_phrase("rclone:media", "in remote media of ~/rclone.conf");
	check_phrase("env:x.env", "in the file ~/x.env (variables)");
	check_phrase("s3cmd:cfg", "in the file ~/cfg (s3cmd)");
	check_phrase("env:a\xE2\x80\xAE"
		     "b",
	    "in the file ~/a\xEF\xBF\xBD"
	    "b (variables)");
	check_phrase("command:/bin/sh -c 'cat >/dev/null'", "to the command sh");
}

static bool is_open(const char *sink)
{
	struct ks_sink_plan *plan = preflight(sink);
	bool open;

	assert_non_null(plan);
	open = ks_sink_is_open_to_others(plan);
	ks_sink_plan_free(plan);
	return open;
}

static void a_file_that_others_may_read_is_known(void **state)
{
	(void)state;
	options.replace = true;
	options.path = "/usr/bin:/bin";
	assert_false(is_open("env:x"));
	put("x", "", 0600);
	assert_false(is_open("env:x"));
	put("x", "", 0622);
	assert_false(is_open("env:x"));
	put("x", "", 0640);
	assert_true(is_open("env:x"));
	put("credentials", "", 0604);
	assert_true(is_open("profile:x"));
	assert_false(is_open("command:sh"));
}

/* ---- reading it back ---- */

static void check_verify(const char *sink, const char *file)
{
	struct ks_secret *secret = ks_secret_new(SECRET, strlen(SECRET), &err);
	struct ks_secret *other = ks_secret_new(SECRET, strlen(SECRET) - 1, &err);
	struct ks_sink_plan *plan = preflight(sink);

	assert_non_null(plan);
	assert_false(ks_sink_verify(plan, ID, secret, &err));
	assert_true(hand_over(plan, ID, SECRET));
	assert_true(ks_sink_verify(plan, ID, secret, &err));
	assert_false(ks_sink_verify(plan, ID "X", secret, &err));
	assert_false(ks_sink_verify(plan, ID, other, &err));
	assert_non_null(strstr(err.message, "doesn't hold the key"));
	put(file, "[", 0600);
	ks_err_clear(&err);
	assert_false(ks_sink_verify(plan, ID, secret, &err));
	assert_true(err.message[0] != '\0');
	assert_null(strstr(err.message, SECRET));
	ks_sink_plan_free(plan);
	ks_secret_free(secret);
	ks_secret_free(other);
}

static void what_has_a_backup_is_read_back(void **state)
{
	(void)state;
	check_verify("profile:new", "credentials");
	check_verify("rclone:new", "rclone.conf");
	check_verify("s3cmd:cfg", "cfg");
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
	    TEST(a_file_of_its_own_needs_replace),
	    TEST(an_env_file_needs_no_quotes),
	    TEST(json_is_one_object),
	    TEST(an_rclone_remote_for_aws_and_for_an_endpoint),
	    TEST(an_encrypted_rclone_file_is_refused),
	    TEST(s3cmd_finds_the_right_hosts),
	    TEST(what_a_format_cant_hold_is_refused),
	    TEST(preflight_refuses_names_that_dont_fit),
	    TEST(preflight_leaves_nothing_behind),
	    TEST(a_command_runs_until_it_is_over),
	    TEST(a_phrase_says_where_the_key_goes),
	    TEST(a_file_that_others_may_read_is_known),
	    TEST(what_has_a_backup_is_read_back),
	};

	return run_in_folder(tests, sizeof tests / sizeof tests[0]);
}
