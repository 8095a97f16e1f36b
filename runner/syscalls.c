/* SPDX-License-Identifier: MIT */
/*
 * The jail's seccomp filter. The kernel works out once, here, which calls pass whatever their
 * arguments are; these cost nothing later. Called by init and by what joins a jail.
 */
#include "syscalls.h"

#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stdint.h>
#include <sys/prctl.h>

#include "syscalls_filter.h"

#if defined(__x86_64__) && !defined(__ILP32__)
#define OWN_FILTER syscalls_filter_x86_64
#elif defined(__aarch64__) && defined(__AARCH64EL__) && !defined(__ILP32__)
#define OWN_FILTER syscalls_filter_aarch64
#elif defined(__riscv) && __riscv_xlen == 64
#define OWN_FILTER syscalls_filter_riscv64
#endif

int syscalls_filter(struct error *err)
{
#ifdef OWN_FILTER
	/* The kernel copies it; sock_fprog only lacks the const. */
	struct sock_fprog program = {
		.len = sizeof(OWN_FILTER) / sizeof(OWN_FILTER[0]),
		.filter = (struct sock_filter *)(uintptr_t)OWN_FILTER,
	};

	if (prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program, 0, 0) == 0)
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
