/* SPDX-License-Identifier: MIT */
/*
 * Open addressing with linear probing; FNV-1a over a random seed, with a final mix. Called by the
 * closure's memos and the builder's manifest.
 */
#include "strmap.h"

#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

enum { START_SIZE = 64 };

static uint64_t hash_of(uint64_t seed, const char *key)
{
	uint64_t hash = 0xcbf29ce484222325u ^ seed;

	for (const unsigned char *at = (const unsigned char *)key; *at; at++)
		hash = (hash ^ *at) * 0x100000001b3u;
	hash ^= hash >> 32;
	hash *= 0x9e3779b97f4a7c15u ^ (seed | 1);
	return hash ^ (hash >> 29);
}

/* The slot that holds `key`, or the free one where it belongs. The table is never full. */
static struct strmap_slot *find(struct strmap_slot *slots, size_t size, uint64_t hash,
				const char *key)
{
	size_t at = hash & (size - 1);

	while (slots[at].key &&
	       (slots[at].hash != hash || strcmp(slots[at].key, key) != 0))
		at = (at + 1) & (size - 1);
	return &slots[at];
}

void *strmap_get(const struct strmap *map, const char *key)
{
	if (!map->count)
		return NULL;
	return find(map->slots, map->size, hash_of(map->seed, key), key)->value;
}

static int grow(struct strmap *map, struct error *err)
{
	size_t size = map->size ? map->size * 2 : START_SIZE;
	struct strmap_slot *slots = calloc(size, sizeof(*slots));

	if (!slots)
		return error_nomem(err);
	for (size_t i = 0; i < map->size; i++)
		if (map->slots[i].key)
			*find(slots, size, map->slots[i].hash,
			      map->slots[i].key) = map->slots[i];
	free(map->slots);
	map->slots = slots;
	map->size = size;
	return 0;
}

int strmap_put(struct strmap *map, const char *key, void *value, struct error *err)
{
	if (!map->size && getrandom(&map->seed, sizeof(map->seed), GRND_NONBLOCK) < 0)
		map->seed =
			0; /* early boot: an unseeded table is slower under attack, not wrong */
	if ((map->count + 1) * 4 > map->size * 3) {
		int r = grow(map, err);

		if (r < 0)
			return r;
	}
	uint64_t hash = hash_of(map->seed, key);
	struct strmap_slot *slot = find(map->slots, map->size, hash, key);
	if (!slot->key)
		map->count++;
	*slot = (struct strmap_slot){.key = key, .value = value, .hash = hash};
	return 0;
}

void strmap_free(struct strmap *map)
{
	free(map->slots);
	*map = (struct strmap){0};
}
