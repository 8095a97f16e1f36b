/* SPDX-License-Identifier: MIT */
/* Tests of ownfiles: what is the caller's own opens whatever its mode; nothing else does. */
#include "tests/unit/unit.h"

#include <fcntl.h>
#include <sys/stat.h>

#include "jailchild.h"
#include "runner/ownfiles.h"
#include "tests/unit/common/scratch.h"

enum { USER = 65534 };

static bool can_read(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd >= 0)
		close(fd);
	return fd >= 0;
}

/* A folder that is closed with a file in it that is closed. */
static void close_things(void)
{
	jailchild_expect(mkdir("closed", 0700) == 0);
	int fd = open("closed/file", O_CREAT | O_WRONLY | O_CLOEXEC, 0);
	jailchild_expect(fd >= 0);
	close(fd);
	jailchild_expect(chmod("closed", 0) == 0);
}

static void open_things(void *data)
{
	struct error err = {0};
	bool by_root = geteuid() == 0;

	(void)data;
	if (by_root)
		jailchild_expect(setresgid(USER, USER, USER) == 0 &&
				 setresuid(USER, USER, USER) == 0 &&
				 prctl(PR_SET_DUMPABLE, 1, 0, 0, 0) == 0); /* proc(5) */
	close_things();
	jailchild_expect(!can_read("closed/file"));
	jailchild_succeed(ownfiles_read_all(&err), &err);
	jailchild_expect(can_read("closed/file"));
	/* Reading alone; and to whom root's file belongs is still somebody else. */
	jailchild_expect(open("closed/file", O_WRONLY | O_CLOEXEC) < 0);
	jailchild_expect(!by_root || !can_read("root"));
	jailchild_expect(access("/etc/shadow", F_OK) < 0 || !can_read("/etc/shadow"));
	/* Also of what it executes. */
	execlp("cat", "cat", "closed/file", NULL);
	_exit(1);
}

static void opens_what_is_the_callers_own(void **state)
{
	(void)state;
	if (geteuid() == 0) {
		int fd = open("root", O_CREAT | O_WRONLY | O_CLOEXEC, 0600);

		assert_true(fd >= 0);
		close(fd);
		assert_int_equal(chmod(".", 0777), 0);
	}
	jailchild_fork(open_things, NULL);
	if (geteuid() != 0)
		assert_int_equal(chmod("closed", 0700), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		scratch_test(opens_what_is_the_callers_own),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
