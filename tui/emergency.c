#include "tui/emergency.h"

#include <errno.h>
#include <signal.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <ucontext.h>
#include <unistd.h>

#include "core/base/secret.h"

/* A handler has no argument to find these by. */
static struct {
	char restore[KS_EMERGENCY_SIZE];
	size_t len;
	struct termios modes;
	int fd;
	volatile sig_atomic_t armed;
	char cover[KS_EMERGENCY_COVER_SIZE];
	volatile sig_atomic_t cover_len;
} emergency;

/* A crash may be a stack that ran over. Larger than any MINSIGSTKSZ of a processor with AVX-512. */
static char handler_stack[64 * 1024];

void ks_emergency_prepare(int fd, const char *restore, const struct termios *modes)
{
	size_t len = strlen(restore);

	emergency.armed = 0;
	emergency.len = len < sizeof emergency.restore ? len : sizeof emergency.restore;
	memcpy(emergency.restore, restore, emergency.len);
	emergency.modes = *modes;
	emergency.fd = fd;
}

void ks_emergency_arm(bool armed)
{
	emergency.armed = armed;
}

void ks_emergency_cover(const char *text, size_t len)
{
	emergency.cover_len = 0;
	if (text == NULL || len > sizeof emergency.cover)
		return;
	memcpy(emergency.cover, text, len);
	/* A handler of this or of another thread must not find the length before the text. */
	atomic_thread_fence(memory_order_seq_cst);
	emergency.cover_len = (sig_atomic_t)len;
}

static void put(const char *at, size_t left)
{
	while (left > 0) {
		ssize_t written = write(emergency.fd, at, left);

		if (written < 0 && errno != EINTR)
			break;
		if (written > 0) {
			at += written;
			left -= (size_t)written;
		}
	}
}

void ks_emergency_restore(void)
{
	/* First: the terminal may keep us waiting. */
	ks_secret_wipe_heap();
	if (!emergency.armed)
		return;
	emergency.armed = 0;
	put(emergency.cover, (size_t)emergency.cover_len);
	put(emergency.restore, emergency.len);
	tcsetattr(emergency.fd, TCSANOW, &emergency.modes);
}

/*
 * The kernel saved the vector registers on the stack, and whatever copied last went through them: a
 * piece of a secret may be there. They are not needed again, since nothing returns from here.
 */
static void wipe_saved_registers(void *context)
{
#if defined __linux__ && defined __x86_64__
	/* <asm/sigcontext.h>: beyond the 512 bytes of FXSAVE, as much as sw_reserved says. */
	enum { PLAIN = 512, SIZE_AT = 468, MOST = 16 * 1024 };
	unsigned char *saved = (unsigned char *)((ucontext_t *)context)->uc_mcontext.fpregs;
	uint32_t size;

	if (saved == NULL)
		return;
	memcpy(&size, saved + SIZE_AT, sizeof size);
	ks_wipe(saved, size >= PLAIN && size <= MOST ? size : PLAIN);
#elif defined __linux__ && defined __aarch64__
	mcontext_t *saved = &((ucontext_t *)context)->uc_mcontext;

	ks_wipe(saved->__reserved, sizeof saved->__reserved);
#else
	(void)context;
#endif
}

static void on_crash(int signal_number, siginfo_t *info, void *context)
{
	(void)info;
	wipe_saved_registers(context);
	ks_emergency_restore();
	/* SA_RESETHAND made it the default again. */
	raise(signal_number);
}

void ks_emergency_install(void)
{
	static const int crashes[] = {SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGABRT};
	stack_t stack = {.ss_sp = handler_stack, .ss_size = sizeof handler_stack};
	struct sigaction action = {.sa_sigaction = on_crash};

	sigaltstack(&stack, NULL);
	sigemptyset(&action.sa_mask);
	action.sa_flags = (int)((unsigned)SA_SIGINFO | (unsigned)SA_ONSTACK |
				(unsigned)SA_RESETHAND | (unsigned)SA_NODEFER);
	for (size_t i = 0; i < sizeof crashes / sizeof crashes[0]; i++)
		sigaction(crashes[i], &action, NULL);
}
