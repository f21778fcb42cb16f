#include "tui/cli/list_print.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/date.h"
#include "core/base/mem.h"
#include "core/base/text.h"
#include "tui/cli/print_json.h"

/* ---- rows ---- */

static int compare_rows(const void *a, const void *b)
{
	const struct ks_list_row *left = a, *right = b;
	int order = strcmp(left->profile, right->profile);

	if (order == 0)
		order = strcmp(left->region, right->region);
	if (order == 0)
		order = strcmp(
		    ks_str_raw(&left->entry->bucket.name), ks_str_raw(&right->entry->bucket.name));
	return order != 0 ? order : ks_access_key_compare(left->key, right->key);
}

static void add_scope(
    struct ks_list_rows *rows, const struct ks_store *store, const struct ks_scope *scope)
{
	for (size_t i = 0; i < scope->n_entries; i++) {
		const struct ks_bucket_entry *entry = scope->entries[i];

		for (size_t k = 0; k < entry->n_keys; k++) {
			rows->items =
			    ks_grow(rows->items, rows->count, &rows->cap, sizeof *rows->items);
			rows->items[rows->count++] = (struct ks_list_row){
			    .profile = ks_store_profile_name(store, scope->profile),
			    .region = scope->region,
			    .entry = entry,
			    .key = &entry->keys[k],
			    .findings = ks_key_findings(
				&entry->keys[k], entry->n_keys, &store->policy, rows->now),
			};
		}
	}
}

void ks_list_rows_make(struct ks_list_rows *rows, const struct ks_store *store, int64_t now)
{
	*rows = (struct ks_list_rows){.now = now};
	for (size_t i = 0; i < store->n_scopes; i++) {
		add_scope(rows, store, &store->scopes[i]);
		rows->any_read |= store->scopes[i].buckets.state == KS_FETCH_KNOWN;
	}
	if (rows->count > 1)
		qsort(rows->items, rows->count, sizeof *rows->items, compare_rows);
}

void ks_list_rows_free(struct ks_list_rows *rows)
{
	free(rows->items);
	*rows = (struct ks_list_rows){0};
}

/* ---- json ---- */

static void json_last_used(FILE *out, const struct ks_last_used *used)
{
	switch (used->use) {
	case KS_USE_NO_DATA:
		fputs("null", out);
		break;
	case KS_USE_NEVER:
		fputs("{\"date\": null, \"region\": null, \"serviceName\": null}", out);
		break;
	case KS_USE_USED:
		fputs("{\"date\": ", out);
		ks_print_json_time(out, used->date);
		fputs(", \"region\": ", out);
		ks_print_json_str(out, &used->region);
		fputs(", \"serviceName\": ", out);
		ks_print_json_str(out, &used->service);
		fputs("}", out);
		break;
	}
}

static void json_findings(FILE *out, ks_findings findings)
{
	const char *comma = "";

	putc('[', out);
	for (int i = 0; i < KS_FINDING_COUNT; i++) {
		if ((findings & KS_FINDING_BIT(i)) == 0)
			continue;
		fprintf(out, "%s\"%s\"", comma, ks_finding_info((enum ks_finding)i)->name);
		comma = ", ";
	}
	putc(']', out);
}

static void json_row(FILE *out, const struct ks_list_row *row)
{
	fputs("{\"profile\": ", out);
	ks_print_json_text(out, row->profile);
	fputs(", \"region\": ", out);
	ks_print_json_text(out, row->region);
	fputs(", \"bucket\": ", out);
	ks_print_json_str(out, &row->entry->bucket.name);
	fputs(", \"accessKeyId\": ", out);
	ks_print_json_str(out, &row->key->id);
	fputs(", \"status\": ", out);
	ks_print_json_str(out, &row->key->status);
	fputs(", \"createdAt\": ", out);
	ks_print_json_time(out, row->key->created);
	fputs(", \"lastUsed\": ", out);
	json_last_used(out, &row->key->last_used);
	fputs(", \"findings\": ", out);
	json_findings(out, row->findings);
	putc('}', out);
}

