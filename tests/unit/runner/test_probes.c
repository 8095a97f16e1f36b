/* SPDX-License-Identifier: MIT */
/* Tests of probes: on this machine, which can make jails, and where something is taken away. */
#include "tests/unit/unit.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>

#include "common/fd.h"
#include "jailchild.h"
#include "runner/mount.h"
#include "runner/probes.h"

static void run_by_name(const char *name, struct probes_result *ret)
{
	*ret = (struct probes_result){.verdict = PROBES_BAD};
	for (size_t i = 0; i < probes_count(); i++)
		if (!strcmp(probes_name(i), name)) {
			probes_run(i, ret);
			return;
		}
	fail_msg("no probe is called %s", name);
}

static void finds_what_a_jail_needs_where_jails_can_be_made(void **state)
{
	static const char *const needed[] = {"kernel", "users",   "namespaces",
					     "proc",   "devices", "seccomp"};

	(void)state;
	for (size_t i = 0; i < sizeof(needed) / sizeof(needed[0]); i++) {
		struct probes_result result;

		run_by_name(needed[i], &result);
		if (result.verdict != PROBES_GOOD)
			fail_msg("%s: %s", needed[i], result.words.text);
	}
}

static void says_something_always_and_a_cure_for_what_is_bad(void **state)
{
	(void)state;
	for (size_t i = 0; i < probes_count(); i++) {
		struct probes_result result;

		probes_run(i, &result);
		assert_true(result.words.text[0]);
		if (result.verdict != PROBES_GOOD && !result.words.hint[0])
			fail_msg("%s: no hint: %s", probes_name(i), result.words.text);
	}
}

static void forbid_users(void *data)
{
	struct probes_result result;
	_cleanup_fd_ int fd = open("/proc/sys/user/max_user_namespaces",
				   O_WRONLY | O_CLOEXEC);

	(void)data;
	jailchild_expect(fd >= 0 && write(fd, "0", 1) == 1);
	run_by_name("users", &result);
	jailchild_expect(result.verdict == PROBES_BAD);
	jailchild_expect(strstr(result.words.hint, "user.max_user_namespaces"));
	run_by_name("namespaces", &result);
	jailchild_expect(result.verdict == PROBES_BAD);
	run_by_name("seccomp", &result);
	jailchild_expect(result.verdict == PROBES_GOOD);
}

static void knows_that_user_namespaces_are_switched_off(void **state)
{
	(void)state;
	jailchild_run(0, forbid_users, NULL);
}

/* As a container does: a new /proc may then show no more than the old one (mount_too_revealing). */
static void cover_proc(void *data)
{
	struct probes_result result;
	struct error err = {0};

	(void)data;
	jailchild_expect(mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0);
	_cleanup_fd_ int null = mount_copy(AT_FDCWD, "/dev/null", false, &err);
	jailchild_succeed(null, &err);
	jailchild_succeed(mount_attach(null, AT_FDCWD, "/proc/interrupts", &err), &err);
	run_by_name("proc", &result);
	jailchild_expect(result.verdict == PROBES_BAD);
	jailchild_expect(strstr(result.words.hint, "--share pid"));
	run_by_name("users", &result);
	jailchild_expect(result.verdict == PROBES_GOOD);
}

static void knows_that_a_container_covers_proc(void **state)
{
	(void)state;
	jailchild_run(CLONE_NEWNS, cover_proc, NULL);
}

static void knows_that_the_cache_folder_cannot_be_had(void **state)
{
	char path[] = "/tmp/test_probes.XXXXXX", link[64];
	struct probes_result result;

	(void)state;
	assert_non_null(mkdtemp(path));
	setenv("XDG_CACHE_HOME", path, 1);
	run_by_name("cache", &result);
	assert_true(strstr(result.words.text, path) == result.words.text);
	snprintf(link, sizeof(link), "%s/jailrun", path);
	assert_int_equal(rmdir(link), 0);
	assert_int_equal(symlink("/tmp", link), 0);
	run_by_name("cache", &result);
	assert_int_not_equal(result.verdict, PROBES_GOOD);
	assert_int_equal(unlink(link), 0);
	assert_int_equal(mkdir(link, 0777), 0);
	assert_int_equal(chmod(link, 0777), 0);
	run_by_name("cache", &result);
	assert_int_equal(result.verdict, PROBES_BAD);
	assert_int_equal(rmdir(link), 0);
	assert_int_equal(rmdir(path), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(finds_what_a_jail_needs_where_jails_can_be_made),
		cmocka_unit_test(says_something_always_and_a_cure_for_what_is_bad),
		cmocka_unit_test(knows_that_user_namespaces_are_switched_off),
		cmocka_unit_test(knows_that_a_container_covers_proc),
		cmocka_unit_test(knows_that_the_cache_folder_cannot_be_had),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
