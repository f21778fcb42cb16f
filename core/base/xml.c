#include "core/base/xml.h"

#include <expat.h>
#include <string.h>

#include "core/base/mem.h"
#include "core/base/secret.h"

/* Far longer than any path that is asked for. */
#define PATH_MAX_LEN 512

struct reader {
	XML_Parser parser;
	struct ks_xml_text *texts;
	size_t count;
	const char *problem;     /* NULL while all is well */
	char path[PATH_MAX_LEN]; /* of the element that the parser is in */
	size_t path_len;
	struct ks_xml_text *current; /* the text whose element that is; NULL */
	size_t value_len, value_cap; /* of current */
};

static void stop(struct reader *reader, const char *problem)
{
	if (reader->problem == NULL)
		reader->problem = problem;
	XML_StopParser(reader->parser, XML_FALSE);
}

static struct ks_xml_text *find(const struct reader *reader)
{
	for (size_t i = 0; i < reader->count; i++)
		if (strcmp(reader->texts[i].path, reader->path) == 0)
			return &reader->texts[i];
	return NULL;
}

static void start_text(struct reader *reader)
{
	if (reader->current->value != NULL) {
		stop(reader, "says the same thing twice");
		return;
	}
	reader->value_len = 0;
	reader->value_cap = 64;
	reader->current->value = ks_wiping_calloc(1, reader->value_cap);
}

static void XMLCALL on_start(void *context, const char *name, const char **attributes)
{
	struct reader *reader = context;
	size_t len = strlen(name), slash = reader->path_len > 0;

	(void)attributes;
	if (reader->problem != NULL)
		return;
	if (len + slash >= sizeof reader->path - reader->path_len) {
		stop(reader, "is nested too deeply");
		return;
	}
	/* The path would stand for something that it isn't. */
	if (reader->current != NULL) {
		stop(reader, "has elements where a text should be");
		return;
	}
	if (slash == 1)
		reader->path[reader->path_len++] = '/';
	memcpy(reader->path + reader->path_len, name, len + 1);
	reader->path_len += len;
	reader->current = find(reader);
	if (reader->current != NULL)
		start_text(reader);
}

static void XMLCALL on_end(void *context, const char *name)
{
	struct reader *reader = context;
	size_t len = strlen(name);

	if (reader->problem != NULL)
		return;
	reader->path_len -= len;
	if (reader->path_len > 0)
		reader->path_len--;
	reader->path[reader->path_len] = '\0';
	reader->current = NULL;
}

static void XMLCALL on_text(void *context, const char *text, int text_len)
{
	struct reader *reader = context;
	size_t len = (size_t)text_len;

	if (reader->problem != NULL || reader->current == NULL)
		return;
	if (len > KS_XML_TEXT_MAX - reader->value_len) {
		stop(reader, "has a text that is too long");
		return;
	}
	if (reader->value_len + len >= reader->value_cap) {
		reader->value_cap = 2 * (reader->value_len + len) + 1;
		reader->current->value =
		    ks_wiping_realloc(reader->current->value, reader->value_cap);
	}
	memcpy(reader->current->value + reader->value_len, text, len);
	reader->value_len += len;
	reader->current->value[reader->value_len] = '\0';
}

static void XMLCALL on_doctype(
    void *context, const char *name, const char *system_id, const char *public_id, int has_subset)
{
	(void)name;
	(void)system_id;
	(void)public_id;
	(void)has_subset;
	stop(context, "declares a document type");
}

bool ks_xml_read(
    const char *xml, size_t len, struct ks_xml_text *texts, size_t count, const char **problem)
{
	static const XML_Memory_Handling_Suite wiping = {
	    ks_wiping_malloc, ks_wiping_realloc, ks_wiping_free};
	struct reader reader = {.texts = texts, .count = count};

	if (len > KS_XML_MAX) {
		*problem = "is larger than 64 KiB";
		return false;
	}
	reader.parser = XML_ParserCreate_MM("UTF-8", &wiping, NULL);
	if (reader.parser == NULL)
		ks_mem_out();
	XML_SetUserData(reader.parser, &reader);
	XML_SetElementHandler(reader.parser, on_start, on_end);
	XML_SetCharacterDataHandler(reader.parser, on_text);
	XML_SetStartDoctypeDeclHandler(reader.parser, on_doctype);
	if (XML_Parse(reader.parser, xml, (int)len, XML_TRUE) != XML_STATUS_OK &&
	    reader.problem == NULL)
		reader.problem = "is not XML";
	XML_ParserFree(reader.parser);
	ks_wipe_stack();
	*problem = reader.problem;
	return reader.problem == NULL;
}

void ks_xml_clear(struct ks_xml_text *texts, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		ks_wiping_free(texts[i].value);
		texts[i].value = NULL;
	}
}
