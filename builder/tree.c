/* SPDX-License-Identifier: MIT */
/*
 * Walks a folder. Not by recursion: the depth of a tree is its owner's choice, the stack is not.
 * Called by asked.
 */
#include "tree.h"

#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <linux/magic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "common/cleanup.h"
#include "common/fd.h"
#include "common/path.h"
#include "common/strlist.h"
#include "needs.h"

struct walk {
	struct intake *intake;
	const struct taken *top;
	struct strlist folders; /* still to be read, relative to the top */
};

/* One name in a folder, under both of its paths. */
struct member {
	char relative[PATH_MAX], source[PATH_MAX], path[PATH_MAX], target[PATH_MAX];
	struct stat st;
};

static int name_member(const struct walk *walk, const char *folder, const char *name,
		       struct member *ret, struct error *err)
{
	int used = snprintf(ret->relative, sizeof(ret->relative), "%s/%s", folder, name);

	if (used < 0 || (size_t)used >= sizeof(ret->relative))
		return error_errno(err, ENAMETOOLONG, "%s%s/…", walk->top->source,
				   folder);
	int r = path_join(walk->top->source, ret->relative, ret->source,
			  sizeof(ret->source), err);
	if (r < 0)
		return r;
	return path_join(walk->top->path, ret->relative, ret->path, sizeof(ret->path),
			 err);
}

/* Where a symlink leads, as a path to follow from its source; empty if that says nothing. */
static int link_destination(const struct walk *walk, const struct member *member,
			    char *ret, struct error *err)
{
	bool is_moved = strcmp(walk->top->source, walk->top->path) != 0;
	int folder = (int)(path_basename(member->source) - member->source);

	*ret = '\0';
	if (member->target[0] == '/')
		return path_join("", member->target, ret, PATH_MAX, err);
	if (is_moved) /* it will point somewhere else than here: what lies here is no answer */
		return 0;
	int used = snprintf(ret, PATH_MAX, "%.*s%s", folder, member->source,
			    member->target);
	if (used < 0 || used >= PATH_MAX)
		return error_errno(err, ENAMETOOLONG, "%s", member->source);
	return 0;
}

static int follow_link(struct walk *walk, const struct member *member, struct error *err)
{
	const struct reason reason = {
		.rule = RULE_LINK, .by = member->path, .name = member->target};
	struct intake *intake = walk->intake;
	char destination[PATH_MAX];
	struct links_end end;
	struct error ignored;

	int r = link_destination(walk, member, destination, err);
	if (r < 0 || !*destination)
		return r;
	r = links_follow(&intake->links, destination, NULL, &end, &ignored);
	if (r < 0 || path_is_below(end.path, walk->top->source))
		return 0;
	if (S_ISDIR(end.st.st_mode))
		return manifest_note(intake->manifest, err,
				     "%s points at the folder %s, which is left out",
				     member->path, end.path);
	if (!S_ISREG(end.st.st_mode))
		return 0;
	r = links_follow(&intake->links, destination, &reason, &end, err);
	if (r < 0)
		return r;
	const struct taken taken = {
		.source = end.path, .path = end.path, .st = &end.st, .reason = reason};
	r = intake_file(intake, &taken, err);
	return r < 0 ? r : needs_add_member(intake, &taken, err);
}

static int add_link(struct walk *walk, const struct member *member,
		    const struct reason *reason, struct error *err)
{
	const struct entry entry = {
		.path = member->path,
		.type = ENTRY_LINK,
		.mode = 0777,
		.target = member->target,
		.source = member->source,
		.reason = *reason,
	};

	int r = manifest_add(walk->intake->manifest, &entry, err);
	return r < 0 ? r : follow_link(walk, member, err);
}

static int add_folder(struct intake *intake, const struct taken *taken, struct error *err)
{
	const struct entry entry = {
		.path = taken->path,
		.type = ENTRY_FOLDER,
		.mode = taken->st->st_mode & 01777,
		.source = taken->source,
		.reason = taken->reason,
	};

	return manifest_add(intake->manifest, &entry, err);
}

static bool is_left_out(const struct walk *walk, const struct member *member)
{
	const char *const *pattern = walk->intake->except;

	for (; pattern && *pattern; pattern++)
		if (fnmatch(*pattern, path_basename(member->relative), 0) == 0 ||
		    fnmatch(*pattern, member->relative + 1, 0) == 0)
			return true;
	return false;
}

