#include "core/base/log.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/date.h"
#include "core/base/fd.h"
#include "core/base/mem.h"
#include "core/base/secret.h"
#include "core/base/text.h"

#define RUN_MIN 36 /* a secret access key has 40 characters, and a few may be cut off */
/* Cleaning can make three bytes of one. */
#define CLEAN_MAX (3 * KS_LOG_LINE_MAX)

struct ks_log {
	int fd;
	const struct ks_clock *clock;
};

static const char *const level_names[] = {
    [KS_LOG_ERROR] = "error",
    [KS_LOG_WARNING] = "warning",
    [KS_LOG_INFO] = "info",
    [KS_LOG_DEBUG] = "debug",
};

/* How the names of secret values end, in lower case without '-' and '_'. */
static const struct secret_name {
	const char *ending;
	bool whole_line; /* the value is made of several words */
} secret_names[] = {
    {"secretaccesskey", false},
    {"secretkey", false},
    {"sessiontoken", false},
    {"securitytoken", false},
    {"accesstoken", false},
    {"refreshtoken", false},
    {"bearertoken", false},
    {"idtoken", false},
    {"authorizationtoken", false},
    {"authorization", true},
    {"signature", false},
    {"secret", false},
    {"password", false},
};

static bool is_word(char c)
{
	return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
	       c == '-' || c == '_';
}

static bool is_base64(char c)
{
	return is_word(c) || c == '+' || c == '/' || c == '=' || c == '%';
}

