/* SPDX-License-Identifier: MIT */
/* Tests of processors: what the kernel lets this process run on, and no more than is asked for. */
#include "tests/unit/unit.h"

#include <sched.h>

#include "common/processors.h"

static void counts_those_that_this_process_may_use(void **state)
{
	cpu_set_t all, one;

	(void)state;
	assert_int_equal(sched_getaffinity(0, sizeof(all), &all), 0);
	assert_int_equal(processors_count(CPU_SETSIZE), CPU_COUNT(&all));
	assert_int_equal(processors_count(1), 1);
	CPU_ZERO(&one);
	for (int i = 0; i < CPU_SETSIZE && !CPU_COUNT(&one); i++)
		if (CPU_ISSET(i, &all))
			CPU_SET(i, &one);
	assert_int_equal(sched_setaffinity(0, sizeof(one), &one), 0);
	assert_int_equal(processors_count(8), 1);
	assert_int_equal(sched_setaffinity(0, sizeof(all), &all), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(counts_those_that_this_process_may_use),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
