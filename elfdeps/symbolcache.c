/* SPDX-License-Identifier: MIT */
/*
 * Tables hang on the objects themselves, which live as long as the resolver. Called by check and
 * resolver.
 */
#include "symbolcache.h"

#include <errno.h>
#include <stdlib.h>

#include "common/alloc.h"
#include "common/cleanup.h"
#include "common/fd.h"

static void free_symbols(struct symbols **symbols)
{
	if (*symbols)
		symbols_free(*symbols);
	free(*symbols);
}

static int read_symbols(struct symbolcache *cache, struct store *store, const char *path,
			struct object *object, struct error *err)
{
	__attribute__((cleanup(free_symbols))) struct symbols *symbols = NULL;
	uint64_t size = 0;
	_cleanup_fd_ int fd = store_reopen(store, path, object, &size, err);
	int r;

	if (fd < 0)
		return fd;
	symbols = calloc(1, sizeof(*symbols));
	if (!symbols)
		return error_nomem(err);
	r = alloc_grow(&cache->objects, &cache->capacity, cache->count + 1,
		       sizeof(struct object *), err);
	if (r == 0)
		r = symbols_read(fd, size, SYMBOLCACHE_MAX - cache->bytes, symbols, err);
	if (r < 0) {
		error_wrap(err, "%s", path);
		return r;
	}
	if (symbols->bytes > SYMBOLCACHE_MAX - cache->bytes)
		return error_set(err, E2BIG, "%s: too many symbol versions", path);
	cache->bytes += symbols->bytes;
	cache->objects[cache->count++] = object;
	object->symbols = steal_pointer(&symbols);
	return 0;
}

int symbolcache_get(struct symbolcache *cache, struct store *store, const char *path,
		    struct object *object, const struct symbols **ret, struct error *err)
{
	int r = 0;

	if (!object->symbols)
		r = read_symbols(cache, store, path, object, err);
	*ret = object->symbols;
	return r;
}

void symbolcache_drop(struct symbolcache *cache, struct object *object)
{
	for (size_t i = cache->count; i-- > 0;) {
		if (cache->objects[i] != object)
			continue;
		cache->bytes -= object->symbols->bytes;
		free_symbols(&object->symbols);
		object->symbols = NULL;
		cache->objects[i] = cache->objects[--cache->count];
		return;
	}
}

void symbolcache_free(struct symbolcache *cache)
{
	for (size_t i = 0; i < cache->count; i++) {
		free_symbols(&cache->objects[i]->symbols);
		cache->objects[i]->symbols = NULL;
	}
	free(cache->objects);
	*cache = (struct symbolcache){0};
}
