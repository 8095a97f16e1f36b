/* SPDX-License-Identifier: MIT */
/* Tests of protection: what the options make of it, and all of it on one child. */
#include "tests/unit/unit.h"

#include <errno.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/syscall.h>

#include "jailchild.h"
#include "runner/capabilities.h"
#include "runner/protection.h"

enum { ALL = CLONE_NEWUSER | CLONE_NEWNET | CLONE_NEWPID };

static void is_all_on_by_default(void **state)
{
	const struct options options = {0};
	struct protection protection = {0};
	struct error err = {0};

	(void)state;
	assert_int_equal(protection_read(&options, ALL, &protection, &err), 0);
	assert_int_equal(protection.capabilities, capabilities_default());
	assert_int_equal(protection.added, 0);
	assert_false(protection.no_filter || protection.no_landlock);
	assert_false(protection.shares_net || protection.shares_pid);
	assert_int_equal(protection.limits.asked, 0);
	assert_int_equal(protection_read(&options, 0, &protection, &err), 0);
	assert_true(protection.shares_net && protection.shares_pid);
}

static void is_switched_off_by_that_word_only(void **state)
{
	static const char *const bad[] = {"", "of", "none", "OFF", "unconfined"};
	struct options options = {.seccomp = "off", .landlock = "default"};
	struct protection protection = {0};
	struct error err = {0};

	(void)state;
	assert_int_equal(protection_read(&options, ALL, &protection, &err), 0);
	assert_true(protection.no_filter && !protection.no_landlock);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		options.seccomp = bad[i];
		assert_int_equal(protection_read(&options, ALL, &protection, &err),
				 -EINVAL);
		assert_non_null(strstr(err.text, "--seccomp"));
		options.seccomp = NULL;
		options.landlock = bad[i];
		assert_int_equal(protection_read(&options, ALL, &protection, &err),
				 -EINVAL);
		assert_non_null(strstr(err.text, "--landlock"));
		options.landlock = NULL;
	}
}

static void put_on(void *data)
{
	struct protection protection = {.capabilities = capabilities_default(),
					.limits = {.asked = 1U << RLIMIT_CORE}};
	struct error err = {0};
	struct rlimit value;
	bool has_landlock;

	(void)data;
	jailchild_succeed(protection_limit(&protection, &err), &err);
	jailchild_succeed(protection_drop(&protection, true, &err), &err);
	jailchild_succeed(protection_shut_in(&protection, false, &has_landlock, &err),
			  &err);
	jailchild_expect(prctl(PR_GET_SECCOMP, 0, 0, 0, 0) == 2);
	jailchild_expect(getrlimit(RLIMIT_CORE, &value) == 0 && value.rlim_max == 0);
	jailchild_expect(prctl(PR_CAPBSET_READ, 21 /* sys_admin */, 0, 0, 0) == 0);
	jailchild_expect(unshare(CLONE_NEWUSER) < 0 && errno == EPERM);
}

static void holds_a_process_by_all_its_parts(void **state)
{
	(void)state;
	jailchild_run(CLONE_NEWNS, put_on, NULL);
}

static void put_nothing_on(void *data)
{
	struct protection protection = {.no_filter = true, .no_landlock = true};
	struct error err = {0};
	bool has_landlock = true;

	(void)data;
	jailchild_succeed(protection_shut_in(&protection, false, &has_landlock, &err),
			  &err);
	jailchild_expect(!has_landlock);
	jailchild_expect(prctl(PR_GET_SECCOMP, 0, 0, 0, 0) == 0);
	/* Landlock would forbid that. */
	jailchild_expect(mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0);
}

static void leaves_out_what_is_off(void **state)
{
	(void)state;
	jailchild_run(CLONE_NEWNS, put_nothing_on, NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(is_all_on_by_default),
		cmocka_unit_test(is_switched_off_by_that_word_only),
		cmocka_unit_test(holds_a_process_by_all_its_parts),
		cmocka_unit_test(leaves_out_what_is_off),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