static void print_json(FILE *out, const struct ks_list_rows *rows)
{
	putc('[', out);
	for (size_t i = 0; i < rows->count; i++) {
		fputs(i > 0 ? ",\n " : "\n ", out);
		json_row(out, &rows->items[i]);
	}
	fputs(rows->count > 0 ? "\n]\n" : "]\n", out);
}

/* ---- columns, for csv and table ---- */

enum { CELL_SIZE = 256 };

/* What a column shows of a key: clean text, in scratch or somebody else's. */
typedef const char *cell_fn(
    const struct ks_list_row *row, int64_t now, char scratch[static CELL_SIZE]);

static const char *cell_profile(
    const struct ks_list_row *row, int64_t now, char scratch[static CELL_SIZE])
{
	(void)now;
	(void)scratch;
	return row->profile;
}

static const char *cell_region(
    const struct ks_list_row *row, int64_t now, char scratch[static CELL_SIZE])
{
	(void)now;
	(void)scratch;
	return row->region;
}

static const char *cell_bucket(
    const struct ks_list_row *row, int64_t now, char scratch[static CELL_SIZE])
{
	(void)now;
	(void)scratch;
	return ks_str_clean(&row->entry->bucket.name);
}

static const char *cell_id(
    const struct ks_list_row *row, int64_t now, char scratch[static CELL_SIZE])
{
	(void)now;
	(void)scratch;
	return ks_str_clean(&row->key->id);
}

static const char *cell_status(
    const struct ks_list_row *row, int64_t now, char scratch[static CELL_SIZE])
{
	(void)now;
	(void)scratch;
	return ks_str_clean(&row->key->status);
}

static const char *time_text(int64_t time, char scratch[static CELL_SIZE])
{
	return time != KS_TIME_NONE ? ks_date_rfc3339(time, scratch) : "";
}

static const char *cell_created(
    const struct ks_list_row *row, int64_t now, char scratch[static CELL_SIZE])
{
	(void)now;
	return time_text(row->key->created, scratch);
}

static const char *cell_used_date(
    const struct ks_list_row *row, int64_t now, char scratch[static CELL_SIZE])
{
	const struct ks_last_used *used = &row->key->last_used;

	(void)now;
	return used->use == KS_USE_USED ? time_text(used->date, scratch) : "";
}

static const char *cell_used_region(
    const struct ks_list_row *row, int64_t now, char scratch[static CELL_SIZE])
{
	(void)now;
	(void)scratch;
	return ks_str_clean(&row->key->last_used.region);
}

static const char *cell_used_service(
    const struct ks_list_row *row, int64_t now, char scratch[static CELL_SIZE])
{
	(void)now;
	(void)scratch;
	return ks_str_clean(&row->key->last_used.service);
}

static const char *cell_findings(
    const struct ks_list_row *row, int64_t now, char scratch[static CELL_SIZE])
{
	(void)now;
	return ks_findings_words(row->findings, scratch, CELL_SIZE);
}

static const char *cell_age(
    const struct ks_list_row *row, int64_t now, char scratch[static CELL_SIZE])
{
	if (row->key->created == KS_TIME_NONE)
		return "";
	return ks_date_span(now - row->key->created, scratch);
}

static const char *cell_used_ago(
    const struct ks_list_row *row, int64_t now, char scratch[static CELL_SIZE])
{
	const struct ks_last_used *used = &row->key->last_used;
	char span[KS_DATE_SIZE];

	if (used->use == KS_USE_NO_DATA)
		return "no data yet";
	if (used->use == KS_USE_NEVER)
		return "never";
	snprintf(scratch, CELL_SIZE, "%s ago", ks_date_span(now - used->date, span));
	return scratch;
}

struct column {
	const char *title;
	cell_fn *cell;
};

/* ---- csv ---- */

static const struct column csv_columns[] = {
    {"profile", cell_profile},
    {"region", cell_region},
    {"bucket", cell_bucket},
    {"accessKeyId", cell_id},
    {"status", cell_status},
    {"createdAt", cell_created},
    {"lastUsedDate", cell_used_date},
    {"lastUsedRegion", cell_used_region},
    {"lastUsedService", cell_used_service},
    {"findings", cell_findings},
};
enum { CSV_COLUMNS = sizeof csv_columns / sizeof csv_columns[0] };

