/* SPDX-License-Identifier: MIT */
/*
 * The walk to an entry's parent folder. The usual case is one openat2, or none when the last entry
 * lay in the same folder; component by component only where a folder is missing or a link stands
 * in the way.
 */
#include "destination.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "common/fd.h"
#include "common/path.h"
#include "common/sysroot.h"

static int open_folder(int from, const char *path)
{
	struct open_how how = {
		.flags = O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC,
		.resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS,
	};
	long fd = syscall(SYS_openat2, from, path, &how, sizeof(how));

	return fd < 0 ? -errno : (int)fd;
}

int destination_clean(const char *name, char *ret, struct error *err)
{
	size_t used = 0;
	int depth = 0;

	for (const char *part = name; *part;) {
		size_t length = strcspn(part, "/");

		if (length == 2 && !memcmp(part, "..", 2))
			return error_set(err, EBADMSG,
					 "the name leads upwards by \"..\"");
		if (used + length + 2 > PATH_MAX || depth > DESTINATION_DEPTH)
			return error_set(err, ENAMETOOLONG,
					 "the name is too long or too deep");
		if (length > 0 && !(length == 1 && *part == '.')) {
			if (used > 0)
				ret[used++] = '/';
			memcpy(ret + used, part, length);
			used += length;
			depth++;
		}
		part += length + (part[length] == '/');
	}
	ret[used] = '\0';
	return 0;
}

/* One folder on the way, already without links; a missing one is made. */
static int step(int from, const char *component)
{
	int fd = open_folder(from, component);

	if (fd != -ENOENT)
		return fd;
	if (mkdirat(from, component, 0755) < 0)
		return -errno;
	return open_folder(from, component);
}

/*
 * Follows the link `component` in the folder `canonical`, and writes where it leads there.
 * Returns a descriptor of that folder.
 */
static int follow(int root_fd, char *canonical, const char *component, struct error *err)
{
	struct sysroot root = {.fd = root_fd, .path = (char[]){""}};
	char link[PATH_MAX + NAME_MAX + 2], target[PATH_MAX], shown[256];

	snprintf(link, sizeof(link), "/%s%s%s", canonical, *canonical ? "/" : "",
		 component);
	if (strlen(link) >= PATH_MAX)
		return error_set(err, ENAMETOOLONG, "the name is too long");
	if (sysroot_resolve(&root, link, NULL, target, NULL) < 0)
		return error_set(err, EBADMSG,
				 "%s on its way is a symlink that leads nowhere",
				 path_escape(link, shown, sizeof(shown)));
	int fd = open_folder(root_fd, target[1] ? target + 1 : ".");
	if (fd < 0)
		return error_set(err, EBADMSG, "%s on its way is no folder",
				 path_escape(link, shown, sizeof(shown)));
	snprintf(canonical, PATH_MAX, "%s", target + 1);
	return fd;
}

/* Goes from the folder `from` to its `component`, and keeps `canonical` in step. */
static int advance(struct destination *destination, int from, const char *component,
		   struct error *err)
{
	size_t used = strlen(destination->canonical);
	_cleanup_fd_ int fd = step(from, component);

	if (fd == -ELOOP || fd == -ENOTDIR) /* a link or a file stands there */
		return follow(destination->root_fd, destination->canonical, component,
			      err);
	if (fd < 0)
		return error_errno(err, -fd, "cannot make its folders");
	if (used + strlen(component) + 2 > PATH_MAX)
		return error_set(err, ENAMETOOLONG, "the name is too long");
	snprintf(destination->canonical + used, PATH_MAX - used, "%s%s", used ? "/" : "",
		 component);
	return steal_fd(&fd);
}

/* Walks the cleaned `path` component by component. */
static int walk(struct destination *destination, char *path, struct error *err)
{
	_cleanup_fd_ int fd = open_folder(destination->root_fd, ".");
	char *rest = path, *component;

	if (fd < 0)
		return error_errno(err, -fd, "cannot open the output folder");
	destination->canonical[0] = '\0';
	while ((component = strsep(&rest, "/")) != NULL) {
		int next = advance(destination, fd, component, err);

		if (next < 0)
			return next;
		close(fd);
		fd = next;
	}
	destination->parent_fd = steal_fd(&fd);
	return 0;
}

static int open_parent(struct destination *destination, const char *parent,
		       struct error *err)
{
	char path[PATH_MAX];

	destination_close(destination);
	destination->is_stale = false;
	destination->parent_fd = open_folder(destination->root_fd,
					     *parent ? parent : ".");
	if (destination->parent_fd >= 0) {
		snprintf(destination->canonical, PATH_MAX, "%s", parent);
		snprintf(destination->parent, PATH_MAX, "%s", parent);
		return 0;
	}
	snprintf(path, sizeof(path), "%s", parent);
	int r = walk(destination, path, err);
	if (r == 0)
		snprintf(destination->parent, PATH_MAX, "%s", parent);
	return r;
}

int destination_find(struct destination *destination, const char *name,
		     struct destination_place *ret, struct error *err)
{
	char parent[PATH_MAX];
	int r = destination_clean(name, ret->path, err);

	if (r < 0)
		return r;
	ret->base = path_basename(ret->path);
	size_t length = (size_t)(ret->base - ret->path);
	memcpy(parent, ret->path, length);
	parent[length > 0 ? length - 1 : 0] = '\0';
	if (destination->parent_fd < 0 || destination->is_stale ||
	    strcmp(parent, destination->parent) != 0) {
		r = open_parent(destination, parent, err);
		if (r < 0)
			return r;
	}
	ret->parent_fd = destination->parent_fd;
	return 0;
}

void destination_forget(struct destination *destination)
{
	destination->is_stale = true;
}

void destination_close(struct destination *destination)
{
	cleanup_fd(&destination->parent_fd);
	destination->parent_fd = -1;
}
