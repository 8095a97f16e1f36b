/* SPDX-License-Identifier: MIT */
/*
 * jailimage: a directory image in a temporary folder, filled file by file, for the tests of what
 * runner reads from an image and mounts over it.
 */
#ifndef TESTS_UNIT_JAILIMAGE_H
#define TESTS_UNIT_JAILIMAGE_H

#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "runner/sweep.h"

struct jailimage {
	char path[512]; /* without symlinks */
	int fd;
};

static inline void jailimage_make(struct jailimage *image)
{
	const char *base = getenv("TMPDIR");
	char path[256], *real;

	snprintf(path, sizeof(path), "%s/jailimage.XXXXXX", base ? base : "/tmp");
	assert_non_null(mkdtemp(path));
	assert_int_equal(chmod(path, 0755), 0);
	real = realpath(path, NULL);
	assert_non_null(real);
	snprintf(image->path, sizeof(image->path), "%s", real);
	free(real);
	image->fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	assert_true(image->fd >= 0);
}

static inline void jailimage_remove(struct jailimage *image)
{
	struct error err = {0};

	close(image->fd);
	image->fd = -1;
	if (sweep_tree(AT_FDCWD, image->path, &err) < 0)
		fail_msg("%s", err.text);
}

/* Makes the folders in front of the last component of `path`, as far as they are missing. */
static inline void jailimage_parents(const struct jailimage *image, const char *path)
{
	char part[PATH_MAX];

	snprintf(part, sizeof(part), "%s", path);
	for (char *at = part; (at = strchr(at, '/')); at++) {
		*at = '\0';
		mkdirat(image->fd, part, 0755);
		*at = '/';
	}
}

/* Writes a file of `mode`; `path` is relative to the image. */
static inline void jailimage_write(const struct jailimage *image, const char *path,
				   const char *text, mode_t mode)
{
	size_t size = strlen(text);

	jailimage_parents(image, path);
	int fd = openat(image->fd, path, O_CREAT | O_TRUNC | O_WRONLY | O_CLOEXEC, mode);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, size), (ssize_t)size);
	assert_int_equal(fchmod(fd, mode), 0);
	close(fd);
}

static inline void jailimage_link(const struct jailimage *image, const char *target,
				  const char *path)
{
	jailimage_parents(image, path);
	assert_int_equal(symlinkat(target, image->fd, path), 0);
}

/* The first bytes of a file as text, NULL if it cannot be read. */
static inline const char *jailimage_read(const struct jailimage *image, const char *path)
{
	static char text[4096];
	int fd = openat(image->fd, path, O_RDONLY | O_CLOEXEC);
	ssize_t length = fd < 0 ? -1 : read(fd, text, sizeof(text) - 1);

	if (fd >= 0)
		close(fd);
	text[length > 0 ? length : 0] = '\0';
	return length < 0 ? NULL : text;
}

#endif
