/* SPDX-License-Identifier: MIT */
/* Tests of signals. */
#include "tests/unit/unit.h"

#include <signal.h>

#include "runner/signals.h"

static void knows_signals_by_name_and_number(void **state)
{
	(void)state;
	assert_int_equal(signals_find("TERM"), SIGTERM);
	assert_int_equal(signals_find("SIGTERM"), SIGTERM);
	assert_int_equal(signals_find("sigusr1"), SIGUSR1);
	assert_int_equal(signals_find("9"), SIGKILL);
	assert_int_equal(signals_find("RTMIN"), SIGRTMIN);
	assert_int_equal(signals_find("SIGRTMIN+3"), SIGRTMIN + 3);
	assert_int_equal(signals_find("RTMAX-1"), SIGRTMAX - 1);
	assert_int_equal(signals_find("64"), SIGRTMAX);
}

static void knows_no_others(void **state)
{
	static const char *const bad[] = {"",
					  "0",
					  "65",
					  "TERMX",
					  "SIG",
					  "-9",
					  "9x",
					  "RTMIN-1",
					  "RTMIN+99",
					  "RTMIN+",
					  "RTMAX+1",
					  "SIGSIGTERM",
					  "99999999999999999999"};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		if (signals_find(bad[i]) != -1)
			fail_msg("'%s' is taken", bad[i]);
}

static void names_what_it_finds(void **state)
{
	char text[16];

	(void)state;
	for (int i = 1; i <= SIGRTMAX; i++) {
		signals_name(i, text, sizeof(text));
		assert_int_equal(signals_find(text), i);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(knows_signals_by_name_and_number),
		cmocka_unit_test(knows_no_others),
		cmocka_unit_test(names_what_it_finds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
