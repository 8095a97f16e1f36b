/* SPDX-License-Identifier: MIT */
/*
 * candidate: what one place answers. tests/fixtures has the same rules beside the loader.
 */
#include "tests/unit/unit.h"

#include <errno.h>

#include "elfdeps/candidate.h"
#include "world.h"

/* A search for libx.so on behalf of /bin/prog. */
struct asking {
	struct world world;
	struct search_result found;
	struct error err;
	struct search search;
};

static void begin(struct asking *asking)
{
	*asking = (struct asking){0};
	elfmaker_file("root/bin/prog", (struct elfmaker){.interp = "/ld.so"});
	world_open(&asking->world);
	asking->search = (struct search){
		.map = &asking->world.map,
		.by = world_link(&asking->world, "/bin/prog", NULL),
		.name = "libx.so",
		.name_length = 7,
		.found = &asking->found,
		.err = &asking->err,
	};
}

static int try(struct asking *asking, const char *path)
{
	struct store_folder *folder;

	assert_int_equal(
		store_folder(&asking->world.store, path, strlen(path), &folder, NULL), 0);
	return candidate_folder(&asking->search, folder, ELFDEPS_RULE_RUNPATH);
}

static void an_error_ends_the_list_only_in_a_folder_that_is_one(void **state)
{
	struct asking asking;

	(void)state;
	begin(&asking);
	mkdir("root/loop", 0755);
	assert_int_equal(symlink("libx.so", "root/loop/libx.so"), 0);
	assert_int_equal(symlink("circle", "root/circle"), 0);
	assert_int_equal(try(&asking, "/loop"), END_OF_LIST);
	assert_int_equal(try(&asking, "/circle"), GO_ON);
	assert_int_equal(try(&asking, "/none"), GO_ON);
	world_close(&asking.world);
}

static void enotdir_goes_on_in_newer_loaders(void **state)
{
	struct asking asking;

	(void)state;
	begin(&asking);
	mkdir("root/a", 0755);
	assert_int_equal(symlink("/bin/prog/x", "root/a/libx.so"), 0);
	asking.world.map.loader_read = true;
	assert_int_equal(try(&asking, "/a"), GO_ON);
	asking.world.map.loader.version = 236;
	assert_int_equal(try(&asking, "/a"), END_OF_LIST);
	asking.world.map.loader.version = 239;
	assert_int_equal(try(&asking, "/a"), GO_ON);
	world_close(&asking.world);
}

static void below_a_root_no_relative_place_is_looked_at(void **state)
{
	struct asking asking;

	(void)state;
	begin(&asking);
	elfmaker_file("root/libx.so", (struct elfmaker){0});
	assert_int_equal(try(&asking, ""), GO_ON);
	assert_true(asking.search.saw_relative);
	assert_int_equal(try(&asking, "/"), FOUND);
	assert_false(asking.found.relative);
	world_close(&asking.world);
}

static void variants_depend_on_the_loaders_version(void **state)
{
	static const char *const names[] = {"x86-64-v2", NULL};
	static const char *const folders[] = {"tls", NULL};
	static const struct hwcaps_legacy legacy = {.folders = folders};
	static const struct {
		unsigned version;
		const char *path;
	} answers[] = {{232, "/a/tls/libx.so"},
		       {233, "/a/glibc-hwcaps/x86-64-v2/libx.so"},
		       {0, "/a/glibc-hwcaps/x86-64-v2/libx.so"}};
	struct asking asking;

	(void)state;
	begin(&asking);
	elfmaker_file("root/a/libx.so", (struct elfmaker){0});
	elfmaker_file("root/b/libx.so", (struct elfmaker){0});
	elfmaker_file("root/a/tls/libx.so", (struct elfmaker){0});
	elfmaker_file("root/b/tls/libx.so", (struct elfmaker){0});
	elfmaker_file("root/a/glibc-hwcaps/x86-64-v2/libx.so", (struct elfmaker){0});
	asking.world.map.hwcaps = names;
	asking.world.map.legacy = &legacy;
	asking.world.map.loader_read = true;
	for (size_t i = 0; i < sizeof(answers) / sizeof(answers[0]); i++) {
		asking.world.map.loader.version = answers[i].version;
		assert_int_equal(try(&asking, "/a"), FOUND);
		assert_string_equal(asking.found.file->text, answers[i].path);
	}
	asking.world.map.loader.version = 236;
	assert_int_equal(try(&asking, "/b"), FOUND);
	assert_string_equal(asking.found.file->text, "/b/tls/libx.so");
	asking.world.map.loader.version = 237;
	assert_int_equal(try(&asking, "/b"), FOUND);
	assert_string_equal(asking.found.file->text, "/b/libx.so");
	world_close(&asking.world);
}

static void a_preload_of_a_secure_program_must_be_setuid(void **state)
{
	struct asking asking;

	(void)state;
	begin(&asking);
	elfmaker_file("root/a/libx.so", (struct elfmaker){0});
	elfmaker_file("root/b/libx.so", (struct elfmaker){0});
	assert_int_equal(chmod("root/b/libx.so", 04755), 0);
	asking.world.map.must_be_setuid = true;
	assert_int_equal(try(&asking, "/a"), GO_ON);
	assert_int_equal(try(&asking, "/b"), FOUND);
	assert_int_equal(
		candidate_file(&asking.search, "/a/libx.so", ELFDEPS_RULE_PATH, NULL),
		FOUND);
	world_close(&asking.world);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		scratch_test(an_error_ends_the_list_only_in_a_folder_that_is_one),
		scratch_test(enotdir_goes_on_in_newer_loaders),
		scratch_test(below_a_root_no_relative_place_is_looked_at),
		scratch_test(variants_depend_on_the_loaders_version),
		scratch_test(a_preload_of_a_secure_program_must_be_setuid),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
