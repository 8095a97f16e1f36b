/* SPDX-License-Identifier: MIT */
/* Tests of gather: from scripts to interpreters to programs that env looks up, and round again. */
#include "tests/unit/unit.h"

#include <errno.h>

#include "resolving.h"

static void a_script_brings_its_interpreters_closure(void **state)
{
	(void)state;
	make_tree();
	elfmaker_save("root/run", "#!/bin/prog -x\n", 15);
	_cleanup_elfdeps_ struct elfdeps *resolver = open_resolver(
		(struct elfdeps_options){0});
	struct elfdeps_closure closure = resolve(resolver, "/run");

	expect_paths(&closure, (const char *[]){"/run", "/bin/prog", "/lib/liba.so",
						"/lib/ld.so", NULL});
	assert_int_equal(closure.objects[0]->kind, ELFDEPS_SCRIPT);
	assert_int_equal(closure.objects[0]->edges[0].rule, ELFDEPS_RULE_SCRIPT);
	assert_string_equal(closure.objects[0]->edges[0].name, "/bin/prog");
}

static void env_brings_itself_and_the_program_it_runs(void **state)
{
	(void)state;
	make_tree();
	assert_int_equal(rename("root/bin/prog", "root/bin/env"), 0);
	elfmaker_save("root/run", "#!/bin/env other\n", 17);
	_cleanup_elfdeps_ struct elfdeps *resolver = open_resolver(
		(struct elfdeps_options){0});
	struct elfdeps_closure closure = resolve(resolver, "/run");

	/* What both need comes once. */
	expect_paths(&closure,
		     (const char *[]){"/run", "/bin/env", "/lib/liba.so", "/lib/ld.so",
				      "/bin/other", "/lib/libb.so", NULL});
	assert_int_equal(closure.objects[0]->edges[1].rule, ELFDEPS_RULE_ENV);
	assert_string_equal(closure.objects[0]->edges[1].detail, "/bin");
}

static void a_line_that_ends_in_cr_lf_is_named_as_the_cause(void **state)
{
	static const char crlf[] = "#!/bin/prog\r\n", relative[] = "#!bin/prog\n";
	struct elfdeps *resolver;
	struct elfdeps_closure closure;

	(void)state;
	make_tree();
	elfmaker_save("root/bin/crlf", crlf, strlen(crlf));
	elfmaker_save("root/bin/relative", relative, strlen(relative));
	resolver = open_resolver((struct elfdeps_options){0});
	closure = resolve(resolver, "/bin/crlf");
	assert_int_equal(closure.missing, 1);
	assert_string_equal(closure.objects[0]->edges[0].name, "/bin/prog\r");
	assert_non_null(strstr(closure.objects[0]->edges[0].detail, "CR LF"));
	closure = resolve(resolver, "/bin/relative");
	assert_int_equal(closure.missing, 1);
	assert_non_null(strstr(closure.objects[0]->edges[0].detail, "current folder"));
	/* With such a name it is the interpreter all the same. */
	assert_int_equal(symlink("prog", "root/bin/prog\r"), 0);
	elfdeps_free(resolver);
	resolver = open_resolver((struct elfdeps_options){0});
	assert_int_equal(resolve(resolver, "/bin/crlf").missing, 0);
	elfdeps_free(resolver);
}

static void circles_of_scripts_come_to_an_end(void **state)
{
	static const char *const bad[] = {"/self", "/envself"};

	(void)state;
	make_tree();
	elfmaker_save("root/self", "#!/self\n", 8);
	elfmaker_save("root/envself", "#!/bin/env /envself\n", 20);
	assert_int_equal(rename("root/bin/prog", "root/bin/env"), 0);
	_cleanup_elfdeps_ struct elfdeps *resolver = open_resolver(
		(struct elfdeps_options){0});
	for (size_t i = 0; i < 2; i++) {
		struct elfdeps_closure closure;

		assert_int_equal(elfdeps_resolve(resolver, bad[i], &closure, NULL),
				 -ELOOP);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		scratch_test(a_script_brings_its_interpreters_closure),
		scratch_test(env_brings_itself_and_the_program_it_runs),
		scratch_test(a_line_that_ends_in_cr_lf_is_named_as_the_cause),
		scratch_test(circles_of_scripts_come_to_an_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
