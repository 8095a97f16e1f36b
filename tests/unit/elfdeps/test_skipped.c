/* SPDX-License-Identifier: MIT */
/*
 * skipped: what stood in the way and was passed over.
 */
#include "tests/unit/unit.h"

#include "elfdeps/skipped.h"
#include "world.h"

static void names_the_first_file_of_another_kind(void **state)
{
	struct world world;
	uint64_t steps = 0;

	(void)state;
	world_open(&world);
	elfmaker_file("root/prog", (struct elfmaker){0});
	elfmaker_file("root/b/libx.so", (struct elfmaker){.class = ELFCLASS32});
	elfmaker_file("root/a/libx.so", (struct elfmaker){.machine = EM_AARCH64});
	elfmaker_file("root/a/liby.so", (struct elfmaker){0});
	world_link(&world, "/prog", NULL);
	world_object(&world, "/b/libx.so");
	assert_string_equal(skipped_find(&world.map, "libx.so", &steps), "/b/libx.so");
	world_object(&world, "/a/libx.so");
	world_object(&world, "/a/liby.so");
	assert_string_equal(skipped_find(&world.map, "libx.so", &steps), "/a/libx.so");
	/* One that fits was not passed over. */
	assert_null(skipped_find(&world.map, "liby.so", &steps));
	assert_null(skipped_find(&world.map, "libz.so", &steps));
	assert_true(steps > 0);
	world_close(&world);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		scratch_test(names_the_first_file_of_another_kind),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
