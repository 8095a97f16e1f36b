/* SPDX-License-Identifier: MIT */
/*
 * search: the order of places, and what ends it. tests/fixtures has the same rules beside the loader.
 */
#include "tests/unit/unit.h"

#include <errno.h>

#include "elfdeps/search.h"
#include "world.h"

static int search_for(struct link *by, const char *name, struct search_result *ret,
		      struct error *err)
{
	struct store_name *known = NULL;

	assert_int_equal(store_name(by->map->store, name, &known, NULL), 0);
	return search_library(by, known, ret, err);
}

static struct search_result find(struct link *by, const char *name)
{
	struct search_result found = {0};
	struct error err = {0};

	if (search_for(by, name, &found, &err) < 0)
		fail_msg("%s", err.text);
	return found;
}

static void takes_a_path_apart(void **state)
{
	struct folder_list list = {0};
	struct world world;

	(void)state;
	elfmaker_file("root/bin/prog", (struct elfmaker){.interp = "/ld.so"});
	world_open(&world);
	struct link *main = world_link(&world, "/bin/prog", NULL);
	assert_int_equal(
		search_split(main, "/a//:$ORIGIN/x;/a/:b::/:$ORIGINX", ":;", &list, NULL),
		0);
	assert_int_equal(list.count, 6);
	assert_string_equal(list.items[0]->path, "/a");
	assert_string_equal(list.items[1]->path, "/bin/x");
	assert_string_equal(list.items[2]->path, "b");
	assert_string_equal(list.items[3]->path, "");
	assert_string_equal(list.items[4]->path, "/");
	assert_string_equal(list.items[5]->path, "$ORIGINX");
	assert_int_equal(search_split(main, "", ":", &list, NULL), 0);
	assert_int_equal(list.count, 0);
	assert_int_equal(search_split(main, NULL, ":", &list, NULL), 0);
	assert_int_equal(list.count, 0);
	assert_int_equal(search_split(main, ":", ":", &list, NULL), 0);
	assert_int_equal(list.count, 1);
	world_close(&world);
}

/* libx.so stands in every place; each time the best one is taken away the next must be found. */
static void looks_in_the_loaders_order(void **state)
{
	static const struct {
		const char *path;
		enum elfdeps_rule rule;
	} places[] = {{"/env/libx.so", ELFDEPS_RULE_LIBRARY_PATH},
		      {"/run/libx.so", ELFDEPS_RULE_RUNPATH},
		      {"/usr/lib64/libx.so", ELFDEPS_RULE_DEFAULT},
		      {"/lib/libx.so", ELFDEPS_RULE_DEFAULT}};
	enum { PLACES = sizeof(places) / sizeof(places[0]) };
	char path[64];

	(void)state;
	elfmaker_file(
		"root/bin/prog",
		(struct elfmaker){.interp = "/ld.so", .rpath = "/no", .runpath = "/run"});
	for (size_t i = 0; i < PLACES; i++) {
		snprintf(path, sizeof(path), "root%s", places[i].path);
		elfmaker_file(path, (struct elfmaker){0});
	}
	for (size_t i = 0; i < PLACES; i++) {
		struct world world;

		world_open(&world);
		struct link *main = world_link(&world, "/bin/prog", NULL);
		assert_int_equal(
			search_split(main, "/env", ":;", &world.map.library_path, NULL),
			0);
		struct search_result found = find(main, "libx.so");
		assert_string_equal(found.file->text, places[i].path);
		assert_int_equal(found.rule, places[i].rule);
		world_close(&world);
		snprintf(path, sizeof(path), "root%s", places[i].path);
		assert_int_equal(unlink(path), 0);
	}
}

static void climbs_by_rpath_and_says_whose_it_was(void **state)
{
	struct world world;

	(void)state;
	elfmaker_file("root/bin/prog",
		      (struct elfmaker){.interp = "/ld.so", .rpath = "/deep"});
	elfmaker_file("root/lib/liba.so", (struct elfmaker){.soname = "liba.so"});
	elfmaker_file("root/lib/libr.so", (struct elfmaker){.runpath = "/none"});
	elfmaker_file("root/deep/libx.so", (struct elfmaker){0});
	world_open(&world);
	struct link *main = world_link(&world, "/bin/prog", NULL);
	struct link *library = world_link(&world, "/lib/liba.so", main);
	struct link *blocked = world_link(&world, "/lib/libr.so", main);
	assert_string_equal(find(main, "libx.so").detail, "/deep");
	assert_string_equal(find(library, "libx.so").detail, "/deep, of /bin/prog");
	assert_null(find(blocked, "libx.so").file);
	assert_int_equal(find(blocked, "libx.so").rule, ELFDEPS_RULE_MISSING);
	world_close(&world);
}

