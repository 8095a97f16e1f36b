/* SPDX-License-Identifier: MIT */
/*
 * leftout: says what of an archive is not in the unpacked image. Called by cache and memory.
 */
#ifndef RUNNER_LEFTOUT_H
#define RUNNER_LEFTOUT_H

#include "cache.h"
#include "unpack_report.h"

/* By options->note what a user should know, by options->verbose the figures; either may be NULL. */
void leftout_tell(const char *name, const struct cache_options *options,
		  const struct unpack_report *report);

#endif
