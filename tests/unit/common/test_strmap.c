/* SPDX-License-Identifier: MIT */
/*
 * Tests of common/strmap: many keys, equal keys at other addresses, and the error that leaves the
 * table usable.
 */
#include "tests/unit/unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/alloc.h"
#include "common/strmap.h"

enum { MANY = 100000 };

static void is_empty_at_first(void **state)
{
	_cleanup_strmap_ struct strmap map = {0};

	(void)state;
	assert_null(strmap_get(&map, ""));
	assert_null(strmap_get(&map, "a"));
	assert_int_equal(map.count, 0);
}

static void finds_a_key_by_its_text(void **state)
{
	_cleanup_strmap_ struct strmap map = {0};
	char key[] = "key", same[] = "key";
	int value;

	(void)state;
	assert_int_equal(strmap_put(&map, key, &value, NULL), 0);
	assert_ptr_equal(strmap_get(&map, same), &value);
	assert_null(strmap_get(&map, "ke"));
	assert_null(strmap_get(&map, "keys"));
	assert_null(strmap_get(&map, ""));
}

static void takes_the_empty_key(void **state)
{
	_cleanup_strmap_ struct strmap map = {0};
	int value;

	(void)state;
	assert_int_equal(strmap_put(&map, "", &value, NULL), 0);
	assert_ptr_equal(strmap_get(&map, ""), &value);
	assert_int_equal(map.count, 1);
}

static void fill(struct strmap *map, struct arena *arena, char **keys, uintptr_t base)
{
	for (uintptr_t i = 0; i < MANY; i++) {
		if (!base)
			keys[i] = arena_format(arena, NULL,
					       "/usr/lib/x86_64-linux-gnu/lib%zu.so",
					       (size_t)i);
		assert_non_null(keys[i]);
		assert_int_equal(strmap_put(map, keys[i], (void *)(base + i + 1), NULL),
				 0);
	}
}

static void holds_a_hundred_thousand_keys(void **state)
{
	_cleanup_strmap_ struct strmap map = {0};
	_cleanup_arena_ struct arena arena = {0};
	char **keys = calloc(MANY, sizeof(*keys));
	char copy[64];

	(void)state;
	assert_non_null(keys);
	fill(&map, &arena, keys, 0);
	assert_int_equal(map.count, MANY);
	assert_true(map.count * 4 <= map.size * 3);
	for (uintptr_t i = 0; i < MANY; i++) {
		snprintf(copy, sizeof(copy), "%s", keys[i]);
		assert_int_equal((uintptr_t)strmap_get(&map, copy), i + 1);
	}
	assert_null(strmap_get(&map, "/usr/lib/x86_64-linux-gnu/lib100000.so"));
	free(keys);
}

static void replaces_values_without_growing(void **state)
{
	_cleanup_strmap_ struct strmap map = {0};
	_cleanup_arena_ struct arena arena = {0};
	char **keys = calloc(MANY, sizeof(*keys));

	(void)state;
	assert_non_null(keys);
	fill(&map, &arena, keys, 0);
	size_t size = map.size;
	fill(&map, &arena, keys, MANY);
	assert_int_equal(map.count, MANY);
	assert_int_equal(map.size, size);
	for (uintptr_t i = 0; i < MANY; i++)
		assert_int_equal((uintptr_t)strmap_get(&map, keys[i]), MANY + i + 1);
	free(keys);
}

static uint64_t hash_in(const struct strmap *map, const char *key)
{
	for (size_t i = 0; i < map->size; i++)
		if (map->slots[i].key && !strcmp(map->slots[i].key, key))
			return map->slots[i].hash;
	fail();
	return 0;
}

static void is_seeded_per_map(void **state)
{
	_cleanup_strmap_ struct strmap one = {0}, two = {0};
	int value;

	(void)state;
	assert_int_equal(strmap_put(&one, "a", &value, NULL), 0);
	assert_int_equal(strmap_put(&two, "a", &value, NULL), 0);
	assert_true(hash_in(&one, "a") != hash_in(&two, "a"));
}

/* Vectors computed with a second implementation, itself checked with the paper's for SipHash-2-4. */
static void hashes_as_siphash_1_3(void **state)
{
	static const struct {
		const char *key;
		uint64_t hash;
	} vectors[] = {
		{"", 0xabac0158050fc4dc},
		{"a", 0x1c2697ab786a6237},
		{"abcdefg", 0x639b490caba831bb},
		{"abcdefgh", 0x12d8c08c2ee9e620},
		{"/usr/lib/x86_64-linux-gnu/libc.so.6", 0xf0b33d3f4952af08},
	};
	_cleanup_strmap_ struct strmap map = {0};
	int value;

	(void)state;
	assert_int_equal(strmap_put(&map, "first: the seed is drawn now", &value, NULL),
			 0);
	map.seed[0] = 0x0706050403020100;
	map.seed[1] = 0x0f0e0d0c0b0a0908;
	for (size_t i = 0; i < sizeof(vectors) / sizeof(vectors[0]); i++) {
		assert_int_equal(strmap_put(&map, vectors[i].key, &value, NULL), 0);
		assert_true(hash_in(&map, vectors[i].key) == vectors[i].hash);
	}
}

static void can_be_used_again_after_it_was_freed(void **state)
{
	struct strmap map = {0};
	int value;

	(void)state;
	assert_int_equal(strmap_put(&map, "a", &value, NULL), 0);
	strmap_free(&map);
	assert_null(strmap_get(&map, "a"));
	assert_int_equal(strmap_put(&map, "b", &value, NULL), 0);
	assert_ptr_equal(strmap_get(&map, "b"), &value);
	strmap_free(&map);
	strmap_free(&map);
}

static void grows_behind_what_was_reserved(void **state)
{
	static char keys[3000][8];
	_cleanup_arena_ struct arena arena = {0};
	struct strmap map = {0};
	int values[3000];

	(void)state;
	assert_int_equal(strmap_reserve(&map, 1000, &arena, NULL), 0);
	const struct strmap_slot *reserved = map.slots;
	assert_null(strmap_get(&map, "0"));
	for (int i = 0; i < 3000; i++) {
		snprintf(keys[i], sizeof(keys[i]), "%d", i);
		assert_int_equal(strmap_put(&map, keys[i], &values[i], NULL), 0);
		if (i < 1000)
			assert_ptr_equal(map.slots, reserved);
	}
	assert_ptr_not_equal(map.slots, reserved);
	/* One that has slots keeps them. */
	reserved = map.slots;
	assert_int_equal(strmap_reserve(&map, 100000, &arena, NULL), 0);
	assert_ptr_equal(map.slots, reserved);
	for (int i = 0; i < 3000; i++)
		assert_ptr_equal(strmap_get(&map, keys[i]), &values[i]);
	strmap_free(&map);
	assert_int_equal(strmap_reserve(&map, 10, &arena, NULL), 0);
	assert_int_equal(strmap_put(&map, "a", values, NULL), 0);
	assert_ptr_equal(strmap_get(&map, "a"), values);
	strmap_free(&map);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(is_empty_at_first),
		cmocka_unit_test(finds_a_key_by_its_text),
		cmocka_unit_test(takes_the_empty_key),
		cmocka_unit_test(holds_a_hundred_thousand_keys),
		cmocka_unit_test(replaces_values_without_growing),
		cmocka_unit_test(is_seeded_per_map),
		cmocka_unit_test(hashes_as_siphash_1_3),
		cmocka_unit_test(can_be_used_again_after_it_was_freed),
		cmocka_unit_test(grows_behind_what_was_reserved),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
