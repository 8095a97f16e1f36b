/* SPDX-License-Identifier: MIT */
/*
 * Tests of syscalls: the filters of all machines, gone through here as the kernel would, since only
 * one of them can run; and that one on a real child.
 */
#include "tests/unit/unit.h"

#include <errno.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <stddef.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>

#include "jailchild.h"
#include "runner/syscalls.h"
#include "syscalls_filter.h"

struct filter {
	const struct sock_filter *lines;
	size_t count;
	uint32_t arch;
	/* Numbers of calls in asm/unistd.h of that machine. */
	int openat, mount, keyctl, unshare, clone, clone3, ioctl, socket, personality,
		bpf;
};

#define PROGRAM(array) (array), sizeof(array) / sizeof((array)[0])

static const struct filter filters[] = {
	{PROGRAM(syscalls_filter_x86_64), AUDIT_ARCH_X86_64, 257, 165, 250, 272, 56, 435,
	 16, 41, 135, 321},
	{PROGRAM(syscalls_filter_aarch64), AUDIT_ARCH_AARCH64, 56, 40, 219, 97, 220, 435,
	 29, 198, 92, 280},
	{PROGRAM(syscalls_filter_riscv64), AUDIT_ARCH_RISCV64, 56, 40, 219, 97, 220, 435,
	 29, 198, 92, 280},
};

enum { FILTER_COUNT = sizeof(filters) / sizeof(filters[0]) };

static const uint32_t allow = SECCOMP_RET_ALLOW, refuse = SECCOMP_RET_ERRNO | EPERM,
		      unknown = SECCOMP_RET_ERRNO | ENOSYS,
		      deadly = SECCOMP_RET_KILL_PROCESS;

static bool takes_jump(const struct sock_filter *line, uint32_t value)
{
	switch (BPF_OP(line->code)) {
	case BPF_JEQ:
		return value == line->k;
	case BPF_JGE:
		return value >= line->k;
	case BPF_JSET:
		return value & line->k;
	default:
		fail_msg("no such jump: %#x", line->code);
	}
	return false;
}

/* The verdict of the filter; the four instructions that it is made of are all that is known here. */
static uint32_t judge(const struct filter *filter, const struct seccomp_data *data)
{
	uint32_t value = 0;

	for (size_t at = 0; at < filter->count; at++) {
		const struct sock_filter *line = &filter->lines[at];

		if (line->code == (BPF_LD | BPF_W | BPF_ABS)) {
			assert_true(line->k + sizeof(value) <= sizeof(*data));
			memcpy(&value, (const char *)data + line->k, sizeof(value));
		} else if (line->code == (BPF_RET | BPF_K)) {
			return line->k;
		} else {
			assert_int_equal(BPF_CLASS(line->code), BPF_JMP);
			at += takes_jump(line, value) ? line->jt : line->jf;
		}
	}
	fail_msg("the filter has no end");
	return 0;
}

static void expect(const struct filter *filter, int number, uint64_t argument,
		   uint32_t verdict)
{
	/* The same for the first and the second, of which each check looks at one. */
	struct seccomp_data data = {
		.nr = number, .arch = filter->arch, .args = {argument, argument}};
	uint32_t got = judge(filter, &data);

	if (got != verdict)
		fail_msg("arch %#x, call %d(%#llx): %#x, not %#x", filter->arch, number,
			 (unsigned long long)argument, got, verdict);
}

static void lets_through_what_is_usual(void **state)
{
	(void)state;
	for (int i = 0; i < FILTER_COUNT; i++)
		expect(&filters[i], filters[i].openat, 0, allow);
}

