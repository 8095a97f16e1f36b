/* SPDX-License-Identifier: MIT */
/*
 * Removal of trees and of left-overs. Called by cache on a miss and after a failure.
 */
#include "sweep.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/cleanup.h"
#include "common/fd.h"
#include "common/kernel.h"

enum {
	MAX_PASSES = 100000
}; /* far more than folders can be nested; ends a race with a writer */

static bool is_dots(const char *name)
{
	return !strcmp(name, ".") || !strcmp(name, "..");
}

/*
 * Gives the caller all rights on his own folder `name`: an archive may have taken them away.
 * Returns 0 or -errno; -ENOTDIR if it is something else.
 */
static int take_rights(int parent_fd, const char *name)
{
	struct stat st;

	if (fstatat(parent_fd, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return -errno;
	if (!S_ISDIR(st.st_mode))
		return -ENOTDIR;
	if ((st.st_mode & 0700) != 0700 && fchmodat(parent_fd, name, 0700, 0) < 0)
		return -errno;
	return 0;
}

/* Opens a folder to be emptied; NULL with errno set if that cannot be. */
static DIR *open_for_removal(int parent_fd, const char *name)
{
	int r = take_rights(parent_fd, name);

	if (r < 0) {
		errno = -r;
		return NULL;
	}
	_cleanup_fd_ int fd = openat(parent_fd, name,
				     O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	if (dir)
		fd = -1;
	return dir;
}

/* Moves the folder `name` of `from` into `to`, under a name that is free there. */
static int lift(int from, const char *name, int to, unsigned long *counter)
{
	char free_name[32];
	/* To move a folder one must be allowed to write its "..", rename(2). */
	int r = take_rights(from, name);

	if (r < 0)
		return r;
	do {
		snprintf(free_name, sizeof(free_name), "lifted.%lu", (*counter)++);
		if (renameat2(from, name, to, free_name, RENAME_NOREPLACE) == 0)
			return 0;
	} while (errno == EEXIST);
	return -errno;
}

/* Removes the folder `name` in `top`; the folders in it are lifted to `top`, not entered. */
static int flatten(int top, const char *name, unsigned long *counter)
{
	_cleanup_dir_ DIR *dir = open_for_removal(top, name);
	const struct dirent *entry;

	if (!dir)
		return -errno;
	while ((entry = readdir(dir)) != NULL) {
		if (is_dots(entry->d_name) || unlinkat(dirfd(dir), entry->d_name, 0) == 0)
			continue;
		if (errno != EISDIR && errno != EPERM)
			return -errno;
		int r = lift(dirfd(dir), entry->d_name, top, counter);
		if (r < 0)
			return r;
	}
	return unlinkat(top, name, AT_REMOVEDIR) < 0 ? -errno : 0;
}

/* One pass over the folder: removes what is no folder, flattens what is. Returns how many. */
static int pass(DIR *dir, unsigned long *counter)
{
	const struct dirent *entry;
	int found = 0;

	rewinddir(dir);
	while ((entry = readdir(dir)) != NULL) {
		if (is_dots(entry->d_name))
			continue;
		found = 1;
		if (unlinkat(dirfd(dir), entry->d_name, 0) == 0)
			continue;
		if (errno != EISDIR && errno != EPERM)
			return -errno;
		int r = flatten(dirfd(dir), entry->d_name, counter);
		if (r ==
		    -ENOTEMPTY) /* readdir(3) may miss what came meanwhile: next pass */
			continue;
		if (r < 0)
			return r;
	}
	return found;
}

int sweep_tree(int parent_fd, const char *name, struct error *err)
{
	unsigned long counter = 0;
	int r = 1;

	if (unlinkat(parent_fd, name, 0) == 0 || errno == ENOENT)
		return 0;
	_cleanup_dir_ DIR *dir = open_for_removal(parent_fd, name);
	if (!dir)
		return error_errno(err, errno, "cannot remove %s", name);
	/* A helper whose starter was killed holds it until it is dead, too. */
	while (flock(dirfd(dir), LOCK_EX) < 0 && errno == EINTR)
		;
	for (int passes = 0; r > 0 && passes < MAX_PASSES; passes++)
		r = pass(dir, &counter);
	if (r < 0)
		return error_errno(err, -r, "cannot remove %s", name);
	if (unlinkat(parent_fd, name, AT_REMOVEDIR) < 0 && errno != ENOENT)
		return error_errno(err, errno, "cannot remove %s", name);
	return 0;
}

int sweep_contents(int entry_fd, struct error *err)
{
	static const char *const names[] = {"root", "about", "owners"};
	int r = 0;

	for (size_t i = 0; r == 0 && i < sizeof(names) / sizeof(names[0]); i++)
		r = sweep_tree(entry_fd, names[i], err);
	return r;
}

static bool starts_with(const char *text, const char *prefix)
{
	return !strncmp(text, prefix, strlen(prefix));
}

static bool ends_with(const char *text, const char *suffix)
{
	size_t length = strlen(text), wanted = strlen(suffix);

	return length >= wanted && !strcmp(text + length - wanted, suffix);
}

/* Only names that the cache makes are touched: the user may keep other things in the folder. */
static bool is_useless(const char *name, const struct sweep_rules *rules)
{
	if (starts_with(name, "tmp."))
		return strcmp(name + strlen("tmp."), rules->own) != 0;
	if (starts_with(name, "dead."))
		return true;
	if (!strchr(name, '@') || !strcmp(name, rules->own))
		return false;
	return !ends_with(name, rules->boot) || starts_with(name, rules->source);
}

/* Whether the open folder still has that name: it may have been renamed before it was locked. */
static bool is_still(int folder_fd, const char *name, int fd)
{
	struct stat named, opened;

	return fstatat(folder_fd, name, &named, AT_SYMLINK_NOFOLLOW) == 0 &&
	       fstat(fd, &opened) == 0 && named.st_dev == opened.st_dev &&
	       named.st_ino == opened.st_ino;
}

int sweep_entry(int folder_fd, const char *name, struct error *err)
{
	char dead[NAME_MAX + 1];
	_cleanup_fd_ int fd = openat(folder_fd, name,
				     O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

	if (fd < 0)
		return error_errno(err, errno, "cannot open %s", name);
	if (flock(fd, LOCK_EX | LOCK_NB) < 0 || !is_still(folder_fd, name, fd))
		return error_set(err, EBUSY, "%s is in use", name);
	if (starts_with(name, "dead."))
		snprintf(dead, sizeof(dead), "%s", name);
	else
		snprintf(dead, sizeof(dead), "dead.%s", name);
	if (strcmp(name, dead) != 0 && renameat(folder_fd, name, folder_fd, dead) < 0)
		return error_errno(err, errno, "cannot rename %s", name);
	int r = sweep_contents(fd, err);
	if (r < 0)
		return r;
	if (unlinkat(folder_fd, dead, AT_REMOVEDIR) < 0)
		return error_errno(err, errno, "cannot remove %s", dead);
	return 0;
}

void sweep_folder(int folder_fd, const struct sweep_rules *rules)
{
	_cleanup_fd_ int fd = openat(folder_fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	_cleanup_dir_ DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	const struct dirent *entry;

	if (!dir)
		return;
	fd = -1;
	while ((entry = readdir(dir)) != NULL) {
		if (!is_useless(entry->d_name, rules))
			continue;
		/* In use, or not to be removed: the next miss tries again. */
		int ignored = sweep_entry(folder_fd, entry->d_name, NULL);
		(void)ignored;
	}
}
