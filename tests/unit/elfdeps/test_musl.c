/* SPDX-License-Identifier: MIT */
/*
 * Tests of musl: one rule of its loader each, over tiny trees. tests/fixtures/compare-musl asks the
 * loader itself, about trees that nobody thought of.
 */
#include "tests/unit/unit.h"

#include <errno.h>

#include "elfdeps/closure.h"
#include "elfdeps/musl.h"
#include "world.h"

#define LOADER "/lib/ld-musl-x86_64.so.1"

static const char *const no_preloads[] = {NULL};
static struct world world;

static void file(const char *path, struct elfmaker spec)
{
	char whole[256];

	snprintf(whole, sizeof(whole), "root%s", path);
	elfmaker_file(whole, spec);
}

static void prog(struct elfmaker spec)
{
	file(LOADER, (struct elfmaker){.soname = "libc.so"});
	spec.interp = LOADER;
	file("/bin/prog", spec);
}

static int build(struct closure_settings settings, struct linkmap **ret,
		 struct error *err)
{
	world_open(&world);
	settings.store = &world.store;
	settings.arena = &world.arena;
	if (!settings.preloads)
		settings.preloads = no_preloads;
	return closure_build(&settings, world_file(&world, "/bin/prog"), ret, err);
}

/* The whole load order; the library path may be NULL. */
static void loads(const char *library_path, const char *const *paths)
{
	struct linkmap *map = NULL;
	struct error err = {0};

	if (build((struct closure_settings){.library_path = library_path}, &map, &err) <
	    0)
		fail_msg("%s", err.text);
	const struct link *link = map->first;
	for (; *paths; paths++, link = link->next) {
		assert_non_null(link);
		assert_string_equal(link->shown.path, *paths);
	}
	assert_null(link);
	world_close(&world);
}

#define LOADS(library_path, ...) \
	loads(library_path, (const char *const[]){"/bin/prog", __VA_ARGS__, NULL})

static void knows_its_loader_by_name(void **state)
{
	(void)state;
	assert_true(musl_is_loader(LOADER));
	assert_true(musl_is_loader("ld-musl-armhf.so.1"));
	assert_false(musl_is_loader("/lib64/ld-linux-x86-64.so.2"));
	assert_false(musl_is_loader("/lib/ld-musl-.so.1"));
	assert_false(musl_is_loader("/lib/ld-musl-x86_64.so.1/x"));
	assert_false(musl_is_loader(NULL));
}

static void libcs_parts_are_the_loader_itself(void **state)
{
	(void)state;
	prog((struct elfmaker){.needs = {"libc.so", "libm.so.6", "libpthread.so.0",
					 "libc.musl-x86_64.so.1"}});
	file("/lib/libm.so.6", (struct elfmaker){0});
	LOADS(NULL, LOADER);
}

static void the_library_path_comes_before_rpath(void **state)
{
	(void)state;
	prog((struct elfmaker){.needs = {"liba.so"}, .rpath = "/opt"});
	file("/opt/liba.so", (struct elfmaker){0});
	file("/srv/liba.so", (struct elfmaker){0});
	LOADS(NULL, "/opt/liba.so", LOADER);
	LOADS("/none:/srv", "/srv/liba.so", LOADER);
	LOADS("/none\n/srv", "/srv/liba.so", LOADER);
}

static void runpath_is_inherited_and_wins_over_rpath(void **state)
{
	(void)state;
	prog((struct elfmaker){
		.needs = {"liba.so"}, .rpath = "/wrong", .runpath = "/opt"});
	file("/opt/liba.so", (struct elfmaker){.needs = {"libb.so"}});
	file("/opt/libb.so", (struct elfmaker){0});
	file("/wrong/liba.so", (struct elfmaker){0});
	LOADS(NULL, "/opt/liba.so", "/opt/libb.so", LOADER);
}

static void another_token_than_origin_drops_the_whole_path(void **state)
{
	(void)state;
	prog((struct elfmaker){.needs = {"liba.so"}, .rpath = "/opt:$LIB"});
	file("/opt/liba.so", (struct elfmaker){0});
	LOADS(NULL, LOADER);
	prog((struct elfmaker){.needs = {"liba.so"}, .rpath = "${ORIGIN}/../opt"});
	LOADS(NULL, "/bin/../opt/liba.so", LOADER);
}

