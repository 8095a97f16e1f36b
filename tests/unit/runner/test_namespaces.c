/* SPDX-License-Identifier: MIT */
/* Tests of namespaces: which are made fresh, and a clone whose namespaces really are others. */
#include "tests/unit/unit.h"

#include <errno.h>
#include <linux/sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "jailchild.h"

static const uint64_t all = CLONE_NEWUSER | CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWIPC |
			    CLONE_NEWUTS | CLONE_NEWNET | CLONE_NEWCGROUP;

static uint64_t choose(const char *first, const char *second)
{
	_cleanup_strlist_ struct strlist shared = {0};
	struct error err = {0};
	uint64_t flags = 0;

	if (first)
		assert_int_equal(strlist_add(&shared, first, &err), 0);
	if (second)
		assert_int_equal(strlist_add(&shared, second, &err), 0);
	if (namespaces_choose(&shared, &flags, &err) < 0)
		fail_msg("%s", err.text);
	return flags;
}

static void refuses(const char *list)
{
	_cleanup_strlist_ struct strlist shared = {0};
	struct error err = {0};
	uint64_t flags = 77;

	assert_int_equal(strlist_add(&shared, list, &err), 0);
	assert_int_equal(namespaces_choose(&shared, &flags, &err), -EINVAL);
	assert_int_equal(flags, 77);
	assert_non_null(strstr(err.text, "--share"));
	assert_non_null(strstr(err.hint, "cgroup"));
}

static void makes_all_fresh_unless_asked(void **state)
{
	(void)state;
	assert_true(choose(NULL, NULL) == all);
}

static void gives_one_up_by_name(void **state)
{
	(void)state;
	assert_true(choose("user", NULL) == (all & ~(uint64_t)CLONE_NEWUSER));
	assert_true(choose("net", NULL) == (all & ~(uint64_t)CLONE_NEWNET));
	assert_true(choose("pid", NULL) == (all & ~(uint64_t)CLONE_NEWPID));
	assert_true(choose("ipc", NULL) == (all & ~(uint64_t)CLONE_NEWIPC));
	assert_true(choose("uts", NULL) == (all & ~(uint64_t)CLONE_NEWUTS));
	assert_true(choose("cgroup", NULL) == (all & ~(uint64_t)CLONE_NEWCGROUP));
}

static void takes_lists_and_repetitions(void **state)
{
	(void)state;
	assert_true(choose("net,ipc", "uts,net") ==
		    (all & ~(uint64_t)(CLONE_NEWNET | CLONE_NEWIPC | CLONE_NEWUTS)));
	assert_true(choose("user,net,pid,ipc,uts,cgroup", NULL) == CLONE_NEWNS);
}

static void refuses_unknown_names(void **state)
{
	(void)state;
	refuses("mount"); /* the jail's tree is always its own */
	refuses("nett");
	refuses("ne");
	refuses("net,,pid");
	refuses(",net");
	refuses("Net");
	refuses("net pid");
}

static ino_t own_namespace(const char *name)
{
	char path[64];
	struct stat st;

	snprintf(path, sizeof(path), "/proc/self/ns/%s", name);
	return stat(path, &st) == 0 ? st.st_ino : 0;
}

static const char *const kinds[] = {"user", "mnt", "ipc", "uts", "net", "cgroup"};
enum { KINDS = sizeof(kinds) / sizeof(kinds[0]) };

static void look_at_namespaces(void *data)
{
	const ino_t *outside = data;

	jailchild_expect(getpid() == 1);
	for (int i = 0; i < KINDS; i++) {
		ino_t inside = own_namespace(kinds[i]);

		jailchild_expect(inside != 0 && inside != outside[i]);
	}
	jailchild_expect(getuid() == 0 && getgid() == 0);
}

static void clones_into_namespaces_of_its_own(void **state)
{
	ino_t outside[KINDS];

	(void)state;
	for (int i = 0; i < KINDS; i++)
		outside[i] = own_namespace(kinds[i]);
	jailchild_run(all, look_at_namespaces, outside);
}

static void ignore_signal(int signal)
{
	(void)signal;
}

static void names_the_child_and_resets_its_handlers(void **state)
{
	struct sigaction action, old;
	struct error err = {0};
	siginfo_t info = {0};
	int pidfd = -1;

	(void)state;
	signal(SIGUSR1, ignore_signal);
	pid_t pid = namespaces_clone(0, &pidfd, &err);
	assert_true(pid >= 0);
	if (pid == 0) {
		if (sigaction(SIGUSR1, NULL, &action) < 0 || action.sa_handler != SIG_DFL)
			_exit(1);
		_exit(42);
	}
	assert_int_equal(sigaction(SIGUSR1, NULL, &old), 0);
	assert_ptr_equal(old.sa_handler, ignore_signal);
	signal(SIGUSR1, SIG_DFL);
	assert_true(pidfd >= 0);
	assert_int_equal(waitid(P_PIDFD, (id_t)pidfd, &info, WEXITED), 0);
	assert_int_equal(info.si_pid, pid);
	assert_int_equal(info.si_status, 42);
	close(pidfd);
}

/* Kernel: a new user namespace is never shared with the thread's file system state (clone(2)). */
static void tells_what_the_kernel_refused(void **state)
{
	struct error err = {0};
	int pidfd = -1;

	(void)state;
	assert_int_equal(namespaces_clone(CLONE_NEWUSER | CLONE_FS, &pidfd, &err),
			 -EINVAL);
	assert_int_equal(pidfd, -1);
	assert_non_null(strstr(err.text, "namespaces"));
}

static void drop_to_nobody(void *data)
{
	struct error err = {0};
	int pidfd = -1;

	(void)data;
	if (geteuid() == 0)
		jailchild_expect(setresuid(65534, 65534, 65534) == 0);
	pid_t pid = namespaces_clone(CLONE_NEWNS, &pidfd, &err);
	if (pid == 0)
		_exit(0);
	jailchild_expect(pid == -EPERM);
	jailchild_expect(strstr(err.hint, "--share user needs root"));
}

static void says_that_sharing_user_needs_root(void **state)
{
	(void)state;
	jailchild_fork(drop_to_nobody, NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(makes_all_fresh_unless_asked),
		cmocka_unit_test(gives_one_up_by_name),
		cmocka_unit_test(takes_lists_and_repetitions),
		cmocka_unit_test(refuses_unknown_names),
		cmocka_unit_test(clones_into_namespaces_of_its_own),
		cmocka_unit_test(names_the_child_and_resets_its_handlers),
		cmocka_unit_test(tells_what_the_kernel_refused),
		cmocka_unit_test(says_that_sharing_user_needs_root),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
