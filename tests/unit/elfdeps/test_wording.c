/* SPDX-License-Identifier: MIT */
/*
 * wording: exact words, and names of libraries, wherever the steps of reading cut them.
 */
#include "tests/unit/unit.h"

#include <elf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "elfdeps/wording.h"

enum { SIZE = 200000 };

struct bytes {
	struct elffile file;
	struct elffile_segment segment;
	char *text;
};

static void save(struct bytes *bytes)
{
	assert_int_equal(pwrite(bytes->file.fd, bytes->text, SIZE, 0), SIZE);
}

static int setup(void **state)
{
	struct bytes *bytes = calloc(1, sizeof(*bytes));

	assert_non_null(bytes);
	bytes->text = calloc(1, SIZE);
	bytes->segment = (struct elffile_segment){.type = PT_LOAD, .filesz = SIZE};
	bytes->file = (struct elffile){.fd = memfd_create("wording", MFD_CLOEXEC),
				       .size = SIZE,
				       .segments = &bytes->segment,
				       .segment_count = 1};
	assert_true(bytes->text && bytes->file.fd >= 0);
	*state = bytes;
	return 0;
}

static int teardown(void **state)
{
	struct bytes *bytes = *state;

	close(bytes->file.fd);
	free(bytes->text);
	free(bytes);
	return 0;
}

static int find(struct bytes *bytes, size_t *ret)
{
	static const char *const words[] = {"first", "second"};
	const struct wording_range range = {.offset = 10, .size = SIZE - 10};

	save(bytes);
	return wording_find(&bytes->file, &range, words, 2, ret, NULL);
}

static void finds_a_word_between_nuls_across_any_step(void **state)
{
	struct bytes *bytes = *state;
	size_t which = 0;

	for (size_t at = 65536 + 10 - 8; at < 65536 + 10 + 2; at++) {
		memset(bytes->text, 0, SIZE);
		memcpy(bytes->text + at, "second", 6);
		assert_int_equal(find(bytes, &which), 1);
		assert_int_equal(which, 1);
	}
}

static void a_part_of_a_word_is_not_it(void **state)
{
	struct bytes *bytes = *state;
	size_t which;

	memset(bytes->text, 'x', SIZE);
	memcpy(bytes->text + 100, "\0secondly\0asecond\0secon\0first", 29);
	assert_int_equal(find(bytes, &which), 0);
}

static int collect(void *data, const char *word, size_t length, struct error *err)
{
	char *all = data;

	(void)err;
	strncat(all, word, length);
	strcat(all, " ");
	return 0;
}

static void takes_names_of_libraries_and_nothing_else(void **state)
{
	static const char text[] = "\0liba.so\0libb.so.1\0libc.so.1.22\0/opt/d.so\0"
				   "lib%s.so\0e.so/f\0rel/g.so\0.so\0a.sox\0lib h.so\0"
				   "i.so.\0j.so.1a\0k1.2\0$ORIGIN/l.so";
	struct bytes *bytes = *state;
	char all[500] = "";
	const struct wording_taker taker = {.take = collect, .data = all};

	memcpy(bytes->text, text, sizeof(text));
	memset(bytes->text + 1000, 'y', 300);
	memcpy(bytes->text + 1300, ".so", 3);
	save(bytes);
	assert_int_equal(wording_libraries(&bytes->file, &taker, NULL), 0);
	assert_string_equal(all, "liba.so libb.so.1 libc.so.1.22 /opt/d.so ");
}

static int refuse(void *data, const char *word, size_t length, struct error *err)
{
	(void)data, (void)word, (void)length;
	return error_set(err, ENOMEM, "no");
}

static void who_takes_can_end_it(void **state)
{
	struct bytes *bytes = *state;
	const struct wording_taker taker = {.take = refuse};

	memcpy(bytes->text + 5, "liba.so", 7);
	save(bytes);
	assert_int_equal(wording_libraries(&bytes->file, &taker, NULL), -ENOMEM);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(finds_a_word_between_nuls_across_any_step,
						setup, teardown),
		cmocka_unit_test_setup_teardown(a_part_of_a_word_is_not_it, setup,
						teardown),
		cmocka_unit_test_setup_teardown(takes_names_of_libraries_and_nothing_else,
						setup, teardown),
		cmocka_unit_test_setup_teardown(who_takes_can_end_it, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
