/* SPDX-License-Identifier: MIT */
/*
 * dpkg keeps a text file of paths a package, /var/lib/dpkg/info/PACKAGE.list; there is no index.
 * `dpkg -S` reads them all for each question (75 ms); here all questions are answered in one pass,
 * by a filter on the last eight bytes of a line that lets nearly no wrong line through to the hash
 * table. apk keeps everything in one file. Called by plan.
 */
#include "owner.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "apkdb.h"
#include "common/cleanup.h"
#include "common/fd.h"

#define LISTS "/var/lib/dpkg/info"

enum {
	TAIL = 8,
	FILTER_BITS = 16,
	BUFFER = 1 << 16, /* stays in the cache; the largest lists have megabytes */
};

struct owner_search {
	struct strmap wanted; /* a spelling of a path -> its struct owner */
	unsigned char filter[(1 << FILTER_BITS) / 8];
	struct arena arena;
	DIR *folder; /* of dpkg's lists; NULL: there is none */
	int apk;     /* apk's database, or negative */
	pthread_t thread;
	bool is_running;
	int result; /* and its cause, once the thread has ended */
	struct error err;
	char *buffer; /* BUFFER bytes */
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

static int want(struct owner_search *search, const char *path, struct owner *owner,
		struct error *err)
{
	size_t length = strlen(path);

	if (length >= TAIL) {
		unsigned bit = filter_bit(path + length);

		search->filter[bit / 8] |= (unsigned char)(1 << bit % 8);
	}
	return strmap_put(&search->wanted, path, owner, err);
}

static bool is_wanted(const struct entry *entry)
{
	return (entry->type == ENTRY_FILE || entry->type == ENTRY_LINK) &&
	       entry->source && !entry->package && entry->origin == ORIGIN_ROOT;
}

/* On a usr-merged system a package's list still says /bin/x for what is /usr/bin/x. */
static int want_both_spellings(struct owner_search *search, const struct entry *entry,
			       struct error *err)
{
	if (strmap_get(&search->wanted, entry->source))
		return 0;
	struct owner *owner = arena_alloc(&search->arena, sizeof(*owner), err);
	if (!owner)
		return -ENOMEM;
	int r = want(search, entry->source, owner, err);
	if (r < 0 || strncmp(entry->source, "/usr/", 5) != 0)
		return r;
	if (strmap_get(&search->wanted, entry->source + 4))
		return 0;
	return want(search, entry->source + 4, owner, err);
}

/* `line` has `length` bytes and a NUL behind them. */
static int judge_line(struct owner_search *search, const char *line, size_t length,
		      const char *package, struct error *err)
{
	if (length >= TAIL) {
		unsigned bit = filter_bit(line + length);

		if (!(search->filter[bit / 8] & (1 << bit % 8)))
			return 0;
	}
	struct owner *owner = strmap_get(&search->wanted, line);
	if (!owner)
		return 0;
	owner->is_shared = owner->is_shared || owner->package;
	if (owner->package && strcmp(owner->package, package) <= 0)
		return 0;
	owner->package = arena_copy(&search->arena, package, strlen(package), err);
	return owner->package ? 0 : -ENOMEM;
}

/* Judges the whole lines among `size` bytes; *ret_used is where the first unfinished one starts. */
static int judge_lines(struct owner_search *search, size_t size, const char *package,
		       size_t *ret_used, struct error *err)
{
	char *line = search->buffer, *newline;

	while ((newline = memchr(line, '\n', size - (size_t)(line - search->buffer)))) {
		*newline = '\0';
		int r = judge_line(search, line, (size_t)(newline - line), package, err);
		if (r < 0)
			return r;
		line = newline + 1;
	}
	*ret_used = (size_t)(line - search->buffer);
	return 0;
}

static int judge_file(struct owner_search *search, int fd, const char *package,
		      struct error *err)
{
	size_t kept = 0, used;

