/* SPDX-License-Identifier: MIT */
/*
 * Atomic replacement of a file. Called by the image writers; the only way an image gets its name.
 */
#include "tempfile.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/kernel.h"
#include "fd.h"
#include "path.h"

enum {
	NAME_TRIES = 16,
	MAX_LINKS = 40, /* MAXSYMLINKS of the kernel, path_resolution(7) */
};

/* ".NAME.RANDOM", cut so that it fits NAME_MAX; in the same folder, so rename(2) can be used. */
static void choose_name(const char *name, char *ret, size_t size)
{
	uint64_t random = 0;

	if (getrandom(&random, sizeof(random), GRND_NONBLOCK) < 0)
		random = (uint64_t)getpid();
	snprintf(ret, size, ".%.200s.%016" PRIx64, name, random);
}

/* Replaces `path` (PATH_MAX bytes), as long as it is a symlink, by what that names. */
static int follow_links(char *path)
{
	char target[PATH_MAX], joined[PATH_MAX];

	for (int i = 0; i <= MAX_LINKS; i++) {
		ssize_t length = readlink(path, target, sizeof(target) - 1);
		int folder = (int)(path_basename(path) - path);

		if (length < 0)
			return 0; /* no link, or a cause that opening the folder will name */
		target[length] = '\0';
		int used = snprintf(joined, sizeof(joined), "%.*s%s",
				    target[0] == '/' ? 0 : folder, path, target);
		if (used < 0 || (size_t)used >= sizeof(joined))
			return -ENAMETOOLONG;
		memcpy(path, joined, (size_t)used + 1);
	}
	return -ELOOP;
}

static int open_folder(const char *path, struct tempfile *file, struct error *err)
{
	char folder[PATH_MAX];

	if (strlen(path) >= sizeof(folder))
		return error_errno(err, ENAMETOOLONG, "cannot create %s", path);
	snprintf(folder, sizeof(folder), "%s", path);
	int r = follow_links(folder);
	size_t start = (size_t)(path_basename(folder) - folder);
	if (r == 0 && strlen(folder + start) > NAME_MAX)
		r = -ENAMETOOLONG;
	if (r == 0 && !folder[start])
		r = -EISDIR;
	if (r < 0)
		return error_errno(err, -r, "cannot create %s", path);
	snprintf(file->name, sizeof(file->name), "%s", folder + start);
	folder[start] = '\0';
	file->folder_fd = open(folder[0] ? folder : ".",
			       O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (file->folder_fd < 0)
		return error_errno(err, errno, "cannot create %s: folder", path);
	return 0;
}

/*
 * The mode of the file to be replaced, 0 if there is none. rename(2) would replace a device, too:
 * to root, `-o /dev/null` would be the end of the machine.
 */
static int look_at_old(const struct tempfile *file, const char *path, mode_t *ret_mode,
		       struct error *err)
{
	struct stat old = {0};

	if (fstatat(file->folder_fd, file->name, &old, AT_SYMLINK_NOFOLLOW) < 0 &&
	    errno != ENOENT)
		return error_errno(err, errno, "cannot create %s", path);
	if (S_ISDIR(old.st_mode))
		return error_errno(err, EISDIR, "cannot create %s", path);
	if (old.st_mode && !S_ISREG(old.st_mode))
		return error_set(err, EINVAL,
				 "cannot replace %s: it is not a regular file", path);
	*ret_mode = old.st_mode;
	return 0;
}

/* Without /proc (an initramfs, a bare chroot) it could not be given a name later. */
static int open_unnamed(struct tempfile *file)
{
	if (access("/proc/self/fd", X_OK) < 0)
		return -EOPNOTSUPP;
	file->fd = openat(file->folder_fd, ".", O_TMPFILE | O_RDWR | O_CLOEXEC, 0666);
	return file->fd < 0 ? -errno : 0;
}

/* For file systems without O_TMPFILE, too: overlayfs before 6.3, NFS, many FUSE ones. */
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
	mode_t mode = 0;

	int r = open_folder(path, &file, err);
	if (r == 0)
		r = look_at_old(&file, path, &mode, err);
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
	mode_t mode = 0;

	int r = look_at_old(file, file->name, &mode, err);
	if (r < 0)
		return r;
	/* No set-id bits: the new file may have another owner than the old one. */
	if (mode && fchmod(file->fd, mode & 0777) < 0)
		return error_errno(err, errno, "cannot set the mode of %s", file->name);
	if (durable && fsync(file->fd) < 0)
		return error_errno(err, errno, "cannot write %s", file->name);
	r = give_name(file);
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
