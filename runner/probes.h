/* SPDX-License-Identifier: MIT */
/*
 * probes: what a machine lets the caller do of what a jail is made of, found by doing it, each in a
 * child that is gone afterwards. Nothing is concluded from version numbers.
 */
#ifndef RUNNER_PROBES_H
#define RUNNER_PROBES_H

#include <stddef.h>

#include "common/error.h"

enum probes_verdict {
	PROBES_GOOD,
	PROBES_LIMITED, /* jails work, without something that the words name */
	PROBES_BAD,     /* no jail, or none without an option that the hint names */
};

struct probes_result {
	enum probes_verdict verdict;
	struct error words; /* text: what was found; hint: what would mend it, if known */
};

/* How many there are. */
size_t probes_count(void);

/* The name of probe number `index`: one word. */
const char *probes_name(size_t index);

/* Does probe number `index`. */
void probes_run(size_t index, struct probes_result *ret);

#endif
