/* SPDX-License-Identifier: MIT */
/* Tests of builder/epoch: the time of an image. */
#include "tests/unit/unit.h"

#include <errno.h>
#include <stdlib.h>

#include "builder/epoch.h"

static void it_is_0_or_what_the_variable_says(void **state)
{
	struct error err = {0};
	int64_t epoch = 7;

	(void)state;
	assert_int_equal(unsetenv("SOURCE_DATE_EPOCH"), 0);
	assert_int_equal(epoch_read(&epoch, &err), 0);
	assert_int_equal(epoch, 0);
	assert_int_equal(setenv("SOURCE_DATE_EPOCH", "4102444800", 1), 0);
	assert_int_equal(epoch_read(&epoch, &err), 0);
	assert_int_equal(epoch, 4102444800);
	assert_int_equal(setenv("SOURCE_DATE_EPOCH", "", 1), 0);
	assert_int_equal(epoch_read(&epoch, &err), 0);
	assert_int_equal(epoch, 0);
}

static void refuses_what_is_no_number_of_seconds(void **state)
{
	static const char *const texts[] = {"-1", "+1", " 1",
					    "1x", "x",  "99999999999999999999"};

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		struct error err = {0};
		int64_t epoch;

		assert_int_equal(setenv("SOURCE_DATE_EPOCH", texts[i], 1), 0);
		assert_int_equal(epoch_read(&epoch, &err), -EINVAL);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(it_is_0_or_what_the_variable_says),
		cmocka_unit_test(refuses_what_is_no_number_of_seconds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
