/* SPDX-License-Identifier: MIT */
/*
 * The reader of ld.so.conf. ldconfig lets a file include itself until it runs out of descriptors;
 * here each file is read once: its folders are known then. Called by search for what is missing.
 */
#include "ldconf.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/cleanup.h"
#include "common/fd.h"
#include "common/path.h"
#include "common/strlist.h"
#include "common/strmap.h"

/* Missing names for which folders are listed: a file may have thousands. */
enum { LISTED_MAX = 64 };

/* Names of folders that are kept; those listed behind them are taken to be empty. */
enum { NAMES_MAX = 1 << 16 };

enum {
	LOOKS_MAX = 1 << 14
}; /* names compared and folders opened: a pattern of stars is many */

/* The reading of one root's files. */
struct reader {
	const struct sysroot *root;
	struct arena *arena;
	struct ldconf *conf;
	struct strmap files, folders; /* those known; keys are the arena's */
	unsigned depth, looks;
	struct error *err;
};

static int read_conf(struct reader *reader, const char *path);

/* Collects the names in `path` that match, sorted as glob(3) does in the C locale. */
static int match_names(struct reader *reader, const char *path, const char *pattern,
		       struct strlist *ret)
{
	const struct dirent *entry;
	int r = 0, fd = -1;

	if (reader->looks++ < LOOKS_MAX)
		fd = sysroot_openat(reader->root, path, O_RDONLY | O_DIRECTORY);
	if (fd < 0)
		return 0;
	DIR *folder = fdopendir(fd);
	if (!folder) {
		close(fd);
		return 0;
	}
	while (r == 0 && reader->looks++ < LOOKS_MAX && (entry = readdir(folder)))
		if (fnmatch(pattern, entry->d_name, FNM_PERIOD) == 0)
			r = strlist_add(ret, entry->d_name, reader->err);
	closedir(folder);
	strlist_sort(ret);
	return r;
}

/*
 * Reads every file that `pattern` names below the folder `path`. Walks component by component, each
 * opened inside the root: glob(3) knows no root. The depth of the recursion is that of the pattern.
 */
static int read_matches(struct reader *reader, const char *path, const char *pattern)
{
	_cleanup_strlist_ struct strlist names = {0};
	char component[NAME_MAX + 1], next[PATH_MAX];
	size_t length;
	int r;

	pattern += strspn(pattern, "/");
	length = strcspn(pattern, "/");
	if (!length)
		return read_conf(reader, path);
	if (length >= sizeof(component))
		return 0;
	memcpy(component, pattern, length);
	component[length] = '\0';
	r = strpbrk(component, "*?[\\") ? match_names(reader, path, component, &names)
					: strlist_add(&names, component, reader->err);
	for (size_t i = 0; r == 0 && i < names.count; i++)
		if (path_join(path, names.items[i], next, sizeof(next), NULL) == 0)
			r = read_matches(reader, next, pattern + length);
	return r;
}

/* A relative pattern counts from the folder of the file that has it. */
static int read_include(struct reader *reader, const char *file, const char *pattern)
{
	char whole[PATH_MAX];
	int folder = (int)(path_basename(file) - file);
	int used;

	if (pattern[0] == '/')
		return read_matches(reader, "/", pattern);
	used = snprintf(whole, sizeof(whole), "%.*s%s", folder, file, pattern);
	if (used < 0 || (size_t)used >= sizeof(whole))
		return 0;
	return read_matches(reader, "/", whole);
}

static int add_folder(struct reader *reader, const char *file, const char *path)
{
	struct ldconf *conf = reader->conf;
	size_t length = strlen(path);

	while (length > 1 && path[length - 1] == '/')
		length--;
	/* A relative folder depends on where ldconfig is started; with "=" it is of another libc. */
	if (path[0] != '/' || strchr(path, '=') || conf->count == LDCONF_FOLDERS_MAX)
		return 0;
	char *kept = arena_copy(reader->arena, path, length, reader->err);
	if (!kept)
		return -ENOMEM;
	if (strmap_get(&reader->folders, kept))
		return 0;
	conf->folders[conf->count++] = (struct ldconf_folder){.path = kept,
							      .source = file};
	return strmap_put(&reader->folders, kept, kept, reader->err);
}

