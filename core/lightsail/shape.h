/*
 * The shapes of the model as tables: each member's name on the wire and its place in the struct.
 * Decoding, copying and freeing all walk these tables, so that a new member of the API is one row
 * here and one field in model.h. Private to core/lightsail. Any thread.
 */
#ifndef KS_LIGHTSAIL_SHAPE_H
#define KS_LIGHTSAIL_SHAPE_H

#include <stddef.h>

enum ks_member_kind {
	KS_MEMBER_TEXT,   /* struct ks_str */
	KS_MEMBER_TEXTS,  /* struct ks_str_list */
	KS_MEMBER_TIME,   /* int64_t, KS_TIME_NONE when absent */
	KS_MEMBER_AMOUNT, /* int64_t, -1 when absent */
	KS_MEMBER_FLAG,   /* enum ks_tri */
	KS_MEMBER_TOKEN,  /* char *; an empty one is none */
	KS_MEMBER_OBJECT, /* a struct inside the struct, or members of the struct itself */
	KS_MEMBER_LIST,   /* an array and its count */
	KS_MEMBER_ONE,    /* a single object, kept as an array of one */
};

struct ks_shape;

struct ks_member {
	const char *name;
	enum ks_member_kind kind;
	size_t offset;
	size_t count_offset;          /* LIST and ONE: where the size_t is */
	const struct ks_shape *shape; /* OBJECT, LIST and ONE */
};

struct ks_shape {
	size_t size;
	const struct ks_member *members;
	size_t n_members;
	void (*settle)(void *object); /* NULL, or draws conclusions once all members are there */
};

/* The types of model.h. */
extern const struct ks_shape ks_shape_region;
extern const struct ks_shape ks_shape_bucket;
extern const struct ks_shape ks_shape_access_key;
extern const struct ks_shape ks_shape_operation;

/* Makes every member absent. */
void ks_shape_init(const struct ks_shape *shape, void *object);
/* Frees what the members own, not the object; all members are absent then. */
void ks_shape_clear(const struct ks_shape *shape, void *object);
/* A deep copy over *dst, whatever was there. */
void ks_shape_copy(const struct ks_shape *shape, void *dst, const void *src);

#endif
