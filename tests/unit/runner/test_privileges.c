/* SPDX-License-Identifier: MIT */
/* Tests of privileges: ids, capabilities and bounding set of a child in a user namespace. */
#include "tests/unit/unit.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>

#include "jailchild.h"
#include "runner/privileges.h"

#define BIT(capability) (UINT64_C(1) << (capability))

/* As documented in capabilities.h. */
static const uint64_t documented = BIT(CAP_CHOWN) | BIT(CAP_DAC_OVERRIDE) |
				   BIT(CAP_FOWNER) | BIT(CAP_FSETID) | BIT(CAP_KILL) |
				   BIT(CAP_SETGID) | BIT(CAP_SETUID) |
				   BIT(CAP_NET_BIND_SERVICE) | BIT(CAP_SYS_CHROOT);

struct capabilities {
	uint64_t effective, permitted, inheritable;
};

static struct capabilities own_capabilities(void)
{
	struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
	struct __user_cap_data_struct data[2] = {0};

	jailchild_expect(syscall(SYS_capget, &header, data) == 0);
	return (struct capabilities){
		.effective = data[0].effective | (uint64_t)data[1].effective << 32,
		.permitted = data[0].permitted | (uint64_t)data[1].permitted << 32,
		.inheritable = data[0].inheritable | (uint64_t)data[1].inheritable << 32,
	};
}

static bool has_exactly(uint64_t set)
{
	struct capabilities own = own_capabilities();

	return own.effective == set && own.permitted == set && own.inheritable == 0;
}

/* As jailchild_succeed(privileges_drop(…)). */
static void drop(uint64_t set, uint64_t ambient)
{
	struct error err = {0};

	jailchild_succeed(privileges_drop(set, ambient, &err), &err);
}

static uint64_t bounding_set(void)
{
	uint64_t set = 0;

	for (int i = 0; i < 64; i++)
		if (prctl(PR_CAPBSET_READ, i, 0, 0, 0) == 1)
			set |= BIT(i);
	return set;
}

static void become_root(void *data)
{
	const struct idmap *map = data;
	struct error err = {0};

	jailchild_succeed(privileges_become_root(!map->deny_setgroups, &err), &err);
	jailchild_expect(getuid() == 0 && geteuid() == 0);
	jailchild_expect(getgid() == 0 && getegid() == 0);
	if (!map->deny_setgroups)
		jailchild_expect(getgroups(0, NULL) == 0);
	else /* the kernel's condition for the map: groups cannot be dropped */
		jailchild_expect(privileges_become_root(true, &err) == -EPERM);
	jailchild_expect(own_capabilities().effective & BIT(CAP_SYS_ADMIN));
}

static void becomes_root_of_its_namespace(void **state)
{
	struct idmap map;

	(void)state;
	idmap_choose(0, &map);
	jailchild_run_mapped(0, &map, become_root, &map);
}

static void limit(void *data)
{
	struct error err = {0};

	(void)data;
	jailchild_expect(bounding_set() & BIT(CAP_SYS_ADMIN));
	jailchild_succeed(privileges_limit(documented, &err), &err);
	jailchild_expect(bounding_set() == documented);
	jailchild_expect(prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1);
	jailchild_succeed(privileges_limit(documented, &err),
			  &err); /* what is gone can go again */
}

static void limits_what_can_ever_be_had(void **state)
{
	(void)state;
	jailchild_run(0, limit, NULL);
}

static void limit_without_rights(void *data)
{
	struct error err = {0};

	(void)data;
	drop(0, 0);
	jailchild_expect(privileges_limit(documented, &err) == -EPERM);
	jailchild_expect(strstr(err.text, "cannot drop capability"));
	jailchild_expect(prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 0);
}

static void says_so_if_it_cannot_limit(void **state)
{
	(void)state;
	jailchild_run(0, limit_without_rights, NULL);
}

static void drop_as_root(void *data)
{
	struct error err = {0};

	(void)data;
	drop(documented, 0);
	jailchild_expect(has_exactly(documented));
	drop(0, 0);
	jailchild_expect(has_exactly(0));
	jailchild_expect(privileges_drop(documented, 0, &err) ==
			 -EPERM); /* there is no way back */
}

static void keeps_the_documented_set_for_root_only(void **state)
{
	(void)state;
	jailchild_run(0, drop_as_root, NULL);
}

static void keep_for_another_user(void *data)
{
	const struct account alice = {.uid = 1000, .gid = 1001};
	const uint64_t wanted = BIT(CAP_NET_RAW);
	const struct idmap *map = data;
	struct error err = {0};

	jailchild_succeed(privileges_become_root(!map->deny_setgroups, &err), &err);
	jailchild_succeed(privileges_become_user(&alice, !map->is_range,
						 !map->deny_setgroups, &err),
			  &err);
	drop(wanted, wanted);
	struct capabilities own = own_capabilities();
	jailchild_expect(own.effective == wanted && own.permitted == wanted &&
			 own.inheritable == wanted);
	jailchild_expect(
		prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_IS_SET, CAP_NET_RAW, 0, 0) == 1);
	jailchild_expect(prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_IS_SET, CAP_CHOWN, 0, 0) ==
			 0);
}

