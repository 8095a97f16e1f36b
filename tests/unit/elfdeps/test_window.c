/* SPDX-License-Identifier: MIT */
/*
 * window: never a byte from outside of the range, and every byte in it.
 */
#include "tests/unit/unit.h"

#include "elfdeps/window.h"
#include "symbolmaker.h"

static void gives_the_bytes_of_the_range_in_any_order(void **state)
{
	static const uint64_t places[] = {0, 4000, 8184, 4096, 100, 8192 - 8, 1};
	struct symbolmaker spec = {0};
	unsigned char head[4096], bytes[SYMBOLMAKER_SIZE];
	struct elffile file;
	struct window window;

	(void)state;
	symbolmaker_make(&spec, bytes);
	symbolmaker_elffile(&spec, &file, head);
	assert_true(window_open(&window, &file, ELFMAKER_ADDRESS));
	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		const unsigned char *at = window_get(&window, places[i], 8);

		assert_non_null(at);
		assert_memory_equal(at, bytes + places[i], 8);
	}
	assert_non_null(window_get(&window, 8192, 0));
	symbolmaker_close(&file);
}

static void gives_nothing_from_behind_it(void **state)
{
	struct symbolmaker spec = {0};
	unsigned char head[4096];
	struct elffile file;
	struct window window;

	(void)state;
	symbolmaker_elffile(&spec, &file, head);
	assert_false(window_open(&window, &file, 0));
	assert_false(window_open(&window, &file, ELFMAKER_ADDRESS + SYMBOLMAKER_SIZE));
	assert_true(window_open(&window, &file, ELFMAKER_ADDRESS + 8000));
	assert_non_null(window_get(&window, 184, 8));
	assert_null(window_get(&window, 185, 8));
	assert_null(window_get(&window, UINT64_MAX, 8));
	assert_int_equal(ftruncate(file.fd, 8100), 0);
	assert_null(window_get(&window, 0, 192));
	symbolmaker_close(&file);
}

static void reads_numbers_in_the_order_of_the_file(void **state)
{
	static const unsigned char bytes[] = {1, 2, 3, 4, 5, 6, 7, 8};

	(void)state;
	for (size_t i = 0; i < 4; i++) {
		struct symbolmaker spec = {.elf = symbolmaker_kinds[i]};
		bool big = spec.elf.data == ELFDATA2MSB;
		unsigned char head[4096];
		struct elffile file;
		struct window window;

		symbolmaker_elffile(&spec, &file, head);
		assert_true(window_open(&window, &file, ELFMAKER_ADDRESS));
		assert_int_equal(window_number(&window, bytes, 2), big ? 0x102 : 0x201);
		assert_int_equal(window_number(&window, bytes, 4),
				 big ? 0x1020304 : 0x4030201);
		assert_true(window_number(&window, bytes, 8) ==
			    (big ? 0x102030405060708 : 0x807060504030201));
		symbolmaker_close(&file);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(gives_the_bytes_of_the_range_in_any_order),
		cmocka_unit_test(gives_nothing_from_behind_it),
		cmocka_unit_test(reads_numbers_in_the_order_of_the_file),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
