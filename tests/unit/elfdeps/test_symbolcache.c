/* SPDX-License-Identifier: MIT */
/*
 * symbolcache: each table is read once, and goes when it is told to.
 */
#include "tests/unit/unit.h"

#include <errno.h>

#include "elfdeps/symbolcache.h"
#include "world.h"
#include "symbolmaker.h"

static const struct symbolmaker example = {
	.symbols = {{.name = "defined", .defined = true}}};

static void reads_a_table_once(void **state)
{
	struct symbolcache cache = {0};
	const struct symbols *first, *second;
	struct world world;

	(void)state;
	world_open(&world);
	symbolmaker_file("root/liba.so", example);
	struct object *object = world_object(&world, "/liba.so");
	assert_int_equal(
		symbolcache_get(&cache, &world.store, "/liba.so", object, &first, NULL),
		0);
	assert_int_equal(first->definition_count, 1);
	assert_true(cache.bytes == first->bytes);
	unlink("root/liba.so");
	assert_int_equal(
		symbolcache_get(&cache, &world.store, "/liba.so", object, &second, NULL),
		0);
	assert_ptr_equal(first, second);
	symbolcache_drop(&cache, object);
	assert_null(object->symbols);
	assert_int_equal(cache.bytes, 0);
	symbolcache_drop(&cache, object);
	symbolcache_free(&cache);
	world_close(&world);
}

static void another_file_in_its_place_is_noticed(void **state)
{
	struct symbolcache cache = {0};
	const struct symbols *symbols;
	struct world world;

	(void)state;
	world_open(&world);
	symbolmaker_file("root/liba.so", example);
	struct object *object = world_object(&world, "/liba.so");
	symbolmaker_file("root/new.so", example);
	assert_int_equal(rename("root/new.so", "root/liba.so"), 0);
	assert_int_equal(
		symbolcache_get(&cache, &world.store, "/liba.so", object, &symbols, NULL),
		-ESTALE);
	unlink("root/liba.so");
	assert_int_equal(
		symbolcache_get(&cache, &world.store, "/liba.so", object, &symbols, NULL),
		-ENOENT);
	symbolcache_free(&cache);
	world_close(&world);
}

static void more_than_the_bound_is_refused(void **state)
{
	struct symbolcache cache = {.bytes = SYMBOLCACHE_MAX - 100};
	const struct symbols *symbols;
	struct world world;

	(void)state;
	world_open(&world);
	symbolmaker_file("root/liba.so", example);
	struct object *object = world_object(&world, "/liba.so");
	assert_int_equal(
		symbolcache_get(&cache, &world.store, "/liba.so", object, &symbols, NULL),
		-E2BIG);
	assert_null(object->symbols);
	symbolcache_free(&cache);
	world_close(&world);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		scratch_test(reads_a_table_once),
		scratch_test(another_file_in_its_place_is_noticed),
		scratch_test(more_than_the_bound_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
