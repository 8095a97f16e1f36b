/* SPDX-License-Identifier: MIT */
/* Tests of builder/template: words, quotes, texts, and every mistake with its line. */
#include "tests/unit/unit.h"

#include <errno.h>
#include <string.h>

#include "builder/template.h"

static struct template parse(const char *text)
{
	struct template template = {0};
	struct error err = {0};

	if (template_parse("x", text, strlen(text), &template, &err) < 0)
		fail_msg("%s", err.text);
	return template;
}

static void parts_words_as_a_shell_does(void **state)
{
	(void)state;
	_cleanup_template_ struct template template = parse(
		"# a comment\n\n  add  /a\t\"/b c\" /d\\ e # the end\r\nadd? x#y \"\"\n");

	assert_int_equal(template.count, 2);
	assert_int_equal(template.items[0].kind, DIRECTIVE_ADD);
	assert_int_equal(template.items[0].line, 3);
	assert_int_equal(template.items[0].count, 3);
	assert_string_equal(template.items[0].words[0], "/a");
	assert_string_equal(template.items[0].words[1], "/b c");
	assert_string_equal(template.items[0].words[2], "/d e");
	assert_null(template.items[0].words[3]);
	assert_false(template.items[0].optional);
	assert_true(template.items[1].optional);
	assert_string_equal(template.items[1].words[0], "x#y");
	assert_string_equal(template.items[1].words[1], "");
}

static void takes_a_text_up_to_its_mark(void **state)
{
	(void)state;
	_cleanup_template_ struct template template = parse(
		"file /etc/x 0600 root <<END\none\n END\n# two\nEND\ndir /y\n");

	assert_int_equal(template.count, 2);
	assert_int_equal(template.items[0].count, 3);
	assert_string_equal(template.items[0].text, "one\n END\n# two\n");
	assert_int_equal(template.items[1].line, 6);
}

static void says_what_the_whole_is(void **state)
{
	(void)state;
	_cleanup_template_ struct template rule = parse(
		"description Some  words\nwhen library libx.so.*\nadd? /x");
	_cleanup_template_ struct template plain = parse("");

	assert_true(rule.is_rule);
	assert_string_equal(rule.description, "Some words");
	assert_false(plain.is_rule);
	assert_null(plain.description);
}

static void names_the_line_of_every_mistake(void **state)
{
	static const struct {
		const char *text, *message;
	} mistakes[] = {
		{"dir /a\nad /b\n", "line 2: no such word: ad"},
		{"\n\nadd \"/a\n", "line 3: a quote without its end"},
		{"add\n", "line 1: something is missing: add"},
		{"link /a\n", "line 1: something is missing: link"},
		{"link /a b c\n", "line 1: too many words: link"},
		{"dir? /a\n", "line 1: a ? has no meaning here: dir"},
		{"when library\n", "line 1: something is missing: when"},
		{"file /a\n", "line 1: no text (<<END) is given: file"},
		{"dir /z\nfile /a <<E\nx\ny\n", "line 2: no line ends the text: E"},
		{"when weather fine\n", "line 1: no such condition: weather"},
		{"? /a\n", "line 1: no such word: ?"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(mistakes) / sizeof(mistakes[0]); i++) {
		struct template template = {0};
		struct error err = {0};
		const char *text = mistakes[i].text;

		assert_int_equal(template_parse("x", text, strlen(text), &template, &err),
				 -EINVAL);
		if (!strstr(err.text, mistakes[i].message) ||
		    !strstr(err.text, "template x"))
			fail_msg("%s instead of %s", err.text, mistakes[i].message);
		assert_null(template.items);
	}
}

static void refuses_what_is_no_text(void **state)
{
	static char large[TEMPLATE_SIZE_MAX + 1];
	struct template template = {0};
	struct error err = {0};

	(void)state;
	assert_int_equal(template_parse("x", "add /a\0", 7, &template, &err), -EINVAL);
	memset(large, '\n', sizeof(large));
	assert_int_equal(template_parse("x", large, sizeof(large), &template, &err),
			 -EFBIG);
	memset(large, 'a', sizeof(large));
	memcpy(large, "add", 3);
	for (size_t i = 3; i < sizeof(large); i += 2)
		large[i] = ' ';
	assert_int_equal(template_parse("x", large, sizeof(large) - 1, &template, &err),
			 -EINVAL);
	assert_non_null(strstr(err.text, "too many words"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(parts_words_as_a_shell_does),
		cmocka_unit_test(takes_a_text_up_to_its_mark),
		cmocka_unit_test(says_what_the_whole_is),
		cmocka_unit_test(names_the_line_of_every_mistake),
		cmocka_unit_test(refuses_what_is_no_text),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
