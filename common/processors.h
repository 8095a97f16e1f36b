/* SPDX-License-Identifier: MIT */
/*
 * processors: how many this process may run on.
 */
#ifndef COMMON_PROCESSORS_H
#define COMMON_PROCESSORS_H

/* sched_getaffinity(2), from 1 to `most`: one where the kernel does not say. */
unsigned processors_count(unsigned most);

#endif
