/* SPDX-License-Identifier: MIT */
/* duration: lengths of time on the command line, as in timeout(1) and sleep(1). */
#ifndef RUNNER_DURATION_H
#define RUNNER_DURATION_H

#include <stdint.h>

#include "common/error.h"

/*
 * Reads a number, perhaps with a fraction, and s (the default), m, h or d; to milliseconds. -EINVAL,
 * which names `option`, if it is none, or is longer than a hundred years.
 */
int duration_read(const char *option, const char *word, int64_t *ret_ms,
		  struct error *err) _must_check_;

#endif
