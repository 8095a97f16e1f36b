/* SPDX-License-Identifier: MIT */
/*
 * resolver: elfdeps.h as its callers use it.
 */
#include "tests/unit/unit.h"

#include <errno.h>

#include "resolving.h"

static void tells_what_a_file_is(void **state)
{
	enum elfdeps_kind kind;
	struct error err = {0};

	(void)state;
	make_tree();
	elfmaker_save("root/script", "#!/bin/prog\n", 12);
	elfmaker_save("root/data", "x", 1);
	_cleanup_elfdeps_ struct elfdeps *resolver = open_resolver(
		(struct elfdeps_options){0});
	assert_int_equal(elfdeps_classify(resolver, "/bin/prog", &kind, &err), 0);
	assert_int_equal(kind, ELFDEPS_ELF);
	assert_int_equal(elfdeps_classify(resolver, "/script", &kind, &err), 0);
	assert_int_equal(kind, ELFDEPS_SCRIPT);
	assert_int_equal(elfdeps_classify(resolver, "/data", &kind, &err), 0);
	assert_int_equal(kind, ELFDEPS_OTHER);
	assert_int_equal(elfdeps_classify(resolver, "/lib", &kind, &err), 0);
	assert_int_equal(kind, ELFDEPS_OTHER);
	assert_int_equal(elfdeps_classify(resolver, "/none", &kind, &err), -ENOENT);
	assert_non_null(strstr(err.text, "/none"));
}

static void earlier_closures_stay_good_while_later_ones_share_their_files(void **state)
{
	(void)state;
	make_tree();
	_cleanup_elfdeps_ struct elfdeps *resolver = open_resolver(
		(struct elfdeps_options){0});
	struct elfdeps_closure first = resolve(resolver, "/bin/prog");
	struct elfdeps_closure second = resolve(resolver, "/bin/other");
	struct elfdeps_closure again = resolve(resolver, "/bin/prog");

	expect_paths(&first,
		     (const char *[]){"/bin/prog", "/lib/liba.so", "/lib/ld.so", NULL});
	expect_paths(&second, (const char *[]){"/bin/other", "/lib/libb.so",
					       "/lib/liba.so", "/lib/ld.so", NULL});
	assert_ptr_equal(again.objects[0], first.objects[0]);
	assert_string_equal(first.objects[1]->soname, "liba.so");
	assert_int_equal(first.objects[1]->inode, second.objects[2]->inode);
}

static void paths_stay_good_when_closures_are_released(void **state)
{
	_cleanup_elfdeps_ struct elfdeps *resolver = NULL;
	const char *liba, *prog;

	(void)state;
	make_tree();
	resolver = open_resolver((struct elfdeps_options){0});
	struct elfdeps_closure closure = resolve(resolver, "/bin/prog");
	prog = closure.objects[0]->path;
	liba = closure.objects[1]->path;
	elfdeps_release(resolver);
	elfdeps_release(resolver);
	closure = resolve(resolver, "/bin/other");
	expect_paths(&closure, (const char *[]){"/bin/other", "/lib/libb.so",
						"/lib/liba.so", "/lib/ld.so", NULL});
	/* Of equal paths there is one text. */
	assert_ptr_equal(closure.objects[2]->path, liba);
	elfdeps_release(resolver);
	closure = resolve(resolver, "/bin/prog");
	assert_ptr_equal(closure.objects[0]->path, prog);
	assert_string_equal(prog, "/bin/prog");
}

static void what_is_missing_is_counted_not_an_error(void **state)
{
	(void)state;
	make_tree();
	elfmaker_save("root/gone", "#!/bin/none\n", 12);
	elfmaker_save("root/env", "#!/bin/env none\n", 16);
	assert_int_equal(unlink("root/lib/liba.so"), 0);
	assert_int_equal(link("root/lib/libb.so", "root/bin/env"), 0);
	_cleanup_elfdeps_ struct elfdeps *resolver = open_resolver(
		(struct elfdeps_options){0});
	assert_int_equal(resolve(resolver, "/bin/prog").missing, 1);
	assert_int_equal(resolve(resolver, "/gone").missing, 1);
	assert_int_equal(resolve(resolver, "/env").missing, 1);
}

static void what_cannot_be_resolved_says_so(void **state)
{
	struct elfdeps_closure closure;
	struct error err = {0};

	(void)state;
	make_tree();
	elfmaker_save("root/data", "x", 1);
	elfmaker_save("root/bad", "#!\n", 3);
	_cleanup_elfdeps_ struct elfdeps *resolver = open_resolver(
		(struct elfdeps_options){0});
	assert_int_equal(elfdeps_resolve(resolver, "/data", &closure, &err), -ENOEXEC);
	assert_int_equal(elfdeps_resolve(resolver, "/bad", &closure, &err), -ENOEXEC);
	assert_int_equal(elfdeps_resolve(resolver, "/bin", &closure, &err), -ENOEXEC);
	assert_int_equal(elfdeps_resolve(resolver, "/none", &closure, &err), -ENOENT);
	assert_non_null(strstr(err.text, "/none"));
}

