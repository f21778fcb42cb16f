#include "tui/header.h"

#include <stdio.h>
#include <string.h>

#include "core/base/text.h"
#include "tui/format.h"
#include "tui/views/pane.h"
#include "tui/views/trouble.h"

enum {
	COUNT_MS = 250, /* counting at most this often while much arrives */
	SECOND_MS = 1000,
	RECOUNT_MS = 60 * 1000, /* findings also come by time alone */
	NAMES_SIZE = 72,
	PART_SIZE = 2 * NAMES_SIZE + 16,
	MAX_NAMES = 3, /* more are a number */
	MAX_REGIONS = 64
};

int64_t ks_header_update(struct ks_header *header, const struct ks_store *store, int64_t now)
{
	bool first = header->made_at == 0 || now < header->made_at;
	int64_t due =
	    header->made_at + (header->generation != store->generation ? COUNT_MS : RECOUNT_MS);

	if (!first && now < due)
		return due;
	header->idle = ks_store_count_finding(store, KS_FINDING_IDLE, now);
	header->unused = ks_store_count_finding(store, KS_FINDING_UNUSED, now);
	header->generation = store->generation;
	header->made_at = now;
	return now + RECOUNT_MS;
}

/* One part of the line. The one with the highest number goes first when there is no room. */
struct part {
	char text[PART_SIZE];
	enum ks_role role;
	int give_way; /* 0: stays */
	int gap;      /* blanks before it */
};

enum { MAX_PARTS = 12 };

struct parts {
	struct part items[MAX_PARTS];
	size_t count;
};

static void add_part(
    struct parts *parts, enum ks_role role, int give_way, int gap, const char *text)
{
	struct part *part;

	if (text[0] == '\0' || parts->count == MAX_PARTS)
		return;
	part = &parts->items[parts->count++];
	snprintf(part->text, sizeof part->text, "%s", text);
	part->role = role;
	part->give_way = give_way;
	part->gap = gap;
}

static void add_count(
    struct parts *parts, enum ks_role role, int give_way, int gap, size_t count, const char *noun)
{
	char text[KS_FORMAT_SIZE];

	add_part(parts, role, give_way, gap, ks_format_count(count, noun, text));
}

/* A number with an adjective, which has no plural: "3 idle". Nothing for none. */
static void add_state(
    struct parts *parts, enum ks_role role, int give_way, size_t count, const char *word)
{
	char text[KS_FORMAT_SIZE];

	if (count == 0)
		return;
	snprintf(text, sizeof text, "%zu %s", count, word);
	add_part(parts, role, give_way, 2, text);
}

/* Appends a word to a list in dst. */
static void append(char *dst, size_t size, const char *separator, const char *word)
{
	size_t len = strlen(dst);

	snprintf(dst + len, size - len, "%s%s", len > 0 ? separator : "", word);
}

static void add_failed(struct parts *parts, int give_way, size_t count, const char *noun)
{
	char text[KS_FORMAT_SIZE];

	ks_format_count(count, noun, text);
	append(text, sizeof text, " ", "failed");
	add_part(parts, KS_ROLE_BAD, give_way, 2, text);
}

static void profile_names(const struct ks_store *store, char *dst, size_t size)
{
	size_t count = ks_store_count_profiles(store);

	dst[0] = '\0';
	if (count > MAX_NAMES) {
		snprintf(dst, size, "%zu profiles", count);
		return;
	}
	for (uint32_t i = 0; i < store->n_profiles; i++)
		if (ks_store_profile_is_shown(store, i))
			append(dst, size, ", ", ks_store_profile_label(store, i));
}

/* The regions that are shown, each once; gives how many there are, at most size. */
static size_t find_regions(const struct ks_store *store, const char **names, size_t size)
{
	size_t count = 0, known;

	for (size_t i = 0; i < store->n_scopes && count < size; i++) {
		if (!ks_scope_is_shown(&store->scopes[i]))
			continue;
		for (known = 0; known < count; known++)
			if (strcmp(names[known], store->scopes[i].region) == 0)
				break;
		if (known == count)
			names[count++] = store->scopes[i].region;
	}
	return count;
}