static bool is_hex(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

/* The length of text's word-like start, by the given test. */
static size_t run_length(const char *text, bool (*is_part)(char))
{
	size_t len = 0;

	while (is_part(text[len]))
		len++;
	return len;
}

/* Does the word end with ending, when case, '-' and '_' don't count? */
static bool word_ends_with(const char *word, size_t len, const char *ending)
{
	size_t left = strlen(ending);

	while (len > 0 && left > 0) {
		char c = word[--len];

		if (c == '-' || c == '_')
			continue;
		if (c >= 'A' && c <= 'Z')
			c = (char)(c - 'A' + 'a');
		if (c != ending[--left])
			return false;
	}
	return left == 0;
}

static const struct secret_name *find_secret_name(const char *word, size_t len)
{
	for (size_t i = 0; i < sizeof secret_names / sizeof secret_names[0]; i++)
		if (word_ends_with(word, len, secret_names[i].ending))
			return &secret_names[i];
	return NULL;
}

/* Where the value starts that follows a name: behind quote, blanks, "=", ":" or ">"; or NULL. */
static const char *find_value(const char *after_name)
{
	const char *at = after_name + strspn(after_name, "\"'\\");

	at += strspn(at, " ");
	if (*at == '\0' || strchr("=:>", *at) == NULL)
		return NULL;
	at++;
	return at + strspn(at, " ");
}

/* Where the value ends: at its closing quote, or at the next separator. */
static const char *value_end(const char *value, bool whole_line)
{
	char quote;

	if (whole_line)
		return value + strlen(value);
	value += strspn(value, "\\");
	quote = value[0];
	if (quote != '"' && quote != '\'')
		return value + strcspn(value, " ,;&<\"')}]");
	for (value++; *value != '\0' && *value != quote; value++)
		if (*value == '\\' && value[1] != '\0')
			value++;
	return *value == quote ? value + 1 : value;
}

static bool is_harmless_run(const char *run, size_t len)
{
	if (len < RUN_MIN)
		return true;
	for (size_t i = 0; i < len; i++)
		if (!is_hex(run[i]) && run[i] != '-')
			return false;
	return true;
}

/* What is left of dst. */
struct output {
	char *at;
	size_t left; /* bytes, without the final NUL */
};

static void put(struct output *out, const char *text, size_t len)
{
	if (len > out->left)
		len = out->left;
	memcpy(out->at, text, len);
	out->at += len;
	out->left -= len;
}

static const char redacted[] = "[redacted]";

/* Copies the run of text that starts here; gives what follows. */
static const char *redact_run(struct output *out, const char *text)
{
	size_t word = run_length(text, is_word), run = run_length(text, is_base64);
	const struct secret_name *name = find_secret_name(text, word);
	const char *value = name != NULL ? find_value(text + word) : NULL;
	const char *end = value != NULL ? value_end(value, name->whole_line) : NULL;

	if (end > value && word < RUN_MIN) {
		put(out, text, (size_t)(value - text));
		put(out, redacted, sizeof redacted - 1);
		return end;
	}
	/* "request_id=…": "=" ends base64, it doesn't join two parts of it. */
	if (word > 0 && word < RUN_MIN && text[word] == '=' && is_word(text[word + 1])) {
		put(out, text, word + 1);
		return text + word + 1;
	}
	if (!is_harmless_run(text, run)) {
		put(out, redacted, sizeof redacted - 1);
		return text + run;
	}
	/* A run such as "a=b/c" may hold a name further on: only its first word is done. */
	put(out, text, word > 0 ? word : 1);
	return text + (word > 0 ? word : 1);
}

/*
 * The length of "arn:aws:iam::123456789012:role/path/Name", which names somebody and is no secret;
 * 0 when there is none.
 */
static size_t arn_length(const char *text)
{
	size_t len = 4;

	if (strncmp(text, "arn:", len) != 0)
		return 0;
	for (int field = 0; field < 4; field++) {
		size_t word = run_length(text + len, is_word);

		if (word >= RUN_MIN || text[len + word] != ':')
			return 0;
		len += word + 1;
	}
	while (is_base64(text[len]) || (text[len] != '\0' && strchr(":.,@*", text[len]) != NULL))
		len++;
	return len;
}

void ks_log_redact(char *dst, size_t size, const char *text)
{
	struct output out = {dst, size - 1};

	while (*text != '\0') {
		size_t arn = arn_length(text);

		if (arn > 0) {
			put(&out, text, arn);
			text += arn;
		} else if (is_base64(*text)) {
			text = redact_run(&out, text);
		} else {
			put(&out, text, 1);
			text++;
		}
	}
	*out.at = '\0';
}

struct ks_log *ks_log_open(const char *path, const struct ks_clock *clock, struct ks_err *err)
{
	/* Not blocking: opening a FIFO that nobody reads must fail, not hang. */
	int flags = O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY;
	struct ks_log *log;
	struct stat found;
	int fd = open(path, flags, 0600);

	if (fd < 0) {
		ks_err_set(err, KS_ERR_SYSTEM, "The log file %s can't be opened: %s", path,
		    errno == ELOOP ? "it is a symbolic link" : strerror(errno));
		ks_err_tip(err, "name another one");
		return NULL;
	}
	if (fstat(fd, &found) != 0 || !S_ISREG(found.st_mode)) {
		close(fd);
		ks_err_set(err, KS_ERR_SYSTEM, "The log file %s isn't a regular file", path);
		return NULL;
	}
	log = ks_malloc(sizeof *log);
	log->fd = fd;
	log->clock = clock;
	return log;
}

void ks_log_close(struct ks_log *log)
{
	if (log == NULL)
		return;
	close(log->fd);
	free(log);
}

/*
 * Formats, and when the text had to be cut takes off the word at the cut: the start of a secret
 * is too short to be known as one.
 */
__attribute__((format(printf, 2, 0))) static void format_raw(
    char raw[KS_LOG_LINE_MAX], const char *format, va_list args)
{
	int len = vsnprintf(raw, KS_LOG_LINE_MAX, format, args);
	size_t end = KS_LOG_LINE_MAX - 1;

	if (len < 0)
		raw[0] = '\0';
	if (len < KS_LOG_LINE_MAX)
		return;
	while (end > 0 && is_base64(raw[end - 1]))
		end--;
	raw[end] = '\0';
}

void ks_log(struct ks_log *log, enum ks_log_level level, const char *format, ...)
{
	char raw[KS_LOG_LINE_MAX], clean[CLEAN_MAX], line[KS_LOG_LINE_MAX], date[KS_DATE_SIZE];
	va_list args;
	size_t head, len;

	if (log == NULL)
		return;
	va_start(args, format);
	format_raw(raw, format, args);
	va_end(args);
	ks_text_clean(clean, sizeof clean, raw, strlen(raw));
	ks_date_rfc3339(ks_clock_wall(log->clock), date);
	head = (size_t)snprintf(line, sizeof line, "%s %-7s ", date, level_names[level]);
	ks_log_redact(line + head, sizeof line - head - 1, clean);
	len = strlen(line);
	line[len++] = '\n';
	ks_fd_write_all(log->fd, line, len);
	ks_wipe(raw, sizeof raw);
	ks_wipe(clean, sizeof clean);
	ks_wipe(line, sizeof line);
}