/* One line, without its newline; it is changed. */
static int read_line(struct reader *reader, const char *file, char *line)
{
	static const char blanks[] = " \t\n\v\f\r";
	char *end, *rest, *word;
	int r = 0;

	line[strcspn(line, "#")] = '\0';
	line += strspn(line, blanks);
	end = line + strlen(line);
	while (end > line && strchr(blanks, end[-1]))
		*--end = '\0';
	if (!strncmp(line, "include", 7) && isblank((unsigned char)line[7])) {
		for (word = strtok_r(line + 8, " \t", &rest); word && r == 0;
		     word = strtok_r(NULL, " \t", &rest))
			r = read_include(reader, file, word);
		return r;
	}
	if (!line[0] ||
	    (!strncasecmp(line, "hwcap", 5) && isblank((unsigned char)line[5])))
		return 0;
	return add_folder(reader, file, line);
}

static int read_lines(struct reader *reader, const char *file, char *text, size_t size)
{
	char *end = text + size;
	int r = 0;

	while (text < end && r == 0) {
		char *stop = memchr(text, '\n', (size_t)(end - text));

		if (!stop)
			stop = end; /* a NUL stands there */
		*stop = '\0';
		r = read_line(reader, file, text);
		text = stop + 1;
	}
	return r;
}

/* Notes the open file; 0 if it was read before, by whatever name. */
static int is_new(struct reader *reader, const struct stat *st)
{
	char *key = arena_format(reader->arena, reader->err, "%llx:%llx",
				 (unsigned long long)st->st_dev,
				 (unsigned long long)st->st_ino);

	if (!key)
		return -ENOMEM;
	if (strmap_get(&reader->files, key))
		return 0;
	return strmap_put(&reader->files, key, key, reader->err) < 0 ? -ENOMEM : 1;
}

static int read_conf(struct reader *reader, const char *path)
{
	_cleanup_fd_ int fd = -1;
	_cleanup_free_ char *text = NULL;
	struct stat st;
	size_t size;
	int r;

	if (reader->depth == LDCONF_DEPTH_MAX || reader->files.count == LDCONF_FILES_MAX)
		return 0;
	fd = sysroot_openat(reader->root, path, O_RDONLY | O_NONBLOCK | O_NOCTTY);
	if (fd < 0 || fstat(fd, &st) < 0 || !S_ISREG(st.st_mode))
		return 0;
	r = is_new(reader, &st);
	if (r <= 0 || fd_read_all(fd, LDCONF_FILE_MAX, path, &text, &size, NULL) < 0)
		return r < 0 ? r : 0;
	path = arena_copy(reader->arena, path, strlen(path), reader->err);
	if (!path)
		return -ENOMEM;
	reader->depth++;
	r = read_lines(reader, path, text, size);
	reader->depth--;
	return r;
}

int ldconf_read(const struct sysroot *root, struct arena *arena, struct ldconf *ret,
		struct error *err)
{
	struct reader reader = {.root = root, .arena = arena, .conf = ret, .err = err};
	int r = -ENOMEM;

	*ret = (struct ldconf){0};
	ret->folders = arena_alloc(arena, LDCONF_FOLDERS_MAX * sizeof(ret->folders[0]),
				   err);
	if (ret->folders)
		r = read_conf(&reader, "/etc/ld.so.conf");
	strmap_free(&reader.files);
	strmap_free(&reader.folders);
	return r;
}

/* Whether `path` is a library that the cache would list under `name`: by its SONAME, if it has one; a
 * symlink by its own name. */
static int is_listed(struct store *store, const char *path, const char *name,
		     const struct object *main, struct error *err)
{
	struct store_name *file;
	const char *reason;
	struct stat st;
	int r = store_look(store, path, &file, err);

	if (r < 0)
		return r;
	if (file->error || object_judge(file->object, main, &reason) != OBJECT_FITS)
		return 0;
	if (!file->object->soname || !strcmp(file->object->soname, name))
		return 1;
	_cleanup_fd_ int fd = sysroot_openat(&store->root, path, O_PATH | O_NOFOLLOW);
	return fd >= 0 && fstat(fd, &st) == 0 && S_ISLNK(st.st_mode) &&
	       !strcmp(path_basename(path), name);
}