static void passes_over_other_classes_and_stops_at_what_is_no_library(void **state)
{
	struct search_result found;
	struct error err = {0};
	struct world world;

	(void)state;
	elfmaker_file("root/bin/prog",
		      (struct elfmaker){.interp = "/ld.so", .runpath = "/a:/b"});
	elfmaker_file("root/a/libx.so", (struct elfmaker){.class = ELFCLASS32});
	elfmaker_file("root/b/libx.so", (struct elfmaker){0});
	elfmaker_save("root/a/liby.so", "text", 4);
	elfmaker_file("root/b/liby.so", (struct elfmaker){0});
	world_open(&world);
	struct link *main = world_link(&world, "/bin/prog", NULL);
	assert_string_equal(find(main, "libx.so").file->text, "/b/libx.so");
	assert_int_equal(search_for(main, "liby.so", &found, &err), -ELIBBAD);
	assert_non_null(strstr(err.text, "/a/liby.so"));
	assert_non_null(strstr(err.hint, "/bin/prog"));
	world_close(&world);
}

static void variants_are_looked_for_only_when_asked_for(void **state)
{
	static const char *const hwcaps[] = {"x86-64-v3", "x86-64-v2", NULL};
	struct world world;

	(void)state;
	elfmaker_file("root/bin/prog",
		      (struct elfmaker){.interp = "/ld.so", .runpath = "/none:/a"});
	elfmaker_file("root/a/libx.so", (struct elfmaker){0});
	elfmaker_file("root/a/liby.so", (struct elfmaker){0});
	elfmaker_file("root/a/glibc-hwcaps/x86-64-v2/libx.so", (struct elfmaker){0});
	world_open(&world);
	struct link *main = world_link(&world, "/bin/prog", NULL);
	assert_string_equal(find(main, "libx.so").file->text, "/a/libx.so");
	world.map.hwcaps = hwcaps;
	assert_string_equal(find(main, "libx.so").file->text,
			    "/a/glibc-hwcaps/x86-64-v2/libx.so");
	assert_string_equal(find(main, "liby.so").file->text, "/a/liby.so");
	world_close(&world);
}

/* A program of another kind in the same world. */
static struct link *another_program(struct world *world, const char *path)
{
	struct linkmap *map = linkmap_new(&world->store, &world->arena, NULL);
	struct link *link = linkmap_add(map, world_file(world, path), NULL, NULL);

	assert_non_null(link);
	map->main = link;
	map->loader = loader_of(link->object);
	return link;
}

/* What one program found is known for the next, but not for one that the loader treats otherwise. */
static void a_known_answer_is_for_programs_of_its_kind(void **state)
{
	struct world world;

	(void)state;
	elfmaker_file("root/bin/prog", (struct elfmaker){.interp = "/ld.so"});
	elfmaker_file("root/bin/small", (struct elfmaker){.interp = "/ld.so",
							  .class = ELFCLASS32,
							  .machine = EM_386});
	elfmaker_file("root/bin/nodeflib",
		      (struct elfmaker){.interp = "/ld.so", .flags_1 = DF_1_NODEFLIB});
	elfmaker_file("root/bin/own",
		      (struct elfmaker){.interp = "/ld.so", .runpath = "/own"});
	elfmaker_file("root/usr/lib64/libx.so", (struct elfmaker){0});
	elfmaker_file("root/lib/libx.so",
		      (struct elfmaker){.class = ELFCLASS32, .machine = EM_386});
	elfmaker_file("root/own/libx.so", (struct elfmaker){0});
	world_open(&world);
	for (int round = 0; round < 2; round++) {
		struct link *main = another_program(&world, "/bin/prog");
		struct link *small = another_program(&world, "/bin/small");
		struct link *strict = another_program(&world, "/bin/nodeflib");
		struct link *own = another_program(&world, "/bin/own");

		assert_string_equal(find(main, "libx.so").file->text,
				    "/usr/lib64/libx.so");
		assert_string_equal(find(main, "libx.so").detail, "/usr/lib64");
		assert_string_equal(find(small, "libx.so").file->text, "/lib/libx.so");
		assert_null(find(strict, "libx.so").file);
		assert_string_equal(find(own, "libx.so").file->text, "/own/libx.so");
		/* It is known: the file may be gone meanwhile. */
		assert_true(round || unlink("root/usr/lib64/libx.so") == 0);
	}
	world_close(&world);
}

static void too_long_a_name_is_missing(void **state)
{
	char name[5000];
	struct world world;

	(void)state;
	memset(name, 'x', sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	elfmaker_file("root/bin/prog",
		      (struct elfmaker){.interp = "/ld.so", .runpath = "/bin"});
	world_open(&world);
	struct link *main = world_link(&world, "/bin/prog", NULL);
	assert_null(find(main, name).file);
	name[0] = '/';
	assert_null(find(main, name).file);
	world_close(&world);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		scratch_test(takes_a_path_apart),
		scratch_test(looks_in_the_loaders_order),
		scratch_test(climbs_by_rpath_and_says_whose_it_was),
		scratch_test(passes_over_other_classes_and_stops_at_what_is_no_library),
		scratch_test(variants_are_looked_for_only_when_asked_for),
		scratch_test(a_known_answer_is_for_programs_of_its_kind),
		scratch_test(too_long_a_name_is_missing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
