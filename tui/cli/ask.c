#include "tui/cli/ask.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/select.h>
#include <unistd.h>

#include "core/base/clock.h"
#include "core/base/fd.h"
#include "core/base/mem.h"
#include "tui/emergency.h"

enum {
	LINE_SIZE = 1024,
	READ_SIZE = 64,
	ESCAPE_MS = 25, /* what comes with an ESC comes within this time */
	END_OF_INPUT = 4,
	BACKSPACE = 8,
	KILL_LINE = 21,
	ESCAPE = 27,
	RUB_OUT = 127
};

void ks_ask_init(struct ks_ask *ask)
{
	*ask = (struct ks_ask){.fd = -1};
}

int ks_ask_fd(const struct ks_ask *ask)
{
	return ask->fd;
}

/* ---- the terminal ---- */

static void say(const struct ks_ask *ask, const char *text)
{
	ks_fd_write_all(ask->fd, text, strlen(text));
}

/*
 * Ctrl-C ends the command as ever. What would stop or kill it past its loop is off: a shell would
 * find a terminal that shows nothing of what is typed.
 */
static struct termios quiet(const struct termios *before)
{
	struct termios modes = *before;

	modes.c_lflag &= ~(tcflag_t)(ECHO | ECHONL | ICANON | IEXTEN);
	modes.c_cc[VMIN] = 1;
	modes.c_cc[VTIME] = 0;
	modes.c_cc[VSUSP] = _POSIX_VDISABLE;
	modes.c_cc[VQUIT] = _POSIX_VDISABLE;
#ifdef VDSUSP
	modes.c_cc[VDSUSP] = _POSIX_VDISABLE;
#endif
	return modes;
}

/* NULL when it is ours now; else why it can't be. What was typed before is no answer: it goes. */
static const char *take_terminal(struct ks_ask *ask)
{
	struct termios modes;

	if (ask->fd < 0)
		return "there is no terminal to ask on";
	if (ask->fd >= FD_SETSIZE)
		return "too many files are open to ask on the terminal";
	if (tcgetpgrp(ask->fd) != getpgrp())
		return "keysail is in the background, where it can't ask on the terminal";
	if (ks_secret_heap() == KS_SECRET_HEAP_NONE)
		return "there is no protected memory for it";
	if (tcgetattr(ask->fd, &ask->before) != 0)
		return "the terminal is none to ask on";
	modes = quiet(&ask->before);
	ks_emergency_prepare(ask->fd, "\n", &ask->before);
	ks_emergency_arm(true);
	if (tcsetattr(ask->fd, TCSAFLUSH, &modes) == 0)
		return NULL;
	ks_emergency_arm(false);
	return "the terminal is none to ask on";
}

static void close_terminal(struct ks_ask *ask)
{
	if (ask->fd >= 0)
		close(ask->fd);
	ask->fd = -1;
}

static const char *open_terminal(struct ks_ask *ask)
{
	const char *why;

	ask->fd = open("/dev/tty", O_RDWR | O_NOCTTY | O_CLOEXEC | O_NONBLOCK);
	why = take_terminal(ask);
	if (why != NULL)
		close_terminal(ask);
	return why;
}

void ks_ask_end(struct ks_ask *ask)
{
	ks_mfa_code_clear(&ask->code);
	ask->spoiled = false;
	ask->in_escape = 0;
	if (ask->fd < 0)
		return;
	say(ask, "\n");
	/* What was typed too late must not become a command of the shell's. */
	tcsetattr(ask->fd, TCSAFLUSH, &ask->before);
	ks_emergency_arm(false);
	close_terminal(ask);
}

/* ---- questions and answers ---- */

static struct ks_event *answer(uint64_t question, struct ks_secret *code, const char *reason)
{
	struct ks_event *event = ks_event_new(KS_EVENT_ANSWER, ks_clock_wall(ks_clock_system()));

	event->target = question;
	event->secret = code;
	event->reason = ks_strdup_maybe(reason);
	return event;
}

static struct ks_event *end_with(struct ks_ask *ask, struct ks_secret *code, const char *reason)
{
	ks_ask_end(ask);
	return answer(ask->question, code, reason);
}

