/* What "keysail list" prints, in each format, hostile content included. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cJSON.h>
#include <cmocka.h>

#include "core/base/secret.h"
#include "core/base/text.h"
#include "tests/unit/replay.h"
#include "tui/cli/list_print.h"

static const char *const regions[] = {"us-east-1", "eu-west-1"};
static const struct ks_store_options options = {
    .regions = regions, .n_regions = 2, .policy = {90, 90}};

static void answer_buckets(struct replay *replay, const char *region, const char *bucket)
{
	struct ks_reply reply = {0};

	if (bucket != NULL)
		reply_bucket(&reply, bucket);
	replay_answer(replay, replay_find(replay, KS_OP_GET_BUCKETS, region), &reply);
}

/* One bucket in each region, and these keys in the first one. */
static void begin(struct replay *replay, const char *bucket, struct ks_reply *keys)
{
	struct ks_reply other = {0};

	replay_begin(replay, &options);
	replay_identify(replay, NULL);
	replay_plan(replay);
	answer_buckets(replay, "us-east-1", bucket);
	answer_buckets(replay, "eu-west-1", "backups");
	replay_plan(replay);
	replay_answer(replay, replay_find(replay, KS_OP_GET_BUCKET_ACCESS_KEYS, bucket), keys);
	reply_key(&other, "AKIA0000000000000009", REPLAY_NOW - 2 * REPLAY_DAY);
	replay_answer(replay, replay_find(replay, KS_OP_GET_BUCKET_ACCESS_KEYS, "backups"), &other);
}

/* What the format prints; the caller frees it. */
static char *print(const struct replay *replay, const char *format)
{
	struct ks_list_rows rows;
	char *text = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&text, &size);

	ks_list_rows_make(&rows, replay->store, REPLAY_NOW);
	ks_list_format_by_name(format)->print(out, &rows);
	ks_list_rows_free(&rows);
	fclose(out);
	return text;
}

static void used_key(struct ks_reply *reply, const char *id, const char *service)
{
	struct ks_last_used *used;

	reply_key(reply, id, REPLAY_NOW - 400 * REPLAY_DAY);
	used = &reply->keys[reply->n_keys - 1].last_used;
	used->use = KS_USE_USED;
	used->date = REPLAY_NOW - REPLAY_DAY / 2;
	ks_str_set(&used->region, "us-east-1");
	ks_str_set(&used->service, service);
}

static void json_tells_the_three_kinds_of_last_use_apart(void **state)
{
	struct replay replay;
	struct ks_reply keys = {0};
	char *text;

	(void)state;
	used_key(&keys, "AKIA0000000000000001", "s3");
	reply_key(&keys, "AKIA0000000000000002", KS_TIME_NONE);
	keys.keys[1].last_used.use = KS_USE_NO_DATA;
	ks_str_free(&keys.keys[1].status);
	begin(&replay, "media", &keys);
	text = print(&replay, "json");
	assert_string_equal(text,
	    "[\n"
	    " {\"profile\": \"default\", \"region\": \"eu-west-1\", \"bucket\": \"backups\", "
	    "\"accessKeyId\": \"AKIA0000000000000009\", \"status\": \"Active\", "
	    "\"createdAt\": \"2023-11-12T22:13:20Z\", "
	    "\"lastUsed\": {\"date\": null, \"region\": null, \"serviceName\": null}, "
	    "\"findings\": [\"unused\"]},\n"
	    " {\"profile\": \"default\", \"region\": \"us-east-1\", \"bucket\": \"media\", "
	    "\"accessKeyId\": \"AKIA0000000000000002\", \"status\": null, "
	    "\"createdAt\": null, \"lastUsed\": null, \"findings\": [\"two-keys\"]},\n"
	    " {\"profile\": \"default\", \"region\": \"us-east-1\", \"bucket\": \"media\", "
	    "\"accessKeyId\": \"AKIA0000000000000001\", \"status\": \"Active\", "
	    "\"createdAt\": \"2022-10-10T22:13:20Z\", "
	    "\"lastUsed\": {\"date\": \"2023-11-14T10:13:20Z\", \"region\": \"us-east-1\", "
	    "\"serviceName\": \"s3\"}, \"findings\": [\"old\", \"two-keys\"]}\n"
	    "]\n");
	free(text);
	replay_end(&replay);
}

static void no_keys_are_an_empty_array_and_a_bare_header(void **state)
{
	struct replay replay;
	char *text;

	(void)state;
	replay_begin(&replay, &options);
	text = print(&replay, "json");
	assert_string_equal(text, "[]\n");
	free(text);
	text = print(&replay, "csv");
	assert_string_equal(text, "profile,region,bucket,accessKeyId,status,createdAt,lastUsedDate,"
				  "lastUsedRegion,lastUsedService,findings\n");
	free(text);
	replay_end(&replay);
}

