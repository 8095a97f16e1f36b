/* SPDX-License-Identifier: MIT */
/*
 * Looks for each thing of the layer whether the image has it. overlayfs puts folders of both together by
 * their names alone, so a path that passes through a symlink is not there. Called by jailctl diff.
 */
#include "changes.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "common/cleanup.h"
#include "common/fd.h"
#include "common/layer.h"
#include "common/path.h"

struct search {
	int layer_fd, image_fd;
	struct changes *changes;
};

static int add(struct search *search, enum change_kind kind, const char *path,
	       struct error *err)
{
	struct changes *changes = search->changes;
	int r = alloc_grow(&changes->items, &changes->capacity, changes->count + 1,
			   sizeof(*changes->items), err);

	if (r < 0)
		return r;
	const char *copy = arena_copy(&changes->arena, path, strlen(path), err);
	if (!copy)
		return -ENOMEM;
	changes->items[changes->count++] = (struct change){.path = copy, .kind = kind};
	return 0;
}

/* 1 if the image has the path, 2 if it is a folder there, 0 if not. */
static int look_at_image(const struct search *search, const char *path, struct error *err)
{
	struct stat st;
	_cleanup_fd_ int fd = layer_open(search->image_fd, path, O_PATH | O_NOFOLLOW);

	if (fd == -ENOENT || fd == -ENOTDIR || fd == -ELOOP || fd == -EXDEV)
		return 0;
	if (fd < 0 || fstat(fd, &st) < 0)
		return error_errno(err, fd < 0 ? -fd : errno,
				   "cannot look at %s of the image", path);
	return S_ISDIR(st.st_mode) ? 2 : 1;
}

/* What lies in the image's folder and not in the layer's, which hides it. */
static int add_hidden(struct search *search, int folder, DIR *hidden, const char *above,
		      struct error *err)
{
	char path[PATH_MAX];
	const struct dirent *entry;
	struct stat st;
	int r = 0;

	while (r == 0 && (errno = 0, entry = readdir(hidden))) {
		if (!strcmp(entry->d_name, ".") || !strcmp(entry->d_name, "..") ||
		    fstatat(folder, entry->d_name, &st, AT_SYMLINK_NOFOLLOW) == 0)
			continue;
		r = path_join(above, entry->d_name, path, sizeof(path), err);
		if (r == 0)
			r = add(search, CHANGE_DELETED, path, err);
	}
	if (r == 0 && errno)
		r = error_errno(err, errno, "cannot read the folder %s of the image",
				above);
	return r;
}

static int compare_folders(struct search *search, const char *path, struct error *err)
{
	_cleanup_fd_ int layer = layer_open(search->layer_fd, path,
					    O_RDONLY | O_DIRECTORY);
	_cleanup_fd_ int image = layer_open(search->image_fd, path,
					    O_RDONLY | O_DIRECTORY);

	if (layer < 0)
		return error_errno(err, -layer, "cannot read the folder %s", path);
	_cleanup_dir_ DIR *hidden = image < 0 ? NULL : fdopendir(image);
	if (!hidden)
		return error_errno(err, image < 0 ? -image : errno,
				   "cannot read the folder %s of the image", path);
	image = -1; /* closedir closes it */
	return add_hidden(search, layer, hidden, path, err);
}

/* layer_see */
static int see(void *data, const struct layer_item *item, struct error *err)
{
	struct search *search = data;
	int there = look_at_image(search, item->path, err);

	if (there < 0)
		return there;
	if (item->is_whiteout)
		return there ? add(search, CHANGE_DELETED, item->path, err) : 0;
	int r = add(search, there ? CHANGE_MADE : CHANGE_ADDED, item->path, err);
	return r == 0 && there == 2 && item->hides
		       ? compare_folders(search, item->path, err)
		       : r;
}

static int compare_paths(const void *a, const void *b)
{
	const struct change *first = a, *second = b;

	return strcmp(first->path, second->path);
}

int changes_find(int layer_fd, int image_fd, struct changes *ret, struct error *err)
{
	_cleanup_changes_ struct changes changes = {0};
	struct search search = {
		.layer_fd = layer_fd, .image_fd = image_fd, .changes = &changes};
	int r = layer_walk(layer_fd, see, &search, err);

	if (r < 0)
		return r;
	if (changes.count)
		qsort(changes.items, changes.count, sizeof(*changes.items),
		      compare_paths);
	*ret = changes;
	changes = (struct changes){0};
	return 0;
}

void changes_free(struct changes *changes)
{
	free(changes->items);
	arena_free(&changes->arena);
	*changes = (struct changes){0};
}
