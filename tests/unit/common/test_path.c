/* SPDX-License-Identifier: MIT */
/*
 * Tests of common/path: joining, normalizing, and escaping names that mean harm.
 */
#include "tests/unit/unit.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "common/path.h"

static void takes_what_stands_behind_the_last_slash(void **state)
{
	(void)state;
	assert_string_equal(path_basename("/usr/bin/env"), "env");
	assert_string_equal(path_basename("env"), "env");
	assert_string_equal(path_basename("usr/"), "");
	assert_string_equal(path_basename(""), "");
}

static void joins_with_one_slash(void **state)
{
	static const char *const cases[][3] = {
		{"/usr", "bin", "/usr/bin"},
		{"/usr/", "/bin", "/usr/bin"},
		{"/usr//", "//bin", "/usr/bin"},
		{"/", "bin", "/bin"},
		{"", "bin", "/bin"},
		{"usr", "bin/", "usr/bin/"},
	};
	char ret[64];

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_int_equal(
			path_join(cases[i][0], cases[i][1], ret, sizeof(ret), NULL), 0);
		assert_string_equal(ret, cases[i][2]);
	}
}

static void joins_up_to_the_last_byte_and_no_further(void **state)
{
	struct error err = {0};
	char ret[8];

	(void)state;
	assert_int_equal(path_join("abc", "def", ret, sizeof(ret), &err), 0);
	assert_string_equal(ret, "abc/def");
	assert_int_equal(path_join("abc", "defg", ret, sizeof(ret), &err), -ENAMETOOLONG);
	assert_int_equal(err.code, ENAMETOOLONG);
}

static void normalizes_lexically(void **state)
{
	static const char *const cases[][2] = {
		{"/", "/"},
		{"", "/"},
		{".", "/"},
		{"..", "/"},
		{"/..", "/"},
		{"/../..", "/"},
		{"/a/../..", "/"},
		{"/../a", "/a"},
		{"a", "/a"},
		{"a/b", "/a/b"},
		{"//a///b//", "/a/b"},
		{"/a/./b/.", "/a/b"},
		{"/a/b/../c", "/a/c"},
		{"/a/b/..", "/a"},
		{"/ab/cd/../..", "/"},
		{"/a/...", "/a/..."},
		{"/a/..b", "/a/..b"},
		{"/a/b..", "/a/b.."},
		{"/.a", "/.a"},
	};
	char ret[32];

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_int_equal(path_normalize(cases[i][0], ret, sizeof(ret), NULL), 0);
		assert_string_equal(ret, cases[i][1]);
	}
}

static void normalizes_up_to_the_last_byte_and_no_further(void **state)
{
	struct error err = {0};
	char ret[5];

	(void)state;
	assert_int_equal(path_normalize("/abc", ret, sizeof(ret), &err), 0);
	assert_string_equal(ret, "/abc");
	assert_int_equal(path_normalize("/a/b/../cde", ret, sizeof(ret), &err),
			 -ENAMETOOLONG);
	assert_int_equal(path_normalize("/abcd", ret, sizeof(ret), &err), -ENAMETOOLONG);
	assert_int_equal(path_normalize("/", ret, 1, &err), -ENAMETOOLONG);
	assert_int_equal(path_normalize("/", ret, 2, &err), 0);
	assert_string_equal(ret, "/");
}

static void normalizing_twice_changes_nothing(void **state)
{
	static const char alphabet[] = "/.a";
	char text[9], once[16], twice[16];

	(void)state;
	for (int code = 0; code < 6561; code++) { /* every text of eight of the three */
		for (int i = 0, rest = code; i < 8; i++, rest /= 3)
			text[i] = alphabet[rest % 3];
		text[8] = '\0';
		assert_int_equal(path_normalize(text, once, sizeof(once), NULL), 0);
		assert_int_equal(path_normalize(once, twice, sizeof(twice), NULL), 0);
		assert_string_equal(once, twice);
		assert_int_equal(once[0], '/');
		assert_null(strstr(once, "//"));
	}
}

static void knows_what_lies_below_a_folder(void **state)
{
	(void)state;
	assert_true(path_is_below("/usr/lib", "/usr"));
	assert_true(path_is_below("/usr", "/usr"));
	assert_true(path_is_below("/usr", "/"));
	assert_true(path_is_below("/", "/"));
	assert_false(path_is_below("/usrlocal", "/usr"));
	assert_false(path_is_below("/us", "/usr"));
	assert_false(path_is_below("/", "/usr"));
	assert_false(path_is_below("usr", "/"));
}

static void expect_escape(const char *text, const char *wanted)
{
	char ret[128];

	assert_ptr_equal(path_escape(text, ret, sizeof(ret)), ret);
	assert_string_equal(ret, wanted);
}

static void escapes_control_bytes_and_the_backslash(void **state)
{
	(void)state;
	expect_escape("plain name", "plain name");
	expect_escape("a\nb\tc\033[2J", "a\\x0ab\\x09c\\x1b[2J");
	expect_escape("\x7f", "\\x7f");
	expect_escape("\\x41", "\\x5cx41");
	expect_escape("", "");
}

