/* SPDX-License-Identifier: MIT */
/*
 * Threads and their caller claim one file after the other; nobody ever waits. A thread that is slow
 * is overtaken: its file is read twice, and the caller's reading counts. Called by resolver.
 */
#include "prefetch.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/alloc.h"
#include "common/cleanup.h"
#include "common/fd.h"
#include "common/processors.h"

enum {
	WORTH_IT = 64, /* files: to start a thread takes as long as to read ten */
	LEAD = 16, /* files left to the caller where it starts and where it catches up */
	OBJECT_SIZE = 400, /* bytes of an object and its strings, on average */
	THREADS_MAX = 3,   /* reading one takes twice as long as making a closure of it */
};

enum state { UNCLAIMED, CLAIMED, READ };

struct item {
	_Atomic(enum state) state;
	struct object *object; /* once READ */
};

struct worker {
	struct prefetch *prefetch;
	struct arena arena; /* of the objects and their strings */
	pthread_t thread;
};

struct prefetch {
	const struct sysroot *root;
	struct readset *known;
	const char *const *paths;
	size_t count;
	size_t next;          /* of the caller */
	_Atomic size_t ahead; /* of the threads */
	atomic_bool stop;
	struct worker workers[THREADS_MAX];
	unsigned readers; /* the threads and the caller */
	unsigned worker_count;
	struct item items[];
};

/* Whoever claims a file first reads it. */
static bool claim(struct item *item)
{
	enum state expected = UNCLAIMED;

	return atomic_compare_exchange_strong(&item->state, &expected, CLAIMED);
}

/* What cannot be read is left to the caller, who tells why: NULL. */
static struct object *read_item(struct worker *worker, const char *path)
{
	struct readset *known = worker->prefetch->known;
	struct object *object;
	struct stat st;
	_cleanup_fd_ int fd = sysroot_openat(worker->prefetch->root, path,
					     O_RDONLY | O_NONBLOCK | O_NOCTTY);

	if (fd < 0 || fstat(fd, &st) < 0)
		return NULL;
	object = readset_find(known, st.st_dev, st.st_ino);
	if (object)
		return object;
	object = arena_alloc(&worker->arena, sizeof(*object), NULL);
	if (!object || object_read(fd, &st, &worker->arena, object, NULL) < 0)
		return NULL;
	readset_add(known, object);
	return object;
}

/*
 * A table of descriptors of the thread's own: in a shared one the kernel counts references at each call.
 * Nothing of the caller's stays open in it.
 */
static void leave_descriptors(const struct prefetch *prefetch)
{
	unsigned kept = prefetch->root->fd < 0 ? ~0u : (unsigned)prefetch->root->fd;

	if (unshare(CLONE_FILES) < 0)
		return;
	if (kept == ~0u) {
		close_range(0, ~0u, 0);
		return;
	}
	if (kept > 0)
		close_range(0, kept - 1, 0);
	close_range(kept + 1, ~0u, 0);
}

static void *run(void *data)
{
	struct worker *worker = data;
	struct prefetch *prefetch = worker->prefetch;
	size_t i;

	leave_descriptors(prefetch);
	arena_expect(&worker->arena, prefetch->count / prefetch->readers * OBJECT_SIZE);
	while (!atomic_load_explicit(&prefetch->stop, memory_order_relaxed) &&
	       (i = atomic_fetch_add(&prefetch->ahead, 1)) < prefetch->count) {
		struct item *item = &prefetch->items[i];

		if (!claim(item))
			continue;
		item->object = read_item(worker, prefetch->paths[i]);
		if (item->object)
			atomic_store_explicit(&item->state, READ, memory_order_release);
	}
	return NULL;
}

/* Signals are for the threads of the program that uses us. */
static void start_threads(struct prefetch *prefetch, unsigned count)
{
	sigset_t all, before;

	sigfillset(&all);
	if (pthread_sigmask(SIG_SETMASK, &all, &before) != 0)
		return;
	for (unsigned i = 0; i < count; i++) {
		struct worker *worker = &prefetch->workers[i];

		worker->prefetch = prefetch;
		if (pthread_create(&worker->thread, NULL, run, worker) != 0)
			break;
		prefetch->worker_count++;
	}
	pthread_sigmask(SIG_SETMASK, &before, NULL);
}

int prefetch_start(const struct sysroot *root, const char *const *paths, size_t count,
		   struct arena *arena, struct prefetch **ret, struct error *err)
{
	struct prefetch *prefetch;
	struct readset *known;

	*ret = NULL;
	if (count < WORTH_IT || root->files)
		return 0;
	/* One processor is the caller's. */
	unsigned threads = processors_count(THREADS_MAX + 1) - 1;
	if (!threads)
		return 0;
	int r = readset_make(count, arena, &known, err);
	if (r < 0)
		return r;
	prefetch = arena_alloc(
		arena, sizeof(*prefetch) + count * sizeof(prefetch->items[0]), err);
	if (!prefetch)
		return -ENOMEM;
	prefetch->root = root;
	prefetch->known = known;
	prefetch->paths = paths;
	prefetch->count = count;
	prefetch->readers = threads + 1;
	atomic_init(&prefetch->ahead, LEAD);
	start_threads(prefetch, threads);
	*ret = prefetch;
	return 0;
}

struct object *prefetch_take(struct prefetch *prefetch, const char *path)
{
	struct item *item;

	if (prefetch->next == prefetch->count ||
	    strcmp(prefetch->paths[prefetch->next], path) != 0)
		return NULL;
	item = &prefetch->items[prefetch->next++];
	if (claim(item))
		return NULL;
	if (atomic_load_explicit(&item->state, memory_order_acquire) == READ)
		return item->object;
	/* Caught up: side by side both would read every file. */
	atomic_fetch_add(&prefetch->ahead, LEAD);
	return NULL;
}

struct readset *prefetch_known(const struct prefetch *prefetch)
{
	return prefetch->known;
}

void prefetch_free(struct prefetch *prefetch)
{
	if (!prefetch)
		return;
	atomic_store(&prefetch->stop, true);
	for (unsigned i = 0; i < prefetch->worker_count; i++) {
		pthread_join(prefetch->workers[i].thread, NULL);
		arena_free(&prefetch->workers[i].arena);
	}
}
