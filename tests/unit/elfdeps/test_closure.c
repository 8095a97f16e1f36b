/* SPDX-License-Identifier: MIT */
/*
 * closure: load order, and whom a need leads to. tests/fixtures has the same beside the loader.
 */
#include "tests/unit/unit.h"

#include <errno.h>

#include "elfdeps/closure.h"
#include "world.h"

static const char *const no_preloads[] = {NULL};

static int build(struct world *world, const char *const *preloads, struct linkmap **ret,
		 struct error *err)
{
	const struct closure_settings settings = {
		.store = &world->store, .arena = &world->arena, .preloads = preloads};

	return closure_build(&settings, world_file(world, "/bin/prog"), ret, err);
}

static void expect_order(const struct linkmap *map, const char *const *paths)
{
	const struct link *link = map->first;

	for (; *paths; paths++, link = link->next) {
		assert_non_null(link);
		assert_string_equal(link->shown.path, *paths);
	}
	assert_null(link);
}

static void prog(struct elfmaker spec)
{
	elfmaker_file("root/lib/ld.so", (struct elfmaker){.soname = "ld.so.2"});
	spec.interp = "/lib/ld.so";
	elfmaker_file("root/bin/prog", spec);
}

static void loads_level_by_level_each_file_once(void **state)
{
	struct linkmap *map = NULL;
	struct world world;

	(void)state;
	prog((struct elfmaker){.needs = {"liba.so", "libb.so"}});
	elfmaker_file("root/lib/liba.so",
		      (struct elfmaker){.needs = {"libc.so", "libb.so"}});
	elfmaker_file("root/lib/libb.so",
		      (struct elfmaker){.needs = {"libd.so", "liba.so"}});
	elfmaker_file("root/lib/libc.so", (struct elfmaker){.needs = {"ld.so.2"}});
	elfmaker_file("root/lib/libd.so", (struct elfmaker){0});
	world_open(&world);
	assert_int_equal(build(&world, no_preloads, &map, NULL), 0);
	expect_order(map, (const char *[]){"/bin/prog", "/lib/liba.so", "/lib/libb.so",
					   "/lib/libc.so", "/lib/libd.so", "/lib/ld.so",
					   NULL});
	/* A circle: the second mention of liba.so is of what is loaded. */
	const struct elfdeps_object *second = &map->first->next->next->shown;
	assert_int_equal(second->edges[1].rule, ELFDEPS_RULE_LOADED);
	assert_string_equal(second->edges[1].object->path, "/lib/liba.so");
	world_close(&world);
}

static void the_interpreter_comes_last_if_nothing_needs_it(void **state)
{
	struct linkmap *map = NULL;
	struct world world;

	(void)state;
	prog((struct elfmaker){.needs = {"liba.so"}});
	elfmaker_file("root/lib/liba.so", (struct elfmaker){0});
	world_open(&world);
	assert_int_equal(build(&world, no_preloads, &map, NULL), 0);
	expect_order(map,
		     (const char *[]){"/bin/prog", "/lib/liba.so", "/lib/ld.so", NULL});
	assert_int_equal(map->main->shown.edges[0].rule, ELFDEPS_RULE_INTERP);
	world_close(&world);
}

static void preloads_stand_in_front_and_a_bad_one_is_missing(void **state)
{
	static const char *const preloads[] = {"libp.so", "libnone.so", "/text", NULL};
	struct linkmap *map = NULL;
	struct world world;

	(void)state;
	prog((struct elfmaker){.needs = {"liba.so"}});
	elfmaker_file("root/lib/liba.so", (struct elfmaker){0});
	elfmaker_file("root/lib/libp.so", (struct elfmaker){.needs = {"libq.so"}});
	elfmaker_file("root/lib/libq.so", (struct elfmaker){0});
	elfmaker_save("root/text", "text", 4);
	world_open(&world);
	assert_int_equal(build(&world, preloads, &map, NULL), 0);
	expect_order(map, (const char *[]){"/bin/prog", "/lib/libp.so", "/lib/liba.so",
					   "/lib/libq.so", "/lib/ld.so", NULL});
	const struct elfdeps_object *main = &map->main->shown;
	assert_int_equal(main->edges[1].rule, ELFDEPS_RULE_PRELOAD);
	assert_int_equal(main->edges[2].rule, ELFDEPS_RULE_MISSING);
	assert_int_equal(main->edges[3].rule, ELFDEPS_RULE_MISSING);
	world_close(&world);
}

static void filtees_stand_in_front_also_those_that_were_to_come_later(void **state)
{
	struct linkmap *map = NULL;
	struct world world;

	(void)state;
	prog((struct elfmaker){.needs = {"liba.so", "libf.so"}});
	elfmaker_file("root/lib/liba.so",
		      (struct elfmaker){.auxiliary = "libf.so", .filter = "libg.so"});
	elfmaker_file("root/lib/libf.so", (struct elfmaker){.needs = {"libh.so"}});
	elfmaker_file("root/lib/libg.so", (struct elfmaker){.filter = "liba.so"});
	elfmaker_file("root/lib/libh.so", (struct elfmaker){0});
	world_open(&world);
	assert_int_equal(build(&world, no_preloads, &map, NULL), 0);
	expect_order(map, (const char *[]){"/bin/prog", "/lib/libf.so", "/lib/liba.so",
					   "/lib/libg.so", "/lib/libh.so", "/lib/ld.so",
					   NULL});
	world_close(&world);
}

