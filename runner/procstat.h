/* SPDX-License-Identifier: MIT */
/*
 * procstat: what tells one process from a later one of the same number, from /proc/PID/stat
 * (proc(5)): a pid and its start time together are never used twice until the next boot.
 */
#ifndef RUNNER_PROCSTAT_H
#define RUNNER_PROCSTAT_H

#include <stdint.h>
#include <sys/types.h>

struct procstat {
	char name[16]; /* what prctl(PR_SET_NAME) or exec set; any bytes */
	char state;    /* R S D T t Z X I */
	pid_t parent;
	uint64_t start; /* in clock ticks since boot, field 22 */
};

/* 0, or -errno: -ENOENT or -ESRCH when there is no such process (or /proc hides it), -EBADMSG. */
int procstat_read(pid_t pid, struct procstat *ret);

#endif