static void region_names(const struct ks_store *store, bool brief, char *dst, size_t size)
{
	const char *names[MAX_REGIONS];
	size_t count = find_regions(store, names, MAX_REGIONS);

	dst[0] = '\0';
	if (store->choice.all_regions || (count > 1 && ks_store_shows_all_regions(store))) {
		snprintf(dst, size, "all regions");
	} else if (count > MAX_NAMES || (brief && count > 1)) {
		snprintf(dst, size, "%zu regions", count);
	} else {
		for (size_t i = 0; i < count; i++)
			append(dst, size, " ", names[i]);
	}
}

/* The calls that keep the operations pane up to date: nobody waits for them. */
static bool is_about_operations(enum ks_op op)
{
	return op == KS_OP_GET_OPERATION || op == KS_OP_GET_OPERATIONS ||
	       op == KS_OP_GET_OPERATIONS_FOR_RESOURCE;
}

/* True when something is being read that the user may wait for. */
static bool is_loading(const struct ks_store *store)
{
	for (size_t i = 0; i < store->n_tasks; i++)
		if (store->tasks[i].kind == KS_REQUEST_IDENTIFY ||
		    !is_about_operations(store->tasks[i].op))
			return true;
	for (uint32_t i = 0; i < store->n_profiles; i++)
		if (ks_store_profile_is_loading(store, i))
			return true;
	return false;
}

/* What failed, by what it is: "1 region failed". */
static void add_failures(struct parts *parts, const struct ks_store *store)
{
	size_t profiles = 0, regions = 0;

	for (uint32_t i = 0; i < store->n_profiles; i++)
		profiles += ks_store_profile_err(store, i) != NULL;
	for (uint32_t i = 0; i < store->n_scopes; i++)
		regions += store->scopes[i].buckets.state == KS_FETCH_FAILED &&
			   !ks_store_is_quiet(store, i) &&
			   !ks_store_profile_says(
			       store, store->scopes[i].profile, &store->scopes[i].buckets);
	if (profiles > 0)
		add_failed(parts, 1, profiles, "profile");
	if (regions > 0)
		add_failed(parts, 1, regions, "region");
	/* Where profiles or regions fail, their buckets mostly do for the same reason. */
	if (store->n_keys_failed > 0)
		add_failed(parts, profiles + regions > 0 ? 7 : 1, store->n_keys_failed, "bucket");
}

/* Whose credentials can't be had without the user. */
static void add_waiting(struct parts *parts, const struct ks_store *store, bool brief)
{
	const char *who = "";
	char text[PART_SIZE];
	size_t count = 0;
	bool several;

	for (uint32_t i = 0; i < store->n_profiles; i++) {
		if (ks_store_question_of(store, i) == NULL)
			continue;
		who = ks_store_profile_label(store, i);
		count++;
	}
	if (count == 0)
		return;
	several = ks_store_count_profiles(store) > 1;
	if (count > 1)
		snprintf(text, sizeof text, "%zu profiles waiting for MFA codes", count);
	else
		snprintf(text, sizeof text, "%s%swaiting for an MFA code", several ? who : "",
		    several ? " " : "");
	add_part(parts, KS_ROLE_WARN, 1, 2, brief ? "MFA code needed" : text);
}

/* Whose buckets, and where; each kept short where brief. */
static void add_where(
    struct parts *parts, struct ks_draw *draw, const struct ks_store *store, bool brief)
{
	char profiles[NAMES_SIZE], regions[NAMES_SIZE], text[PART_SIZE];

	profile_names(store, profiles, sizeof profiles);
	region_names(store, brief, regions, sizeof regions);
	add_part(parts, KS_ROLE_HEADER, 5, 2, profiles);
	if (regions[0] == '\0')
		return;
	snprintf(text, sizeof text, "%s%s%s", profiles[0] != '\0' ? draw->glyphs->dot : "",
	    profiles[0] != '\0' ? " " : "", regions);
	add_part(parts, KS_ROLE_HEADER, 6, profiles[0] != '\0' ? 1 : 2, text);
}

/* A secret lies in the clipboard, and for how long; the key is that of the action keep-clipboard.
 */
static void add_countdown(
    struct parts *parts, const struct ks_header *header, struct ks_draw *draw, bool brief)
{
	char text[KS_FORMAT_SIZE];
	int64_t left = header->clears_at - draw->now;

