/* SPDX-License-Identifier: MIT */
/* Tests of builder/runconfig: merging and writing of how an image is run. */
#include "workshop.h"

#include "builder/runconfig.h"
#include "common/cleanup.h"

static void add(struct strlist *list, const char *text)
{
	struct error err;

	assert_int_equal(strlist_add(list, text, &err), 0);
}

static void later_settings_win(void **state)
{
	_cleanup_runconfig_ struct runconfig all = {0}, first = {0}, second = {0};
	struct error err;

	(void)state;
	add(&first.entrypoint, "a");
	add(&first.entrypoint, "b");
	add(&first.env, "Z=1");
	add(&first.env, "A=1");
	add(&second.entrypoint, "c");
	add(&second.env, "A=2");
	add(&second.env, "AB=3");
	second.user = strdup("me");
	assert_true(runconfig_are_empty(&all));
	assert_int_equal(runconfig_merge(&all, &first, &err), 0);
	assert_int_equal(runconfig_merge(&all, &second, &err), 0);
	_cleanup_free_ char *text = runconfig_text(&all, &err);
	assert_string_equal(text, "entrypoint=c\nenv=A=2\nenv=AB=3\nenv=Z=1\nuser=me\n");
}

static void newlines_and_backslashes_are_escaped(void **state)
{
	_cleanup_runconfig_ struct runconfig settings = {0};
	struct error err;

	(void)state;
	add(&settings.cmd, "a\nuser=root\\n");
	add(&settings.labels, "k=v");
	settings.workdir = strdup("/srv");
	_cleanup_free_ char *text = runconfig_text(&settings, &err);
	assert_string_equal(text, "cmd=a\\nuser=root\\\\n\nlabel=k=v\nworkdir=/srv\n");
}

static void refuses_what_is_no_pair(void **state)
{
	_cleanup_runconfig_ struct runconfig env = {0}, label = {0}, folder = {0};
	struct error err;

	(void)state;
	add(&env.env, "A");
	assert_int_equal(runconfig_check(&env, &err), -EINVAL);
	add(&label.labels, "=v");
	assert_int_equal(runconfig_check(&label, &err), -EINVAL);
	folder.workdir = strdup("srv");
	assert_int_equal(runconfig_check(&folder, &err), -EINVAL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		scratch_test(later_settings_win),
		scratch_test(newlines_and_backslashes_are_escaped),
		scratch_test(refuses_what_is_no_pair),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
