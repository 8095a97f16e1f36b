/* SPDX-License-Identifier: MIT */
/*
 * The memos, and the one place where elfdeps opens files. Six system calls for a new library:
 * openat, fstat, three preads (headers, dynamic section, strings) and close; none for a known
 * path. Called by search, closure and script.
 */
#include "store.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/fd.h"

/* What a store needs on average, counted over a whole host. */
enum {
	FILE_SIZE = 550,    /* bytes for a file and its names */
	NAMES_PER_FILE = 2, /* its path, and what only some need */
};

int store_open(const char *root, struct store *ret, struct error *err)
{
	*ret = (struct store){0};
	return sysroot_open(root, &ret->root, err);
}

int store_open_files(const struct sysroot_files *files, struct store *ret,
		     struct error *err)
{
	*ret = (struct store){0};
	return sysroot_open_files(files, &ret->root, err);
}

int store_expect(struct store *store, size_t count, struct error *err)
{
	arena_expect(&store->arena, count * FILE_SIZE);
	int r = strmap_reserve(&store->names, count * NAMES_PER_FILE, &store->arena, err);

	return r < 0 ? r : inodes_reserve(&store->identities, count, &store->arena, err);
}

void store_close(struct store *store)
{
	strmap_free(&store->names);
	strmap_free(&store->folders);
	inodes_free(&store->identities);
	strmap_free(&store->advised);
	arena_free(&store->arena);
	sysroot_close(&store->root);
}

/* Names are looked up once for each file, and then asked for in thousands of link maps. */
static int know_names(struct store *store, struct object *object, struct error *err)
{
	int r = 0;

	for (size_t i = 0; i < object->need_count && r == 0; i++)
		r = store_name(store, object->needs[i].name, &object->needs[i].known,
			       err);
	if (r == 0 && object->soname)
		r = store_name(store, object->soname, &object->known_soname, err);
	return r;
}

/* Enters an object that was read, which is not known. */
static int enter(struct store *store, struct object *object, struct error *err)
{
	int r = know_names(store, object, err);

	return r < 0 ? r : inodes_add(&store->identities, object, err);
}

static int read_object(struct store *store, int fd, const struct stat *st,
		       struct object **ret, struct error *err)
{
	struct object *object = arena_alloc(&store->arena, sizeof(*object), err);
	int r = object ? object_read(fd, st, &store->arena, object, err) : -ENOMEM;

	if (r < 0)
		return r;
	if (store->shared)
		readset_add(store->shared, object);
	*ret = object;
	return 0;
}

/* The object of an open file: the known one if (device, inode) was read under another path. */
static int identify(struct store *store, int fd, const char *path, struct object **ret,
		    struct error *err)
{
	struct object *object;
	struct stat st;
	int r = sysroot_fstat(&store->root, fd, path, &st);

	if (r < 0)
		return error_errno(err, -r, "cannot stat");
	*ret = inodes_find(&store->identities, st.st_dev, st.st_ino);
	if (*ret)
		return 0;
	object = store->shared ? readset_find(store->shared, st.st_dev, st.st_ino) : NULL;
	if (!object)
		r = read_object(store, fd, &st, &object, err);
	if (r < 0)
		return r;
	*ret = object;
	return enter(store, object, err);
}

/* O_NONBLOCK: a FIFO must not hang us. O_NOCTTY: a terminal must not become ours. EISDIR is no
 * miss: a folder opens, and the loader gives up when it reads it. */
static int look(struct store *store, struct store_name *file, struct error *err)
{
	const char *path = file->text;
	_cleanup_fd_ int fd = sysroot_openat(&store->root, path,
					     O_RDONLY | O_NONBLOCK | O_NOCTTY);

	if (fd < 0 && fd != -EISDIR) {
		file->error = -fd;
		if (++store->misses > STORE_MISSES_MAX)
			return error_set(err, E2BIG, "gave up after %u places looked at",
					 store->misses);
		return 0;
	}
	int r = identify(store, fd, path, &file->object, err);
	if (r < 0)
		error_wrap(err, "%s", path);
	return r;
}

int store_name(struct store *store, const char *text, struct store_name **ret,
	       struct error *err)
{
	struct store_name *name = strmap_get(&store->names, text);