static void a_library_is_resolved_with_its_machines_usual_loader(void **state)
{
	struct linkmap *map = NULL;
	struct world world;

	(void)state;
	elfmaker_file("root/bin/prog",
		      (struct elfmaker){.needs = {"ld-linux-x86-64.so.2"}});
	elfmaker_file("root/lib64/ld-linux-x86-64.so.2",
		      (struct elfmaker){.soname = "ld-linux-x86-64.so.2"});
	elfmaker_file("root/lib/ld-linux-x86-64.so.2", (struct elfmaker){0});
	world_open(&world);
	assert_int_equal(build(&world, no_preloads, &map, NULL), 0);
	expect_order(map,
		     (const char *[]){"/bin/prog", "/lib64/ld-linux-x86-64.so.2", NULL});
	world_close(&world);
}

static void a_loader_that_is_none_ends_it_a_missing_one_does_not(void **state)
{
	struct linkmap *map = NULL;
	struct error err = {0};
	struct world world;

	(void)state;
	prog((struct elfmaker){.needs = {"liba.so"}});
	elfmaker_file("root/lib/liba.so", (struct elfmaker){0});
	elfmaker_save("root/lib/ld.so", "text", 4);
	world_open(&world);
	assert_int_equal(build(&world, no_preloads, &map, &err), -ELIBBAD);
	assert_non_null(strstr(err.text, "/lib/ld.so"));
	world_close(&world);

	assert_int_equal(unlink("root/lib/ld.so"), 0);
	world_open(&world);
	assert_int_equal(build(&world, no_preloads, &map, NULL), 0);
	assert_int_equal(map->main->shown.edges[0].rule, ELFDEPS_RULE_MISSING);
	expect_order(map, (const char *[]){"/bin/prog", "/lib/liba.so", NULL});
	world_close(&world);
}

static void a_secure_program_takes_nothing_from_its_caller(void **state)
{
	static const char *const preloads[] = {"/opt/libp.so", "libq.so", "/opt/libs.so",
					       NULL};
	struct linkmap *map = NULL;
	struct world world;

	(void)state;
	prog((struct elfmaker){.needs = {"liba.so"}});
	elfmaker_file("root/env/liba.so", (struct elfmaker){0});
	elfmaker_file("root/lib/liba.so", (struct elfmaker){0});
	elfmaker_file("root/lib/libq.so", (struct elfmaker){0});
	elfmaker_file("root/opt/libp.so", (struct elfmaker){0});
	elfmaker_file("root/opt/libs.so", (struct elfmaker){0});
	world_open(&world);
	struct closure_settings settings = {.store = &world.store,
					    .arena = &world.arena,
					    .library_path = "/env",
					    .preloads = preloads,
					    .preloads_named = 2};
	struct store_name *file = world_file(&world, "/bin/prog");
	assert_int_equal(closure_build(&settings, file, &map, NULL), 0);
	expect_order(map, (const char *[]){"/bin/prog", "/opt/libp.so", "/lib/libq.so",
					   "/opt/libs.so", "/env/liba.so", "/lib/ld.so",
					   NULL});
	/* Of the three only the system's own is left. */
	settings.secure = true;
	assert_int_equal(closure_build(&settings, file, &map, NULL), 0);
	expect_order(map, (const char *[]){"/bin/prog", "/opt/libs.so", "/lib/liba.so",
					   "/lib/ld.so", NULL});
	world_close(&world);
}

static void a_set_user_id_program_is_secure_by_itself(void **state)
{
	struct linkmap *map = NULL;
	struct world world;
	struct error err = {0};

	(void)state;
	prog((struct elfmaker){.needs = {"$ORIGIN/liba.so"}});
	elfmaker_file("root/bin/liba.so", (struct elfmaker){0});
	world_open(&world);
	assert_int_equal(build(&world, no_preloads, &map, &err), 0);
	world_close(&world);
	assert_int_equal(chmod("root/bin/prog", 04755), 0);
	world_open(&world);
	assert_int_equal(build(&world, no_preloads, &map, &err), -ELIBBAD);
	assert_non_null(strstr(err.text, "$ORIGIN/liba.so"));
	world_close(&world);
}

static void a_relative_interpreter_is_none_below_a_root(void **state)
{
	struct linkmap *map = NULL;
	struct world world;

	(void)state;
	elfmaker_file("root/lib/ld.so", (struct elfmaker){0});
	elfmaker_file("root/bin/prog", (struct elfmaker){.interp = "lib/ld.so"});
	world_open(&world);
	assert_int_equal(build(&world, no_preloads, &map, NULL), 0);
	assert_int_equal(map->main->shown.edge_count, 1);
	assert_null(map->main->shown.edges[0].object);
	assert_non_null(strstr(map->main->shown.edges[0].detail, "current folder"));
	world_close(&world);
}

static void what_the_kernel_refuses_is_no_program(void **state)
{
	struct linkmap *map = NULL;
	struct world world;

	(void)state;
	elfmaker_file("root/bin/prog", (struct elfmaker){.type = ET_REL});
	world_open(&world);
	assert_int_equal(build(&world, no_preloads, &map, NULL), -ENOEXEC);
	world_close(&world);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		scratch_test(loads_level_by_level_each_file_once),
		scratch_test(the_interpreter_comes_last_if_nothing_needs_it),
		scratch_test(preloads_stand_in_front_and_a_bad_one_is_missing),
		scratch_test(filtees_stand_in_front_also_those_that_were_to_come_later),
		scratch_test(a_library_is_resolved_with_its_machines_usual_loader),
		scratch_test(a_loader_that_is_none_ends_it_a_missing_one_does_not),
		scratch_test(a_secure_program_takes_nothing_from_its_caller),
		scratch_test(a_set_user_id_program_is_secure_by_itself),
		scratch_test(a_relative_interpreter_is_none_below_a_root),
		scratch_test(what_the_kernel_refuses_is_no_program),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
