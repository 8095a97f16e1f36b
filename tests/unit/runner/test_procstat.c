/* SPDX-License-Identifier: MIT */
/* Tests of procstat: one process is told from another. */
#include "tests/unit/unit.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "runner/procstat.h"

static void knows_this_process(void **state)
{
	struct procstat stat, again;

	(void)state;
	assert_int_equal(procstat_read(getpid(), &stat), 0);
	assert_int_equal(stat.parent, getppid());
	assert_int_equal(stat.state, 'R');
	assert_true(stat.start > 0);
	assert_int_equal(procstat_read(getpid(), &again), 0);
	assert_true(stat.start == again.start);
}

static void is_not_misled_by_a_name(void **state)
{
	static const char name[] = "x) Z 1 2 (3 ";
	struct procstat stat;
	char own[16];

	(void)state;
	assert_int_equal(prctl(PR_GET_NAME, own), 0);
	assert_int_equal(prctl(PR_SET_NAME, name), 0);
	assert_int_equal(procstat_read(getpid(), &stat), 0);
	assert_int_equal(prctl(PR_SET_NAME, own), 0);
	assert_string_equal(stat.name, name);
	assert_int_equal(stat.parent, getppid());
	assert_int_equal(stat.state, 'R');
}

static void sees_that_one_has_stopped_and_gone(void **state)
{
	struct procstat stat;
	pid_t pid = fork();

	(void)state;
	if (pid == 0) {
		raise(SIGSTOP);
		_exit(0);
	}
	assert_true(pid > 0);
	assert_int_equal(waitpid(pid, NULL, WUNTRACED), pid);
	assert_int_equal(procstat_read(pid, &stat), 0);
	assert_int_equal(stat.state, 'T');
	assert_int_equal(stat.parent, getpid());
	assert_int_equal(kill(pid, SIGKILL), 0);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
	assert_int_equal(procstat_read(pid, &stat), -ENOENT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(knows_this_process),
		cmocka_unit_test(is_not_misled_by_a_name),
		cmocka_unit_test(sees_that_one_has_stopped_and_gone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