static void escapes_c1_controls(void **state)
{
	(void)state;
	expect_escape("\xc2\x9b"
		      "31m",
		      "\\xc2\\x9b31m"); /* CSI as one character */
	expect_escape("\xc2\x80\xc2\x9f", "\\xc2\\x80\\xc2\\x9f");
	expect_escape("\xc2\xa0", "\xc2\xa0");
	expect_escape("\x9b", "\\x9b");
}

static void keeps_well_formed_utf8(void **state)
{
	(void)state;
	expect_escape("caf\xc3\xa9", "caf\xc3\xa9");
	expect_escape("\xe2\x82\xac", "\xe2\x82\xac");
	expect_escape("\xf0\x9f\x98\x80", "\xf0\x9f\x98\x80");
	expect_escape("\xed\x9f\xbf\xee\x80\x80", "\xed\x9f\xbf\xee\x80\x80");
	expect_escape("\xf4\x8f\xbf\xbf", "\xf4\x8f\xbf\xbf");
}

/* RFC 3629, section 4: no overlong forms, no surrogates, nothing above U+10FFFF. */
static void escapes_broken_utf8(void **state)
{
	(void)state;
	expect_escape("\xff\xfe", "\\xff\\xfe");
	expect_escape("\x80", "\\x80");
	expect_escape("\xc3", "\\xc3");
	expect_escape("\xe2\x82", "\\xe2\\x82");
	expect_escape("\xe2\x82z", "\\xe2\\x82z");
	expect_escape("\xc0\xaf", "\\xc0\\xaf");
	expect_escape("\xc1\x81", "\\xc1\\x81");
	expect_escape("\xe0\x82\x9b", "\\xe0\\x82\\x9b");
	expect_escape("\xf0\x80\x82\x9b", "\\xf0\\x80\\x82\\x9b");
	expect_escape("\xed\xa0\x80", "\\xed\\xa0\\x80");
	expect_escape("\xf4\x90\x80\x80", "\\xf4\\x90\\x80\\x80");
	expect_escape("\xf5\x80\x80\x80", "\\xf5\\x80\\x80\\x80");
}

static void cuts_escapes_whole(void **state)
{
	char ret[6];

	(void)state;
	assert_string_equal(path_escape("ab\n", ret, sizeof(ret)), "ab");
	assert_string_equal(path_escape("a\nb", ret, sizeof(ret)), "a\\x0a");
	assert_string_equal(path_escape("abcd\xc3\xa9", ret, sizeof(ret)), "abcd");
	assert_string_equal(path_escape("abcdefgh", ret, sizeof(ret)), "abcde");
	assert_string_equal(path_escape("abc", ret, 1), "");
	ret[0] = 'x';
	path_escape("abc", ret, 0);
	assert_int_equal(ret[0], 'x');
}

static void keeps_the_backslashes_of_a_message(void **state)
{
	char ret[32];

	(void)state;
	assert_string_equal(path_escape_controls("\\x1b \033\xff", ret, sizeof(ret)),
			    "\\x1b \\x1b\\xff");
	assert_string_equal(path_escape_controls("abc", ret, 3), "ab");
}

/* Every pair of bytes. */
static void never_lets_a_control_byte_out(void **state)
{
	char text[3] = "", ret[16];

	(void)state;
	for (int pair = 0; pair < 65536; pair++) {
		text[0] = (char)(pair >> 8);
		text[1] = (char)pair;
		path_escape(text, ret, sizeof(ret));
		for (const char *at = ret; *at; at++) {
			assert_true((unsigned char)*at >= 0x20 && *at != 0x7f);
			assert_false(at[0] == '\xc2' && (unsigned char)at[1] < 0xa0);
		}
	}
}

static void unescapes_what_was_escaped(void **state)
{
	static const char *const texts[] = {
		"", "/a", "\\", "\\x", "\\x4", "a\n\xff\\x00b", "\\\\x0a"};
	char escaped[64], odd[] = "\\x00\\xZZ\\X41\\x4";

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		path_escape(texts[i], escaped, sizeof(escaped));
		path_unescape(escaped);
		assert_string_equal(escaped, texts[i]);
	}
	path_unescape(odd);
	assert_string_equal(odd, "\\x00\\xZZ\\X41\\x4");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(takes_what_stands_behind_the_last_slash),
		cmocka_unit_test(joins_with_one_slash),
		cmocka_unit_test(joins_up_to_the_last_byte_and_no_further),
		cmocka_unit_test(normalizes_lexically),
		cmocka_unit_test(normalizes_up_to_the_last_byte_and_no_further),
		cmocka_unit_test(normalizing_twice_changes_nothing),
		cmocka_unit_test(knows_what_lies_below_a_folder),
		cmocka_unit_test(escapes_control_bytes_and_the_backslash),
		cmocka_unit_test(escapes_c1_controls),
		cmocka_unit_test(keeps_well_formed_utf8),
		cmocka_unit_test(escapes_broken_utf8),
		cmocka_unit_test(cuts_escapes_whole),
		cmocka_unit_test(unescapes_what_was_escaped),
		cmocka_unit_test(keeps_the_backslashes_of_a_message),
		cmocka_unit_test(never_lets_a_control_byte_out),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
