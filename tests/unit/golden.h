/*
 * Pictures of the screen that are kept in tests/screen/golden. KS_GOLDEN=write in the environment
 * writes them anew: look at the difference before it is committed.
 */
#ifndef KS_TESTS_UNIT_GOLDEN_H
#define KS_TESTS_UNIT_GOLDEN_H

/* Fails the test, and shows both, when the text isn't what NAME.txt holds. */
void golden_check(const char *name, const char *text);

#endif