	for (;;) {
		ssize_t done = read(fd, search->buffer + kept, BUFFER - kept);
		if (done <= 0) /* an unreadable list leaves its files without an owner */
			return 0;
		size_t size = kept + (size_t)done;
		int r = judge_lines(search, size, package, &used, err);
		/* Less than asked for is the end of a regular file; no path fills the buffer. */
		if (r < 0 || size < BUFFER || !used)
			return r;
		kept = size - used;
		memmove(search->buffer, search->buffer + used, kept);
	}
}

static int judge_list(struct owner_search *search, int folder, const char *name,
		      struct error *err)
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
	return judge_file(search, fd, package, err);
}

/* apkdb_visit */
static int judge_item(void *data, const struct apkdb_item *item, struct error *err)
{
	return item->path ? judge_line(data, item->path, strlen(item->path),
				       item->package, err)
			  : 0;
}

static int judge_lists(struct owner_search *search, struct error *err)
{
	const struct dirent *item;

	if (search->apk >= 0)
		return apkdb_read(search->apk, judge_item, search, err);
	while ((item = readdir(search->folder))) {
		int r = judge_list(search, dirfd(search->folder), item->d_name, err);

		if (r < 0)
			return r;
	}
	return 0;
}

static void *run(void *data)
{
	struct owner_search *search = data;

	search->result = judge_lists(search, &search->err);
	return NULL;
}

static int want_all(struct owner_search *search, const struct manifest *manifest,
		    struct error *err)
{
	for (size_t i = 0; i < manifest->count; i++) {
		int r = is_wanted(manifest->entries[i])
				? want_both_spellings(search, manifest->entries[i], err)
				: 0;

		if (r < 0)
			return r;
	}
	return 0;
}

int owner_start(const struct sysroot *root, const struct manifest *manifest,
		struct owner_search **ret, struct error *err)
{
	_cleanup_fd_ int fd = sysroot_openat(root, LISTS, O_RDONLY | O_DIRECTORY);
	_cleanup_fd_ int apk = fd < 0 ? apkdb_open(root) : -1;
	_cleanup_owner_ struct owner_search *search = NULL;

	*ret = NULL;
	if (fd < 0 && apk < 0)
		return 0;
	search = calloc(1, sizeof(*search));
	if (search)
		search->apk = -1;
	if (search)
		search->buffer = malloc(BUFFER); /* its pages are left to the thread */
	if (!search || !search->buffer)
		return error_nomem(err);
	search->apk = steal_fd(&apk);
	if (fd >= 0) {
		search->folder = fdopendir(fd);
		if (!search->folder)
			return error_nomem(err);
		fd = -1; /* the DIR owns it */
	}
	int r = want_all(search, manifest, err);
	if (r < 0)
		return r;
	if (search->wanted.count)
		search->is_running = pthread_create(&search->thread, NULL, run, search) ==
				     0;
	if (search->wanted.count && !search->is_running)
		run(search); /* no room for a thread: it takes longer, that is all */
	*ret = steal_pointer(&search);
	return 0;
}

static void wait_for(struct owner_search *search)
{
	if (search->is_running)
		pthread_join(search->thread, NULL);
	search->is_running = false;
}

static int assign(const struct owner_search *search, struct entry *entry,
		  struct manifest *manifest, struct error *err)
{
	const struct owner *owner = is_wanted(entry)
					    ? strmap_get(&search->wanted, entry->source)
					    : NULL;

	/* /lib -> usr/lib lies in many lists: its link belongs to none of them. */
	if (!owner || !owner->package || (owner->is_shared && entry->type == ENTRY_LINK))
		return 0;
	entry->package = arena_copy(&manifest->arena, owner->package,
				    strlen(owner->package), err);
	return entry->package ? 0 : -ENOMEM;
}

int owner_finish(struct owner_search *search, struct manifest *manifest,
		 struct error *err)
{
	if (!search)
		return 0;
	wait_for(search);
	if (search->result < 0) {
		*err = search->err;
		return search->result;
	}
	for (size_t i = 0; i < manifest->count; i++) {
		int r = assign(search, manifest->entries[i], manifest, err);

		if (r < 0)
			return r;
	}
	return 0;
}

void owner_free(struct owner_search *search)
{
	if (!search)
		return;
	wait_for(search);
	if (search->folder)
		closedir(search->folder);
	cleanup_fd(&search->apk);
	strmap_free(&search->wanted);
	arena_free(&search->arena);
	free(search->buffer);
	free(search);
}
