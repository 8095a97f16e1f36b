/* SPDX-License-Identifier: MIT */
/*
 * fd: descriptors with an owner, and whole reads, writes and copies on them.
 */
#ifndef COMMON_FD_H
#define COMMON_FD_H

#include <stddef.h>
#include <stdint.h>
#include <unistd.h>

#include "error.h"

static inline void cleanup_fd(int *fd)
{
	if (*fd >= 0)
		close(*fd);
}

/* Closes the descriptor when the variable leaves its scope; initialise it to -1. */
#define _cleanup_fd_ __attribute__((cleanup(cleanup_fd)))

/* Gives a descriptor away: returns it and leaves -1 behind. */
static inline int steal_fd(int *fd)
{
	int taken = *fd;

	*fd = -1;
	return taken;
}

/* Writes all `size` bytes, going on after short writes and EINTR. `name` is for the error. */
int fd_write_all(int fd, const void *data, size_t size, const char *name,
		 struct error *err) _must_check_;

/*
 * Reads from the current offset to the end into a heap buffer with a NUL behind it (not counted
 * in *ret_size; the caller frees). More than `limit` bytes is -EFBIG: input is not trusted.
 */
int fd_read_all(int fd, size_t limit, const char *name, char **ret_data, size_t *ret_size,
		struct error *err) _must_check_;

/*
 * Copies exactly `size` bytes from `from` to `to`, both from their current offsets, in the kernel
 * where it can (copy_file_range(2), then sendfile(2), then read and write). A source that ends
 * early is -ENODATA: it shrank while being read. `name` is the source, for the error.
 */
int fd_copy(int from, int to, uint64_t size, const char *name,
	    struct error *err) _must_check_;

#endif
