/* SPDX-License-Identifier: MIT */
/*
 * Folders in order, files by name. A name has letters, digits and "._+-" only, so that it cannot lead out
 * of a folder; what else lies there is no template. Called by apply, rules and the commands.
 */
#include "catalog.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <unistd.h>

#include "common/cleanup.h"
#include "common/fd.h"
#include "common/path.h"

static void close_folder(DIR **folder)
{
	if (*folder)
		closedir(*folder);
}
#define _cleanup_folder_ __attribute__((cleanup(close_folder)))

static bool is_name(const char *text)
{
	size_t length = strlen(text);

	if (!length || !isalnum((unsigned char)text[0]) || !strncmp(text, "README", 6))
		return false;
	for (const char *at = text; *at; at++)
		if (!isalnum((unsigned char)*at) && !strchr("._+-", *at))
			return false;
	return true;
}

static int add_folder(struct catalog *catalog, const char *first, const char *second,
		      struct error *err)
{
	char path[PATH_MAX];
	int r = path_join(first, second, path, sizeof(path), err);

	return r < 0 ? r : strlist_add(&catalog->folders, path, err);
}

static int add_users(struct catalog *catalog, struct error *err)
{
	const char *config = getenv("XDG_CONFIG_HOME"), *home = getenv("HOME");

	if (config && config[0] == '/')
		return add_folder(catalog, config, "jailbuild/templates", err);
	if (home && home[0] == '/')
		return add_folder(catalog, home, ".config/jailbuild/templates", err);
	return 0;
}

/* Without /proc the path that execve was given tells as well (getauxval(3)). */
static bool find_own_path(char own[PATH_MAX])
{
	const char *given = (const char *)getauxval(AT_EXECFN);
	ssize_t length = readlink("/proc/self/exe", own, PATH_MAX - 1);

	if (length > 0)
		own[length] = '\0';
	return length > 0 || (given && realpath(given, own));
}

/* Beside the program as it was built, or where `make install` puts them. */
static int add_shipped(struct catalog *catalog, struct error *err)
{
	char own[PATH_MAX];

	if (!find_own_path(own))
		return 0;
	own[path_basename(own) - own] = '\0';
	int r = add_folder(catalog, own, "templates", err);
	return r < 0 ? r : add_folder(catalog, own, "../share/jailbuild/templates", err);
}

int catalog_open(const struct strlist *first, struct catalog *ret, struct error *err)
{
	_cleanup_catalog_ struct catalog catalog = {0};
	int r = 0;

	for (size_t i = 0; r == 0 && i < first->count; i++)
		r = strlist_add(&catalog.folders, first->items[i], err);
	if (r == 0)
		r = add_users(&catalog, err);
	if (r == 0)
		r = strlist_add(&catalog.folders, "/etc/jailbuild/templates", err);
	if (r == 0)
		r = add_shipped(&catalog, err);
	if (r < 0)
		return r;
	*ret = catalog;
	catalog = (struct catalog){0};
	return 0;
}

/* The folder of a file, for the relative paths in it. */
static const char *folder_of(struct catalog *catalog, const char *path, struct error *err)
{
	char folder[PATH_MAX], real[PATH_MAX];

	snprintf(folder, sizeof(folder), "%.*s.", (int)(path_basename(path) - path),
		 path);
	if (!realpath(folder, real)) {
		error_errno(err, errno, "%s", folder);
		return NULL;
	}
	return arena_copy(&catalog->arena, real, strlen(real), err);
}

/* What reasons call it. */
static const char *name_of(struct catalog *catalog, const char *name, const char *path,
			   struct error *err)
{
	char real[PATH_MAX];

	if (!strcmp(name, path) && realpath(path, real))
		name = real;
	return arena_copy(&catalog->arena, name, strlen(name), err);
}

static int read_item(struct catalog *catalog, const char *name, const char *path,
		     struct catalog_item *item, struct error *err)
{
	_cleanup_fd_ int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);

	if (fd < 0)
		return error_errno(err, errno, "template %s", path);
	int r = fd_read_all(fd, TEMPLATE_SIZE_MAX, path, &item->text, &item->size, err);
	if (r < 0)
		return error_wrap(err, "template %s", name);
	item->path = arena_copy(&catalog->arena, path, strlen(path), err);
	item->folder = item->path ? folder_of(catalog, item->path, err) : NULL;
	item->name = item->folder ? name_of(catalog, name, path, err) : NULL;
	if (!item->name)
		return err ? -err->code : -ENOMEM;
	return template_parse(name, item->text, item->size, &item->template, err);
}

int catalog_read(struct catalog *catalog, const char *name, const char *path,
		 struct catalog_item **ret, struct error *err)
{
	struct catalog_item *item = strmap_get(&catalog->known, path);

	if (item) {
		*ret = item;
		return 0;
	}
	item = arena_alloc(&catalog->arena, sizeof(*item), err);
	if (!item)
		return -ENOMEM;
	int r = read_item(catalog, name, path, item, err);
	if (r == 0)
		r = strmap_put(&catalog->known, item->path, item, err);
	if (r < 0) {
		free(item->text);
		template_free(&item->template);
		return r;
	}
	*ret = item;
	return 0;
}

int catalog_find(struct catalog *catalog, const char *name, struct catalog_item **ret,
		 struct error *err)
{
	char path[PATH_MAX];

	if (strchr(name, '/'))
		return catalog_read(catalog, name, name, ret, err);
	for (size_t i = 0; is_name(name) && i < catalog->folders.count; i++) {
		int r = path_join(catalog->folders.items[i], name, path, sizeof(path),
				  err);
		if (r < 0)
			return r;
		if (access(path, F_OK) == 0)
			return catalog_read(catalog, name, path, ret, err);
	}
	error_set(err, ENOENT, "there is no template %s", name);
	return error_hint(err, "'jailbuild templates' lists them; a file is ./%s", name);
}

int catalog_names(const struct catalog *catalog, struct strlist *ret, struct error *err)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < catalog->folders.count; i++) {
		_cleanup_folder_ DIR *folder = opendir(catalog->folders.items[i]);
		const struct dirent *item;

		while (folder && r == 0 && ret->count < CATALOG_NAMES_MAX &&
		       (item = readdir(folder)))
			if (is_name(item->d_name) && item->d_type != DT_DIR &&
			    !strlist_contains(ret, item->d_name))
				r = strlist_add(ret, item->d_name, err);
	}
	strlist_sort(ret);
	return r;
}

void catalog_close(struct catalog *catalog)
{
	for (size_t i = 0; i < catalog->known.size; i++) {
		struct catalog_item *item = catalog->known.slots[i].key
						    ? catalog->known.slots[i].value
						    : NULL;

		if (!item)
			continue;
		free(item->text);
		template_free(&item->template);
	}
	strmap_free(&catalog->known);
	strlist_free(&catalog->folders);
	arena_free(&catalog->arena);
	*catalog = (struct catalog){0};
}
