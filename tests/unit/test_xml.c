/* Texts out of XML replies: what is found, and what is refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "core/base/secret.h"
#include "core/base/xml.h"

enum { A_B, A_C, A_B_D, ABSENT, TEXTS };

static struct ks_xml_text texts[TEXTS];
static const char *problem;

static bool read_xml(const char *xml, size_t len)
{
	static const char *const paths[TEXTS] = {
	    [A_B] = "a/b", [A_C] = "a/c", [A_B_D] = "a/e/d", [ABSENT] = "a/absent"};

	problem = NULL;
	for (size_t i = 0; i < TEXTS; i++)
		texts[i] = (struct ks_xml_text){paths[i], NULL};
	return ks_xml_read(xml, len, texts, TEXTS, &problem);
}

static int tear_down(void **state)
{
	(void)state;
	ks_xml_clear(texts, TEXTS);
	return 0;
}

static void texts_are_found_by_the_whole_path_of_their_element(void **state)
{
	static const char xml[] = "<?xml version=\"1.0\"?>\n<a xmlns=\"https://x/\" k='v'>\n"
				  "  <x><b>wrong</b></x><!-- <b>no</b> --><bb>near</bb>\n"
				  "  <b>one &amp; <![CDATA[<two>]]> &#233;</b><c/>\n"
				  "  <e>around<d>deep</d></e>\n</a>\n";

	(void)state;
	assert_true(read_xml(xml, sizeof xml - 1));
	assert_null(problem);
	assert_string_equal(texts[A_B].value, "one & <two> \u00e9");
	assert_string_equal(texts[A_C].value, "");
	assert_string_equal(texts[A_B_D].value, "deep");
	assert_null(texts[ABSENT].value);
}

static void check_refused(const char *xml, const char *expected)
{
	assert_false(read_xml(xml, strlen(xml)));
	assert_string_equal(problem, expected);
	ks_xml_clear(texts, TEXTS);
}

static void what_is_no_xml_is_refused(void **state)
{
	(void)state;
	check_refused("", "is not XML");
	check_refused("{}", "is not XML");
	check_refused("<a>", "is not XML");
	check_refused("<a><b>x</a>", "is not XML");
	check_refused("<a/><a/>", "is not XML");
	check_refused("<a>&unknown;</a>", "is not XML");
	check_refused("<a><b>\xff</b></a>", "is not XML");
	check_refused("<a><b>&#0;</b></a>", "is not XML");
	assert_false(read_xml("<a>\0</a>", 8));
	assert_string_equal(problem, "is not XML");
}

/* Entities that grow, files that are fetched: none of that begins. */
static void a_document_type_is_refused(void **state)
{
	(void)state;
	check_refused(
	    "<!DOCTYPE a [<!ENTITY e \"x\">]><a><b>&e;</b></a>", "declares a document type");
	check_refused("<!DOCTYPE a SYSTEM \"file:///etc/passwd\"><a/>", "declares a document type");
	check_refused("<!DOCTYPE a><a/>", "declares a document type");
}

static void what_could_be_read_in_two_ways_is_refused(void **state)
{
	(void)state;
	check_refused("<a><b>1</b><b>2</b></a>", "says the same thing twice");
	check_refused("<a><b/><b/></a>", "says the same thing twice");
	check_refused("<a><b>1<i>2</i></b></a>", "has elements where a text should be");
}

static void the_encoding_is_utf_8_whatever_is_said(void **state)
{
	static const char xml[] =
	    "<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?><a><b>\xc3\xa9</b></a>";

	(void)state;
	assert_true(read_xml(xml, sizeof xml - 1));
	assert_string_equal(texts[A_B].value, "\xc3\xa9");
}

/* An element b of len bytes in a. */
static bool read_long(char *xml, size_t len)
{
	memcpy(xml, "<a><b>", 6);
	memset(xml + 6, 'x', len);
	memcpy(xml + 6 + len, "</b></a>", 8);
	return read_xml(xml, len + 14);
}

static void sizes_are_bounded(void **state)
{
	static char xml[KS_XML_MAX + 100];
	size_t at = 0;

	(void)state;
	assert_true(read_long(xml, KS_XML_TEXT_MAX));
	assert_int_equal(strlen(texts[A_B].value), KS_XML_TEXT_MAX);
	ks_xml_clear(texts, TEXTS);
	assert_false(read_long(xml, KS_XML_TEXT_MAX + 1));
	assert_string_equal(problem, "has a text that is too long");
	ks_xml_clear(texts, TEXTS);
	assert_false(read_long(xml, KS_XML_MAX - 13));
	assert_string_equal(problem, "is larger than 64 KiB");
	for (; at < 300 * 3; at += 3)
		memcpy(xml + at, "<a>", 3);
	assert_false(read_xml(xml, at));
	assert_string_equal(problem, "is nested too deeply");
}

/* Wherever an answer breaks off, and whatever byte of it is another. */
static void broken_replies_do_no_harm(void **state)
{
	static const char good[] = "<a><b>text</b><c>&lt;more&gt;</c><e><d/></e></a>";
	char xml[sizeof good];

	(void)state;
	for (size_t len = 0; len < sizeof good - 1; len++) {
		assert_false(read_xml(good, len));
		ks_xml_clear(texts, TEXTS);
	}
	for (size_t i = 0; i < sizeof good - 1; i++)
		for (int byte = 0; byte < 256; byte++) {
			bool is_read;

			memcpy(xml, good, sizeof good);
			xml[i] = (char)byte;
			is_read = read_xml(xml, sizeof good - 1);
			assert_int_equal(is_read, problem == NULL);
			ks_xml_clear(texts, TEXTS);
		}
}

#define TEST(name) cmocka_unit_test_teardown(name, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(texts_are_found_by_the_whole_path_of_their_element),
	    TEST(what_is_no_xml_is_refused),
	    TEST(a_document_type_is_refused),
	    TEST(what_could_be_read_in_two_ways_is_refused),
	    TEST(the_encoding_is_utf_8_whatever_is_said),
	    TEST(sizes_are_bounded),
	    TEST(broken_replies_do_no_harm),
	};

	return cmocka_run_group_tests_name("xml", tests, NULL, NULL);
}
