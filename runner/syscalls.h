/* SPDX-License-Identifier: MIT */
/*
 * syscalls: the seccomp filter that a jail's init and COMMAND live under (seccomp(2)). Which calls
 * it lets through is decided in syscalls_generator.c, at build time.
 */
#ifndef RUNNER_SYSCALLS_H
#define RUNNER_SYSCALLS_H

#include "common/error.h"

/*
 * Puts this process, and all it starts, under the filter, for good. Needs no_new_privs, or
 * CAP_SYS_ADMIN in its user namespace. -ENOSYS on a machine that the filter was not made for, -EINVAL
 * on a kernel without seccomp filters: the error says how to go without.
 */
int syscalls_filter(struct error *err) _must_check_;

/*
 * One more filter, for a jail that sees the host's processes: no limits and no priority of another
 * process can be set (a CPU limit of zero kills, prlimit(2)). Of one that it has started neither.
 */
int syscalls_spare_others(struct error *err) _must_check_;

#endif
