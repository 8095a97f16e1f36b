/* SPDX-License-Identifier: MIT */
/*
 * Resolution inside a root, by openat2(2) with RESOLVE_IN_ROOT: the kernel keeps the walk inside
 * even while somebody renames folders under it. Called by elfdeps' search and by the builder.
 */
#include "sysroot.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "alloc.h"
#include "fd.h"

enum {
	MAX_LINKS = 40, /* MAXSYMLINKS of the kernel, path_resolution(7) */
	MAX_TRIES = 128,
};

int sysroot_open(const char *folder, struct sysroot *ret, struct error *err)
{
	struct stat own, wanted;

	*ret = (struct sysroot){.fd = -1};
	if (!folder || !strcmp(folder, "/")) {
		ret->path = alloc_copy("", err);
		return ret->path ? 0 : -ENOMEM;
	}
	_cleanup_fd_ int fd = open(folder, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return error_errno(err, errno, "cannot open the root %s", folder);
	if (stat("/", &own) == 0 && fstat(fd, &wanted) == 0 &&
	    own.st_dev == wanted.st_dev && own.st_ino == wanted.st_ino)
		return sysroot_open(NULL, ret, err);
	ret->path = alloc_copy(folder, err);
	if (!ret->path)
		return -ENOMEM;
	ret->fd = steal_fd(&fd);
	return 0;
}

int sysroot_open_files(const struct sysroot_files *files, struct sysroot *ret,
		       struct error *err)
{
	*ret = (struct sysroot){.fd = SYSROOT_NO_FOLDER, .files = files};
	ret->path = alloc_copy("", err);
	return ret->path ? 0 : -ENOMEM;
}

void sysroot_close(struct sysroot *root)
{
	if (root->fd != SYSROOT_NO_FOLDER)
		cleanup_fd(&root->fd);
	free(root->path);
	*root = (struct sysroot){.fd = -1};
}

static int open_resolving(int folder, const char *path, int flags, uint64_t resolve)
{
	struct open_how how = {.flags = (unsigned)flags | O_CLOEXEC, .resolve = resolve};
	long fd = -1;
	bool again = true;

	/*
	 * EAGAIN: a rename raced with "..", and the kernel asks to try again, openat2(2). Not for
	 * ever: who owns the root may rename without end, or hold a lease on the file.
	 */
	for (int i = 0; i < MAX_TRIES && again; i++) {
		fd = syscall(SYS_openat2, folder, path, &how, sizeof(how));
		again = fd < 0 && errno == EAGAIN;
	}
	return fd < 0 ? -errno : (int)fd;
}

/* stat(2) in the root's own files; *ret_path (PATH_MAX bytes) is the canonical path. */
static int stat_files(const struct sysroot *root, const char *path, char *ret_path,
		      struct stat *ret)
{
	int r = sysroot_resolve(root, path, NULL, ret_path, NULL);

	if (r < 0)
		return r;
	*ret = (struct stat){.st_mode = S_IFDIR | 0755};
	if (!strcmp(ret_path, "/"))
		return 0;
	return root->files->stat(root->files->data, ret_path, ret);
}

static int open_files(const struct sysroot *root, const char *path, int flags)
{
	char canonical[PATH_MAX];
	struct stat st;
	int r = stat_files(root, path, canonical, &st);

	if (r < 0)
		return r;
	if (!S_ISREG(st.st_mode) || (flags & (O_ACCMODE | O_PATH)) != O_RDONLY)
		return -EISDIR;
	r = root->files->open(root->files->data, canonical);
	/* Whoever has just written a memfd leaves its offset at the end, and not all use pread(2). */
	if (r >= 0)
		lseek(r, 0, SEEK_SET);
	return r;
}

int sysroot_openat(const struct sysroot *root, const char *path, int flags)
{
	if (root->files)
		return open_files(root, path, flags);
	if (root->fd < 0) {
		int fd = openat(AT_FDCWD, path, flags | O_CLOEXEC);

		return fd < 0 ? -errno : fd;
	}
	return open_resolving(root->fd, path, flags,
			      RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS);
}

int sysroot_stat(const struct sysroot *root, const char *path, struct stat *ret)
{
	char canonical[PATH_MAX];

	if (root->files)
		return stat_files(root, path, canonical, ret);
	if (root->fd < 0)
		return stat(path, ret) < 0 ? -errno : 0;
	_cleanup_fd_ int fd = sysroot_openat(root, path, O_PATH);
	if (fd < 0)
		return fd;
	return fstat(fd, ret) < 0 ? -errno : 0;
}

int sysroot_fstat(const struct sysroot *root, int fd, const char *path, struct stat *ret)
{
	struct stat opened = {0};
	int r = 0;

	if (fd >= 0 && fstat(fd, &opened) < 0)
		return -errno;
	*ret = opened;
	if (root->files)
		r = sysroot_stat(root, path, ret);
	ret->st_size = opened.st_size;
	return r;
}

int sysroot_open_link(const struct sysroot *root, const char *path)
{
	if (root->files)
		return -EOPNOTSUPP;
	/* The host's own root is where absolute paths begin anyway. */
	if (root->fd < 0)
		return open_resolving(AT_FDCWD, path, O_PATH | O_NOFOLLOW,
				      RESOLVE_NO_SYMLINKS);
	return open_resolving(root->fd, path, O_PATH | O_NOFOLLOW,
			      RESOLVE_IN_ROOT | RESOLVE_NO_SYMLINKS);
}

/* The state of one walk: what is resolved, and what is still to come. */
struct walk {
	const struct sysroot *root;
	const struct sysroot_visitor *visitor;
	char done[PATH_MAX]; /* canonical so far; "" is the root */
	char rest
		[PATH_MAX]; /* not yet looked at, with the slash behind the last component */
	int links;
};

/* Puts a symlink's text in front of the rest of the path, which is empty or begins with a slash. */
static int splice_target(struct walk *walk, const char *target, struct error *err)
{
	char joined[PATH_MAX];
	int used = snprintf(joined, sizeof(joined), "%s%s", target, walk->rest);

	if (used < 0 || (size_t)used >= sizeof(joined))
		return error_errno(err, ENAMETOOLONG, "%s/…", walk->done);
	memcpy(walk->rest, joined, (size_t)used + 1);
	if (target[0] == '/')
		walk->done[0] = '\0';
	return 0;
}

/* The text of the symlink `path`, open as `fd`: its length or -errno. */
static ssize_t read_link(const struct walk *walk, int fd, const char *path, char *ret,
			 size_t size)
{
	const struct sysroot_files *files = walk->root->files;
	ssize_t length = files ? files->readlink(files->data, path, ret, size)
			       : readlinkat(fd, "", ret, size);

	if (length < 0)
		return files ? length : -errno;
	return (size_t)length < size ? length : -ENAMETOOLONG;
}

/* `fd` is the symlink `path`, whose name has already been cut off walk->done. */
static int follow(struct walk *walk, int fd, const char *path, struct error *err)
{
	char target[PATH_MAX];
	ssize_t length = read_link(walk, fd, path, target, sizeof(target));

	if (length < 0)
		return error_errno(err, (int)-length, "%s", path);
	if (++walk->links > MAX_LINKS)
		return error_errno(err, ELOOP, "%s", path);
	target[length] = '\0';
	if (walk->visitor) {
		int r = walk->visitor->link(walk->visitor->data, path, target, err);

		if (r < 0)
			return r;
	}
	return splice_target(walk, target, err);
}

/* What `path` itself is; *ret_fd is its descriptor where the kernel has one. */
static int look_at(const struct sysroot *root, const char *path, int *ret_fd,
		   struct stat *ret)
{
	if (root->files)
		return root->files->stat(root->files->data, path, ret);
	*ret_fd = sysroot_open_link(root, path);
	if (*ret_fd < 0)
		return *ret_fd;
	return fstat(*ret_fd, ret) < 0 ? -errno : 0;
}

static int enter(struct walk *walk, const char *name, size_t length, struct error *err)
{
	char path[PATH_MAX];
	struct stat st;
	int used = snprintf(path, sizeof(path), "%s/%.*s", walk->done, (int)length, name);

	if (used < 0 || (size_t)used >= sizeof(path))
		return error_errno(err, ENAMETOOLONG, "%s/…", walk->done);
	_cleanup_fd_ int fd = -1;
	int r = look_at(walk->root, path, &fd, &st);
	if (r < 0)
		return error_errno(err, -r, "%s", path);
	if (S_ISLNK(st.st_mode))
		return follow(walk, fd, path, err);
	/* A slash behind it, be it the last byte, asks for a folder: path_resolution(7). */
	if (walk->rest[0] && !S_ISDIR(st.st_mode))
		return error_errno(err, ENOTDIR, "%s", path);
	memcpy(walk->done, path, (size_t)used + 1);
	return 0;
}

/* Takes one component, with the slashes before it, off the rest and goes there. */
static int step(struct walk *walk, struct error *err)
{
	char name[PATH_MAX];
	const char *at = walk->rest + strspn(walk->rest, "/");
	size_t length = strcspn(at, "/");

	memcpy(name, at, length);
	memmove(walk->rest, at + length, strlen(at + length) + 1);
	if (!length || (length == 1 && name[0] == '.'))
		return 0;
	if (length == 2 && name[0] == '.' && name[1] == '.') {
		char *slash = strrchr(walk->done, '/');

		if (slash)
			*slash = '\0';
		return 0;
	}
	return enter(walk, name, length, err);
}

int sysroot_resolve(const struct sysroot *root, const char *path,
		    const struct sysroot_visitor *visitor, char *ret, struct error *err)
{
	struct walk walk = {.root = root, .visitor = visitor};

	if (strlen(path) >= sizeof(walk.rest))
		return error_errno(err, ENAMETOOLONG, "%.200s…", path);
	snprintf(walk.rest, sizeof(walk.rest), "%s", path);
	while (walk.rest[0]) {
		int r = step(&walk, err);

		if (r < 0)
			return r;
	}
	snprintf(ret, PATH_MAX, "%s", walk.done[0] ? walk.done : "/");
	return 0;
}
