/* SPDX-License-Identifier: MIT */
/*
 * For whoever starts a thread for each. Called by elfdeps' prefetch and by the builder.
 */
#include "processors.h"

#include <sched.h>

unsigned processors_count(unsigned most)
{
	cpu_set_t set;
	int count = sched_getaffinity(0, sizeof(set), &set) == 0 ? CPU_COUNT(&set) : 1;

	return count < (int)most ? (unsigned)count : most;
}
