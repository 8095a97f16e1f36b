/* SPDX-License-Identifier: MIT */
/*
 * Opens and compares the bytes of entries. Called by manifest, to tell whether two files are the
 * same, and by the image writers.
 */
#include "content.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/cleanup.h"
#include "common/fd.h"

enum { COMPARE_BUFFER = 1 << 17 };

/* Not blocking, and no terminal of ours: the name may have become a FIFO or a device. */
static int open_file(const struct sysroot *root, const char *path,
		     struct content_stream *ret, struct error *err)
{
	_cleanup_fd_ int fd = sysroot_openat(
		root, path, O_RDONLY | O_NOFOLLOW | O_NOCTTY | O_NONBLOCK);
	struct stat st;

	if (fd < 0)
		return error_errno(err, -fd, "cannot read %s", path);
	if (fstat(fd, &st) < 0)
		return error_errno(err, errno, "cannot read %s", path);
	if (!S_ISREG(st.st_mode))
		return error_set(err, EINVAL, "%s is no regular file any more", path);
	*ret = (struct content_stream){.fd = steal_fd(&fd),
				       .owned = true,
				       .size = (uint64_t)st.st_size,
				       .changed = st.st_ctim};
	return 0;
}

static bool is_same_time(const struct timespec *a, const struct timespec *b)
{
	return a->tv_sec == b->tv_sec && a->tv_nsec == b->tv_nsec;
}

/* Whether it is the time of a file when its digest was made, or there is none. */
static int check_time(const struct entry *entry, const struct timespec *changed,
		      struct error *err)
{
	static const struct timespec none;

	if (!entry->sha256 || is_same_time(&entry->changed, &none) ||
	    is_same_time(changed, &none) || is_same_time(&entry->changed, changed))
		return 0;
	return error_set(err, EBUSY, "%s changed while it was read", entry->path);
}

/* A file of its own, in a root. */
static int open_entry(const struct sysroot *root, const char *path,
		      const struct entry *entry, struct content_stream *ret,
		      struct error *err)
{
	_cleanup_content_ struct content_stream stream = CONTENT_NONE;
	int r = open_file(root, path, &stream, err);

	if (r == 0)
		r = check_time(entry, &stream.changed, err);
	if (r < 0)
		return r;
	*ret = stream;
	stream = (struct content_stream)CONTENT_NONE;
	return 0;
}

int content_settle(const struct content_stream *stream, const struct entry *entry,
		   struct error *err)
{
	struct stat st;

	if (!stream->owned || !entry->sha256)
		return 0;
	if (fstat(stream->fd, &st) < 0)
		return error_errno(err, errno, "cannot read %s", entry->path);
	return check_time(entry, &st.st_ctim, err);
}

int content_open(const struct content *content, const struct entry *entry,
		 struct content_stream *ret, struct error *err)
{
	switch (entry->origin) {
	case ORIGIN_ROOT:
		return open_entry(content->root, entry->source, entry, ret, err);
	case ORIGIN_TEXT:
		*ret = (struct content_stream){
			.fd = -1, .text = entry->text, .size = entry->size};
		return 0;
	case ORIGIN_LAYER:
		return open_entry(content->layer, entry->path, entry, ret, err);
	case ORIGIN_IMAGE:
		break;
	}
	if (content->image_folder)
		return open_entry(content->image_folder, entry->path, entry, ret, err);
	if (lseek(content->image_fd, (off_t)entry->offset, SEEK_SET) < 0)
		return error_errno(err, errno, "cannot read %s of the image",
				   entry->path);
	*ret = (struct content_stream){
		.fd = content->image_fd, .size = entry->size, .start = entry->offset};
	return 0;
}

void content_close(struct content_stream *stream)
{
	if (stream->owned)
		cleanup_fd(&stream->fd);
	*stream = (struct content_stream)CONTENT_NONE;
}

/* Fills `buffer` with `size` bytes of the stream. */
static int read_exactly(struct content_stream *stream, char *buffer, size_t size,
			struct error *err)
{
	if (stream->fd < 0) {
		memcpy(buffer, stream->text, size);
		stream->text += size;
		return 0;
	}
	while (size) {
		ssize_t done = read(stream->fd, buffer, size);

		if (done < 0 && errno == EINTR)
			continue;
		if (done < 0)
			return error_errno(err, errno,
					   "cannot read a file to compare it");
		if (!done)
			return error_set(err, ENODATA,
					 "a file became shorter while it was read");
		buffer += done;
		size -= (size_t)done;
	}
	return 0;
}

int content_streams_equal(struct content_stream *a, struct content_stream *b,
			  struct error *err)
{
	uint64_t left = a->size;

	if (a->size != b->size)
		return 0;
	_cleanup_free_ char *buffer = malloc(2 * (size_t)COMPARE_BUFFER);
	if (!buffer)
		return error_nomem(err);
	while (left) {
		size_t size = left < COMPARE_BUFFER ? (size_t)left : COMPARE_BUFFER;
		int r = read_exactly(a, buffer, size, err);

		if (r == 0)
			r = read_exactly(b, buffer + COMPARE_BUFFER, size, err);
		if (r < 0)
			return r;
		if (memcmp(buffer, buffer + COMPARE_BUFFER, size) != 0)
			return 0;
		left -= size;
	}
	return 1;
}

/* Whether both are the very same bytes, so that nothing need be read. */
static bool is_identical(const struct entry *a, const struct entry *b)
{
	if (a->origin != b->origin)
		return false;
	if (a->origin == ORIGIN_ROOT)
		return !strcmp(a->source, b->source);
	return a->origin == ORIGIN_IMAGE && a->offset == b->offset && a->size == b->size;
}

int content_equal(const struct content *content, const struct entry *a,
		  const struct entry *b, struct error *err)
{
	_cleanup_content_ struct content_stream first = CONTENT_NONE,
						second = CONTENT_NONE;

	if (is_identical(a, b))
		return 1;
	int r = content_open(content, a, &first, err);
	if (r == 0)
		r = content_open(content, b, &second, err);
	if (r < 0)
		return error_wrap(err, "%s", b->path);
	return content_streams_equal(&first, &second, err);
}
