/* SPDX-License-Identifier: MIT */
/*
 * The list of folders that are not finished yet, and their finishing. Called by extract, at each
 * folder and once at the end.
 */
#include "folders.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "common/fd.h"
#include "common/path.h"

int folders_add(struct folders *folders, const struct folder *folder, struct error *err)
{
	int r = alloc_grow(&folders->items, &folders->capacity, folders->count + 1,
			   sizeof(*folders->items), err);

	if (r < 0)
		return r;
	char *path = arena_copy(&folders->names, folder->path, strlen(folder->path), err);
	if (!path)
		return -ENOMEM;
	struct folder *item = &folders->items[folders->count];
	*item = *folder;
	item->path = path;
	item->order = folders->count++;
	return 0;
}

/* Backwards by path, so that a folder stands behind all that is in it; then by order. */
static int compare(const void *first, const void *second)
{
	const struct folder *a = first, *b = second;
	int by_path = strcmp(b->path, a->path);

	if (by_path != 0)
		return by_path;
	return a->order < b->order ? -1 : a->order > b->order;
}

static int open_and_finish(int root_fd, const struct folder *folder)
{
	struct open_how how = {
		.flags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC,
		.resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS,
	};
	const char *path = *folder->path ? folder->path : ".";
	_cleanup_fd_ int fd = (int)syscall(SYS_openat2, root_fd, path, &how, sizeof(how));

	return fd < 0 ? -errno : attributes_write(fd, &folder->attributes, true);
}

int folders_finish(struct folders *folders, int root_fd, struct error *err)
{
	char shown[256];

	if (folders->count > 0)
		qsort(folders->items, folders->count, sizeof(*folders->items), compare);
	for (size_t i = 0; i < folders->count; i++) {
		const struct folder *folder = &folders->items[i];

		if (i + 1 < folders->count &&
		    !strcmp(folder->path, folders->items[i + 1].path))
			continue;
		int r = open_and_finish(root_fd, folder);
		if (r < 0)
			return error_errno(
				err, -r, "%s: cannot set the folder's mode and time",
				path_escape(folder->path, shown, sizeof(shown)));
	}
	return 0;
}

void folders_free(struct folders *folders)
{
	free(folders->items);
	arena_free(&folders->names);
	*folders = (struct folders){0};
}
