/*
 * The least that an ncurses program linked with the same libraries can do: the start's yardstick.
 */
#include <ncurses.h>

int main(void)
{
	SCREEN *screen = newterm(NULL, stdout, stdin);

	if (screen == NULL)
		return 1;
	cbreak();
	noecho();
	start_color();
	use_default_colors();
	mvaddstr(0, 0, "hello, world");
	refresh();
	getch();
	endwin();
	delscreen(screen);
	return 0;
}
