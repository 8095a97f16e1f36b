/* SPDX-License-Identifier: MIT */
/*
 * Component by component: a list of folders becomes the list of what matches in them. Called by apply.
 */
#include "wildcard.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "common/cleanup.h"
#include "common/path.h"

static void close_folder(DIR **folder)
{
	if (*folder)
		closedir(*folder);
}
#define _cleanup_folder_ __attribute__((cleanup(close_folder)))

bool wildcard_is(const char *text)
{
	return strpbrk(text, "*?[") != NULL;
}

/* Adds `folder`/`name` if it is there, the name itself not followed where it is the last. */
static int add_path(const struct sysroot *root, const char *folder, const char *name,
		    struct strlist *ret, struct error *err)
{
	char path[PATH_MAX];
	struct stat st;

	if (path_join(folder, name, path, sizeof(path), NULL) < 0 ||
	    sysroot_stat(root, path, &st) < 0)
		return 0;
	if (ret->count == WILDCARD_PATHS_MAX)
		return error_set(err, E2BIG, "more than %d paths match",
				 WILDCARD_PATHS_MAX);
	return strlist_add(ret, path, err);
}

static int match_folder(const struct sysroot *root, const char *path, const char *pattern,
			struct strlist *ret, struct error *err)
{
	_cleanup_folder_ DIR *folder = NULL;
	const struct dirent *item;
	int fd = sysroot_openat(root, path, O_RDONLY | O_DIRECTORY);
	int r = 0;

	if (fd < 0)
		return 0;
	folder = fdopendir(fd);
	if (!folder) {
		close(fd);
		return error_nomem(err);
	}
	while (r == 0 && (item = readdir(folder)))
		if (fnmatch(pattern, item->d_name, FNM_PERIOD) == 0)
			r = add_path(root, path, item->d_name, ret, err);
	return r;
}

int wildcard_expand(const struct sysroot *root, const char *pattern, struct strlist *ret,
		    struct error *err)
{
	_cleanup_strlist_ struct strlist folders = {0};
	char component[NAME_MAX + 1];
	int r = strlist_add(&folders, "/", err);

	while (r == 0 && *(pattern += strspn(pattern, "/"))) {
		_cleanup_strlist_ struct strlist next = {0};
		size_t length = strcspn(pattern, "/");

		if (length >= sizeof(component))
			return 0;
		snprintf(component, sizeof(component), "%.*s", (int)length, pattern);
		pattern += length;
		for (size_t i = 0; r == 0 && i < folders.count; i++)
			r = wildcard_is(component) ? match_folder(root, folders.items[i],
								  component, &next, err)
						   : add_path(root, folders.items[i],
							      component, &next, err);
		strlist_free(&folders);
		folders = next;
		next = (struct strlist){0};
	}
	for (size_t i = 0; r == 0 && i < folders.count; i++)
		r = strlist_add(ret, folders.items[i], err);
	strlist_sort(ret);
	return r;
}