static void keeps_for_another_user_what_is_ambient(void **state)
{
	struct idmap map;

	(void)state;
	idmap_choose(0, &map);
	jailchild_run_mapped(0, &map, keep_for_another_user, &map);
}

static void become_alice(void *data)
{
	const struct account alice = {
		.uid = 1000, .gid = 1001, .groups = {29, 44}, .group_count = 2};
	const struct idmap *map = data;
	struct error err = {0};
	gid_t groups[8];

	jailchild_succeed(privileges_become_root(!map->deny_setgroups, &err), &err);
	jailchild_succeed(privileges_become_user(&alice, !map->is_range,
						 !map->deny_setgroups, &err),
			  &err);
	jailchild_expect(getuid() == 1000 && geteuid() == 1000);
	jailchild_expect(getgid() == 1001 && getegid() == 1001);
	jailchild_expect(setresuid(0, 0, 0) < 0);
	if (map->is_range) {
		jailchild_expect(getgroups(8, groups) == 2);
		jailchild_expect(groups[0] == 29 && groups[1] == 44);
	}
	drop(0, 0);
	jailchild_expect(has_exactly(0));
}

/* Root has a range of ids; for others a further user namespace shows the one under that number. */
static void becomes_the_user_of_the_account(void **state)
{
	struct idmap map;

	(void)state;
	idmap_choose(0, &map);
	jailchild_run_mapped(0, &map, become_alice, &map);
}

static void show_one_id_as_another(void *data)
{
	const struct account alice = {.uid = 1000, .gid = 1001};
	struct error err = {0};

	(void)data;
	jailchild_succeed(privileges_limit(documented, &err), &err);
	/* init's child is not dumpable, and yet has to open its own map. */
	jailchild_expect(prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) == 0);
	jailchild_succeed(privileges_become_user(&alice, true, false, &err), &err);
	jailchild_expect(getuid() == 1000 && getgid() == 1001);
	/* The kernel gives a new namespace a full bounding set, which the caller has to limit. */
	jailchild_succeed(privileges_limit(documented, &err), &err);
	jailchild_expect(bounding_set() == documented);
}

static void shows_the_only_id_under_the_wanted_number(void **state)
{
	(void)state;
	jailchild_run(0, show_one_id_as_another, NULL);
}

static void stay_root(void *data)
{
	const struct account root = {.home = "/"};
	struct error err = {0};
	char before[64] = "", after[64] = "";

	(void)data;
	jailchild_expect(readlink("/proc/self/ns/user", before, 63) > 0);
	jailchild_succeed(privileges_become_user(&root, true, false, &err), &err);
	jailchild_expect(readlink("/proc/self/ns/user", after, 63) > 0);
	jailchild_expect(!strcmp(before, after) && getuid() == 0);
}

static void needs_no_further_namespace_for_root(void **state)
{
	(void)state;
	jailchild_run(0, stay_root, NULL);
}

static void become_somebody_unmapped(void *data)
{
	const struct account user = {.uid = 70000, .gid = 0};
	const struct account group = {.uid = 0, .gid = 70000};
	struct error err = {0};

	(void)data;
	jailchild_expect(privileges_become_user(&user, false, false, &err) == -EINVAL);
	jailchild_expect(strstr(err.text, "user 70000") && strstr(err.hint, "mapped"));
	jailchild_expect(privileges_become_user(&group, false, false, &err) == -EINVAL);
	jailchild_expect(strstr(err.text, "group 70000") && strstr(err.hint, "mapped"));
}

static void says_that_an_id_is_not_mapped(void **state)
{
	(void)state;
	jailchild_run(0, become_somebody_unmapped, NULL);
}

static bool can_be_traced(pid_t pid)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/%d/mem", pid);
	return ptrace(PTRACE_SEIZE, pid, NULL, NULL) == 0 ||
	       open(path, O_RDONLY | O_CLOEXEC) >= 0;
}

static void drop_for_init(void *data)
{
	struct error err = {0};
	int status;

	(void)data;
	jailchild_succeed(privileges_drop_for_init(&err), &err);
	jailchild_expect(has_exactly(BIT(CAP_KILL)));
	jailchild_expect(prctl(PR_GET_DUMPABLE, 0, 0, 0, 0) == 0);
	pid_t tracer = fork();
	jailchild_expect(tracer >= 0);
	if (tracer == 0)
		_exit(can_be_traced(getppid()));
	jailchild_expect(waitpid(tracer, &status, 0) == tracer && status == 0);
}

static void lets_nobody_trace_init(void **state)
{
	(void)state;
	jailchild_run(0, drop_for_init, NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(becomes_root_of_its_namespace),
		cmocka_unit_test(limits_what_can_ever_be_had),
		cmocka_unit_test(says_so_if_it_cannot_limit),
		cmocka_unit_test(keeps_the_documented_set_for_root_only),
		cmocka_unit_test(keeps_for_another_user_what_is_ambient),
		cmocka_unit_test(becomes_the_user_of_the_account),
		cmocka_unit_test(shows_the_only_id_under_the_wanted_number),
		cmocka_unit_test(needs_no_further_namespace_for_root),
		cmocka_unit_test(says_that_an_id_is_not_mapped),
		cmocka_unit_test(lets_nobody_trace_init),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
