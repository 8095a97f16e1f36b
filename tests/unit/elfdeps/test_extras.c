/* SPDX-License-Identifier: MIT */
/*
 * extras: what is only opened at run time, in closures of a small tree: who is the loader, what
 * counts as missing, what each level shows.
 */
#include "tests/unit/unit.h"

#include <string.h>

#include "resolving.h"

#define RECOMMENDS(name) "[{\"soname\":[\"" name "\"],\"feature\":\"f\"}]"
#define SAYS(name, priority) "[{\"soname\":[\"" name "\"],\"priority\":\"" priority "\"}]"

static struct elfdeps *open_at(enum elfdeps_optional level)
{
	return open_resolver((struct elfdeps_options){.optional = level});
}

static void prog(struct elfmaker spec)
{
	spec.interp = "/lib/ld.so";
	elfmaker_file("root/lib/ld.so", (struct elfmaker){0});
	elfmaker_file("root/bin/prog", spec);
}

static const struct elfdeps_edge *edge_to(const struct elfdeps_object *object,
					  const char *name)
{
	for (size_t i = 0; i < object->edge_count; i++)
		if (!strcmp(object->edges[i].name, name))
			return &object->edges[i];
	fail_msg("no edge to %s", name);
	return NULL;
}

static void a_note_brings_its_library_with_all_that_it_needs(void **state)
{
	(void)state;
	prog((struct elfmaker){.note = RECOMMENDS("liba.so"), .runpath = "/opt"});
	elfmaker_file("root/opt/liba.so",
		      (struct elfmaker){.needs = {"libb.so"}, .rpath = "/opt/b"});
	elfmaker_file("root/opt/b/libb.so", (struct elfmaker){0});
	_cleanup_elfdeps_ struct elfdeps *resolver = open_at(ELFDEPS_OPTIONAL_SUGGESTED);
	struct elfdeps_closure closure = resolve(resolver, "/bin/prog");
	const struct elfdeps_edge *edge = edge_to(closure.objects[0], "liba.so");

	expect_paths(&closure, (const char *const[]){"/bin/prog", "/lib/ld.so", NULL});
	assert_int_equal(closure.extra_count, 2);
	assert_string_equal(closure.extras[0]->path, "/opt/liba.so");
	assert_string_equal(closure.extras[1]->path, "/opt/b/libb.so");
	assert_int_equal(closure.extras[1]->strength, ELFDEPS_RECOMMENDED);
	assert_int_equal(edge->rule, ELFDEPS_RULE_RUNPATH);
	assert_string_equal(edge->reason, "dlopen note: f");
	assert_null(edge_to(closure.extras[0], "libb.so")->reason);
	assert_int_equal(closure.missing, 0);
}

static void each_level_shows_what_is_as_strong(void **state)
{
	(void)state;
	prog((struct elfmaker){
		.note = "[{\"soname\":[\"liba.so\"],\"priority\":\"suggested\"},"
			"{\"soname\":[\"libb.so\"]},"
			"{\"soname\":[\"libc.so\"],\"priority\":\"required\"}]"});
	elfmaker_file("root/lib/liba.so", (struct elfmaker){0});
	elfmaker_file("root/lib/libb.so", (struct elfmaker){0});
	elfmaker_file("root/lib/libc.so", (struct elfmaker){0});
	for (int level = ELFDEPS_OPTIONAL_NONE; level <= ELFDEPS_OPTIONAL_SUGGESTED;
	     level++) {
		_cleanup_elfdeps_ struct elfdeps *resolver = open_at(
			(enum elfdeps_optional)level);
		struct elfdeps_closure closure = resolve(resolver, "/bin/prog");

		assert_int_equal(closure.extra_count, level);
		assert_int_equal(closure.objects[0]->edge_count, 1 + level);
	}
}

static void only_what_is_required_throughout_can_be_missing(void **state)
{
	(void)state;
	prog((struct elfmaker){
		.note = "[{\"soname\":[\"libx.so\"],\"priority\":\"suggested\"},"
			"{\"soname\":[\"liba.so\"]},"
			"{\"soname\":[\"libz.so\"],\"priority\":\"required\"}]"});
	elfmaker_file("root/lib/liba.so",
		      (struct elfmaker){.needs = {"libnone.so"},
					.note = SAYS("libno.so", "required")});
	_cleanup_elfdeps_ struct elfdeps *resolver = open_at(ELFDEPS_OPTIONAL_SUGGESTED);
	struct elfdeps_closure closure = resolve(resolver, "/bin/prog");

	assert_int_equal(closure.missing, 1);
	assert_null(edge_to(closure.objects[0], "libx.so")->object);
	assert_true(elfdeps_is_missing(closure.objects[0],
				       edge_to(closure.objects[0], "libz.so")));
	assert_null(edge_to(closure.extras[0], "libnone.so")->object);
}

static void the_first_alternative_that_is_there_is_taken(void **state)
{
	(void)state;
	prog((struct elfmaker){.note = "[{\"soname\":[\"liba.so.2\",\"liba.so.1\"]}]"});
	elfmaker_file("root/lib/liba.so.1", (struct elfmaker){0});
	_cleanup_elfdeps_ struct elfdeps *resolver = open_at(ELFDEPS_OPTIONAL_SUGGESTED);
	struct elfdeps_closure closure = resolve(resolver, "/bin/prog");

	assert_string_equal(edge_to(closure.objects[0], "liba.so.1")->object->path,
			    "/lib/liba.so.1");
}