static void options_and_the_preload_file_are_obeyed(void **state)
{
	static const char preload[] = "# /lib/no.so\n /lib/libb.so # x\n";

	(void)state;
	make_tree();
	elfmaker_file("root/opt/liba.so", (struct elfmaker){0});
	elfmaker_file("root/opt/glibc-hwcaps/x86-64-v2/liba.so", (struct elfmaker){0});
	elfmaker_save("root/etc/ld.so.preload", preload, sizeof(preload) - 1);
	_cleanup_elfdeps_ struct elfdeps *resolver = open_resolver(
		(struct elfdeps_options){.library_path = "/opt",
					 .preload = "/lib/liba.so",
					 .hwcaps = "x86-64-v2"});
	struct elfdeps_closure closure = resolve(resolver, "/bin/prog");

	expect_paths(&closure, (const char *[]){"/bin/prog", "/lib/liba.so",
						"/lib/libb.so", "/lib/ld.so", NULL});
	_cleanup_elfdeps_ struct elfdeps *plain = open_resolver(
		(struct elfdeps_options){.library_path = "/opt", .hwcaps = "all"});
	closure = resolve(plain, "/bin/prog");
	expect_paths(&closure,
		     (const char *[]){"/bin/prog", "/lib/libb.so", "/opt/liba.so",
				      "/lib/ld.so", "/opt/glibc-hwcaps/x86-64-v2/liba.so",
				      NULL});
}

static void the_cache_is_used_and_a_broken_one_is_as_none(void **state)
{
	static const struct elfdeps_cache_entry entry = {
		"liba.so", "/odd/liba.so", EM_X86_64, ELFCLASS64, ELFDATA2LSB};
	char *data = NULL;
	size_t size;

	(void)state;
	make_tree();
	elfmaker_file("root/odd/liba.so", (struct elfmaker){0});
	assert_int_equal(elfdeps_cache_write(&entry, 1, &data, &size, NULL), 0);
	elfmaker_save("root/etc/ld.so.cache", data, size);
	_cleanup_elfdeps_ struct elfdeps *resolver = open_resolver(
		(struct elfdeps_options){0});
	struct elfdeps_closure closure = resolve(resolver, "/bin/prog");
	assert_string_equal(closure.objects[1]->path, "/odd/liba.so");
	assert_int_equal(closure.objects[0]->edges[1].rule, ELFDEPS_RULE_CACHE);

	elfmaker_save("root/etc/ld.so.cache", data, 60);
	_cleanup_elfdeps_ struct elfdeps *broken = open_resolver(
		(struct elfdeps_options){0});
	closure = resolve(broken, "/bin/prog");
	assert_string_equal(closure.objects[1]->path, "/lib/liba.so");
	free(data);
}

static void knows_the_folders_that_a_loader_searches_by_itself(void **state)
{
	static const char bytes[] = "\0/own/lib/\0";
	unsigned char loader[ELFMAKER_SIZE];

	(void)state;
	make_tree();
	elfmaker_make(&(struct elfmaker){0}, loader);
	memcpy(loader + 3000, bytes, sizeof(bytes));
	elfmaker_save("root/lib/ld.so", loader, sizeof(loader));
	_cleanup_elfdeps_ struct elfdeps *resolver = open_resolver(
		(struct elfdeps_options){0});
	struct elfdeps_closure closure = resolve(resolver, "/bin/prog");

	assert_true(elfdeps_is_default_path("/own/lib/liba.so", closure.objects[0]));
	assert_false(elfdeps_is_default_path("/own/lib/sub/liba.so", closure.objects[0]));
	assert_false(elfdeps_is_default_path("/lib/liba.so", closure.objects[0]));
	assert_false(elfdeps_is_default_path("liba.so", closure.objects[0]));
}

static void every_rule_has_a_name_of_its_own(void **state)
{
	(void)state;
	for (int i = ELFDEPS_RULE_ASKED; i <= ELFDEPS_RULE_MISSING; i++)
		for (int j = ELFDEPS_RULE_ASKED; j < i; j++)
			assert_string_not_equal(elfdeps_rule_name((enum elfdeps_rule)i),
						elfdeps_rule_name((enum elfdeps_rule)j));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		scratch_test(tells_what_a_file_is),
		scratch_test(
			earlier_closures_stay_good_while_later_ones_share_their_files),
		scratch_test(paths_stay_good_when_closures_are_released),
		scratch_test(what_is_missing_is_counted_not_an_error),
		scratch_test(what_cannot_be_resolved_says_so),
		scratch_test(options_and_the_preload_file_are_obeyed),
		scratch_test(the_cache_is_used_and_a_broken_one_is_as_none),
		scratch_test(knows_the_folders_that_a_loader_searches_by_itself),
		cmocka_unit_test(every_rule_has_a_name_of_its_own),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
