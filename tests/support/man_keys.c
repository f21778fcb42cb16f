/*
 * Prints the table of actions as the man page has it, between "begin keys" and "end keys": for
 * make man-keys, which writes it there, and for the test that it is there.
 */
#include <stdio.h>
#include <string.h>

#include "tui/action.h"

/* The keys of an action as arguments of .It; what roff might take for its own is escaped. */
static void print_keys(const char *keys)
{
	fputs(".It Cm", stdout);
	while (*keys != '\0') {
		size_t len = strcspn(keys, " ");

		printf(" \\&%.*s", (int)len, keys);
		keys += len + strspn(keys + len, " ");
		if (*keys != '\0')
			fputs(" ,", stdout);
	}
	putchar('\n');
}

int main(void)
{
	const struct ks_action *action;
	const char *group = "";

	for (size_t i = 0; (action = ks_action_at(i)) != NULL; i++) {
		if (strcmp(group, action->group) != 0) {
			printf("%s.Ss %s\n.Bl -tag -width Shift-Tabxx -compact\n",
			    *group != '\0' ? ".El\n" : "", action->group);
			group = action->group;
		}
		print_keys(action->keys);
		puts(action->help);
	}
	puts(".El");
	return 0;
}