/* RFC 4180 quoting; an apostrophe keeps a spreadsheet from running what looks like a formula. */
static void csv_cell(FILE *out, const char *text)
{
	bool quoted = strpbrk(text, "\",\r\n") != NULL;

	if (quoted)
		putc('"', out);
	if (text[0] != '\0' && strchr("=+-@\t\r", text[0]) != NULL)
		putc('\'', out);
	for (; *text != '\0'; text++) {
		if (*text == '"')
			putc('"', out);
		putc(*text, out);
	}
	if (quoted)
		putc('"', out);
}

static void print_csv(FILE *out, const struct ks_list_rows *rows)
{
	char scratch[CELL_SIZE];

	for (size_t c = 0; c < CSV_COLUMNS; c++)
		fprintf(out, "%s%s", c > 0 ? "," : "", csv_columns[c].title);
	putc('\n', out);
	for (size_t i = 0; i < rows->count; i++) {
		for (size_t c = 0; c < CSV_COLUMNS; c++) {
			if (c > 0)
				putc(',', out);
			csv_cell(out, csv_columns[c].cell(&rows->items[i], rows->now, scratch));
		}
		putc('\n', out);
	}
}

/* ---- table ---- */

static const struct column table_columns[] = {
    {"PROFILE", cell_profile},
    {"REGION", cell_region},
    {"BUCKET", cell_bucket},
    {"KEY ID", cell_id},
    {"STATUS", cell_status},
    {"AGE", cell_age},
    {"LAST USED", cell_used_ago},
    {"BY", cell_used_service},
    {"FROM", cell_used_region},
    {"FINDINGS", cell_findings},
};
enum { TABLE_COLUMNS = sizeof table_columns / sizeof table_columns[0] };

static const char *table_text(
    const struct ks_list_rows *rows, size_t row, size_t column, char scratch[static CELL_SIZE])
{
	const char *text = table_columns[column].cell(&rows->items[row], rows->now, scratch);

	return text[0] != '\0' ? text : "-";
}

/* Cells are padded to their column's width, but for the last one that says something. */
static void table_line(FILE *out, const char *const texts[TABLE_COLUMNS], const int *widths)
{
	for (size_t c = 0; c < TABLE_COLUMNS; c++) {
		bool last = c + 1 == TABLE_COLUMNS;
		int pad = last ? 0 : widths[c] - ks_text_width(texts[c]) + 2;

		fprintf(out, "%s%*s", texts[c], pad, "");
	}
	putc('\n', out);
}

static void print_table(FILE *out, const struct ks_list_rows *rows)
{
	char scratch[TABLE_COLUMNS][CELL_SIZE];
	const char *texts[TABLE_COLUMNS];
	int widths[TABLE_COLUMNS];

	if (rows->count == 0 && !rows->any_read)
		return;
	for (size_t c = 0; c < TABLE_COLUMNS; c++) {
		texts[c] = table_columns[c].title;
		widths[c] = ks_text_width(texts[c]);
		for (size_t i = 0; i < rows->count; i++) {
			int width = ks_text_width(table_text(rows, i, c, scratch[c]));

			widths[c] = width > widths[c] ? width : widths[c];
		}
	}
	table_line(out, texts, widths);
	for (size_t i = 0; i < rows->count; i++) {
		for (size_t c = 0; c < TABLE_COLUMNS; c++)
			texts[c] = table_text(rows, i, c, scratch[c]);
		table_line(out, texts, widths);
	}
}

/* ---- the formats ---- */

static const struct ks_list_format formats[] = {
    {"table", print_table},
    {"json", print_json},
    {"csv", print_csv},
};

const struct ks_list_format *ks_list_format(size_t index)
{
	return index < sizeof formats / sizeof formats[0] ? &formats[index] : NULL;
}

const struct ks_list_format *ks_list_format_by_name(const char *name)
{
	for (size_t i = 0; i < sizeof formats / sizeof formats[0]; i++)
		if (strcmp(formats[i].name, name) == 0)
			return &formats[i];
	return NULL;
}
