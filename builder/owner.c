/* SPDX-License-Identifier: MIT */
/*
 * dpkg keeps a text file of paths a package, /var/lib/dpkg/info/PACKAGE.list; there is no index.
 * `dpkg -S` reads them all for each question (75 ms); here all questions are answered in one pass,
 * by a filter on the last eight bytes of a line that lets nearly no wrong line through to the hash
 * table. Called by the command add.
 */
#include "owner.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/cleanup.h"
#include "common/fd.h"

#define LISTS "/var/lib/dpkg/info"

enum {
	TAIL = 8,
	FILTER_BITS = 16,
	BUFFER = 1 << 16, /* stays in the cache; the largest lists have megabytes */
};

struct scan {
	struct strmap wanted; /* a spelling of a path -> its struct owner */
	unsigned char filter[(1 << FILTER_BITS) / 8];
	struct arena arena;
	char buffer[BUFFER];
};

struct owner {
	const char *package; /* the first by name: readdir's order must not matter */
	bool is_shared;      /* others have it too: to dpkg it is a folder */
};

static unsigned filter_bit(const char *end)
{
	uint64_t tail;

	memcpy(&tail, end - TAIL, TAIL);
	return (unsigned)((tail * 0x9e3779b97f4a7c15u) >> (64 - FILTER_BITS));
}

static int want(struct scan *scan, const char *path, struct owner *owner,
		struct error *err)
{
	size_t length = strlen(path);

	if (length >= TAIL) {
		unsigned bit = filter_bit(path + length);

		scan->filter[bit / 8] |= (unsigned char)(1 << bit % 8);
	}
	return strmap_put(&scan->wanted, path, owner, err);
}

static bool is_wanted(const struct entry *entry)
{
	return (entry->type == ENTRY_FILE || entry->type == ENTRY_LINK) &&
	       entry->source && !entry->package && entry->origin == ORIGIN_ROOT;
}

/* On a usr-merged system a package's list still says /bin/x for what is /usr/bin/x. */
static int want_both_spellings(struct scan *scan, const struct entry *entry,
			       struct error *err)
{
	if (strmap_get(&scan->wanted, entry->source))
		return 0;
	struct owner *owner = arena_alloc(&scan->arena, sizeof(*owner), err);
	if (!owner)
		return -ENOMEM;
	int r = want(scan, entry->source, owner, err);
	if (r < 0 || strncmp(entry->source, "/usr/", 5) != 0)
		return r;
	if (strmap_get(&scan->wanted, entry->source + 4))
		return 0;
	return want(scan, entry->source + 4, owner, err);
}

/* `line` has `length` bytes and a NUL behind them. */
static int judge_line(struct scan *scan, const char *line, size_t length,
		      const char *package, struct error *err)
{
	if (length >= TAIL) {
		unsigned bit = filter_bit(line + length);

		if (!(scan->filter[bit / 8] & (1 << bit % 8)))
			return 0;
	}
	struct owner *owner = strmap_get(&scan->wanted, line);
	if (!owner)
		return 0;
	owner->is_shared = owner->is_shared || owner->package;
	if (owner->package && strcmp(owner->package, package) <= 0)
		return 0;
	owner->package = arena_copy(&scan->arena, package, strlen(package), err);
	return owner->package ? 0 : -ENOMEM;
}

/* Judges the whole lines among `size` bytes; *ret_used is where the first unfinished one starts. */
static int judge_lines(struct scan *scan, size_t size, const char *package,
		       size_t *ret_used, struct error *err)
{
	char *line = scan->buffer, *newline;

	while ((newline = memchr(line, '\n', size - (size_t)(line - scan->buffer)))) {
		*newline = '\0';
		int r = judge_line(scan, line, (size_t)(newline - line), package, err);
		if (r < 0)
			return r;
		line = newline + 1;
	}
	*ret_used = (size_t)(line - scan->buffer);
	return 0;
}

static int judge_file(struct scan *scan, int fd, const char *package, struct error *err)
{
	size_t kept = 0, used;

	for (;;) {
		ssize_t done = read(fd, scan->buffer + kept, BUFFER - kept);
		if (done <= 0) /* an unreadable list leaves its files without an owner */
			return 0;
		size_t size = kept + (size_t)done;
		int r = judge_lines(scan, size, package, &used, err);
		/* Less than asked for is the end of a regular file; no path fills the buffer. */
		if (r < 0 || size < BUFFER || !used)
			return r;
		kept = size - used;
		memmove(scan->buffer, scan->buffer + used, kept);
	}
}

static int judge_list(struct scan *scan, int folder, const char *name, struct error *err)
{
	char package[NAME_MAX + 1];
	size_t length = strlen(name);

	if (length <= 5 || strcmp(name + length - 5, ".list") != 0)
		return 0;
	_cleanup_fd_ int fd = openat(folder, name,
				     O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	if (fd < 0)
		return 0;
	snprintf(package, sizeof(package), "%.*s", (int)length - 5, name);
	return judge_file(scan, fd, package, err);
}

static int judge_lists(struct scan *scan, DIR *folder, struct error *err)
{
	const struct dirent *item;

	while ((item = readdir(folder))) {
		int r = judge_list(scan, dirfd(folder), item->d_name, err);

		if (r < 0)
			return r;
	}
	return 0;
}

static int assign(struct scan *scan, struct manifest *manifest, struct error *err)
{
	for (size_t i = 0; i < manifest->count; i++) {
		struct entry *entry = manifest->entries[i];
		const struct owner *owner = is_wanted(entry) ? strmap_get(&scan->wanted,
									  entry->source)
							     : NULL;

		/* /lib -> usr/lib lies in many lists: its link belongs to none of them. */
		if (!owner || !owner->package ||
		    (owner->is_shared && entry->type == ENTRY_LINK))
			continue;
		entry->package = arena_copy(&manifest->arena, owner->package,
					    strlen(owner->package), err);
		if (!entry->package)
			return -ENOMEM;
	}
	return 0;
}

static int scan_all(struct scan *scan, DIR *folder, struct manifest *manifest,
		    struct error *err)
{
	for (size_t i = 0; i < manifest->count; i++) {
		int r = is_wanted(manifest->entries[i])
				? want_both_spellings(scan, manifest->entries[i], err)
				: 0;

		if (r < 0)
			return r;
	}
	int r = scan->wanted.count ? judge_lists(scan, folder, err) : 0;
	return r < 0 ? r : assign(scan, manifest, err);
}

int owner_find(const struct sysroot *root, struct manifest *manifest, struct error *err)
{
	_cleanup_dir_ DIR *folder = NULL;
	int fd = sysroot_openat(root, LISTS, O_RDONLY | O_DIRECTORY);

	if (fd < 0)
		return 0;
	folder = fdopendir(fd);
	if (!folder) {
		close(fd);
		return error_nomem(err);
	}
	_cleanup_free_ struct scan *scan = calloc(1, sizeof(*scan));
	if (!scan)
		return error_nomem(err);
	int r = scan_all(scan, folder, manifest, err);
	strmap_free(&scan->wanted);
	arena_free(&scan->arena);
	return r;
}
