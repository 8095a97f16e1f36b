/* SPDX-License-Identifier: MIT */
/* Tests of environment: the clean set, who wins over whom, and what is passed on. */
#include "tests/unit/unit.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "runner/environment.h"

static const struct account alice = {.uid = 1000, .name = "alice", .home = "/home/alice"};

static struct strlist list_of(const char *first, const char *second, const char *third)
{
	const char *const words[] = {first, second, third};
	struct strlist list = {0};
	struct error err = {0};

	for (int i = 0; i < 3 && words[i]; i++)
		assert_int_equal(strlist_add(&list, words[i], &err), 0);
	return list;
}

static void build(const struct strlist *settings, const struct strlist *asked,
		  struct strlist *ret)
{
	struct error err = {0};

	if (environment_build(&alice, settings, asked, ret, &err) < 0)
		fail_msg("%s", err.text);
}

static void starts_with_a_clean_set(void **state)
{
	_cleanup_strlist_ struct strlist none = {0}, list = {0};

	(void)state;
	setenv("TERM", "vt100", 1);
	setenv("LD_PRELOAD_OF_THE_CALLER", "x", 1);
	build(&none, &none, &list);
	assert_int_equal(list.count, 6);
	assert_string_equal(list.items[0],
			    "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:"
			    "/sbin:/bin");
	assert_string_equal(list.items[1], "HOME=/home/alice");
	assert_string_equal(list.items[2], "TERM=vt100");
	assert_string_equal(list.items[3], "USER=alice");
	assert_string_equal(list.items[4], "LANG=C.UTF-8");
	assert_string_equal(list.items[5], "container=jailrun");
}

static void names_users_that_have_no_account(void **state)
{
	const struct account root = {.home = "/"}, other = {.uid = 4242, .home = "/"};
	_cleanup_strlist_ struct strlist none = {0}, roots = {0}, others = {0};
	struct error err = {0};

	(void)state;
	assert_int_equal(environment_build(&root, &none, &none, &roots, &err), 0);
	assert_string_equal(environment_get(&roots, "USER"), "root");
	assert_int_equal(environment_build(&other, &none, &none, &others, &err), 0);
	assert_string_equal(environment_get(&others, "USER"), "4242");
}

static void is_dumb_without_a_terminal_name(void **state)
{
	_cleanup_strlist_ struct strlist none = {0}, empty = {0}, unset = {0};

	(void)state;
	setenv("TERM", "", 1);
	build(&none, &none, &empty);
	assert_string_equal(environment_get(&empty, "TERM"), "dumb");
	unsetenv("TERM");
	build(&none, &none, &unset);
	assert_string_equal(environment_get(&unset, "TERM"), "dumb");
}

static void prefers_the_image_to_the_defaults_and_the_user_to_both(void **state)
{
	_cleanup_strlist_ struct strlist list = {0};
	_cleanup_strlist_ struct strlist settings = list_of("LANG=image", "HOME=/image",
							    "OWN=image");
	_cleanup_strlist_ struct strlist asked = list_of("LANG=asked", "LANG=last",
							 "OWN=");

	(void)state;
	build(&settings, &asked, &list);
	assert_string_equal(environment_get(&list, "LANG"), "last");
	assert_string_equal(environment_get(&list, "HOME"), "/image");
	assert_string_equal(environment_get(&list, "OWN"), "");
	assert_int_equal(list.count, 7); /* each name once */
}

static void passes_the_callers_value_on_if_there_is_one(void **state)
{
	_cleanup_strlist_ struct strlist none = {0}, list = {0};
	_cleanup_strlist_ struct strlist asked = list_of("JAILRUN_TEST_SET",
							 "JAILRUN_TEST_UNSET", "LANG");

	(void)state;
	setenv("JAILRUN_TEST_SET", "a=b c", 1);
	unsetenv("JAILRUN_TEST_UNSET");
	unsetenv("LANG");
	build(&none, &asked, &list);
	assert_string_equal(environment_get(&list, "JAILRUN_TEST_SET"), "a=b c");
	assert_null(environment_get(&list, "JAILRUN_TEST_UNSET"));
	assert_string_equal(environment_get(&list, "LANG"), "C.UTF-8");
}

static void tells_names_apart_that_begin_alike(void **state)
{
	_cleanup_strlist_ struct strlist none = {0}, list = {0};
	_cleanup_strlist_ struct strlist asked = list_of("PATHX=1", "PAT=2",
							 "container=3");

	(void)state;
	build(&none, &asked, &list);
	assert_string_equal(environment_get(&list, "PATHX"), "1");
	assert_string_equal(environment_get(&list, "PAT"), "2");
	assert_string_equal(environment_get(&list, "container"), "3");
	assert_int_equal(strncmp(environment_get(&list, "PATH"), "/usr", 4), 0);
	assert_null(environment_get(&list, "PA"));
	assert_null(environment_get(&list, ""));
}

static void refuses_a_variable_without_a_name(void **state)
{
	_cleanup_strlist_ struct strlist good = list_of("A", "B=", "C==");
	_cleanup_strlist_ struct strlist nameless = list_of("A=1", "=value", NULL);
	_cleanup_strlist_ struct strlist empty = list_of("", NULL, NULL);
	struct error err = {0};

	(void)state;
	assert_int_equal(environment_check(&good, &err), 0);
	assert_int_equal(environment_check(&nameless, &err), -EINVAL);
	assert_non_null(strstr(err.text, "=value"));
	assert_int_equal(environment_check(&empty, &err), -EINVAL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(starts_with_a_clean_set),
		cmocka_unit_test(names_users_that_have_no_account),
		cmocka_unit_test(is_dumb_without_a_terminal_name),
		cmocka_unit_test(prefers_the_image_to_the_defaults_and_the_user_to_both),
		cmocka_unit_test(passes_the_callers_value_on_if_there_is_one),
		cmocka_unit_test(tells_names_apart_that_begin_alike),
		cmocka_unit_test(refuses_a_variable_without_a_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
