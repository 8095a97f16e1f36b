/* SPDX-License-Identifier: MIT */
/* Tests of duration. */
#include "tests/unit/unit.h"

#include <errno.h>
#include <string.h>

#include "runner/duration.h"

static void expect(const char *word, int64_t ms)
{
	struct error err = {0};
	int64_t got;

	assert_int_equal(duration_read("--timeout", word, &got, &err), 0);
	assert_int_equal(got, ms);
}

static void reads_numbers_with_and_without_units(void **state)
{
	(void)state;
	expect("0", 0);
	expect("90", 90000);
	expect("1.5", 1500);
	expect("0.25s", 250);
	expect(".5", 500);
	expect("1.5m", 90000);
	expect("2h", 7200000);
	expect("1d", 86400000);
	expect("3.", 3000);
	expect("0.0019", 1);
}

static void refuses_what_is_no_time(void **state)
{
	static const char *const bad[] = {
		"",
		"x",
		"-1",
		"1x",
		"1ss",
		".",
		"s",
		"1 s",
		"1e3",
		"0x10",
		" 1",
		"1.5.5",
		"99999999999999999999",
		"40000d",
		"inf",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct error err = {0};
		int64_t ms;

		if (duration_read("--timeout", bad[i], &ms, &err) != -EINVAL)
			fail_msg("'%s' is taken", bad[i]);
		assert_non_null(strstr(err.text, "--timeout"));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_numbers_with_and_without_units),
		cmocka_unit_test(refuses_what_is_no_time),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
