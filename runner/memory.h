/* SPDX-License-Identifier: MIT */
/*
 * memory: an archive unpacked into a file system in memory, for one run. It has no name anywhere:
 * it lives as long as a descriptor or a jail has it, so that nothing is left whatever is killed.
 * Called by cache with --no-cache, and where there is no cache folder.
 */
#ifndef RUNNER_MEMORY_H
#define RUNNER_MEMORY_H

#include "cache.h"

/*
 * As cache_open, with nothing written to any disk. ret->mount_fd is the detached mount, which the
 * jail's child attaches. -ENOSPC: memory, or the half of it that a tmpfs may take, is full.
 */
int memory_unpack(int archive_fd, const char *name, const struct cache_options *options,
		  struct cache_image *ret, struct error *err) _must_check_;

#endif