/* Another folder that is the same one and was listed: /lib is a link on most hosts. */
static const struct folderlist *find_twin(const struct ldconf *conf, int fd)
{
	struct stat st;

	if (fstat(fd, &st) < 0)
		return NULL;
	for (size_t i = 0; i < conf->count; i++) {
		const struct folderlist *list = conf->folders[i].names;

		if (list && list->device == st.st_dev && list->inode == st.st_ino)
			return list;
	}
	return NULL;
}

/* Lists the folder once for all names that are missing. */
static int list_folder(struct store *store, struct ldconf_folder *folder,
		       struct error *err)
{
	struct ldconf *conf = store->conf;
	_cleanup_fd_ int fd = -1;
	struct folderlist *list;

	if (conf->listed < NAMES_MAX)
		fd = sysroot_openat(&store->root, folder->path, O_RDONLY | O_DIRECTORY);
	if (fd >= 0)
		folder->names = find_twin(conf, fd);
	if (folder->names)
		return 0;
	list = arena_alloc(&store->arena, sizeof(*list), err);
	if (!list)
		return -ENOMEM;
	int r = fd < 0 ? 0
		       : folderlist_read(steal_fd(&fd), NAMES_MAX - conf->listed,
					 &store->arena, list, err);
	conf->listed += list->count;
	folder->names = list;
	return r;
}

/* The path in `folder` that the cache would have for `name`: libx.so.1 also if the folder has only
 * libx.so.1.2 or libx.so with that SONAME, as ldconfig makes the link. */
static int find_in(struct store *store, struct ldconf_folder *folder, const char *name,
		   const struct object *main, char *ret, struct error *err)
{
	size_t stem = (size_t)(strstr(name, ".so") - name) + strlen(".so");
	_cleanup_strlist_ struct strlist names = {0};
	int r = 0;

	if (path_join(folder->path, name, ret, PATH_MAX, NULL) == 0)
		r = is_listed(store, ret, name, main, err);
	if (r != 0 || store->advised.count >= LISTED_MAX)
		return r;
	if (!folder->names)
		r = list_folder(store, folder, err);
	if (r == 0)
		r = folderlist_find(folder->names, name, stem, &names, err);
	for (size_t i = 0; r == 0 && i < names.count; i++)
		if (path_join(folder->path, names.items[i], ret, PATH_MAX, NULL) == 0)
			r = is_listed(store, ret, name, main, err);
	return r;
}

static int find_advice(struct store *store, const char *name, const struct object *main,
		       const char **ret, struct error *err)
{
	char path[PATH_MAX];
	int r = 0;

	if (!store->conf) {
		struct ldconf *conf = arena_alloc(&store->arena, sizeof(*conf), err);

		r = conf ? ldconf_read(&store->root, &store->arena, conf, err) : -ENOMEM;
		if (r < 0)
			return r;
		store->conf = conf;
	}
	for (size_t i = 0; i < store->conf->count && r == 0; i++) {
		struct ldconf_folder *folder = &store->conf->folders[i];

		r = find_in(store, folder, name, main, path, err);
		if (r <= 0)
			continue;
		*ret = arena_format(&store->arena, err, "ldconfig would find %s (%s)",
				    path, folder->source);
		return *ret ? 0 : -ENOMEM;
	}
	return r;
}

int ldconf_advise(struct store *store, const char *name, const struct object *main,
		  const char **ret, struct error *err)
{
	char *known = strmap_get(&store->advised, name);
	const char *advice = "";
	char *key;
	int r;

	if (!folderlist_takes(name))
		return 0;
	if (!known) {
		r = find_advice(store, name, main, &advice, err);
		if (r < 0)
			return r;
		key = arena_copy(&store->arena, name, strlen(name), err);
		known = arena_copy(&store->arena, advice, strlen(advice), err);
		if (!key || !known || strmap_put(&store->advised, key, known, err) < 0)
			return -ENOMEM;
	}
	*ret = known[0] ? known : NULL;
	return 0;
}
