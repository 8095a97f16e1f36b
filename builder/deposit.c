/* SPDX-License-Identifier: MIT */
/*
 * Makes files. The mode is set by fchmod, so the umask does not matter; the time last, because
 * writing changes it. Called by folder, for a new tree and for one that is added to.
 */
#include "deposit.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "common/fd.h"
#include "common/path.h"
#include "ownership.h"

int deposit_open(int root, const char *path, int flags)
{
	struct open_how how = {
		.flags = (unsigned)flags | O_CLOEXEC,
		.resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS,
	};
	const char *inside = path + strspn(path, "/");

	long fd = syscall(SYS_openat2, root, *inside ? inside : ".", &how, sizeof(how));
	return fd < 0 ? -errno : (int)fd;
}

int deposit_open_parent(int root, const char *path)
{
	char folder[PATH_MAX];

	snprintf(folder, sizeof(folder), "%.*s", (int)(path_basename(path) - path), path);
	return deposit_open(root, folder, O_PATH | O_DIRECTORY);
}

static int make_file(int folder, const char *name, const struct entry *entry,
		     const struct content *content, struct error *err)
{
	_cleanup_content_ struct content_stream stream = CONTENT_NONE;
	int r = content_open(content, entry, &stream, err);

	if (r < 0)
		return r;
	_cleanup_fd_ int fd = openat(
		folder, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (fd < 0)
		return error_errno(err, errno, "cannot create %s in the image",
				   entry->path);
	if (stream.fd < 0)
		r = fd_write_all(fd, stream.text, stream.size, entry->path, err);
	else
		r = fd_copy(stream.fd, fd, stream.size, entry->path, err);
	if (r == 0)
		r = content_settle(&stream, entry, err);
	if (r < 0)
		return r;
	r = ownership_write(folder, name, entry, err);
	if (r < 0)
		return r;
	return fchmod(fd, entry->mode) < 0
		       ? error_errno(err, errno, "cannot set the mode of %s", entry->path)
		       : 0;
}

static int make_node(int folder, const char *name, const struct entry *entry,
		     struct error *err)
{
	mode_t type = entry->type == ENTRY_CHAR ? S_IFCHR : S_IFBLK;

	if (entry->type == ENTRY_FIFO)
		type = S_IFIFO;
	if (mknodat(folder, name, entry->mode | type, entry->rdev) < 0) {
		if (errno == EPERM && type != S_IFIFO)
			return 1;
		return error_errno(err, errno, "cannot create %s in the image",
				   entry->path);
	}
	int r = ownership_write(folder, name, entry, err);
	if (r < 0)
		return r;
	/* It is not a symlink: this process has just made it, under a name of its own. */
	if (fchmodat(folder, name, entry->mode, 0) < 0)
		return error_errno(err, errno, "cannot set the mode of %s", entry->path);
	return 0;
}

static int make(int folder, const char *name, const struct entry *entry,
		const struct content *content, struct error *err)
{
	switch (entry->type) {
	case ENTRY_FILE:
		return make_file(folder, name, entry, content, err);
	case ENTRY_LINK:
		if (symlinkat(entry->target, folder, name) == 0)
			return ownership_write(folder, name, entry, err);
		return error_errno(err, errno, "cannot create %s in the image",
				   entry->path);
	case ENTRY_CHAR:
	case ENTRY_BLOCK:
	case ENTRY_FIFO:
		return make_node(folder, name, entry, err);
	case ENTRY_FOLDER:
		break;
	}
	return error_set(err, EINVAL, "%s is a folder", entry->path);
}

int deposit_make(const struct deposit *deposit, int folder, const char *name,
		 const struct entry *entry, struct error *err)
{
	const struct timespec time = {.tv_sec = (time_t)deposit->epoch},
			      times[2] = {time, time};

	int r = make(folder, name, entry, deposit->content, err);
	if (r != 0)
		return r;
	if (utimensat(folder, name, times, AT_SYMLINK_NOFOLLOW) < 0)
		return error_errno(err, errno, "cannot set the time of %s", entry->path);
	return 0;
}

int deposit_finish_folder(int root, const char *path, mode_t mode, int64_t epoch,
			  struct error *err)
{
	_cleanup_fd_ int fd = deposit_open(root, path, O_RDONLY | O_DIRECTORY);
	const struct timespec time = {.tv_sec = (time_t)epoch}, times[2] = {time, time};

	if (fd < 0)
		return error_errno(err, -fd, "cannot finish the folder %s", path);
	if (mode != DEPOSIT_KEEP_MODE && fchmod(fd, mode) < 0)
		return error_errno(err, errno, "cannot set the mode of %s", path);
	/* Somebody else's folder in an image that is added to keeps its own time. */
	if (futimens(fd, times) < 0 && errno != EPERM)
		return error_errno(err, errno, "cannot set the time of %s", path);
	return 0;
}