static int add_member(struct walk *walk, const struct member *member, struct error *err)
{
	const struct taken taken = {
		.source = member->source,
		.path = member->path,
		.st = &member->st,
		.reason = {.rule = RULE_FOLDER, .by = walk->top->path},
	};
	int r;

	switch (member->st.st_mode & S_IFMT) {
	case S_IFDIR:
		if (member->st.st_dev == walk->intake->image_device &&
		    member->st.st_ino == walk->intake->image_inode)
			return manifest_note(walk->intake->manifest, err,
					     "%s is the image itself: left out",
					     member->source);
		r = add_folder(walk->intake, &taken, err);
		return r < 0 ? r : strlist_add(&walk->folders, member->relative, err);
	case S_IFLNK:
		return add_link(walk, member, &taken.reason, err);
	case S_IFREG:
		r = intake_file(walk->intake, &taken, err);
		return r < 0 ? r : needs_add_member(walk->intake, &taken, err);
	default:
		return intake_special(walk->intake, &taken, err);
	}
}

static int look_at(int folder, const char *name, struct member *member, struct error *err)
{
	ssize_t length = 0;

	if (fstatat(folder, name, &member->st, AT_SYMLINK_NOFOLLOW) < 0)
		return error_errno(err, errno, "%s", member->source);
	if (S_ISLNK(member->st.st_mode))
		length = readlinkat(folder, name, member->target,
				    sizeof(member->target) - 1);
	if (length < 0)
		return error_errno(err, errno, "%s", member->source);
	member->target[length] = '\0';
	return 0;
}

/* File systems whose files are made up by the kernel as they are read. */
static bool is_made_up(int folder)
{
	struct statfs fs;

	if (fstatfs(folder, &fs) < 0)
		return false;
	return fs.f_type == PROC_SUPER_MAGIC || fs.f_type == SYSFS_MAGIC ||
	       fs.f_type == CGROUP_SUPER_MAGIC || fs.f_type == CGROUP2_SUPER_MAGIC ||
	       fs.f_type == DEVPTS_SUPER_MAGIC || fs.f_type == DEBUGFS_MAGIC ||
	       fs.f_type == TRACEFS_MAGIC || fs.f_type == SECURITYFS_MAGIC;
}

static int read_names(DIR *folder, const char *source, struct strlist *ret,
		      struct error *err)
{
	const struct dirent *item;

	errno = 0;
	while ((item = readdir(folder))) {
		if (!strcmp(item->d_name, ".") || !strcmp(item->d_name, ".."))
			continue;
		int r = strlist_add(ret, item->d_name, err);
		if (r < 0)
			return r;
	}
	if (errno)
		return error_errno(err, errno, "cannot read the folder %s", source);
	strlist_sort(ret); /* readdir's order is the file system's own */
	return 0;
}

static int walk_folder(struct walk *walk, const char *relative, struct error *err)
{
	_cleanup_strlist_ struct strlist names = {0};
	_cleanup_dir_ DIR *folder = NULL;
	struct member member;
	char source[PATH_MAX];

	int r = path_join(walk->top->source, relative, source, sizeof(source), err);
	if (r < 0)
		return r;
	if (!*relative)
		snprintf(source, sizeof(source), "%s", walk->top->source);
	_cleanup_fd_ int fd = sysroot_openat(walk->intake->root, source,
					     O_RDONLY | O_DIRECTORY | O_NOFOLLOW);
	if (fd < 0)
		return error_errno(err, -fd, "cannot read the folder %s", source);
	if (is_made_up(fd))
		return manifest_note(walk->intake->manifest, err,
				     "what is in %s is the kernel's: left out", source);
	folder = fdopendir(fd);
	if (!folder)
		return error_nomem(err);
	int folder_fd = steal_fd(&fd); /* the DIR owns it now */
	r = read_names(folder, source, &names, err);
	for (size_t i = 0; r == 0 && i < names.count; i++) {
		r = name_member(walk, relative, names.items[i], &member, err);
		if (r == 0)
			r = look_at(folder_fd, names.items[i], &member, err);
		if (r == 0 && !is_left_out(walk, &member))
			r = add_member(walk, &member, err);
	}
	return r;
}

int tree_add(struct intake *intake, const struct taken *taken, struct error *err)
{
	struct walk walk = {.intake = intake, .top = taken};

	int r = add_folder(intake, taken, err);
	if (r == 0)
		r = strlist_add(&walk.folders, "", err);
	for (size_t i = 0; r == 0 && i < walk.folders.count; i++)
		r = walk_folder(&walk, walk.folders.items[i], err);
	strlist_free(&walk.folders);
	return r;
}
