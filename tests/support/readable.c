/*
 * Preloaded into the program, it makes its memory readable to the tests: the one prctl that forbids
 * that is swallowed, and who is no parent may watch. With READABLE_STOP in its environment the
 * program stands still before its main, until it is told to continue.
 */
#define _GNU_SOURCE
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

int prctl(int option, ...)
{
	unsigned long words[4];
	va_list args;

	if (option == PR_SET_DUMPABLE)
		return 0;
	va_start(args, option);
	for (int i = 0; i < 4; i++)
		words[i] = va_arg(args, unsigned long);
	va_end(args);
	return (int)syscall(SYS_prctl, option, words[0], words[1], words[2], words[3]);
}

__attribute__((constructor)) static void begin(void)
{
	syscall(SYS_prctl, PR_SET_PTRACER, PR_SET_PTRACER_ANY, 0, 0, 0);
	if (getenv("READABLE_STOP") == NULL)
		return;
	unsetenv("READABLE_STOP");
	raise(SIGSTOP);
}
