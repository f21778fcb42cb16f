#include "core/base/argv.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/mem.h"

/* What differs between those whose lines these are. */
struct rules {
	const char *escaped;   /* what a backslash takes its meaning from within double quotes */
	const char *for_shell; /* unquoted, it asks for what only a shell could do */
};

static const struct rules like_sh = {.escaped = "\"\\$`", .for_shell = "|&;<>`"};
/* Measured with Python 3.11 (shlex.split). */
static const struct rules like_shlex = {.escaped = "\"\\", .for_shell = ""};

struct splitter {
	const struct rules *rules;
	const char *at;
	char **argv;
	size_t argc;
	char *word; /* room for the longest word: the whole line */
	size_t len;
	bool in_word;
};

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static void put(struct splitter *s, char c)
{
	s->word[s->len++] = c;
	s->in_word = true;
}

static bool end_word(struct splitter *s, struct ks_err *err)
{
	if (!s->in_word)
		return true;
	if (s->argc == KS_ARGV_MAX)
		return ks_err_set(
		    err, KS_ERR_USAGE, "The command has more than %d words", KS_ARGV_MAX);
	s->argv[s->argc++] = ks_strndup(s->word, s->len);
	s->len = 0;
	s->in_word = false;
	return true;
}

/* Takes a quoted part; s->at stands behind the opening quote. */
static bool take_quoted(struct splitter *s, char quote, struct ks_err *err)
{
	s->in_word = true;
	for (; *s->at != quote; s->at++) {
		if (*s->at == '\0')
			return ks_err_set(
			    err, KS_ERR_USAGE, "The command has a %c without its end", quote);
		if (quote == '"' && *s->at == '\\' && s->at[1] != '\0' &&
		    strchr(s->rules->escaped, s->at[1]) != NULL)
			s->at++;
		put(s, *s->at);
	}
	s->at++;
	return true;
}

static bool take_one(struct splitter *s, struct ks_err *err)
{
	char c = *s->at++;

	if (is_blank(c))
		return end_word(s, err);
	if (c == '\'' || c == '"')
		return take_quoted(s, c, err);
	if (strchr(s->rules->for_shell, c) != NULL) {
		ks_err_set(err, KS_ERR_USAGE,
		    "The command has a %c, but no shell reads it: it would be a mere word", c);
		return ks_err_tip(err, "quote it, or name a script that does the rest");
	}
	if (c == '\\') {
		if (*s->at == '\0')
			return ks_err_set(err, KS_ERR_USAGE, "The command ends in a backslash");
		c = *s->at++;
	}
	put(s, c);
	return true;
}

static char **split(const char *line, const struct rules *rules, struct ks_err *err)
{
	struct splitter s = {.rules = rules, .at = line};
	bool ok = true;

	s.argv = ks_calloc(KS_ARGV_MAX + 1, sizeof *s.argv);
	s.word = ks_malloc(strlen(line) + 1);
	while (ok && *s.at != '\0')
		ok = take_one(&s, err);
	ok = ok && end_word(&s, err);
	if (ok && (s.argc == 0 || s.argv[0][0] == '\0'))
		ok = ks_err_set(err, KS_ERR_USAGE, "The command is empty");
	free(s.word);
	if (ok)
		return s.argv;
	ks_argv_free(s.argv);
	return NULL;
}

char **ks_argv_split(const char *line, struct ks_err *err)
{
	return split(line, &like_sh, err);
}

char **ks_argv_split_shlex(const char *line, struct ks_err *err)
{
	return split(line, &like_shlex, err);
}

void ks_argv_free(char **argv)
{
	if (argv == NULL)
		return;
	for (char **word = argv; *word != NULL; word++)
		free(*word);
	free(argv);
}