	if (!name) {
		name = arena_alloc(&store->arena, sizeof(*name), err);
		char *kept = arena_copy(&store->arena, text, strlen(text), err);
		if (!name || !kept)
			return -ENOMEM;
		name->text = kept;
		int r = strmap_put(&store->names, kept, name, err);
		if (r < 0)
			return r;
	}
	*ret = name;
	return 0;
}

int store_look(struct store *store, const char *path, struct store_name **ret,
	       struct error *err)
{
	int r = store_name(store, path, ret, err);

	if (r < 0 || (*ret)->looked)
		return r;
	r = look(store, *ret, err);
	(*ret)->looked = r == 0;
	return r;
}

int store_adopt(struct store *store, const char *path, struct object *object,
		struct error *err)
{
	struct store_name *file;
	int r = store_name(store, path, &file, err);

	if (r < 0 || file->looked)
		return r;
	file->object = inodes_find(&store->identities, object->device, object->inode);
	if (!file->object) {
		file->object = object;
		r = enter(store, object, err);
	}
	file->looked = r == 0;
	return r;
}

int store_reopen(struct store *store, const char *path, const struct object *object,
		 uint64_t *ret_size, struct error *err)
{
	_cleanup_fd_ int fd = sysroot_openat(&store->root, path,
					     O_RDONLY | O_NONBLOCK | O_NOCTTY);
	struct stat st;

	if (fd < 0)
		return error_errno(err, -fd, "%s", path);
	int r = sysroot_fstat(&store->root, fd, path, &st);
	if (r < 0)
		return error_errno(err, -r, "%s", path);
	if (!S_ISREG(st.st_mode) || st.st_dev != object->device ||
	    st.st_ino != object->inode)
		return error_set(err, ESTALE, "%s: replaced while it was looked at",
				 path);
	*ret_size = (uint64_t)st.st_size;
	return steal_fd(&fd);
}

int store_folder(struct store *store, const char *path, size_t length,
		 struct store_folder **ret, struct error *err)
{
	struct store_folder *folder;
	char key[PATH_MAX];

	if (length >= sizeof(key))
		return error_errno(err, ENAMETOOLONG, "%.100s…", path);
	memcpy(key, path, length);
	key[length] = '\0';
	folder = strmap_get(&store->folders, key);
	if (!folder) {
		folder = arena_alloc(&store->arena, sizeof(*folder), err);
		char *kept = arena_copy(&store->arena, key, length, err);
		if (!folder || !kept)
			return -ENOMEM;
		folder->path = kept;
		int r = strmap_put(&store->folders, kept, folder, err);
		if (r < 0)
			return r;
	}
	*ret = folder;
	return 0;
}

bool store_has_folder(struct store *store, struct store_folder *folder)
{
	struct stat st;

	if (folder->state == FOLDER_UNKNOWN) {
		const char *path = folder->path[0] ? folder->path : ".";

		folder->state = sysroot_stat(&store->root, path, &st) == 0 &&
						S_ISDIR(st.st_mode)
					? FOLDER_PRESENT
					: FOLDER_ABSENT;
	}
	return folder->state == FOLDER_PRESENT;
}

bool store_is_executable(struct store *store, const char *path)
{
	struct stat st;

	return sysroot_stat(&store->root, path, &st) == 0 && S_ISREG(st.st_mode) &&
	       (st.st_mode & 0111);
}

const char *store_absolute(const struct store *store, struct arena *arena,
			   const char *path, struct error *err)
{
	char here[PATH_MAX];

	if (path[0] == '/')
		return arena_copy(arena, path, strlen(path), err);
	if (store->root.fd >= 0)
		return arena_format(arena, err, "/%s", path);
	if (!getcwd(here, sizeof(here))) {
		error_errno(err, errno, "cannot tell the current folder");
		return NULL;
	}
	return arena_format(arena, err, "%s/%s", strcmp(here, "/") ? here : "", path);
}

const char *store_realpath(const struct store *store, struct arena *arena,
			   const char *path, struct error *err)
{
	char real[PATH_MAX];
	const char *absolute;

	if (store->root.fd < 0) {
		if (!realpath(path, real)) {
			error_errno(err, errno, "%s", path);
			return NULL;
		}
		return arena_copy(arena, real, strlen(real), err);
	}
	absolute = store_absolute(store, arena, path, err);
	if (!absolute || sysroot_resolve(&store->root, absolute, NULL, real, err) < 0)
		return NULL;
	return arena_copy(arena, real, strlen(real), err);
}
