/* The rule for what is renewed in a cache: where others change the file between our steps. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/aws/freshen.h"
#include "core/base/json.h"
#include "core/base/secret.h"
#include "tests/unit/errand_desk.h"
#include "tests/unit/login_files.h"

#define NAME "sso/cache/a.json"

/* A kind whose file says itself what it is worth; what happens at each of its steps is a test's. */
static struct {
	int judged, renewed, put;
	void (*at_judge)(int look);
	void (*at_renew)(void);
	bool refuses_put;
	char taken[20];
} kind_state;

static enum ks_freshen_worth judge(
    void *ctx, const cJSON *json, const struct ks_err *problem, struct ks_err *err)
{
	const char *worth = ks_json_text(json, "worth");

	assert_ptr_equal(ctx, &kind_state);
	snprintf(kind_state.taken, sizeof kind_state.taken, "%s", worth != NULL ? worth : "none");
	if (problem != NULL)
		snprintf(kind_state.taken, sizeof kind_state.taken, "problem");
	if (kind_state.at_judge != NULL)
		kind_state.at_judge(++kind_state.judged);
	if (worth == NULL)
		return KS_WORTH_NONE;
	if (strcmp(worth, "lost") == 0)
		ks_err_set(err, KS_ERR_CREDENTIALS, "It is lost");
	return strcmp(worth, "good") == 0    ? KS_WORTH_GOOD
	       : strcmp(worth, "stale") == 0 ? KS_WORTH_STALE
	       : strcmp(worth, "lost") == 0  ? KS_WORTH_LOST
					     : KS_WORTH_NONE;
}

static enum ks_provider_result renew(void *ctx, const cJSON *json, struct ks_err *err)
{
	(void)ctx;
	(void)json;
	(void)err;
	kind_state.renewed++;
	if (kind_state.at_renew != NULL)
		kind_state.at_renew();
	return KS_PROVIDER_DONE;
}

static bool put(void *ctx, cJSON *json)
{
	(void)ctx;
	kind_state.put++;
	ks_cache_put_text(json, "worth", "renewed");
	return !kind_state.refuses_put;
}

static enum ks_freshen_result run(bool optional, struct ks_err *err)
{
	struct ks_freshen_kind kind = {
	    .judge = judge, .renew = renew, .put = put, .optional = optional};
	char path[200];
	struct ks_freshen freshen = {.kind = &kind, .ctx = &kind_state, .path = path};
	enum ks_freshen_result result;

	snprintf(path, sizeof path, "%s", aws_path(NAME));
	desk_open(NULL, 0);
	freshen.errands = &desk.errands;
	result = ks_freshen_step(&freshen, err);
	ks_freshen_clear(&freshen);
	desk_close();
	/* The turn is given back in any case. */
	assert_int_equal(access(aws_path(NAME ".keysail-new"), F_OK), -1);
	return result;
}

static void write_worth(const char *worth)
{
	char text[60];

	snprintf(text, sizeof text, "{\"worth\":\"%s\"}", worth);
	aws_write(NAME, text);
}

static int set_up(void **state)
{
	memset(&kind_state, 0, sizeof kind_state);
	return login_make_home(state);
}

static void what_the_file_is_worth_decides(void **state)
{
	struct ks_err err = {0};

	(void)state;
	write_worth("good");
	assert_int_equal(run(false, &err), KS_FRESHEN_TAKEN);
	assert_int_equal(kind_state.renewed, 0);
	write_worth("lost");
	assert_int_equal(run(false, &err), KS_FRESHEN_FAILED);
	assert_string_equal(err.message, "It is lost");
	assert_int_equal(kind_state.renewed, 0);
	write_worth("stale");
	assert_int_equal(run(false, &err), KS_FRESHEN_RENEWED);
	assert_string_equal(login_read(NAME), "{\"worth\":\"renewed\"}");
	aws_write(NAME, NULL);
	assert_int_equal(run(false, &err), KS_FRESHEN_RENEWED);
	aws_write(NAME, "broken");
	assert_int_equal(run(false, &err), KS_FRESHEN_RENEWED);
	assert_int_equal(kind_state.renewed, 3);
}

static void be_good_after_the_first_look(int look)
{
	if (look == 1)
		write_worth("good");
}

static void be_lost_after_the_first_look(int look)
{
	if (look == 1)
		write_worth("lost");
}

