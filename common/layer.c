/* SPDX-License-Identifier: MIT */
/*
 * Walks a layer, breadth first, each folder by its path from the root, so that depth costs neither
 * stack nor descriptors. Called by jailctl, which says what a layer changes, and by jailbuild, which
 * makes an image of it.
 */
#include "layer.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/openat2.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "cleanup.h"
#include "fd.h"
#include "path.h"
#include "strlist.h"

enum { MAX_ITEMS = 2000000 }; /* as for images */

struct walk {
	int root;
	layer_see *see;
	void *data;
	size_t count;
	/* Still to be read, or read: the path, and before it whether it hides: '+' or '-'. */
	struct strlist folders;
};

/* The folder that is read now. */
struct place {
	const char *path;
	int fd;
	bool hides, has_marked_files;
};

int layer_open(int root, const char *path, int flags)
{
	struct open_how how = {
		.flags = (unsigned)flags | O_CLOEXEC,
		.resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_XDEV,
	};
	const char *inside = path + strspn(path, "/");

	long fd = syscall(SYS_openat2, root, *inside ? inside : ".", &how, sizeof(how));
	return fd < 0 ? -errno : (int)fd;
}

/* overlayfs' mark of a folder: 'y', 'x', or 0 for none; -errno. */
static int read_mark(int fd)
{
	char value;
	ssize_t length = fgetxattr(fd, "user.overlay.opaque", &value, 1);

	if (length < 0 && (errno == ENODATA || errno == EOPNOTSUPP || errno == ERANGE))
		return 0;
	if (length < 0)
		return -errno;
	return length == 1 && (value == 'x' || value == 'y') ? value : 0;
}

/* 1 if the empty file is marked as a whiteout, 0 if not. */
static int is_marked(const struct layer_item *item, struct error *err)
{
	_cleanup_fd_ int fd = openat(item->folder, item->name,
				     O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY |
					     O_CLOEXEC);

	if (fd < 0)
		return error_errno(err, errno, "cannot read %s", item->path);
	return fgetxattr(fd, "user.overlay.whiteout", NULL, 0) >= 0;
}

static int judge_folder(const struct place *place, struct layer_item *item,
			struct error *err)
{
	_cleanup_fd_ int fd = openat(item->folder, item->name,
				     O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	int mark = fd < 0 ? -errno : read_mark(fd);

	if (mark < 0)
		return error_errno(err, -mark, "cannot read the folder %s", item->path);
	item->hides = place->hides || mark == 'y';
	return 0;
}

static int judge(const struct place *place, struct layer_item *item, struct error *err)
{
	const struct stat *st = &item->st;

	item->is_whiteout = S_ISCHR(st->st_mode) && st->st_rdev == makedev(0, 0);
	if (S_ISDIR(st->st_mode))
		return judge_folder(place, item, err);
	if (S_ISREG(st->st_mode) && !st->st_size && place->has_marked_files) {
		int r = is_marked(item, err);

		item->is_whiteout = r > 0;
		return r < 0 ? r : 0;
	}
	return 0;
}

static int too_many(struct error *err)
{
	return error_set(err, EFBIG, "it holds more than %d things", MAX_ITEMS);
}

static int queue(struct walk *walk, const char *path, bool hides, struct error *err)
{
	char text[PATH_MAX + 1];

	text[0] = hides ? '+' : '-';
	memcpy(text + 1, path, strlen(path) + 1);
	return strlist_add(&walk->folders, text, err);
}

static int show(struct walk *walk, const struct place *place, const char *name,
		struct error *err)
{
	char path[PATH_MAX];
	struct layer_item item = {.path = path, .name = name, .folder = place->fd};

	if (++walk->count > MAX_ITEMS)
		return too_many(err);
	int r = path_join(place->path, name, path, sizeof(path), NULL);
	if (r < 0) /* too long for a message as well */
		return error_set(err, ENAMETOOLONG,
				 "a path that begins with %.80s… is longer than %d bytes",
				 place->path, PATH_MAX - 1);
	if (fstatat(place->fd, name, &item.st, AT_SYMLINK_NOFOLLOW) < 0)
		return error_errno(err, errno, "cannot look at %s", path);
	r = judge(place, &item, err);
	if (r == 0)
		r = walk->see(walk->data, &item, err);
	return r == 0 && S_ISDIR(item.st.st_mode) ? queue(walk, path, item.hides, err)
						  : r;
}

static int read_names(int fd, const char *path, struct strlist *ret, struct error *err)
{
	const struct dirent *entry;
	int again = openat(fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	_cleanup_dir_ DIR *dir = again < 0 ? NULL : fdopendir(again);
	int r = 0;

	if (!dir)
		return error_errno(err, errno, "cannot read the folder %s", path);
	while (r == 0 && (errno = 0, entry = readdir(dir)))
		if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
			r = ret->count < MAX_ITEMS ? strlist_add(ret, entry->d_name, err)
						   : too_many(err);
	if (r == 0 && errno)
		r = error_errno(err, errno, "cannot read the folder %s", path);
	strlist_sort(ret);
	return r;
}

static int read_folder(struct walk *walk, const char *path, bool hides, struct error *err)
{
	_cleanup_strlist_ struct strlist names = {0};
	_cleanup_fd_ int fd = layer_open(walk->root, path, O_RDONLY | O_DIRECTORY);
	struct place place = {.path = path, .fd = fd, .hides = hides};

	if (fd < 0)
		return error_errno(err, -fd, "cannot read the folder %s", path);
	place.has_marked_files = read_mark(fd) == 'x';
	int r = read_names(fd, path, &names, err);
	for (size_t i = 0; r == 0 && i < names.count; i++)
		r = show(walk, &place, names.items[i], err);
	return r;
}

int layer_walk(int root, layer_see *see, void *data, struct error *err)
{
	struct walk walk = {.root = root, .see = see, .data = data};
	int r = queue(&walk, "/", false, err);

	for (size_t i = 0; r == 0 && i < walk.folders.count; i++) {
		const char *folder = walk.folders.items[i];

		r = read_folder(&walk, folder + 1, folder[0] == '+', err);
	}
	strlist_free(&walk.folders);
	return r;
}
