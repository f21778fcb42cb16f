/* Answers j and k by moving the cursor, at once: what is left is the cost of the harness itself. */
#include <poll.h>
#include <termios.h>
#include <unistd.h>

int main(void)
{
	static const char start[] = "\033[2J\033[10;1H";
	struct termios raw;
	char key;

	if (tcgetattr(STDIN_FILENO, &raw) < 0)
		return 1;
	cfmakeraw(&raw);
	tcsetattr(STDIN_FILENO, TCSANOW, &raw);
	if (write(STDOUT_FILENO, start, sizeof start - 1) < 0)
		return 1;
	for (;;) {
		struct pollfd waiting = {.fd = STDIN_FILENO, .events = POLLIN};

		if (poll(&waiting, 1, -1) < 0 || read(STDIN_FILENO, &key, 1) != 1 || key == 'q')
			return 0;
		if (write(STDOUT_FILENO, key == 'j' ? "\033[B" : "\033[A", 3) < 0)
			return 1;
	}
}
