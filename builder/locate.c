/* SPDX-License-Identifier: MIT */
/*
 * Finds what an operand means. Called by the commands that take PATH[:DEST].
 */
#include "locate.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "common/alloc.h"
#include "common/cleanup.h"
#include "common/path.h"

/* The PATH of a login on Debian; a root of another machine has no environment to ask. */
#define USUAL_PATH "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

static const char *find_dest(const char *text)
{
	const char *dest = NULL;

	for (const char *at = strstr(text, ":/"); at; at = strstr(at + 1, ":/"))
		dest = at;
	return dest && dest != text ? dest : NULL;
}

static bool is_program(const struct sysroot *root, const char *path)
{
	struct stat st;

	return sysroot_stat(root, path, &st) == 0 && S_ISREG(st.st_mode) &&
	       (st.st_mode & 0111);
}

static int not_found(const struct sysroot *root, const char *name, struct error *err)
{
	struct stat st;

	error_set(err, ENOENT, "%s: no such program in %s", name,
		  root->fd < 0 ? "PATH" : "the root's usual folders");
	if (root->fd < 0 && stat(name, &st) == 0)
		return error_hint(err, "for the file in this folder write ./%s", name);
	return -ENOENT;
}

static int search_path(const struct sysroot *root, const char *name, char *ret,
		       struct error *err)
{
	const char *path = root->fd < 0 ? getenv("PATH") : NULL;

	if (!path || !*path)
		path = USUAL_PATH;
	while (*path) {
		int length = (int)strcspn(path, ":");
		int used = snprintf(ret, PATH_MAX, "%.*s/%s", length, path, name);

		/* A relative element means another folder for every caller: not taken. */
		if (used > 0 && used < PATH_MAX && path[0] == '/' &&
		    is_program(root, ret))
			return 0;
		path += length;
		path += *path == ':';
	}
	return not_found(root, name, err);
}

/* A path that counts from the current folder, made absolute by the folder's own name. */
static int make_absolute(const char *path, char *ret, struct error *err)
{
	char folder[PATH_MAX], whole[PATH_MAX];
	const char *name = path_basename(path);
	bool is_folder = !strcmp(name, ".") || !strcmp(name, "..");

	snprintf(folder, sizeof(folder), "%.*s.", (int)(name - path), path);
	if (!realpath(is_folder ? path : folder, whole))
		return error_errno(err, errno, "%s", path);
	return path_join(whole, is_folder ? "" : name, ret, PATH_MAX, err);
}

static void strip_slashes(char *path)
{
	size_t length = strlen(path);

	while (length > 1 && path[length - 1] == '/')
		path[--length] = '\0';
}

static bool has_dots(const char *path)
{
	return strstr(path, "/./") || strstr(path, "/../") ||
	       !strcmp(path_basename(path), ".") || !strcmp(path_basename(path), "..") ||
	       !strncmp(path, "./", 2) || !strncmp(path, "../", 3);
}

static int find_source(const struct sysroot *root, char *text, char *ret,
		       struct error *err)
{
	if (!strchr(text, '/') && strcmp(text, ".") != 0 && strcmp(text, "..") != 0)
		return search_path(root, text, ret, err);
	strip_slashes(text);
	if (root->fd >= 0)
		return path_normalize(text, ret, PATH_MAX, err);
	if (text[0] != '/' || has_dots(text))
		return make_absolute(text, ret, err);
	return path_join("", text, ret, PATH_MAX, err);
}

int locate(const struct sysroot *root, const char *text, struct operand *ret,
	   struct error *err)
{
	_cleanup_operand_ struct operand operand = {0};
	char source[PATH_MAX];
	const char *dest = find_dest(text);
	int length = dest ? (int)(dest - text) : (int)strlen(text);

	if (length == 0 || length >= PATH_MAX - 2)
		return error_errno(err, length ? ENAMETOOLONG : EINVAL, "'%.200s'", text);
	_cleanup_free_ char *typed = alloc_format(err, "%.*s", length, text);
	if (!typed)
		return -ENOMEM;
	int r = find_source(root, typed, source, err);
	if (r < 0)
		return r;
	if (strlen(source) > 1)
		strip_slashes(source);
	operand.path = alloc_copy(source, err);
	operand.dest = dest ? alloc_copy(dest + 1, err) : NULL;
	if (!operand.path || (dest && !operand.dest))
		return -ENOMEM;
	*ret = operand;
	operand = (struct operand){0};
	return 0;
}

void locate_free(struct operand *operand)
{
	free(operand->path);
	free(operand->dest);
	*operand = (struct operand){0};
}
