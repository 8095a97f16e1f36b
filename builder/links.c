/* SPDX-License-Identifier: MIT */
/*
 * Symlink chains. The folder of a path is walked by sysroot_resolve, once a folder; the chain of
 * its last component is walked here, because closures hold many files of few folders. Called by
 * intake and by the rules.
 */
#include "links.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "common/fd.h"
#include "common/path.h"

enum { MAX_LINKS = 40 }; /* MAXSYMLINKS of the kernel, path_resolution(7) */

void links_init(struct links *links, const struct sysroot *root,
		struct manifest *manifest)
{
	*links = (struct links){.root = root, .manifest = manifest};
}

struct visit {
	struct manifest *manifest;
	const struct reason *reason;
};

/* sysroot_visitor: `path` is canonical. */
static int add_link(void *data, const char *path, const char *target, struct error *err)
{
	const struct visit *visit = data;
	const struct entry entry = {
		.path = path,
		.type = ENTRY_LINK,
		.mode = 0777,
		.target = target,
		.source = path,
		.reason = *visit->reason,
	};

	return manifest_add(visit->manifest, &entry, err);
}

/* A symlink may have a better reason now than it had for what was added before. */
static int forget_others(struct links *links, struct error *err)
{
	const char *root = links->manifest->root ? links->manifest->root : "";

	if (links->folders_root && !strcmp(links->folders_root, root))
		return 0;
	strmap_free(&links->folders);
	links->folders_root = arena_copy(&links->arena, root, strlen(root), err);
	return links->folders_root ? 0 : -ENOMEM;
}

/* The canonical form of the folder of `path`, owned by links; NULL with err set. */
static const char *walk_folder(struct links *links, const char *path,
			       const struct reason *reason, struct error *err)
{
	struct visit visit = {.manifest = links->manifest, .reason = reason};
	const struct sysroot_visitor visitor = {.link = add_link, .data = &visit};
	struct strmap *memo = reason ? &links->folders : &links->plain_folders;
	char folder[PATH_MAX], canonical[PATH_MAX];
	size_t length = (size_t)(path_basename(path) - path);

	if (length >= sizeof(folder)) {
		error_errno(err, ENAMETOOLONG, "%.200s…", path);
		return NULL;
	}
	snprintf(folder, sizeof(folder), "%.*s", (int)length, path);
	if (reason && forget_others(links, err) < 0)
		return NULL;
	const char *known = strmap_get(memo, folder);
	if (known)
		return known;
	if (sysroot_resolve(links->root, folder, reason ? &visitor : NULL, canonical,
			    err) < 0)
		return NULL;
	char *key = arena_copy(&links->arena, folder, length, err);
	char *value = key ? arena_copy(&links->arena, canonical, strlen(canonical), err)
			  : NULL;
	if (!value || strmap_put(memo, key, value, err) < 0)
		return NULL;
	return value;
}

/* lstat(2) of ret->path, whose folders are canonical; its target too if it is a symlink. */
static int look_at(struct links *links, struct links_end *ret, struct error *err)
{
	_cleanup_fd_ int fd = sysroot_open_link(links->root, ret->path);
	ssize_t length = 0;

	if (fd < 0)
		return error_errno(err, -fd, "%s", ret->path);
	if (fstat(fd, &ret->st) < 0)
		return error_errno(err, errno, "%s", ret->path);
	if (S_ISLNK(ret->st.st_mode))
		length = readlinkat(fd, "", ret->target, sizeof(ret->target) - 1);
	if (length < 0)
		return error_errno(err, errno, "%s", ret->path);
	ret->target[length] = '\0';
	return 0;
}

/* A last component of "." or ".." is a folder's own name: only the whole walk can tell which. */
static bool ends_in_dots(const char *path)
{
	const char *name = path_basename(path);

	return !*name || !strcmp(name, ".") || !strcmp(name, "..");
}

int links_parent(struct links *links, const char *path, const struct reason *reason,
		 struct links_end *ret, struct error *err)
{
	char whole[PATH_MAX];
	bool dots = ends_in_dots(path);

	if (strlen(path) + 2 > sizeof(whole))
		return error_errno(err, ENAMETOOLONG, "%.200s…", path);
	snprintf(whole, sizeof(whole), "%s%s", path, dots ? "/" : "");
	const char *folder = walk_folder(links, whole, reason, err);
	if (!folder)
		return -err->code;
	int r = path_join(folder, dots ? "" : path_basename(path), ret->path,
			  sizeof(ret->path), err);
	if (r < 0)
		return r;
	if (dots)
		snprintf(ret->path, sizeof(ret->path), "%s", folder);
	return look_at(links, ret, err);
}

/* Where the symlink at `end` points, as an absolute path without a slash at its end. */
static int next_path(const struct links_end *end, char *ret, struct error *err)
{
	int folder = end->target[0] == '/' ? 0
					   : (int)(path_basename(end->path) - end->path);
	int used = snprintf(ret, PATH_MAX, "%.*s%s", folder, end->path, end->target);

	if (used < 0 || used >= PATH_MAX)
		return error_errno(err, ENAMETOOLONG, "%.200s…", end->path);
	while (used > 1 && ret[used - 1] == '/')
		ret[--used] = '\0';
	return 0;
}

int links_follow(struct links *links, const char *path, const struct reason *reason,
		 struct links_end *ret, struct error *err)
{
	struct visit visit = {.manifest = links->manifest, .reason = reason};
	char at[PATH_MAX];

	int r = path_join("", path, at, sizeof(at), err);
	for (int passed = 0; r == 0 && passed <= MAX_LINKS; passed++) {
		r = links_parent(links, at, reason, ret, err);
		if (r < 0 || !S_ISLNK(ret->st.st_mode))
			return r;
		if (reason)
			r = add_link(&visit, ret->path, ret->target, err);
		if (r == 0)
			r = next_path(ret, at, err);
	}
	return r < 0 ? r : error_errno(err, ELOOP, "%s", path);
}

void links_free(struct links *links)
{
	strmap_free(&links->folders);
	strmap_free(&links->plain_folders);
	arena_free(&links->arena);
}