static void the_path_file_replaces_the_usual_folders(void **state)
{
	(void)state;
	prog((struct elfmaker){.needs = {"liba.so"}});
	file("/usr/local/lib/liba.so", (struct elfmaker){0});
	file("/opt/liba.so", (struct elfmaker){0});
	LOADS(NULL, "/usr/local/lib/liba.so", LOADER);
	mkdir("root/etc", 0755);
	scratch_write("root/etc/ld-musl-x86_64.path", "/none\n/opt\n");
	LOADS(NULL, "/opt/liba.so", LOADER);
	scratch_write("root/etc/ld-musl-x86_64.path", "");
	LOADS(NULL, LOADER);
}

static void neither_soname_nor_a_second_name_makes_a_library_known(void **state)
{
	(void)state;
	prog((struct elfmaker){.needs = {"liba.so", "libb.so", "libc2.so", "libb.so"}});
	file("/lib/liba.so", (struct elfmaker){.soname = "libc2.so"});
	assert_int_equal(link("root/lib/liba.so", "root/lib/libb.so"), 0);
	file("/lib/libc2.so", (struct elfmaker){0});
	LOADS(NULL, "/lib/liba.so", "/lib/libc2.so", LOADER);
}

static void takes_any_machine_but_no_text(void **state)
{
	struct linkmap *map = NULL;
	struct error err = {0};

	(void)state;
	prog((struct elfmaker){.needs = {"liba.so"}});
	file("/lib/liba.so", (struct elfmaker){.machine = EM_AARCH64});
	LOADS(NULL, "/lib/liba.so", LOADER);
	scratch_write("root/lib/liba.so", "no library\n");
	file("/usr/lib/liba.so", (struct elfmaker){0});
	assert_int_equal(build((struct closure_settings){0}, &map, &err), -ELIBBAD);
	assert_non_null(strstr(err.text, "/lib/liba.so"));
	world_close(&world);
}

static void takes_no_filters_and_no_file_of_preloads(void **state)
{
	static const char *const preloads[] = {"liba.so", "libb.so", NULL};
	struct linkmap *map = NULL;

	(void)state;
	prog((struct elfmaker){.auxiliary = "libb.so"});
	file("/lib/liba.so", (struct elfmaker){0});
	file("/lib/libb.so", (struct elfmaker){0});
	assert_int_equal(build((struct closure_settings){.preloads = preloads,
							 .preloads_named = 1},
			       &map, NULL),
			 0);
	assert_string_equal(map->first->next->shown.path, "/lib/liba.so");
	assert_string_equal(map->last->shown.path, LOADER);
	assert_ptr_equal(map->first->next->next, map->last);
	world_close(&world);
}

static void a_library_alone_is_musls_by_the_libc_it_needs(void **state)
{
	struct elfmaker musl = {.needs = {"liba.so", "libc.so"}};
	struct elfmaker both = {.needs = {"libc.so", "libc.so.6"}};

	(void)state;
	file("/bin/prog", musl);
	file("/glibc", both);
	file("/lib/liba.so", (struct elfmaker){0});
	world_open(&world);
	assert_string_equal(musl_loader_for(world_object(&world, "/bin/prog")), LOADER);
	assert_null(musl_loader_for(world_object(&world, "/glibc")));
	world_close(&world);
	file(LOADER, (struct elfmaker){.soname = "libc.so"});
	LOADS(NULL, "/lib/liba.so", LOADER);
}

static void expect_failure(int error, const char *text)
{
	struct linkmap *map = NULL;
	struct error err = {0};

	assert_int_equal(build((struct closure_settings){0}, &map, &err), -error);
	if (!strstr(err.text, text))
		fail_msg("no \"%s\" in \"%s\"", text, err.text);
	world_close(&world);
}

static void fails_at_another_class_and_byte_order(void **state)
{
	(void)state;
	prog((struct elfmaker){.needs = {"liba.so"}, .type = ET_EXEC});
	file("/usr/lib/liba.so", (struct elfmaker){0});
	file("/lib/liba.so", (struct elfmaker){.class = ELFCLASS32});
	expect_failure(ELIBBAD, "/lib/liba.so: of another class");
	file("/lib/liba.so", (struct elfmaker){.data = ELFDATA2MSB});
	expect_failure(ELIBBAD, "/lib/liba.so: of the other byte order");
	file("/lib/liba.so", (struct elfmaker){.type = ET_EXEC});
	expect_failure(ELIBBAD, "/lib/liba.so: a program");
	file("/lib/liba.so", (struct elfmaker){.is_static = true});
	expect_failure(ELIBBAD, "/lib/liba.so: ");
}

