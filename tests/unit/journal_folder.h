/* A journal in a folder of its own, for the tests of what its lines say and of its file. */
#ifndef TESTS_UNIT_JOURNAL_FOLDER_H
#define TESTS_UNIT_JOURNAL_FOLDER_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "core/record/journal.h"

#define HERE  "https://lightsail.us-east-1.amazonaws.com"
#define THERE "http://127.0.0.1:4567"
#define NOON  INT64_C(1628251200000)
#define ID(c) c c c c c c c c c c c c c c c c c c c c c c c c c c c c c c c c

/* The members that an intent to create needs. */
#define BODY "\"endpoint\":\"" HERE "\",\"region\":\"us-east-1\",\"bucket\":\"b\",\"known\":[]"

/* Names of the test's own folder, the journal's, its file, and the file beside it. */
extern char base[64], folder[100], path[150], beside[160];
extern struct ks_err err;

/* Setup and teardown of each test: a folder of its own. */
int make_folder(void **state);
int remove_folder(void **state);

/* These fail the test where they can't do their work. */
struct ks_journal *open_journal(void);
void write_raw(const char *text, size_t len);
void write_text(const char *text);

/* The whole file, which the caller frees. */
char *read_raw(void);
off_t file_size(void);
struct ks_journal_entry create_entry(const char *id, const char *endpoint);
void append(struct ks_journal *journal, const struct ks_journal_entry *entry);
void append_create(struct ks_journal *journal, const char *id, const char *endpoint);
void append_delete(struct ks_journal *journal, const char *id);

/* With what the step needs beside the ID. */
void append_step(struct ks_journal *journal, const char *id, enum ks_journal_step step);
struct ks_journal_list read_all(struct ks_journal *journal);
/* A ks_journal_wanted: ctx is the endpoint's address. */
bool is_at(void *ctx, const struct ks_journal_change *change);
size_t count_open(struct ks_journal *journal, const char *endpoint);
void assert_counts(struct ks_journal *journal, size_t changes, size_t broken);

#endif
