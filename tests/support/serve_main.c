/* "keysail serve" as a program of its own, for the tests. */
#include "tui/cli/serve.h"

int main(int argc, char **argv)
{
	if (argc > 1)
		argv++, argc--;
	return ks_serve_main(argc, argv);
}
