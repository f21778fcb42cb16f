/*
 * The little XML that S3 speaks: written with escapes, read without a general parser.
 */
#ifndef KS_EMULATOR_S3_XML_H
#define KS_EMULATOR_S3_XML_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/buf.h"
#include "core/emulator/reply.h"

#define KS_EMU_S3_NAMESPACE "http://s3.amazonaws.com/doc/2006-03-01/"
#define KS_EMU_S3_DATE_SIZE 48

/* Begins an XML body whose root element has that name; it is ended by ks_emu_xml_end. */
void ks_emu_xml_begin_reply(struct ks_emu_reply *reply, const char *root);
void ks_emu_xml_begin(struct ks_buf *buf, const char *name);
void ks_emu_xml_end(struct ks_buf *buf, const char *name);
void ks_emu_xml_text(struct ks_buf *buf, const char *name, const char *text);
void ks_emu_xml_number(struct ks_buf *buf, const char *name, uint64_t number);
/* An object's key or a part of one: percent-encoded where the client asked for it. */
void ks_emu_xml_key(struct ks_buf *buf, const char *name, const char *text, bool url_encode);
/* An ETag, in its quotes. */
void ks_emu_xml_etag(struct ks_buf *buf, const char *etag);
/* 2021-08-06T08:00:00.000Z: S3 always writes the milliseconds. */
const char *ks_emu_s3_date(int64_t ms, char date[KS_EMU_S3_DATE_SIZE]);

/*
 * Finds the next element of that name at or after *at (and before end), moves *at past it, and
 * gives its content; false when there is none.
 */
bool ks_emu_xml_find(
    const char **at, const char *end, const char *name, const char **content, size_t *len);
/* The text of an element's content, entities decoded, in a new block. */
char *ks_emu_xml_decode(const char *content, size_t len);

#endif
