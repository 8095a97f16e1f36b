/* SPDX-License-Identifier: MIT */
/*
 * The jail's seccomp filter. The kernel works out once, here, which calls pass whatever their
 * arguments are; these cost nothing later. Called by init and by what joins a jail.
 */
#include "syscalls.h"

#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>

#include "syscalls_filter.h"

#if defined(__x86_64__) && !defined(__ILP32__)
#define OWN_FILTER syscalls_filter_x86_64
#elif defined(__aarch64__) && defined(__AARCH64EL__) && !defined(__ILP32__)
#define OWN_FILTER syscalls_filter_aarch64
#elif defined(__riscv) && __riscv_xlen == 64
#define OWN_FILTER syscalls_filter_riscv64
#endif

/* A field of struct seccomp_data, the lower half of a wide one: all these machines are little-endian. */
#define LOAD(field) \
	BPF_STMT(BPF_LD | BPF_W | BPF_ABS, (uint32_t)offsetof(struct seccomp_data, field))
#define LOAD_HIGH(field)                   \
	BPF_STMT(BPF_LD | BPF_W | BPF_ABS, \
		 (uint32_t)offsetof(struct seccomp_data, field) + 4)
#define IF_EQUAL(value, then, otherwise) \
	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)(value), then, otherwise)

/* Which process a call is about is its argument: 0 is the one that calls. */
static const struct sock_filter others_filter[] = {
	LOAD(nr),
	IF_EQUAL(SYS_prlimit64, 0, 6),
	LOAD(args[0]), /* the process */
	IF_EQUAL(0, 9, 0),
	LOAD(args[2]), /* the new limits */
	IF_EQUAL(0, 0, 8),
	LOAD_HIGH(args[2]),
	IF_EQUAL(0, 5, 6),
	IF_EQUAL(SYS_setpriority, 0, 4),
	LOAD(args[0]), /* of a process, a group or a user */
	IF_EQUAL(PRIO_PROCESS, 0, 3),
	LOAD(args[1]), /* which */
	IF_EQUAL(0, 0, 1),
	BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM),
};

/* The kernel copies it; sock_fprog only lacks the const. */
static int put_on(const struct sock_filter *filter, size_t length)
{
	struct sock_fprog program = {
		.len = (unsigned short)length,
		.filter = (struct sock_filter *)(uintptr_t)filter,
	};

	return prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program, 0, 0);
}

int syscalls_spare_others(struct error *err)
{
	if (put_on(others_filter, sizeof(others_filter) / sizeof(others_filter[0])) == 0)
		return 0;
	return error_errno(err, errno, "cannot filter the jail's system calls");
}

int syscalls_filter(struct error *err)
{
#ifdef OWN_FILTER
	if (put_on(OWN_FILTER, sizeof(OWN_FILTER) / sizeof(OWN_FILTER[0])) == 0)
		return 0;
	error_errno(err, errno, "cannot filter the jail's system calls");
	if (err->code != EINVAL)
		return -err->code;
	return error_hint(err, "this kernel has no seccomp filters; --seccomp=off goes "
			       "without");
#else
	error_set(err, ENOSYS, "there is no system call filter for this machine");
	return error_hint(err, "--seccomp=off goes without");
#endif
}
