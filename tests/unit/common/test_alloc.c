/* SPDX-License-Identifier: MIT */
/*
 * Tests of common/alloc: growth that cannot overflow, and an arena whose pointers stay valid.
 */
#include "tests/unit/unit.h"

#include <errno.h>
#include <locale.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "common/alloc.h"
#include "common/cleanup.h"

/* AddressSanitizer ends a program that asks for too much, unless it is told to answer as libc does. */
const char *__asan_default_options(void);

const char *__asan_default_options(void)
{
	return "allocator_may_return_null=1";
}

static void grows_by_doubling_and_keeps_the_content(void **state)
{
	_cleanup_free_ int *items = NULL;
	size_t capacity = 0, growths = 0;

	(void)state;
	for (int i = 0; i < 1000; i++) {
		size_t before = capacity;

		assert_int_equal(
			alloc_grow(&items, &capacity, (size_t)i + 1, sizeof(int), NULL),
			0);
		growths += capacity != before;
		items[i] = i;
	}
	assert_true(capacity >= 1000);
	assert_true(growths <= 8);
	for (int i = 0; i < 1000; i++)
		assert_int_equal(items[i], i);
}

static void leaves_an_array_that_is_large_enough(void **state)
{
	_cleanup_free_ char *items = NULL;
	size_t capacity = 0;

	(void)state;
	assert_int_equal(alloc_grow(&items, &capacity, 0, 1, NULL), 0);
	assert_null(items);
	assert_int_equal(alloc_grow(&items, &capacity, 8, 1, NULL), 0);
	char *before = items;
	assert_int_equal(alloc_grow(&items, &capacity, 8, 1, NULL), 0);
	assert_ptr_equal(items, before);
}

static void refuses_a_size_that_overflows(void **state)
{
	_cleanup_free_ char *items = NULL;
	size_t capacity = 0;
	struct error err = {0};

	(void)state;
	assert_int_equal(alloc_grow(&items, &capacity, 8, 1, NULL), 0);
	char *before = items;
	size_t room = capacity;
	/* The count doubles past SIZE_MAX; then count times size does; then no machine has it. */
	assert_int_equal(alloc_grow(&items, &capacity, SIZE_MAX, 1, &err), -ENOMEM);
	assert_int_equal(alloc_grow(&items, &capacity, SIZE_MAX / 4, 64, &err), -ENOMEM);
	assert_int_equal(alloc_grow(&items, &capacity, SIZE_MAX / 4, 1, &err), -ENOMEM);
	assert_int_equal(err.code, ENOMEM);
	assert_ptr_equal(items, before);
	assert_int_equal(capacity, room);
}

static void formats_and_copies_on_the_heap(void **state)
{
	struct error err = {0};
	_cleanup_free_ char *text = alloc_format(&err, "%s-%d", "a", 7);
	_cleanup_free_ char *copy = alloc_copy("b", &err);

	(void)state;
	assert_string_equal(text, "a-7");
	assert_string_equal(copy, "b");
	assert_int_equal(err.code, 0);
}

/* A wide character that no locale can encode makes printf(3) fail; the error must not be lost. */
static void reports_a_format_that_fails(void **state)
{
	static const wchar_t impossible[] = {0x7fffffff, 0};
	_cleanup_arena_ struct arena arena = {0};
	struct error err = {0};

	(void)state;
	assert_null(alloc_format(&err, "%ls", impossible));
	assert_int_not_equal(err.code, 0);
	err = (struct error){0};
	assert_null(arena_format(&arena, &err, "%ls", impossible));
	assert_int_not_equal(err.code, 0);
}

static void aligns_every_piece_for_any_type(void **state)
{
	_cleanup_arena_ struct arena arena = {0};

	(void)state;
	for (size_t size = 0; size < 100; size++) {
		char *piece = arena_alloc(&arena, size, NULL);

		assert_non_null(piece);
		assert_int_equal((uintptr_t)piece % _Alignof(max_align_t), 0);
		for (size_t i = 0; i < size; i++)
			assert_int_equal(piece[i], 0);
		memset(piece, 0xff, size);
	}
}

static void keeps_pieces_apart_across_blocks(void **state)
{
	_cleanup_arena_ struct arena arena = {0};
	char *pieces[500];

	(void)state;
	for (int i = 0; i < 500; i++) {
		size_t size = i % 50 ? 200
				     : 100000; /* every fiftieth is larger than a block */

		pieces[i] = arena_alloc(&arena, size, NULL);
		assert_non_null(pieces[i]);
		assert_int_equal(pieces[i][size - 1], 0);
		memset(pieces[i], i & 0xff, size);
	}
	for (int i = 0; i < 500; i++)
		assert_int_equal((unsigned char)pieces[i][i % 50 ? 199 : 99999],
				 i & 0xff);
}

