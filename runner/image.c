/* SPDX-License-Identifier: MIT */
/*
 * Decides what kind of image a path is and opens it. Called by jail's preparation.
 */
#include "image.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cache.h"
#include "common/alloc.h"
#include "common/cleanup.h"
#include "common/fd.h"
#include "common/log.h"
#include "common/path.h"
#include "common/sysroot.h"

/* The file's name up to its first dot, made of what hostname(7) allows; "jail" if none is left. */
static void choose_name(const char *path, char *ret, size_t size)
{
	size_t used = 0, end = strlen(path);

	while (end > 1 && path[end - 1] == '/')
		end--;
	size_t start = end;
	while (start && path[start - 1] != '/')
		start--;
	for (const char *at = path + start;
	     at < path + end && *at != '.' && used < size - 1; at++) {
		bool is_letter = (*at >= 'a' && *at <= 'z') ||
				 (*at >= 'A' && *at <= 'Z') || (*at >= '0' && *at <= '9');

		if (is_letter || (*at == '-' && used))
			ret[used++] = *at;
	}
	while (used && ret[used - 1] == '-')
		used--;
	ret[used] = '\0';
	if (!used)
		snprintf(ret, size, "jail");
}

static int open_directory(const char *path, struct image *image, struct error *err)
{
	image->root_fd = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (image->root_fd < 0)
		return error_errno(err, errno, "image %s", path);
	image->path = alloc_copy(path, err);
	return image->path ? 0 : -ENOMEM;
}

static void show_progress(uint64_t entries, uint64_t bytes)
{
	fprintf(stderr, "\r\033[Kunpacking: %llu files, %llu MB",
		(unsigned long long)entries, (unsigned long long)bytes / 1000000);
}

static _noinline_ int open_archive(const char *path, const struct image_options *asked,
				   struct image *image, struct error *err)
{
	_cleanup_cache_image_ struct cache_image cached = CACHE_IMAGE_NONE;
	struct cache_options options = {
		.root_range = asked->root_range,
		.in_memory = asked->no_cache,
		.look_only = asked->look_only,
		.max_bytes = asked->max_bytes,
		.max_entries = asked->max_entries,
		.progress = asked->progress ? show_progress : NULL,
		.note = log_note,
		.verbose = log_verbose,
	};
	_cleanup_fd_ int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);

	if (fd < 0)
		return error_errno(err, errno, "image %s", path);
	int r = cache_open(fd, path, &options, &cached, err);
	image->is_unpacked = true;
	if (r == -ENOENT && asked->look_only) {
		*err = (struct error){0};
		return 0;
	}
	if (r < 0)
		return r;
	image->path = steal_pointer(&cached.root_path);
	image->root_fd = steal_fd(&cached.root_fd);
	image->lock_fd = steal_fd(&cached.lock_fd);
	image->mount_fd = steal_fd(&cached.mount_fd);
	image->owners_fd = steal_fd(&cached.owners_fd);
	return 0;
}

int image_open(const char *path, const struct image_options *options, struct image *ret,
	       struct error *err)
{
	struct image image = IMAGE_NONE;
	struct stat st;
	int r;

	if (stat(path, &st) < 0)
		return error_errno(err, errno, "image %s", path);
	if (S_ISDIR(st.st_mode))
		r = open_directory(path, &image, err);
	else if (S_ISREG(st.st_mode))
		r = open_archive(path, options, &image, err);
	else
		r = error_set(err, EINVAL, "image %s: neither a directory nor an archive",
			      path);
	if (r >= 0 && image.root_fd >= 0 && fstat(image.root_fd, &image.stat) < 0)
		r = error_errno(err, errno, "image %s", path);
	if (r < 0) {
		image_close(&image);
		return r;
	}
	image.named = st;
	choose_name(path, image.name, sizeof(image.name));
	*ret = image;
	return 0;
}

/*
 * Opens a plain file for reading. First a look without opening, for opening a device can do
 * something; not by /proc/self/fd then, which costs more than the walk. Returns -errno; -EINVAL
 * for what is no plain file.
 */
static int open_plain(const struct sysroot *root, const char *path)
{
	struct stat st;
	_cleanup_fd_ int place = sysroot_openat(root, path, O_PATH);

	if (place < 0)
		return place;
	if (fstat(place, &st) < 0 || !S_ISREG(st.st_mode))
		return -EINVAL;
	_cleanup_fd_ int fd = sysroot_openat(root, path,
					     O_RDONLY | O_NONBLOCK | O_NOCTTY);
	if (fd < 0)
		return fd;
	/* Exchanged in between? */
	if (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode))
		return -EINVAL;
	return steal_fd(&fd);
}

int image_read_file(int root_fd, const char *path, size_t limit, char **ret_text,
		    struct error *err)
{
	struct sysroot root = {.fd = root_fd};
	_cleanup_free_ char *text = NULL;
	size_t size;
	_cleanup_fd_ int fd = open_plain(&root, path);

	if (fd == -ENOENT || fd == -ENOTDIR) {
		*ret_text = calloc(1, 1);
		return *ret_text ? 0 : error_nomem(err);
	}
	if (fd == -EINVAL)
		return error_set(err, EINVAL, "the image's %s is no plain file", path);
	if (fd < 0)
		return error_errno(err, -fd, "cannot read the image's %s", path);
	int r = fd_read_all(fd, limit, path, &text, &size, err);
	if (r < 0)
		return r;
	if (strlen(text) != size)
		return error_set(err, EINVAL, "the image's %s holds a NUL byte", path);
	*ret_text = steal_pointer(&text);
	return 0;
}

void image_close(struct image *image)
{
	cleanup_fd(&image->root_fd);
	cleanup_fd(&image->lock_fd);
	cleanup_fd(&image->mount_fd);
	cleanup_fd(&image->owners_fd);
	free(image->path);
	*image = (struct image)IMAGE_NONE;
}
