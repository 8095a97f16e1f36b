/* SPDX-License-Identifier: MIT */
/* Tests of quantity: sizes as people type them, and what is none. */
#include "tests/unit/unit.h"

#include <errno.h>
#include <string.h>

#include "runner/quantity.h"

static uint64_t size_of(const char *text)
{
	struct error err = {0};
	uint64_t value = 0;

	if (quantity_read("limit", text, true, &value, &err) < 0)
		fail_msg("%s", err.text);
	return value;
}

static void reads_sizes_with_units(void **state)
{
	(void)state;
	assert_int_equal(size_of("1"), 1);
	assert_int_equal(size_of("10k"), 10240);
	assert_int_equal(size_of("10KB"), 10240);
	assert_int_equal(size_of("500m"), 500 << 20);
	assert_int_equal(size_of("2G"), UINT64_C(2) << 30);
	assert_int_equal(size_of("3tb"), UINT64_C(3) << 40);
	assert_int_equal(size_of("18446744073709551615"), UINT64_MAX);
}

static void refuses(const char *text, bool is_size)
{
	struct error err = {0};
	uint64_t value = 77;

	assert_int_equal(quantity_read("limit", text, is_size, &value, &err), -EINVAL);
	assert_int_equal(value, 77);
	assert_int_equal(strncmp(err.text, "--limit: ", 9), 0);
}

static void refuses_what_is_no_size(void **state)
{
	static const char *const bad[] = {"",
					  "0",
					  "-1",
					  "1x",
					  "k",
					  "1kk",
					  "1.5g",
					  " 1",
					  "1 ",
					  "0k",
					  "18446744073709551616",
					  "16777216t",
					  "1kbb"};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		refuses(bad[i], true);
	refuses("10k", false);
	refuses("0", false);
}

static void writes_what_can_be_read(uint64_t bytes, const char *wanted)
{
	char text[32];

	assert_string_equal(quantity_write(bytes, text, sizeof(text)), wanted);
}

static void writes_sizes_for_people(void **state)
{
	(void)state;
	writes_what_can_be_read(0, "0 B");
	writes_what_can_be_read(1023, "1023 B");
	writes_what_can_be_read(1024, "1.0 KiB");
	writes_what_can_be_read(1536 << 10, "1.5 MiB");
	writes_what_can_be_read(UINT64_C(200) << 30, "200 GiB");
	writes_what_can_be_read(UINT64_MAX, "1638 PiB");
}

static void reads_lists_of_numbers(void **state)
{
	static const char *const bad[] = {"",      "1 2",    "1 2 3 4",
					  "1 2 x", "1 -2 3", "1 2 99999999999999999999"};
	unsigned long long list[3];

	(void)state;
	assert_true(quantity_list("         0     524288 65536\n", list, 3));
	assert_true(list[0] == 0 && list[1] == 524288 && list[2] == 65536);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_false(quantity_list(bad[i], list, 3));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_sizes_with_units),
		cmocka_unit_test(refuses_what_is_no_size),
		cmocka_unit_test(writes_sizes_for_people),
		cmocka_unit_test(reads_lists_of_numbers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
