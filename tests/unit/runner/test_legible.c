/* SPDX-License-Identifier: MIT */
/* Tests of legible: no control byte gets through, wherever the pieces are cut. */
#include "tests/unit/unit.h"

#include <stdlib.h>
#include <string.h>

#include "runner/legible.h"

/* What comes out for pieces of `piece` bytes each; the caller frees it. */
static char *pass(const char *data, size_t size, size_t piece)
{
	struct legible legible = {0};
	char *text;
	size_t length;
	FILE *out = open_memstream(&text, &length);

	for (size_t at = 0; at < size; at += piece)
		legible_print(&legible, data + at, size - at < piece ? size - at : piece,
			      out);
	legible_end(&legible, out);
	assert_int_equal(fclose(out), 0);
	assert_int_equal(strlen(text), length);
	return text;
}

static void expect(const char *data, size_t size, const char *wanted)
{
	for (size_t piece = 1; piece <= size; piece++) {
		char *text = pass(data, size, piece);

		assert_string_equal(text, wanted);
		free(text);
	}
}

#define EXPECT(data, wanted) expect(data, sizeof(data) - 1, wanted)

static void lets_text_lines_and_tabs_through(void **state)
{
	(void)state;
	EXPECT("one\ttwo\nthree \\x1b", "one\ttwo\nthree \\x1b");
	EXPECT("\xc3\xa4 \xe2\x82\xac \xf0\x9f\x98\x80", "ä € 😀");
}

static void shows_every_other_control(void **state)
{
	(void)state;
	EXPECT("\033[31m\r\007\177", "\\x1b[31m\\x0d\\x07\\x7f");
	EXPECT("a\0b\0\0", "a\\x00b\\x00\\x00");
	EXPECT("\xc2\x9b"
	       "31m",
	       "\\xc2\\x9b31m");
}

static void shows_what_is_no_utf8(void **state)
{
	(void)state;
	EXPECT("\xff\xfe", "\\xff\\xfe");
	EXPECT("\x80\x80\x80\x80\x80", "\\x80\\x80\\x80\\x80\\x80");
	EXPECT("\xe2\x82", "\\xe2\\x82");
	EXPECT("\xe2\x82\n\xe2", "\\xe2\\x82\n\\xe2");
	EXPECT("\xf0\x9f\x98\xc3\xa4", "\\xf0\\x9f\\x98ä");
	EXPECT("\xed\xa0\x80\xc0\xaf", "\\xed\\xa0\\x80\\xc0\\xaf");
}

static void cuts_no_character_of_a_long_line(void **state)
{
	char *data = malloc(9001), *text;

	(void)state;
	for (int i = 0; i < 9000; i += 3)
		memcpy(data + i, "\xe2\x82\xac", 3);
	data[9000] = '\0';
	text = pass(data, 9000, 9000);
	assert_string_equal(text, data);
	free(text);
	text = pass(data, 9000, 1000);
	assert_string_equal(text, data);
	free(text);
	free(data);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lets_text_lines_and_tabs_through),
		cmocka_unit_test(shows_every_other_control),
		cmocka_unit_test(shows_what_is_no_utf8),
		cmocka_unit_test(cuts_no_character_of_a_long_line),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