	if (header->clears_at == 0 || header->clears_at == KS_TIME_NEVER)
		return;
	if (left < 0)
		left = 0;
	snprintf(text, sizeof text, brief ? "clipboard %ds" : "clipboard clears in %ds, K keeps it",
	    (int)((left + SECOND_MS - 1) / SECOND_MS));
	add_part(parts, KS_ROLE_WARN, 0, 2, text);
	/* What stops it matters more than all that can be seen later. */
	if (brief)
		add_part(parts, KS_ROLE_WARN, 1, 1, "(K keeps)");
	if (left > 0 && draw->now + (left - 1) % SECOND_MS + 1 < draw->wake)
		draw->wake = draw->now + (left - 1) % SECOND_MS + 1;
}

static void collect_parts(const struct ks_header *header, struct ks_draw *draw, bool demo,
    bool brief, struct parts *parts)
{
	const struct ks_store *store = draw->store;

	parts->count = 0;
	add_part(parts, KS_ROLE_HEADER_NAME, 0, 1, "keysail");
	add_part(parts, KS_ROLE_DEMO, 0, 2, demo ? "DEMO" : "");
	add_part(parts, KS_ROLE_DEMO, 0, 2, store->read_only ? "READ-ONLY" : "");
	add_countdown(parts, header, draw, brief);
	add_where(parts, draw, store, brief);
	add_waiting(parts, store, brief);
	if (store->n_buckets > 0 || (!is_loading(store) && !ks_trouble_is(store))) {
		add_count(parts, KS_ROLE_HEADER, 3, 4, store->n_buckets, "bucket");
		add_count(parts, KS_ROLE_HEADER, 4, 2, store->n_keys, "key");
	}
	add_state(parts, KS_ROLE_WARN, 2, header->idle, "idle");
	add_state(parts, KS_ROLE_WARN, 2, header->unused, "unused");
	add_failures(parts, store);
}

/* At the right edge: a turning sign, and how many of the buckets' keys have been read. */
static int draw_progress(struct ks_draw *draw, struct ks_area area)
{
	const struct ks_store *store = draw->store;
	size_t done = store->n_keys_known + store->n_keys_failed;
	char text[KS_FORMAT_SIZE] = "";
	int width;

	if (!is_loading(store))
		return 0;
	if (done < store->n_buckets)
		snprintf(text, sizeof text, " %zu/%zu", done, store->n_buckets);
	width = ks_text_width(text) + 2;
	ks_draw_text(area, area.width - width, 0, 1, ks_style_on(KS_ROLE_BUSY, KS_GROUND_HEADER),
	    ks_pane_spinner(draw));
	ks_draw_text(area, area.width - width + 1, 0, -1, ks_style(KS_ROLE_HEADER), text);
	return width;
}

static int parts_width(const struct parts *parts)
{
	int width = 0;

	for (size_t i = 0; i < parts->count; i++)
		if (parts->items[i].text[0] != '\0')
			width += parts->items[i].gap + ks_text_width(parts->items[i].text);
	return width;
}

/* Empties the part that gives way first; false when all that is left stays. */
static bool drop_part(struct parts *parts)
{
	struct part *victim = NULL;

	for (size_t i = 0; i < parts->count; i++) {
		struct part *part = &parts->items[i];

		if (part->text[0] != '\0' && part->give_way > 0 &&
		    (victim == NULL || part->give_way >= victim->give_way))
			victim = part;
	}
	if (victim == NULL)
		return false;
	victim->text[0] = '\0';
	return true;
}

void ks_header_draw(
    const struct ks_header *header, struct ks_draw *draw, struct ks_area area, bool demo)
{
	struct parts parts = {0};
	int room, x = 0;

	ks_draw_fill(area, 0, 0, area.width, 1, ks_style(KS_ROLE_HEADER));
	room = area.width - draw_progress(draw, area);
	collect_parts(header, draw, demo, false, &parts);
	if (parts_width(&parts) > room)
		collect_parts(header, draw, demo, true, &parts);
	while (parts_width(&parts) > room && drop_part(&parts))
		;
	for (size_t i = 0; i < parts.count; i++) {
		const struct part *part = &parts.items[i];

		if (part->text[0] == '\0')
			continue;
		x += part->gap;
		x += ks_draw_cut(area, x, 0, room - x, ks_style_on(part->role, KS_GROUND_HEADER),
		    part->text, draw->glyphs->ellipsis);
	}
}
