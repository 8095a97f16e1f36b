/* SPDX-License-Identifier: MIT */
/* Tests of fence: what Landlock still lets a process do, tried in a child. */
#include "tests/unit/unit.h"

#include <errno.h>
#include <sys/prctl.h>
#include <sys/wait.h>

#include "rawtar.h"
#include "runner/fence.h"

/* Inside the fence; the number of the first thing that was not as it should be, 0 if none. */
static int try_the_fence(int folder_fd, int outside_fd)
{
	struct error err = {0};
	bool active = false;

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 ||
	    fence_raise(folder_fd, &active, &err) < 0)
		return 1;
	if (!active)
		return 0;
	if (mkdirat(folder_fd, "d", 0700) < 0 || symlinkat("x", folder_fd, "d/l") < 0 ||
	    mknodat(folder_fd, "d/p", S_IFIFO | 0600, 0) < 0)
		return 2;
	int fd = openat(folder_fd, "d/f", O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0700);
	if (fd < 0 || write(fd, "text", 4) != 4 || ftruncate(fd, 2) < 0)
		return 3;
	if (linkat(folder_fd, "d/f", folder_fd, "other", 0) < 0 ||
	    unlinkat(folder_fd, "d/l", 0) < 0)
		return 4;
	if (openat(outside_fd, "file", O_RDONLY | O_CLOEXEC) >= 0 || errno != EACCES)
		return 5;
	if (openat(folder_fd, "..", O_RDONLY | O_DIRECTORY | O_CLOEXEC) >= 0)
		return 6;
	if (mkdirat(outside_fd, "new", 0700) == 0 || unlinkat(outside_fd, "file", 0) == 0)
		return 7;
	if (open("/etc/passwd", O_RDONLY | O_CLOEXEC) >= 0)
		return 8;
	return 0;
}

static void lets_out_nothing_but_writing_to_its_folder(void **state)
{
	char inside[256], outside[256];
	int inside_fd = rawtar_folder(inside, sizeof(inside)), status;
	int outside_fd = rawtar_folder(outside, sizeof(outside));

	(void)state;
	assert_int_equal(mknodat(outside_fd, "file", S_IFREG | 0666, 0), 0);
	pid_t pid = fork();
	assert_true(pid >= 0);
	if (pid == 0)
		_exit(try_the_fence(inside_fd, outside_fd));
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	rawtar_remove(inside, inside_fd);
	rawtar_remove(outside, outside_fd);
}

static void wants_no_new_privs_or_a_capability(void **state)
{
	char folder[256];
	int folder_fd = rawtar_folder(folder, sizeof(folder)), status;

	(void)state;
	pid_t pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		struct error err = {0};
		bool active = false;

		if (setresuid(65534, 65534, 65534) < 0 && geteuid() == 0)
			_exit(9);
		int r = fence_raise(folder_fd, &active, &err);
		_exit(r == -EPERM || (r == 0 && !active) ? 0 : 1);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	rawtar_remove(folder, folder_fd);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lets_out_nothing_but_writing_to_its_folder),
		cmocka_unit_test(wants_no_new_privs_or_a_capability),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
