/* SPDX-License-Identifier: MIT */
/* Tests of idmap: the choice for root and for others, and maps that the kernel really took. */
#include "tests/unit/unit.h"

#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "runner/idmap.h"

static void gives_root_a_range_of_nobodys_ids(void **state)
{
	struct idmap map;

	(void)state;
	idmap_choose(0, &map);
	if (geteuid() != 0) {
		assert_false(map.is_range);
		assert_int_equal(map.host, geteuid());
		assert_int_equal(map.host_gid, getegid());
		assert_int_equal(map.count, 1);
		assert_true(map.deny_setgroups);
		return;
	}
	assert_true(map.is_range);
	assert_int_equal(map.inside, 0);
	assert_int_equal(map.host, 524288);
	assert_int_equal(map.host_gid, 524288);
	assert_int_equal(map.count, 65536);
	assert_false(map.deny_setgroups);
	idmap_choose(1000000, &map);
	assert_int_equal(map.host, 1000000);
	/* Above the last id that there is: root has no such range. */
	idmap_choose(4294950000u, &map);
	assert_false(map.is_range);
}

/* A child in a new user namespace that says what its uid_map is when told to. */
static pid_t make_child(int go[2], int answer[2])
{
	char text[200] = "";
	ssize_t length;
	pid_t pid;

	assert_int_equal(pipe(go), 0);
	assert_int_equal(pipe(answer), 0);
	pid = fork();
	assert_true(pid >= 0);
	if (pid > 0) {
		char ready;

		assert_int_equal(read(answer[0], &ready, 1), 1);
		return pid;
	}
	if (unshare(CLONE_NEWUSER) < 0 || write(answer[1], "r", 1) != 1 ||
	    read(go[0], text, 1) != 1)
		_exit(1);
	FILE *file = fopen("/proc/self/uid_map", "r");
	length = file ? (ssize_t)fread(text, 1, sizeof(text), file) : 0;
	_exit(write(answer[1], text, (size_t)length) != length);
}

static void writes_a_map_that_the_kernel_takes(void **state)
{
	unsigned inside, host, count;
	struct error err = {0};
	struct idmap map;
	int go[2], answer[2], status;
	char text[200] = "";
	pid_t pid = make_child(go, answer);

	(void)state;
	idmap_choose(0, &map);
	assert_int_equal(idmap_write(&map, pid, &err), 0);
	assert_int_equal(write(go[1], "g", 1), 1);
	assert_true(read(answer[0], text, sizeof(text) - 1) > 0);
	assert_int_equal(sscanf(text, "%u %u %u", &inside, &host, &count), 3);
	assert_int_equal(inside, map.inside);
	assert_int_equal(host, map.host);
	assert_int_equal(count, map.count);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	for (int i = 0; i < 2; i++) {
		close(go[i]);
		close(answer[i]);
	}
}

static void says_which_file_was_refused(void **state)
{
	struct idmap map = {
		.is_range = true, .host = 524288, .host_gid = 524288, .count = 65536};
	struct error err = {0};

	(void)state;
	/* A process of this namespace has its map already. */
	assert_true(idmap_write(&map, getpid(), &err) < 0);
	assert_non_null(strstr(err.text, "uid_map"));
	assert_non_null(strstr(err.hint, "524288-589823"));
}

static void explains_why_namespaces_are_refused(void **state)
{
	struct error err = {0};

	(void)state;
	assert_int_equal(idmap_refused(ENOSPC, &err), -ENOSPC);
	assert_non_null(strstr(err.hint, "max_"));
	assert_int_equal(idmap_refused(ENOSYS, &err), -ENOSYS);
	assert_non_null(strstr(err.hint, "seccomp"));
	assert_int_equal(idmap_refused(EPERM, NULL), -EPERM);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(gives_root_a_range_of_nobodys_ids),
		cmocka_unit_test(writes_a_map_that_the_kernel_takes),
		cmocka_unit_test(says_which_file_was_refused),
		cmocka_unit_test(explains_why_namespaces_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
