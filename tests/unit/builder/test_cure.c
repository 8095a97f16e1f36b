/* SPDX-License-Identifier: MIT */
/* Tests of builder/cure: words for a shell. */
#include "tests/unit/unit.h"

#include "builder/cure.h"

static void expect(const struct cure *cure, const char *image, const char *source,
		   const char *words)
{
	_cleanup_arena_ struct arena arena = {0};
	const char *told;
	struct error err;

	assert_int_equal(cure_tell(cure, &arena, image, source, &told, &err), 0);
	assert_string_equal(told, words);
}

static void a_file_is_added_again_from_where_it_came(void **state)
{
	(void)state;
	expect(&(struct cure){.add = "/usr/bin/x"}, "a.tar", NULL,
	       "jailbuild add /usr/bin/x -o a.tar");
	expect(&(struct cure){.add = "/usr/bin/x"}, "a.tar", "/usr/bin/x",
	       "jailbuild add /usr/bin/x -o a.tar");
	expect(&(struct cure){.add = "/srv/x"}, "a.tar", "/home/me/x",
	       "jailbuild add /home/me/x:/srv/x -o a.tar");
	expect(&(struct cure){.add = "/x", .replace = true}, "a.tar", NULL,
	       "jailbuild add --replace /x -o a.tar");
	expect(&(struct cure){.add = "/d", .first = "/d/x y"}, "a.tar", NULL,
	       "jailbuild add '/d/x y' /d -o a.tar");
	expect(&(struct cure){.add = "/d/v-*", .is_glob = true}, "a.tar", NULL,
	       "jailbuild add /d/v-* -o a.tar");
}

static void what_a_shell_would_run_is_quoted(void **state)
{
	(void)state;
	expect(&(struct cure){.add = "/$(rm)/it's"}, "my jail.tar", NULL,
	       "jailbuild add '/$(rm)/it'\\''s' -o 'my jail.tar'");
	expect(&(struct cure){.add = "-x"}, "-.tar", NULL,
	       "jailbuild add '-x' -o '-.tar'");
	expect(&(struct cure){.add = ""}, "a", NULL, "jailbuild add '' -o a");
}

static void words_are_told_as_they_are(void **state)
{
	_cleanup_arena_ struct arena arena = {0};
	const char *told = "";
	struct error err;

	(void)state;
	expect(&(struct cure){.words = "do this", .add = "/x"}, "a", NULL, "do this");
	assert_int_equal(cure_tell(&(struct cure){0}, &arena, "a", NULL, &told, &err), 0);
	assert_null(told);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_file_is_added_again_from_where_it_came),
		cmocka_unit_test(what_a_shell_would_run_is_quoted),
		cmocka_unit_test(words_are_told_as_they_are),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