static void refuses_what_reaches_beyond_the_jail(void **state)
{
	(void)state;
	for (int i = 0; i < FILTER_COUNT; i++) {
		const struct filter *filter = &filters[i];

		expect(filter, filter->mount, 0, refuse);
		expect(filter, filter->keyctl, 0, refuse);
		expect(filter, filter->unshare, 0, refuse);
		expect(filter, filter->bpf, 0, refuse);
		for (int number = 425; number <= 427; number++) /* io_uring */
			expect(filter, number, 0, refuse);
		for (int number = 428; number <= 433; number++) /* open_tree … fspick */
			expect(filter, number, 0, refuse);
	}
}

static void knows_no_call_that_it_was_not_told_of(void **state)
{
	(void)state;
	for (int i = 0; i < FILTER_COUNT; i++) {
		expect(&filters[i], filters[i].clone3, 0, unknown);
		expect(&filters[i], 511, 0, unknown);
		expect(&filters[i], 512, 0, unknown);
		expect(&filters[i], 100000, 0, unknown);
	}
}

static void kills_who_calls_by_another_convention(void **state)
{
	(void)state;
	for (int i = 0; i < FILTER_COUNT; i++) {
		struct filter other = filters[i];

		other.arch = AUDIT_ARCH_I386;
		expect(&other, other.openat, 0, deadly);
	}
	/* x32: getpid, and a number of its own. */
	expect(&filters[0], 0x40000000 | 39, 0, deadly);
	expect(&filters[0], 0x40000000 | 520, 0, deadly);
	/* What a tracer makes of a call that is not to be done. */
	expect(&filters[0], -1, 0, unknown);
}

static void lets_processes_be_made_in_no_new_namespace(void **state)
{
	static const uint64_t flags[] = {CLONE_NEWNS,  CLONE_NEWCGROUP, CLONE_NEWUTS,
					 CLONE_NEWIPC, CLONE_NEWUSER,   CLONE_NEWPID,
					 CLONE_NEWNET};

	(void)state;
	for (int i = 0; i < FILTER_COUNT; i++) {
		const struct filter *filter = &filters[i];

		expect(filter, filter->clone, SIGCHLD, allow);
		expect(filter, filter->clone, CLONE_VM | CLONE_THREAD | CLONE_SIGHAND,
		       allow);
		for (size_t j = 0; j < sizeof(flags) / sizeof(flags[0]); j++) {
			expect(filter, filter->clone, flags[j] | SIGCHLD, refuse);
			expect(filter, filter->clone, flags[j] | 1ULL << 40, refuse);
		}
	}
}

static void knows_few_families_of_sockets(void **state)
{
	static const int good[] = {AF_UNIX, AF_INET, AF_INET6, AF_NETLINK, AF_PACKET};
	static const int bad[] = {AF_VSOCK, AF_ALG, AF_BLUETOOTH, AF_KEY, AF_TIPC, 9999};

	(void)state;
	for (int i = 0; i < FILTER_COUNT; i++) {
		const struct filter *filter = &filters[i];

		for (size_t j = 0; j < sizeof(good) / sizeof(good[0]); j++)
			expect(filter, filter->socket, (uint64_t)good[j], allow);
		for (size_t j = 0; j < sizeof(bad) / sizeof(bad[0]); j++)
			expect(filter, filter->socket, (uint64_t)bad[j],
			       SECCOMP_RET_ERRNO | EAFNOSUPPORT);
	}
}

static void looks_at_the_lower_half_of_an_int(void **state)
{
	(void)state;
	for (int i = 0; i < FILTER_COUNT; i++) {
		const struct filter *filter = &filters[i];

		expect(filter, filter->ioctl, 0x5412, refuse); /* TIOCSTI */
		expect(filter, filter->ioctl, 0x541c, refuse); /* TIOCLINUX */
		expect(filter, filter->ioctl, 0x5412 | 1ULL << 32, refuse);
		expect(filter, filter->ioctl, 0x5413, allow); /* TIOCGWINSZ */
		expect(filter, filter->socket, AF_VSOCK | 1ULL << 32,
		       SECCOMP_RET_ERRNO | EAFNOSUPPORT);
		expect(filter, filter->personality, 0x0040000, allow);  /* setarch -R */
		expect(filter, filter->personality, 0xffffffff, allow); /* asks only */
		expect(filter, filter->personality, 0x0400000,
		       refuse); /* READ_IMPLIES_EXEC */
	}
}