static void what_dlopen_refuses_is_missing_and_says_why(void **state)
{
	(void)state;
	prog((struct elfmaker){.note = RECOMMENDS("liba.so")});
	elfmaker_save("root/lib/liba.so", "text", 4);
	_cleanup_elfdeps_ struct elfdeps *resolver = open_at(ELFDEPS_OPTIONAL_SUGGESTED);
	struct elfdeps_closure closure = resolve(resolver, "/bin/prog");
	const struct elfdeps_edge *edge = edge_to(closure.objects[0], "liba.so");

	assert_null(edge->object);
	assert_non_null(strstr(edge->detail, "/lib/liba.so"));
}

/* glibc itself opens it: the RUNPATH of the program that calls pthread_cancel does not count. */
static void libgcc_is_looked_for_on_behalf_of_glibc(void **state)
{
	(void)state;
	prog((struct elfmaker){.needs = {"libc.so.6"},
			       .words = "x",
			       .runpath = "/opt",
			       .soname = "pthread_cancel"});
	elfmaker_file("root/lib/libc.so.6", (struct elfmaker){.soname = "libc.so.6"});
	elfmaker_file("root/opt/libgcc_s.so.1", (struct elfmaker){0});
	_cleanup_elfdeps_ struct elfdeps *resolver = open_at(ELFDEPS_OPTIONAL_SUGGESTED);
	struct elfdeps_closure closure = resolve(resolver, "/bin/prog");

	assert_null(edge_to(closure.objects[0], "libgcc_s.so.1")->object);
	assert_int_equal(closure.missing, 0);
	elfmaker_file("root/lib/libgcc_s.so.1", (struct elfmaker){0});
	_cleanup_elfdeps_ struct elfdeps *again = open_at(ELFDEPS_OPTIONAL_SUGGESTED);
	closure = resolve(again, "/bin/prog");
	assert_string_equal(closure.extras[0]->path, "/lib/libgcc_s.so.1");
	assert_int_equal(closure.extras[0]->strength, ELFDEPS_RECOMMENDED);
}

static void auditors_count_in_the_program_alone(void **state)
{
	(void)state;
	prog((struct elfmaker){.audit = "liba.so", .needs = {"libn.so"}});
	elfmaker_file("root/lib/libn.so", (struct elfmaker){.audit = "libb.so"});
	elfmaker_file("root/lib/liba.so", (struct elfmaker){0});
	elfmaker_file("root/lib/libb.so", (struct elfmaker){0});
	_cleanup_elfdeps_ struct elfdeps *resolver = open_at(ELFDEPS_OPTIONAL_SUGGESTED);
	struct elfdeps_closure closure = resolve(resolver, "/bin/prog");

	assert_int_equal(closure.extra_count, 1);
	assert_string_equal(closure.extras[0]->path, "/lib/liba.so");
}

static void strings_suggest_only_what_is_there(void **state)
{
	(void)state;
	prog((struct elfmaker){.words = "liba.so", .needs = {"libn.so"}});
	elfmaker_file("root/lib/libn.so", (struct elfmaker){.words = "libb.so"});
	elfmaker_file("root/lib/liba.so", (struct elfmaker){0});
	_cleanup_elfdeps_ struct elfdeps *resolver = open_resolver(
		(struct elfdeps_options){.optional = ELFDEPS_OPTIONAL_SUGGESTED,
					 .strings = true});
	struct elfdeps_closure closure = resolve(resolver, "/bin/prog");

	assert_int_equal(closure.extra_count, 1);
	assert_int_equal(closure.extras[0]->strength, ELFDEPS_SUGGESTED);
	assert_int_equal(closure.objects[0]->edge_count, 3);
	assert_int_equal(closure.objects[1]->edge_count, 0);
}

static void a_circle_of_notes_ends(void **state)
{
	(void)state;
	prog((struct elfmaker){.note = RECOMMENDS("liba.so")});
	elfmaker_file("root/lib/liba.so",
		      (struct elfmaker){.note = RECOMMENDS("libb.so")});
	elfmaker_file("root/lib/libb.so",
		      (struct elfmaker){.note = RECOMMENDS("liba.so")});
	_cleanup_elfdeps_ struct elfdeps *resolver = open_at(ELFDEPS_OPTIONAL_SUGGESTED);
	struct elfdeps_closure closure = resolve(resolver, "/bin/prog");

	assert_int_equal(closure.extra_count, 2);
	assert_int_equal(edge_to(closure.extras[1], "liba.so")->rule,
			 ELFDEPS_RULE_LOADED);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		scratch_test(a_note_brings_its_library_with_all_that_it_needs),
		scratch_test(each_level_shows_what_is_as_strong),
		scratch_test(only_what_is_required_throughout_can_be_missing),
		scratch_test(the_first_alternative_that_is_there_is_taken),
		scratch_test(what_dlopen_refuses_is_missing_and_says_why),
		scratch_test(libgcc_is_looked_for_on_behalf_of_glibc),
		scratch_test(auditors_count_in_the_program_alone),
		scratch_test(strings_suggest_only_what_is_there),
		scratch_test(a_circle_of_notes_ends),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