static void what_changes_before_the_turn_is_seen_in_it(void **state)
{
	struct ks_err err = {0};

	(void)state;
	write_worth("none");
	kind_state.at_judge = be_good_after_the_first_look;
	assert_int_equal(run(false, &err), KS_FRESHEN_TAKEN);
	assert_string_equal(kind_state.taken, "good");
	write_worth("none");
	kind_state.judged = 0;
	kind_state.at_judge = be_lost_after_the_first_look;
	assert_int_equal(run(false, &err), KS_FRESHEN_FAILED);
	assert_int_equal(kind_state.renewed, 0);
}

static void be_stale(void)
{
	write_worth("stale");
}

static void write_at_each_look(int look)
{
	char worth[20];

	snprintf(worth, sizeof worth, "none %d", look);
	write_worth(worth);
}

static void what_is_refused_or_never_still_is_not_written(void **state)
{
	struct ks_err err = {0};

	(void)state;
	write_worth("none");
	kind_state.at_renew = be_stale;
	assert_int_equal(run(false, &err), KS_FRESHEN_RENEWED);
	assert_int_equal(kind_state.put, 2);

	kind_state.refuses_put = true;
	assert_int_equal(run(false, &err), KS_FRESHEN_FAILED);
	assert_non_null(strstr(err.message, "Another program changed"));
	kind_state.refuses_put = false;
	kind_state.put = 0;
	kind_state.at_judge = write_at_each_look;
	assert_int_equal(run(false, &err), KS_FRESHEN_FAILED);
	assert_int_equal(kind_state.put, 3);
}

static void what_cannot_be_written_is_renewed_only_if_it_may(void **state)
{
	struct ks_err err = {0};

	(void)state;
	assert_int_equal(mkdir(aws_path(NAME), 0700), 0);
	assert_int_equal(run(false, &err), KS_FRESHEN_FAILED);
	assert_string_equal(kind_state.taken, "problem");
	assert_int_equal(kind_state.renewed, 0);
	assert_int_equal(run(true, &err), KS_FRESHEN_RENEWED);
	assert_int_equal(kind_state.renewed, 1);
	assert_int_equal(kind_state.put, 0);
}

/* Pauses are over at once on the desk's clock. */
static enum ks_freshen_result run_beside_another(
    bool optional, const char *worth, struct ks_err *err)
{
	struct ks_freshen_kind kind = {
	    .judge = judge, .renew = renew, .put = put, .optional = optional};
	struct ks_cache *other = NULL;
	char path[200];
	struct ks_freshen freshen = {
	    .kind = &kind, .ctx = &kind_state, .path = path, .patience_ms = 60000};
	enum ks_freshen_result result = KS_FRESHEN_PENDING;

	write_worth(worth);
	snprintf(path, sizeof path, "%s", aws_path(NAME));
	assert_int_equal(ks_cache_begin(path, &other, err), KS_CACHE_MINE);
	desk_open(NULL, 0);
	freshen.errands = &desk.errands;
	for (int i = 0; i < 1000 && result == KS_FRESHEN_PENDING; i++)
		result = ks_freshen_step(&freshen, err);
	ks_freshen_clear(&freshen);
	desk_close();
	ks_cache_end(other);
	return result;
}

static void another_ones_turn_is_not_waited_for_for_ever(void **state)
{
	struct ks_err err = {0};

	(void)state;
	assert_int_equal(run_beside_another(false, "none", &err), KS_FRESHEN_FAILED);
	assert_int_equal(desk.paused, 60000);
	assert_non_null(strstr(err.message, "for too long"));
	assert_non_null(strstr(err.tip, "end that one"));
	assert_int_equal(kind_state.renewed, 0);
	/* What may be had without a turn is; what can be used meanwhile needs no wait. */
	assert_int_equal(run_beside_another(true, "none", &err), KS_FRESHEN_RENEWED);
	assert_int_equal(desk.paused, 60000);
	assert_int_equal(kind_state.renewed, 1);
	assert_int_equal(kind_state.put, 0);
	assert_int_equal(run_beside_another(false, "stale", &err), KS_FRESHEN_TAKEN);
	assert_int_equal(desk.paused, 0);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, login_remove_home)
	    TEST(what_the_file_is_worth_decides),
	    TEST(what_changes_before_the_turn_is_seen_in_it),
	    TEST(what_is_refused_or_never_still_is_not_written),
	    TEST(what_cannot_be_written_is_renewed_only_if_it_may),
	    TEST(another_ones_turn_is_not_waited_for_for_ever),
	};

	ks_secret_setup();
	return cmocka_run_group_tests_name("aws_freshen", tests, NULL, NULL);
}