static void prompt(const struct ks_ask *ask, const struct ks_question *question)
{
	char line[LINE_SIZE];

	if (question->last_error != NULL) {
		snprintf(line, sizeof line, "keysail: %s\n", question->last_error);
		say(ask, line);
	}
	snprintf(line, sizeof line, "keysail: %s\n", question->why);
	say(ask, line);
	snprintf(line, sizeof line, "%s (Enter for none): ", question->prompt);
	say(ask, line);
}

struct ks_event *ks_ask_turn(struct ks_ask *ask, const struct ks_store *store)
{
	const struct ks_question *question;
	const char *why_not;

	if (ask->fd >= 0 && ks_store_question(store, ask->question) == NULL) {
		say(ask, "\nkeysail: no code is needed any more");
		ks_ask_end(ask);
	}
	question = ks_store_next_question(store);
	if (ask->fd >= 0 || question == NULL)
		return NULL;
	ask->question = question->id;
	why_not = open_terminal(ask);
	if (why_not != NULL)
		return answer(question->id, NULL, why_not);
	prompt(ask, question);
	return NULL;
}

/* ---- what is typed ---- */

/* One line was typed; NULL when another one is needed. */
static struct ks_event *end_line(struct ks_ask *ask)
{
	if (!ask->spoiled && ks_mfa_code_count(&ask->code) == 0)
		return end_with(ask, NULL, NULL);
	if (!ask->spoiled && ks_mfa_code_is_whole(&ask->code))
		return end_with(ask, ks_mfa_code_take(&ask->code), NULL);
	ks_mfa_code_clear(&ask->code);
	ask->spoiled = false;
	say(ask, "\nA code has 6 digits and nothing else: ");
	return NULL;
}

static void add(struct ks_ask *ask, unsigned char byte)
{
	size_t before = ks_mfa_code_count(&ask->code);
	struct ks_err err;

	if (!ks_mfa_code_add(&ask->code, byte, &err))
		ask->spoiled = true;
	else if (ks_mfa_code_count(&ask->code) > before)
		say(ask, "*");
}

static void erase(struct ks_ask *ask, size_t count)
{
	for (; count > 0 && ks_mfa_code_count(&ask->code) > 0; count--) {
		ks_mfa_code_erase(&ask->code);
		say(ask, "\b \b");
	}
	if (ks_mfa_code_count(&ask->code) == 0)
		ask->spoiled = false;
}

static bool is_alone(const struct ks_ask *ask, bool last)
{
	return last && poll(&(struct pollfd){.fd = ask->fd, .events = POLLIN}, 1, ESCAPE_MS) <= 0;
}

/* True while the bytes are those of a key without a meaning here. */
static bool is_sequence(struct ks_ask *ask, unsigned char byte)
{
	if (ask->in_escape == 0)
		return false;
	if (ask->in_escape == 1 && (byte == '[' || byte == 'O'))
		ask->in_escape = 2;
	else if (ask->in_escape == 1 || (byte >= '@' && byte <= '~'))
		ask->in_escape = 0;
	return true;
}

/* last: nothing came after it. */
static struct ks_event *take(struct ks_ask *ask, unsigned char byte, bool last)
{
	if (is_sequence(ask, byte))
		return NULL;
	if (byte == '\n' || byte == '\r')
		return end_line(ask);
	if (byte == ESCAPE) {
		if (is_alone(ask, last))
			return end_with(ask, NULL, NULL);
		ask->in_escape = 1;
	} else if (byte == END_OF_INPUT) {
		if (ks_mfa_code_count(&ask->code) == 0)
			return end_with(ask, NULL, NULL);
	} else if (byte == RUB_OUT || byte == BACKSPACE) {
		erase(ask, 1);
	} else if (byte == KILL_LINE) {
		erase(ask, KS_MFA_DIGITS);
	} else {
		add(ask, byte);
	}
	return NULL;
}

struct ks_event *ks_ask_read(struct ks_ask *ask)
{
	unsigned char bytes[READ_SIZE];
	struct ks_event *event = NULL;
	ssize_t count = read(ask->fd, bytes, sizeof bytes);

	if (count < 0 && (errno == EAGAIN || errno == EINTR))
		return NULL;
	if (count <= 0)
		return end_with(ask, NULL, "the terminal is gone");
	for (ssize_t i = 0; i < count && event == NULL; i++)
		event = take(ask, bytes[i], i + 1 == count);
	ks_wipe(bytes, sizeof bytes);
	return event;
}