static void what_a_preload_needs_inherits_nothing_of_the_program(void **state)
{
	static const char *const preloads[] = {"libp.so", NULL};
	struct linkmap *map = NULL;

	(void)state;
	prog((struct elfmaker){.runpath = "/opt"});
	file("/lib/libp.so", (struct elfmaker){.needs = {"libq.so"}});
	file("/opt/libq.so", (struct elfmaker){0});
	file("/usr/lib/libq.so", (struct elfmaker){0});
	assert_int_equal(build((struct closure_settings){.preloads = preloads,
							 .preloads_named = 1},
			       &map, NULL),
			 0);
	assert_string_equal(map->first->next->next->shown.path, "/usr/lib/libq.so");
	world_close(&world);
}

static void another_libc_is_the_loader(void **state)
{
	(void)state;
	prog((struct elfmaker){.needs = {"/opt/x.so", "liba.so"}});
	file("/opt/x.so", (struct elfmaker){.soname = "libc.so.6"});
	file("/lib/liba.so", (struct elfmaker){.soname = "libcrypt.so.1"});
	LOADS(NULL, LOADER, "/lib/liba.so");
}

/* The loader's buffer has room for 511 bytes: of 503 for the folder, a slash, and the name. */
static void passes_over_what_is_longer_than_the_buffer(void **state)
{
	char folder[600], path[620];

	(void)state;
	prog((struct elfmaker){.needs = {"liba.so"}});
	file("/opt/liba.so", (struct elfmaker){0});
	memset(folder, '/', sizeof(folder));
	memcpy(folder + 499, "/opt", 5);
	snprintf(path, sizeof(path), "%s/liba.so", folder);
	LOADS(folder, path, LOADER);
	memcpy(folder + 500, "/opt", 5);
	LOADS(folder, LOADER);
}

/* Both would take seconds; the second one looks at two places only. */
static void bounds_what_a_hostile_path_costs(void **state)
{
	static char tokens[1 << 12], folders[1 << 15], deep[600] = "/opt";
	struct linkmap *map = NULL;
	struct error err = {0};
	struct store_name *names[2];
	struct link *by;

	(void)state;
	for (size_t i = 0; i + 8 < sizeof(tokens); i += 7)
		memcpy(tokens + i, "$ORIGIN", 8);
	for (size_t i = 0; i + 4 < sizeof(folders); i += 3)
		memcpy(folders + i, "/x:", 4);
	memset(deep + 4, 'd', sizeof(deep) - 5);
	deep[4] = '/';
	memcpy(deep + sizeof(deep) - 3, "/x", 3);
	prog((struct elfmaker){0});
	assert_int_equal(build((struct closure_settings){0}, &map, NULL), 0);
	by = map->main;
	by->object->rpath = folders;
	names[0] = world_name(&world, "a");
	names[1] = world_name(&world, "b");
	int r = 0;
	for (size_t i = 0; i < 4096 && r == 0; i++) {
		struct search_result found;

		r = musl_search(by, true, names[i % 2], &found, &err);
	}
	assert_int_equal(r, -E2BIG);
	by->musl_path_known = false;
	by->object->rpath = tokens;
	by->shown.interp = NULL;
	by->shown.path = deep;
	world.store.misses = 0;
	struct search_result found;
	assert_int_equal(musl_search(by, true, names[0], &found, &err), -E2BIG);
	assert_non_null(strstr(err.text, "too long"));
	world_close(&world);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(knows_its_loader_by_name),
		scratch_test(libcs_parts_are_the_loader_itself),
		scratch_test(the_library_path_comes_before_rpath),
		scratch_test(runpath_is_inherited_and_wins_over_rpath),
		scratch_test(another_token_than_origin_drops_the_whole_path),
		scratch_test(the_path_file_replaces_the_usual_folders),
		scratch_test(neither_soname_nor_a_second_name_makes_a_library_known),
		scratch_test(takes_any_machine_but_no_text),
		scratch_test(takes_no_filters_and_no_file_of_preloads),
		scratch_test(a_library_alone_is_musls_by_the_libc_it_needs),
		scratch_test(fails_at_another_class_and_byte_order),
		scratch_test(what_a_preload_needs_inherits_nothing_of_the_program),
		scratch_test(another_libc_is_the_loader),
		scratch_test(passes_over_what_is_longer_than_the_buffer),
		scratch_test(bounds_what_a_hostile_path_costs),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
