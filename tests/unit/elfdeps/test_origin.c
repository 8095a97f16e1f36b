/* SPDX-License-Identifier: MIT */
/*
 * origin: tokens in paths, as glibc's is_dst and _dl_dst_substitute read them.
 */
#include "tests/unit/unit.h"

#include <errno.h>
#include <string.h>

#include "elfdeps/origin.h"

static const struct origin values = {
	.origin = "/opt/app", .lib = "lib64", .platform = "x86_64"};

static void expect(const struct origin *with, const char *text, const char *result)
{
	char found[64] = "";
	int length = origin_expand(with, text, strlen(text), found, sizeof(found));

	if (length != (int)strlen(result) || (length && strcmp(found, result) != 0))
		fail_msg("%s gave '%s' (%d), not '%s'", text, found, length, result);
}

static void replaces_the_three_tokens_plain_and_in_braces(void **state)
{
	(void)state;
	expect(&values, "$ORIGIN", "/opt/app");
	expect(&values, "$ORIGIN/../$LIB/${PLATFORM}", "/opt/app/../lib64/x86_64");
	expect(&values, "a${ORIGIN}b${LIB}", "a/opt/appblib64");
	expect(&values, "$ORIGIN$LIB", "/opt/applib64");
	expect(&values, "/plain", "/plain");
	expect(&values, "", "");
}

static void a_longer_name_is_no_token(void **state)
{
	(void)state;
	expect(&values, "$ORIGINX", "$ORIGINX");
	expect(&values, "$ORIGIN_", "$ORIGIN_");
	expect(&values, "$LIB3/x", "$LIB3/x");
	expect(&values, "$LIB-x", "lib64-x");
	expect(&values, "${ORIGINX}", "${ORIGINX}");
	expect(&values, "${ORIGIN", "${ORIGIN");
	expect(&values, "${ORIGIN/x}", "${ORIGIN/x}");
	expect(&values, "$", "$");
	expect(&values, "$$LIB", "$lib64");
	expect(&values, "$origin", "$origin");
}

static void a_token_without_a_value_empties_the_text(void **state)
{
	const struct origin nothing = {.origin = "/here"};

	(void)state;
	expect(&nothing, "/opt/$PLATFORM", "");
	expect(&nothing, "$ORIGIN/${LIB}", "");
	expect(&nothing, "$ORIGIN/x", "/here/x");
}

static void a_secure_program_has_its_origin_only_as_the_first_folder(void **state)
{
	struct origin secure = values;

	(void)state;
	secure.secure = true;
	expect(&secure, "$ORIGIN", "/opt/app");
	expect(&secure, "${ORIGIN}/../$LIB", "/opt/app/../lib64");
	expect(&secure, "$ORIGIN-x", "");
	expect(&secure, "$ORIGIN$LIB", "");
	expect(&secure, "/x/$ORIGIN", "");
	expect(&secure, "/x/$LIB", "/x/lib64");
}

static void counts_known_tokens(void **state)
{
	bool origin = false;

	(void)state;
	assert_int_equal(origin_count("$LIB/$ORIGINX/$PLATFORM", 23, &origin), 2);
	assert_false(origin);
	assert_int_equal(origin_count("/x/${ORIGIN}", 12, &origin), 1);
	assert_true(origin);
	assert_int_equal(origin_count("/x/${ORIGIN}", 11, NULL), 0);
}

static void a_text_is_read_no_further_than_its_length(void **state)
{
	char found[64];

	(void)state;
	assert_int_equal(origin_expand(&values, "$LIBX", 4, found, sizeof(found)), 5);
	assert_string_equal(found, "lib64");
	assert_int_equal(origin_expand(&values, "${LIB}", 5, found, sizeof(found)), 5);
	assert_string_equal(found, "${LIB");
}

static void says_when_it_does_not_fit(void **state)
{
	char small[8];

	(void)state;
	assert_int_equal(origin_expand(&values, "$ORIGIN", 7, small, sizeof(small)),
			 -ENAMETOOLONG);
	assert_int_equal(origin_expand(&values, "1234567", 7, small, sizeof(small)), 7);
	assert_int_equal(origin_expand(&values, "12345678", 8, small, sizeof(small)),
			 -ENAMETOOLONG);
}

static void tells_cheaply_whether_there_is_anything_to_do(void **state)
{
	(void)state;
	assert_true(origin_is_used("/a/$ORIGIN"));
	assert_false(origin_is_used("/a/b"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			a_secure_program_has_its_origin_only_as_the_first_folder),
		cmocka_unit_test(counts_known_tokens),
		cmocka_unit_test(replaces_the_three_tokens_plain_and_in_braces),
		cmocka_unit_test(a_longer_name_is_no_token),
		cmocka_unit_test(a_token_without_a_value_empties_the_text),
		cmocka_unit_test(a_text_is_read_no_further_than_its_length),
		cmocka_unit_test(says_when_it_does_not_fit),
		cmocka_unit_test(tells_cheaply_whether_there_is_anything_to_do),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
