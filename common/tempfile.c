/* SPDX-License-Identifier: MIT */
/*
 * Atomic replacement of a file. Called by the image writers; the only way an image gets its name.
 */
#include "tempfile.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cleanup.h"
#include "fd.h"
#include "path.h"

enum { NAME_TRIES = 16 };

/* ".NAME.RANDOM", cut so that it fits NAME_MAX; in the same folder, so rename(2) can be used. */
static void choose_name(const char *name, char *ret, size_t size)
{
	uint64_t random = 0;

	if (getrandom(&random, sizeof(random), GRND_NONBLOCK) < 0)
		random = (uint64_t)getpid();
	snprintf(ret, size, ".%.200s.%016" PRIx64, name, random);
}

static int open_folder(const char *path, struct tempfile *file, struct error *err)
{
	char folder[PATH_MAX];
	const char *name = path_basename(path);

	if (strlen(path) >= sizeof(folder) || strlen(name) > NAME_MAX)
		return error_errno(err, ENAMETOOLONG, "cannot create %s", path);
	if (!*name)
		return error_errno(err, EISDIR, "cannot create %s", path);
	snprintf(folder, sizeof(folder), "%.*s", (int)(name - path), path);
	snprintf(file->name, sizeof(file->name), "%s", name);
	file->folder_fd = open(folder[0] ? folder : ".",
			       O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (file->folder_fd < 0)
		return error_errno(err, errno, "cannot create %s: folder", path);
	return 0;
}

static int open_unnamed(struct tempfile *file)
{
	file->fd = openat(file->folder_fd, ".", O_TMPFILE | O_RDWR | O_CLOEXEC, 0666);
	return file->fd < 0 ? -errno : 0;
}

/* For file systems without O_TMPFILE: overlayfs before 6.3, NFS, many FUSE ones. */
static int open_named(struct tempfile *file)
{
	for (int i = 0; i < NAME_TRIES; i++) {
		choose_name(file->name, file->temporary, sizeof(file->temporary));
		file->fd = openat(file->folder_fd, file->temporary,
				  O_CREAT | O_EXCL | O_RDWR | O_CLOEXEC, 0666);
		if (file->fd >= 0)
			return 0;
		if (errno != EEXIST)
			break;
	}
	int code = errno;
	file->temporary[0] = '\0';
	return -code;
}

int tempfile_create(const char *path, struct tempfile *ret, struct error *err)
{
	_cleanup_tempfile_ struct tempfile file = TEMPFILE_NONE;
	_cleanup_free_ char *followed = realpath(path, NULL);

	int r = open_folder(followed ? followed : path, &file, err);
	if (r < 0)
		return r;
	r = open_unnamed(&file);
	if (r == -EOPNOTSUPP || r == -EISDIR || r == -EINVAL)
		r = open_named(&file);
	if (r < 0)
		return error_errno(err, -r, "cannot create %s", path);
	*ret = file;
	file = (struct tempfile)TEMPFILE_NONE;
	return 0;
}

/* Links the unnamed file as `name`. /proc/self/fd works without CAP_DAC_READ_SEARCH (open(2)). */
static int link_as(const struct tempfile *file, const char *name)
{
	char source[64];

	snprintf(source, sizeof(source), "/proc/self/fd/%d", file->fd);
	if (linkat(AT_FDCWD, source, file->folder_fd, name, AT_SYMLINK_FOLLOW) < 0)
		return -errno;
	return 0;
}

/* link(2) cannot replace, rename(2) can: an existing target takes the way by a second name. */
static int link_temporary(struct tempfile *file)
{
	int r = -EEXIST;

	for (int i = 0; i < NAME_TRIES && r == -EEXIST; i++) {
		choose_name(file->name, file->temporary, sizeof(file->temporary));
		r = link_as(file, file->temporary);
	}
	if (r < 0)
		file->temporary[0] = '\0';
	return r;
}

static int give_name(struct tempfile *file)
{
	int r;

	if (!file->temporary[0]) {
		r = link_as(file, file->name);
		if (r != -EEXIST)
			return r;
		r = link_temporary(file);
		if (r < 0)
			return r;
	}
	if (renameat(file->folder_fd, file->temporary, file->folder_fd, file->name) < 0)
		return -errno;
	file->temporary[0] = '\0';
	return 0;
}

int tempfile_publish(struct tempfile *file, bool durable, struct error *err)
{
	struct stat old;

	if (fstatat(file->folder_fd, file->name, &old, 0) == 0 &&
	    fchmod(file->fd, old.st_mode & 07777) < 0)
		return error_errno(err, errno, "cannot set the mode of %s", file->name);
	if (durable && fsync(file->fd) < 0)
		return error_errno(err, errno, "cannot write %s", file->name);
	int r = give_name(file);
	if (r < 0)
		return error_errno(err, -r, "cannot create %s", file->name);
	if (durable && fsync(file->folder_fd) < 0)
		return error_errno(err, errno, "cannot write the folder of %s",
				   file->name);
	return 0;
}

int tempfile_publish_new(struct tempfile *file, struct error *err)
{
	int r = 0;

	if (!file->temporary[0])
		r = link_as(file, file->name);
	else if (renameat2(file->folder_fd, file->temporary, file->folder_fd, file->name,
			   RENAME_NOREPLACE) < 0)
		r = -errno;
	if (r < 0)
		return error_errno(err, -r, "cannot create %s", file->name);
	file->temporary[0] = '\0';
	return 0;
}

void tempfile_close(struct tempfile *file)
{
	if (file->temporary[0])
		unlinkat(file->folder_fd, file->temporary, 0);
	cleanup_fd(&file->fd);
	cleanup_fd(&file->folder_fd);
	*file = (struct tempfile)TEMPFILE_NONE;
}
