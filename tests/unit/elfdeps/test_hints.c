/* SPDX-License-Identifier: MIT */
/*
 * hints: what one file tells, of either class and byte order.
 */
#include "tests/unit/unit.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "elfdeps/hints.h"
#include "elfmaker.h"

static struct hints read_hints(struct arena *arena, const void *bytes, size_t size,
			       bool strings)
{
	int fd = memfd_create("hints", MFD_CLOEXEC);
	struct hints hints;

	assert_true(fd >= 0);
	assert_int_equal(write(fd, bytes, size), size);
	assert_int_equal(hints_read(fd, size, strings, arena, &hints, NULL), 0);
	close(fd);
	return hints;
}

static struct hints read_spec(struct arena *arena, struct elfmaker spec, bool strings)
{
	unsigned char bytes[ELFMAKER_SIZE];

	elfmaker_make(&spec, bytes);
	return read_hints(arena, bytes, sizeof(bytes), strings);
}

static void every_source_gives_its_hint(void **state)
{
	(void)state;
	for (int i = 0; i < 4; i++) {
		struct arena arena = {0};
		struct elfmaker spec = {.class = i & 1 ? ELFCLASS32 : ELFCLASS64,
					.data = i & 2 ? ELFDATA2MSB : ELFDATA2LSB,
					.note = "[{\"soname\":[\"liba.so\"]}]",
					.audit = "libb.so::libc.so",
					.needs = {"pthread_exit"},
					.words = "libd.so"};
		struct hints hints = read_spec(&arena, spec, false);

		assert_int_equal(hints.count, 4);
		assert_string_equal(hints.items[0].names[0], "liba.so");
		assert_int_equal(hints.items[1].kind, HINT_AUDIT);
		assert_string_equal(hints.items[1].names[0], "libb.so");
		assert_string_equal(hints.items[2].names[0], "libc.so");
		assert_int_equal(hints.items[3].kind, HINT_UNWIND);
		assert_string_equal(hints.items[3].names[0], "libgcc_s.so.1");
		hints = read_spec(&arena, spec, true);
		assert_int_equal(hints.count, 5);
		assert_int_equal(hints.items[4].kind, HINT_STRING);
		assert_string_equal(hints.items[4].names[0], "libd.so");
		arena_free(&arena);
	}
}

static void a_file_that_names_nothing_has_none(void **state)
{
	struct arena arena = {0};

	(void)state;
	assert_int_equal(read_spec(&arena, (struct elfmaker){0}, true).count, 0);
	assert_int_equal(read_hints(&arena, "#!/bin/sh\n", 10, true).count, 0);
	arena_free(&arena);
}

static void a_file_cut_anywhere_is_read(void **state)
{
	unsigned char bytes[ELFMAKER_SIZE];
	struct elfmaker spec = {.note = "[{\"soname\":[\"liba.so\"]}]",
				.audit = "libb.so"};
	struct arena arena = {0};

	(void)state;
	elfmaker_make(&spec, bytes);
	for (size_t size = 0; size < sizeof(bytes); size += 7)
		assert_true(read_hints(&arena, bytes, size, true).count <= 3);
	arena_free(&arena);
}

static void more_than_the_limit_is_left_out(void **state)
{
	struct arena arena = {0};
	struct hints hints = {0};
	const struct hint hint = {.kind = HINT_STRING};

	(void)state;
	for (int i = 0; i < HINTS_MAX + 5; i++)
		assert_int_equal(hints_put(&hints, &arena, &hint, NULL), 0);
	assert_int_equal(hints.count, HINTS_MAX);
	arena_free(&arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_source_gives_its_hint),
		cmocka_unit_test(a_file_that_names_nothing_has_none),
		cmocka_unit_test(a_file_cut_anywhere_is_read),
		cmocka_unit_test(more_than_the_limit_is_left_out),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
