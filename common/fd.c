/* SPDX-License-Identifier: MIT */
/*
 * Whole reads, writes and copies. The copy loop is the hot path of `jailbuild add`: bytes stay in
 * the kernel wherever the two file systems allow it.
 */
#include "fd.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/sendfile.h>
#include <sys/stat.h>

#include "cleanup.h"

enum {
	/* 128 KiB: larger buffers were not faster, and this stays in L2. */
	COPY_BUFFER = 1 << 17,
	COPY_CHUNK = 1 << 30, /* the kernel cuts one call at 2 GiB less a page */
	READ_START = 1024,
};

int fd_write_all(int fd, const void *data, size_t size, const char *name,
		 struct error *err)
{
	const char *at = data;

	while (size) {
		ssize_t done = write(fd, at, size);

		if (done < 0 && errno == EINTR)
			continue;
		if (done < 0)
			return error_errno(err, errno, "cannot write %s", name);
		at += done;
		size -= (size_t)done;
	}
	return 0;
}

static ssize_t read_retrying(int fd, void *buffer, size_t size)
{
	ssize_t done;

	do
		done = read(fd, buffer, size);
	while (done < 0 && errno == EINTR);
	return done;
}

/* Room for a whole file, its NUL and the read that answers 0, where its size is told. */
static size_t first_room(int fd, size_t limit)
{
	struct stat st;

	if (fstat(fd, &st) < 0 || st.st_size <= 0 || (uint64_t)st.st_size > limit)
		return READ_START;
	return (size_t)st.st_size + 2;
}

int fd_read_all(int fd, size_t limit, const char *name, char **ret_data, size_t *ret_size,
		struct error *err)
{
	_cleanup_free_ char *data = NULL;
	size_t used = 0, room = 0;

	for (;;) {
		if (room - used < 2) {
			room = room ? room * 2 : first_room(fd, limit);
			char *larger = realloc(data, room);

			if (!larger)
				return error_nomem(err);
			data = larger;
		}
		ssize_t done = read_retrying(fd, data + used, room - used - 1);
		if (done < 0)
			return error_errno(err, errno, "cannot read %s", name);
		if (!done)
			break;
		used += (size_t)done;
		if (used > limit)
			return error_set(err, EFBIG, "%s is larger than %zu bytes", name,
					 limit);
	}
	data[used] = '\0';
	*ret_data = steal_pointer(&data);
	*ret_size = used;
	return 0;
}

static int copy_by_hand(int from, int to, uint64_t size, const char *name,
			struct error *err)
{
	_cleanup_free_ char *buffer = malloc(COPY_BUFFER);

	if (!buffer)
		return error_nomem(err);
	while (size) {
		size_t want = size < COPY_BUFFER ? (size_t)size : COPY_BUFFER;
		ssize_t done = read_retrying(from, buffer, want);

		if (done < 0)
			return error_errno(err, errno, "cannot read %s", name);
		if (!done)
			return error_set(err, ENODATA,
					 "%s became shorter while it was read", name);
		int r = fd_write_all(to, buffer, (size_t)done, "the copy", err);
		if (r < 0)
			return error_wrap(err, "%s", name);
		size -= (uint64_t)done;
	}
	return 0;
}

/* What a file system that cannot do an in-kernel copy answers; see copy_file_range(2) ERRORS. */
static bool is_unsupported(int code)
{
	return code == EXDEV || code == EINVAL || code == ENOSYS || code == EOPNOTSUPP ||
	       code == EBADF || code == EPERM || code == ETXTBSY || code == EACCES;
}

/* Returns bytes moved by the first in-kernel call that works here; -errno when none does. */
static ssize_t copy_in_kernel(int from, int to, size_t want, bool *use_range)
{
	if (*use_range) {
		ssize_t done = copy_file_range(from, NULL, to, NULL, want, 0);

		if (done > 0)
			return done;
		if (done < 0 && !is_unsupported(errno))
			return -errno;
		/* 0 too: some pseudo files answer 0 although they have data. */
		*use_range = false;
	}
	ssize_t done = sendfile(to, from, NULL, want);
	return done < 0 ? -errno : done;
}

int fd_copy(int from, int to, uint64_t size, const char *name, struct error *err)
{
	bool use_range = true;

	while (size) {
		size_t want = size < COPY_CHUNK ? (size_t)size : COPY_CHUNK;
		ssize_t done = copy_in_kernel(from, to, want, &use_range);

		if (done == -EINTR)
			continue;
		if (done == 0 || (done < 0 && is_unsupported((int)-done)))
			return copy_by_hand(from, to, size, name, err);
		if (done < 0)
			return error_errno(err, (int)-done, "cannot copy %s", name);
		size -= (uint64_t)done;
	}
	return 0;
}
