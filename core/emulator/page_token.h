/*
 * Page tokens: opaque to the client, good for one kind of list in one place only, and good for as
 * long as the server runs: a token names the last thing of its page, not a number, so that what
 * comes and goes between two pages neither repeats nor hides anything. Any thread.
 */
#ifndef KS_EMULATOR_PAGE_TOKEN_H
#define KS_EMULATOR_PAGE_TOKEN_H

/* list is what is listed and where, e.g. "GetBuckets us-east-1". A new block. */
char *ks_emu_token_make(const char *list, const char *last);
/* The last thing of the page before, in a new block; NULL when the token is not of that list. */
char *ks_emu_token_read(const char *token, const char *list);

#endif
