/* SPDX-License-Identifier: MIT */
/*
 * To pack the names and look through all of them takes less time than to sort them once. Called by
 * ldconf.
 */
#include "folderlist.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/cleanup.h"

/* Entries looked at in one folder, whatever they are: a hostile one has millions. */
enum { ENTRIES_MAX = 1 << 16 };

/* The names while they are read. */
struct packed {
	char *text;
	size_t size, capacity;
};

bool folderlist_takes(const char *name)
{
	return (!strncmp(name, "lib", 3) || !strncmp(name, "ld-", 3)) &&
	       strstr(name, ".so");
}

static int pack(struct packed *packed, const char *name, struct error *err)
{
	size_t length = strlen(name) + 1; /* with the NUL behind it */
	int r = alloc_grow(&packed->text, &packed->capacity, packed->size + 1 + length, 1,
			   err);

	if (r < 0)
		return r;
	if (!packed->size)
		packed->text[packed->size++] = '\0';
	memcpy(packed->text + packed->size, name, length);
	packed->size += length;
	return 0;
}

static int read_names(DIR *folder, size_t limit, struct packed *packed, size_t *ret_count,
		      struct error *err)
{
	const struct dirent *entry;
	size_t looks = 0;
	int r = 0;

	while (r == 0 && *ret_count < limit && looks++ < ENTRIES_MAX &&
	       (entry = readdir(folder))) {
		if (!folderlist_takes(entry->d_name))
			continue;
		r = pack(packed, entry->d_name, err);
		++*ret_count;
	}
	return r;
}

int folderlist_read(int fd, size_t limit, struct arena *arena, struct folderlist *ret,
		    struct error *err)
{
	struct packed packed = {0};
	struct stat st;
	DIR *folder = fdopendir(fd);

	*ret = (struct folderlist){0};
	if (!folder || fstat(fd, &st) < 0) {
		if (folder)
			closedir(folder);
		else
			close(fd);
		return 0;
	}
	int r = read_names(folder, limit, &packed, &ret->count, err);
	closedir(folder);
	_cleanup_free_ char *text = packed.text;
	ret->device = st.st_dev;
	ret->inode = st.st_ino;
	if (r < 0 || !packed.size)
		return r;
	char *names = arena_alloc(arena, packed.size, err);
	if (!names)
		return -ENOMEM;
	memcpy(names, text, packed.size);
	ret->names = names;
	ret->size = packed.size;
	return 0;
}

int folderlist_find(const struct folderlist *list, const char *stem, size_t length,
		    struct strlist *ret, struct error *err)
{
	const char *at = list->names;
	int r = 0;

	if (!at)
		return 0;
	const char *end = at + list->size;
	/* Each name has the NUL of the one in front of it. */
	while (r == 0 && (at = memmem(at, (size_t)(end - at), stem, length))) {
		if (!at[-1])
			r = strlist_add(ret, at, err);
		at++;
	}
	strlist_sort(ret);
	return r;
}
