/* SPDX-License-Identifier: MIT */
/*
 * symbolcache: the symbol tables of the objects that a resolver was asked to check, each read once, and
 * a bound on the memory of all. For check.
 */
#ifndef ELFDEPS_SYMBOLCACHE_H
#define ELFDEPS_SYMBOLCACHE_H

#include <stddef.h>

#include "common/error.h"
#include "store.h"
#include "symbols.h"

enum { SYMBOLCACHE_MAX = 44 << 20 /* bytes of all tables together */ };

struct symbolcache {
	struct object **objects; /* those that have a table */
	size_t count, capacity;
	size_t bytes;
};

/* The table of `object`, which lies at `path`; it is the cache's. -E2BIG if there is no room. */
int symbolcache_get(struct symbolcache *cache, struct store *store, const char *path,
		    struct object *object, const struct symbols **ret,
		    struct error *err) _must_check_;

/* Frees the table of one object, if it is there. */
void symbolcache_drop(struct symbolcache *cache, struct object *object);

/* Frees all tables and makes it empty. */
void symbolcache_free(struct symbolcache *cache);

#endif
