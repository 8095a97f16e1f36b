/* SPDX-License-Identifier: MIT */
/* Tests of builder/placement: what a path says. */
#include "tests/unit/unit.h"

#include "builder/placement.h"

static void commands_lie_in_bin_sbin_and_games(void **state)
{
	(void)state;
	assert_true(placement_is_command("/bin/ls"));
	assert_true(placement_is_command("/usr/local/sbin/x"));
	assert_true(placement_is_command("/usr/games/y"));
	assert_false(placement_is_command("/usr/lib/x"));
	assert_false(placement_is_command("/usr/bin/sub/x"));
	assert_false(placement_is_command("/x"));
	assert_false(placement_is_command("/notbin/x"));
}

static void libraries_end_in_so_or_a_version(void **state)
{
	(void)state;
	assert_true(placement_is_library("/lib/libc.so.6"));
	assert_true(placement_is_library("/lib/x.so"));
	assert_false(placement_is_library("/lib/x.sock"));
	assert_false(placement_is_library("/lib.so.1/x"));
}

static void what_only_a_running_jail_has_is_live(void **state)
{
	(void)state;
	assert_true(placement_is_live("/proc/self/mounts"));
	assert_true(placement_is_live("/dev"));
	assert_true(placement_is_live("/var/run/x"));
	assert_false(placement_is_live("/device"));
	assert_false(placement_is_live("/var/runner"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(commands_lie_in_bin_sbin_and_games),
		cmocka_unit_test(libraries_end_in_so_or_a_version),
		cmocka_unit_test(what_only_a_running_jail_has_is_live),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
