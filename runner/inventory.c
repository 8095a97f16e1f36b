/* SPDX-License-Identifier: MIT */
/*
 * Reading, describing and thinning out the cache folder. Only names that cache makes are looked at:
 * the user may keep other things in there. See cache.h for the names and the locks.
 */
#include "inventory.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/cleanup.h"
#include "common/fd.h"
#include "common/path.h"
#include "sweep.h"

enum { ABOUT_LIMIT = 5 * PATH_MAX };

static const int FOLDER = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;

int inventory_describe(int entry_fd, const char *archive, uint64_t bytes, uint64_t files,
		       struct error *err)
{
	_cleanup_free_ char *real = realpath(archive, NULL), *text = NULL;
	char shown[4 * PATH_MAX];

	path_escape(real ? real : archive, shown, sizeof(shown));
	if (asprintf(&text, "%" PRIu64 " %" PRIu64 "\n%s\n", bytes, files, shown) < 0) {
		text = NULL;
		return error_nomem(err);
	}
	/* One that a killed predecessor left is of the same archive, but perhaps half. */
	_cleanup_fd_ int fd = openat(
		entry_fd, "about", O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC,
		0600);
	if (fd < 0)
		return error_errno(err, errno, "cannot write 'about' into the cache");
	return fd_write_all(fd, text, strlen(text), "'about' in the cache", err);
}

/* What `about` says; an entry without a readable one is one of unknown size. */
static void read_about(int entry_fd, struct inventory_entry *entry)
{
	_cleanup_free_ char *text = NULL;
	size_t size;
	char *end;
	_cleanup_fd_ int fd = openat(entry_fd, "about",
				     O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY |
					     O_CLOEXEC);

	if (fd < 0 || fd_read_all(fd, ABOUT_LIMIT, "about", &text, &size, NULL) < 0)
		return;
	entry->bytes = strtoumax(text, &end, 10);
	entry->files = strtoumax(end, &end, 10);
	if (*end != '\n')
		return;
	end[1 + strcspn(end + 1, "\n")] = '\0';
	entry->archive = strdup(end + 1);
}

static bool is_entry(const char *name, bool *ret_leftover)
{
	*ret_leftover = !strncmp(name, "tmp.", 4) || !strncmp(name, "dead.", 5);
	return strchr(name, '@') != NULL;
}

/* Whether somebody holds it: a lock that is had is let go of with the descriptor. */
static bool is_held(int fd)
{
	return flock(fd, LOCK_EX | LOCK_NB) < 0;
}

static int look_at(int folder_fd, const char *name, struct inventory *inventory,
		   struct error *err)
{
	struct inventory_entry entry = {.archive = NULL};
	struct stat st;

	if (!is_entry(name, &entry.is_leftover))
		return 0;
	_cleanup_fd_ int fd = openat(folder_fd, name, FOLDER);
	if (fd < 0 || fstat(fd, &st) < 0) /* gone meanwhile, or none of ours */
		return 0;
	if (inventory->count == inventory->capacity) {
		size_t capacity = inventory->capacity ? 2 * inventory->capacity : 16;
		struct inventory_entry *items = reallocarray(inventory->items, capacity,
							     sizeof(*items));

		if (!items)
			return error_nomem(err);
		inventory->items = items;
		inventory->capacity = capacity;
	}
	snprintf(entry.key, sizeof(entry.key), "%s", name);
	entry.used = st.st_mtim;
	read_about(fd, &entry);
	entry.in_use = is_held(fd);
	inventory->items[inventory->count++] = entry;
	return 0;
}

static int older_first(const void *first, const void *second)
{
	const struct inventory_entry *a = first, *b = second;

	if (a->used.tv_sec != b->used.tv_sec)
		return a->used.tv_sec < b->used.tv_sec ? -1 : 1;
	if (a->used.tv_nsec != b->used.tv_nsec)
		return a->used.tv_nsec < b->used.tv_nsec ? -1 : 1;
	return strcmp(a->key, b->key);
}

int inventory_read(int folder_fd, struct inventory *ret, struct error *err)
{
	struct inventory inventory = {.items = NULL};
	_cleanup_fd_ int fd = openat(folder_fd, ".", FOLDER);
	_cleanup_dir_ DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	const struct dirent *entry;
	int r = 0;

	if (!dir)
		return error_errno(err, errno, "cannot read the cache folder");
	fd = -1;
	while (r == 0 && (entry = readdir(dir)) != NULL)
		r = look_at(folder_fd, entry->d_name, &inventory, err);
	if (r < 0) {
		inventory_free(&inventory);
		return r;
	}
	if (inventory.count)
		qsort(inventory.items, inventory.count, sizeof(*inventory.items),
		      older_first);
	*ret = inventory;
	return 0;
}

void inventory_free(struct inventory *inventory)
{
	for (size_t i = 0; i < inventory->count; i++)
		free(inventory->items[i].archive);
	free(inventory->items);
	*inventory = (struct inventory){.items = NULL};
}

static bool may_go(const struct inventory_entry *entry, const char *spare)
{
	return !entry->in_use && !(spare && !strcmp(entry->key, spare));
}

int inventory_prune(int folder_fd, uint64_t max_bytes, const char *spare,
		    struct inventory_freed *ret, struct error *err)
{
	_cleanup_inventory_ struct inventory inventory = {.items = NULL};
	uint64_t total = 0;
	int r = inventory_read(folder_fd, &inventory, err);

	*ret = (struct inventory_freed){0};
	if (r < 0)
		return r;
	for (size_t i = 0; i < inventory.count; i++)
		total += inventory.items[i].bytes;
	for (size_t i = 0; i < inventory.count; i++) {
		const struct inventory_entry *entry = &inventory.items[i];

		if (!may_go(entry, spare) ||
		    (!entry->is_leftover && total <= max_bytes && max_bytes))
			continue;
		r = sweep_entry(folder_fd, entry->key, err);
		if (r == -EBUSY || r == -ENOENT) /* somebody was faster */
			continue;
		if (r < 0)
			return r;
		total -= entry->bytes;
		ret->bytes += entry->bytes;
		ret->entries++;
	}
	return 0;
}