static void live_under_it(void *data)
{
	struct error err = {0};

	(void)data;
	jailchild_expect(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0);
	jailchild_succeed(syscalls_filter(&err), &err);
	jailchild_expect(getppid() > 0);
	jailchild_expect(mount("none", "/", "tmpfs", 0, NULL) < 0 && errno == EPERM);
	jailchild_expect(unshare(CLONE_NEWUSER) < 0 && errno == EPERM);
	jailchild_expect(syscall(SYS_clone3, NULL, 0) < 0 && errno == ENOSYS);
	jailchild_expect(syscall(SYS_bpf, 0, NULL, 0) < 0 && errno == EPERM);
	jailchild_expect(socket(AF_VSOCK, SOCK_STREAM, 0) < 0 && errno == EAFNOSUPPORT);
	jailchild_wait(fork() ?: (_exit(0), 0));
}

static void holds_a_process_and_its_children(void **state)
{
	(void)state;
	jailchild_fork(live_under_it, NULL);
}

static void filter_without_rights(void *data)
{
	struct error err = {0};

	(void)data;
	if (geteuid() == 0) /* CAP_SYS_ADMIN would do instead of no_new_privs */
		jailchild_expect(setresuid(65534, 65534, 65534) == 0);
	jailchild_expect(syscalls_filter(&err) == -EACCES);
	jailchild_expect(strstr(err.text, "cannot filter the jail's system calls"));
}

static void says_so_if_it_cannot_filter(void **state)
{
	(void)state;
	jailchild_fork(filter_without_rights, NULL);
}

static void spare_others(void *data)
{
	const struct rlimit none = {0, 0};
	struct rlimit had;
	pid_t other = getppid();
	struct error err = {0};

	(void)data;
	jailchild_expect(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0);
	jailchild_expect(syscalls_spare_others(&err) == 0);
	/* Its own, by whatever way libc takes, and looking at others. */
	jailchild_expect(getrlimit(RLIMIT_CORE, &had) == 0);
	jailchild_expect(setrlimit(RLIMIT_CORE, &none) == 0);
	jailchild_expect(prlimit(other, RLIMIT_CORE, NULL, &had) == 0);
	jailchild_expect(setpriority(PRIO_PROCESS, 0, getpriority(PRIO_PROCESS, 0)) == 0);
	jailchild_expect(prlimit(other, RLIMIT_CORE, &had, NULL) == -1 && errno == EPERM);
	jailchild_expect(setpriority(PRIO_PROCESS, (id_t)other, 19) == -1 &&
			 errno == EPERM);
	jailchild_expect(setpriority(PRIO_USER, 0, 19) == -1 && errno == EPERM);
	jailchild_expect(setpriority(PRIO_PGRP, 0, 19) == -1 && errno == EPERM);
}

static void spares_the_limits_and_priorities_of_others(void **state)
{
	(void)state;
	jailchild_fork(spare_others, NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lets_through_what_is_usual),
		cmocka_unit_test(refuses_what_reaches_beyond_the_jail),
		cmocka_unit_test(knows_no_call_that_it_was_not_told_of),
		cmocka_unit_test(kills_who_calls_by_another_convention),
		cmocka_unit_test(lets_processes_be_made_in_no_new_namespace),
		cmocka_unit_test(knows_few_families_of_sockets),
		cmocka_unit_test(looks_at_the_lower_half_of_an_int),
		cmocka_unit_test(holds_a_process_and_its_children),
		cmocka_unit_test(says_so_if_it_cannot_filter),
		cmocka_unit_test(spares_the_limits_and_priorities_of_others),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
