/* SPDX-License-Identifier: MIT */
/*
 * Finds and removes, in two steps, since merge does everything that can fail before it changes what
 * others see. Called by merge.
 */
#include "remnants.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/fd.h"
#include "common/path.h"
#include "deposit.h"

static int refused(const char *path, int code, struct error *err)
{
	return error_errno(err, code, "cannot remove %s from the image", path);
}

static int consider(int root, const char *path, struct strlist *ret, struct error *err)
{
	_cleanup_fd_ int parent = deposit_open_parent(root, path);
	struct stat st;

	/* Behind what is a symlink now, or no folder, nothing is left of ours. */
	if (parent == -ENOENT || parent == -ELOOP || parent == -ENOTDIR)
		return 0;
	if (parent < 0)
		return refused(path, -parent, err);
	if (fstatat(parent, path_basename(path), &st, AT_SYMLINK_NOFOLLOW) < 0)
		return errno == ENOENT ? 0 : refused(path, errno, err);
	if (faccessat(parent, ".", W_OK | X_OK, AT_EACCESS) < 0)
		return refused(path, errno, err);
	return strlist_add(ret, path, err);
}

int remnants_find(int root, const struct strmap *known, const struct manifest *manifest,
		  struct strlist *ret, struct error *err)
{
	char path[PATH_MAX];

	for (size_t i = 0; i < known->size; i++) {
		const char *key = known->slots[i].key;
		int r = key ? path_normalize(key, path, sizeof(path), err) : 0;

		if (r == 0 && key && path[1] != '\0' && !manifest_find(manifest, path))
			r = consider(root, path, ret, err);
		if (r < 0)
			return r;
	}
	strlist_sort(ret); /* a map has no order */
	return 0;
}

static int remove_path(int root, const char *path, struct error *err)
{
	_cleanup_fd_ int parent = deposit_open_parent(root, path);
	const char *name = path_basename(path);

	if (parent < 0)
		return refused(path, -parent, err);
	if (unlinkat(parent, name, 0) == 0 || errno == ENOENT)
		return 0;
	/* unlink(2): EISDIR on Linux, EPERM by POSIX. */
	if (errno != EISDIR && errno != EPERM)
		return refused(path, errno, err);
	if (unlinkat(parent, name, AT_REMOVEDIR) == 0 || errno == ENOTEMPTY ||
	    errno == EEXIST || errno == EBUSY)
		return 0;
	return refused(path, errno, err);
}

int remnants_remove(int root, const struct strlist *paths, struct error *err)
{
	int r = 0;

	for (size_t i = paths->count; r == 0 && i > 0; i--)
		r = remove_path(root, paths->items[i - 1], err);
	return r;
}
