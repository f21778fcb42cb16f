/*
 * Texts out of an XML reply, by expat. A reply comes from outside: it is bounded in every
 * direction, and a document type, with which entities could be declared, is refused. Any thread.
 */
#ifndef KS_BASE_XML_H
#define KS_BASE_XML_H

#include <stdbool.h>
#include <stddef.h>

#define KS_XML_MAX      ((size_t)64 * 1024) /* bytes of a reply */
#define KS_XML_TEXT_MAX ((size_t)32 * 1024) /* bytes of one text */

/* A text that is wanted. */
struct ks_xml_text {
	const char
	    *path;   /* the names of its element and those around it: "ErrorResponse/Error/Code" */
	char *value; /* what was found, in a wiping block; NULL: there is no such element */
};

/*
 * Fills the values of texts, which must be NULL, and which the caller clears in any case. UTF-8,
 * whatever the reply says of itself; namespaces don't count. False with *problem ("is not XML"), a
 * constant that goes on after the name of the thing.
 */
bool ks_xml_read(
    const char *xml, size_t len, struct ks_xml_text *texts, size_t count, const char **problem);
/* Wipes and frees the values. */
void ks_xml_clear(struct ks_xml_text *texts, size_t count);

#endif