static void refuses_a_piece_that_no_machine_has(void **state)
{
	_cleanup_arena_ struct arena arena = {0};
	struct error err = {0};

	(void)state;
	assert_null(arena_alloc(&arena, SIZE_MAX, &err));
	assert_null(arena_alloc(&arena, SIZE_MAX - 15, &err));
	assert_null(arena_alloc(&arena, PTRDIFF_MAX, &err));
	assert_int_equal(err.code, ENOMEM);
	assert_string_equal(arena_copy(&arena, "still usable", 12, &err), "still usable");
}

static void copies_exactly_the_bytes_asked_for(void **state)
{
	_cleanup_arena_ struct arena arena = {0};

	(void)state;
	assert_string_equal(arena_copy(&arena, "abcdef", 3, NULL), "abc");
	assert_string_equal(arena_copy(&arena, "abcdef", 0, NULL), "");
	assert_memory_equal(arena_copy(&arena, "a\0b", 3, NULL), "a\0b", 4);
	assert_string_equal(arena_format(&arena, NULL, "%05d", 42), "00042");
}

static void frees_an_arena_twice_without_harm(void **state)
{
	struct arena arena = {0};

	(void)state;
	arena_free(&arena);
	assert_non_null(arena_alloc(&arena, 1, NULL));
	arena_free(&arena);
	assert_null(arena.blocks);
	arena_free(&arena);
}

static bool is_among(char *const *pieces, size_t count, const char *piece)
{
	for (size_t i = 0; i < count; i++)
		if (pieces[i] == piece)
			return true;
	return false;
}

/* It hands out the same places, and zeroes as a new one does. */
static void a_cleared_arena_uses_its_memory_again(void **state)
{
	enum { PIECES = 100, SIZE = 1000 };
	_cleanup_arena_ struct arena arena = {0};
	char *pieces[PIECES] = {0};

	(void)state;
	for (int round = 0; round < 3; round++) {
		for (int i = 0; i < PIECES; i++) {
			char *piece = arena_alloc(&arena, SIZE, NULL);

			if (round == 0)
				pieces[i] = piece;
			assert_true(is_among(pieces, PIECES, piece));
			for (size_t at = 0; at < SIZE; at++)
				assert_int_equal(piece[at], 0);
			memset(piece, 0xff, SIZE);
		}
		assert_non_null(arena_alloc(&arena, 100000, NULL)); /* goes back */
		arena_clear(&arena);
		assert_null(arena.blocks);
	}
}

/* What is expected comes from one place; what goes beyond it, and what is small, from elsewhere. */
static void what_is_expected_is_there_and_no_limit(void **state)
{
	enum { SIZE = 1 << 21, PIECE = 1 << 16, PIECES = 3 * SIZE / PIECE };
	_cleanup_arena_ struct arena arena = {0};
	char *pieces[PIECES];

	(void)state;
	arena_expect(&arena, 1000);
	assert_null(arena.blocks);
	arena_expect(&arena, SIZE_MAX);
	assert_null(arena.blocks);
	for (int round = 0; round < 2; round++) {
		arena_expect(&arena, SIZE);
		assert_non_null(arena.blocks);
		for (int i = 0; i < PIECES; i++) {
			pieces[i] = arena_alloc(&arena, PIECE, NULL);
			assert_non_null(pieces[i]);
			assert_int_equal((uintptr_t)pieces[i] % _Alignof(max_align_t), 0);
			assert_int_equal(pieces[i][0] | pieces[i][PIECE - 1], 0);
			memset(pieces[i], i + 1, PIECE);
		}
		assert_in_range(pieces[1] - pieces[0], PIECE, PIECE);
		for (int i = 0; i < PIECES; i++)
			assert_true(pieces[i][0] == i + 1 &&
				    pieces[i][PIECE - 1] == i + 1);
		arena_clear(&arena);
		assert_null(arena.blocks);
	}
}

/* Where there is no room the arena does without. */
static void what_is_expected_need_not_be_had(void **state)
{
	_cleanup_arena_ struct arena arena = {0};

	(void)state;
	arena_expect(&arena, (size_t)1 << 48);
	assert_null(arena.blocks);
	assert_string_equal(arena_copy(&arena, "usable", 6, NULL), "usable");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(grows_by_doubling_and_keeps_the_content),
		cmocka_unit_test(leaves_an_array_that_is_large_enough),
		cmocka_unit_test(refuses_a_size_that_overflows),
		cmocka_unit_test(formats_and_copies_on_the_heap),
		cmocka_unit_test(reports_a_format_that_fails),
		cmocka_unit_test(aligns_every_piece_for_any_type),
		cmocka_unit_test(keeps_pieces_apart_across_blocks),
		cmocka_unit_test(refuses_a_piece_that_no_machine_has),
		cmocka_unit_test(copies_exactly_the_bytes_asked_for),
		cmocka_unit_test(frees_an_arena_twice_without_harm),
		cmocka_unit_test(a_cleared_arena_uses_its_memory_again),
		cmocka_unit_test(what_is_expected_is_there_and_no_limit),
		cmocka_unit_test(what_is_expected_need_not_be_had),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