static void json_keeps_raw_names_and_is_valid_whatever_comes(void **state)
{
	static const char raw[] = "a\"\\\x1b[31m\n\xe2\x80\xae\xf3\xa0\x81\xa1\xe6\x97\xa5";
	struct replay replay;
	struct ks_reply keys = {0};
	char *text;
	cJSON *json;
	const cJSON *row;

	(void)state;
	reply_key(&keys, "AKIA\xff\xc0\x80", REPLAY_NOW);
	begin(&replay, raw, &keys);
	text = print(&replay, "json");
	json = cJSON_Parse(text);
	assert_non_null(json);
	row = cJSON_GetArrayItem(json, 1);
	assert_string_equal(cJSON_GetObjectItem(row, "bucket")->valuestring, raw);
	assert_string_equal(cJSON_GetObjectItem(row, "accessKeyId")->valuestring,
	    "AKIA\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd");
	for (const char *line = text; *line != '\0'; line += strcspn(line, "\n") + 1)
		assert_true(ks_text_is_clean(line, strcspn(line, "\n")));
	cJSON_Delete(json);
	free(text);
	replay_end(&replay);
}

static void csv_is_quoted_and_runs_no_formula(void **state)
{
	struct replay replay;
	struct ks_reply keys = {0};
	char *text;

	(void)state;
	used_key(&keys, "=HYPERLINK(\"x\")", "@SUM(A1),b");
	used_key(&keys, "-1", "+2");
	begin(&replay, "me,\"dia", &keys);
	text = print(&replay, "csv");
	assert_non_null(
	    strstr(text, "default,us-east-1,\"me,\"\"dia\",'-1,Active,2022-10-10T22:13:20Z,"
			 "2023-11-14T10:13:20Z,us-east-1,'+2,old two-keys\n"));
	assert_non_null(strstr(text, ",\"'=HYPERLINK(\"\"x\"\")\",Active,"));
	assert_non_null(strstr(text, ",\"'@SUM(A1),b\","));
	free(text);
	replay_end(&replay);
}

static void the_table_is_aligned_by_cells_and_clean(void **state)
{
	struct replay replay;
	struct ks_reply keys = {0};
	char *text;

	(void)state;
	used_key(&keys, "AKIA0000000000000001", "s3");
	begin(&replay, "\xe6\x97\xa5\xe6\x9c\xac\x1b", &keys);
	text = print(&replay, "table");
	assert_string_equal(text,
	    "PROFILE  REGION     BUCKET   KEY ID                STATUS  AGE   LAST USED  BY  "
	    "FROM       FINDINGS\n"
	    "default  eu-west-1  backups  AKIA0000000000000009  Active  2d    never      -   "
	    "-          unused\n"
	    "default  us-east-1  \xe6\x97\xa5\xe6\x9c\xac\xef\xbf\xbd    AKIA0000000000000001  "
	    "Active  400d  12h ago    s3  us-east-1  old\n");
	free(text);
	replay_end(&replay);
}

static void a_table_has_no_heading_where_nothing_could_be_read(void **state)
{
	struct replay replay;
	char *text;

	(void)state;
	replay_begin(&replay, &options);
	replay_identify(&replay, NULL);
	replay_plan(&replay);
	replay_fail(&replay, replay_find(&replay, KS_OP_GET_BUCKETS, "us-east-1"), KS_ERR_NETWORK,
	    "NoConnection");
	text = print(&replay, "table");
	assert_string_equal(text, "");
	free(text);
	answer_buckets(&replay, "eu-west-1", NULL);
	text = print(&replay, "table");
	assert_memory_equal(text, "PROFILE  REGION  ", sizeof "PROFILE  REGION  " - 1);
	free(text);
	replay_end(&replay);
}

static void formats_are_found_by_name(void **state)
{
	(void)state;
	assert_string_equal(ks_list_format(0)->name, "table");
	for (size_t i = 0; ks_list_format(i) != NULL; i++)
		assert_ptr_equal(
		    ks_list_format_by_name(ks_list_format(i)->name), ks_list_format(i));
	assert_null(ks_list_format_by_name("ndjson"));
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
	    cmocka_unit_test(json_tells_the_three_kinds_of_last_use_apart),
	    cmocka_unit_test(no_keys_are_an_empty_array_and_a_bare_header),
	    cmocka_unit_test(json_keeps_raw_names_and_is_valid_whatever_comes),
	    cmocka_unit_test(csv_is_quoted_and_runs_no_formula),
	    cmocka_unit_test(the_table_is_aligned_by_cells_and_clean),
	    cmocka_unit_test(a_table_has_no_heading_where_nothing_could_be_read),
	    cmocka_unit_test(formats_are_found_by_name),
	};

	ks_secret_setup();
	return cmocka_run_group_tests_name("list", tests, NULL, NULL);
}
