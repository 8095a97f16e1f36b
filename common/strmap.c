/* SPDX-License-Identifier: MIT */
/*
 * Open addressing with linear probing over a keyed hash. Called by the closure's memos and the
 * builder's manifest.
 */
#include "strmap.h"

#include <endian.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/random.h>

enum { START_SIZE = 16 };

static uint64_t rotate(uint64_t word, int bits)
{
	return word << bits | word >> (64 - bits);
}

static void mix(uint64_t v[4])
{
	v[0] += v[1];
	v[2] += v[3];
	v[1] = rotate(v[1], 13) ^ v[0];
	v[3] = rotate(v[3], 16) ^ v[2];
	v[0] = rotate(v[0], 32) + v[3];
	v[2] += v[1];
	v[1] = rotate(v[1], 17) ^ v[2];
	v[3] = rotate(v[3], 21) ^ v[0];
	v[2] = rotate(v[2], 32);
}

static void absorb(uint64_t v[4], uint64_t word)
{
	v[3] ^= word;
	mix(v);
	v[0] ^= word;
}

/*
 * SipHash-1-3 (Aumasson and Bernstein, 2012). A cheaper hash does not do, seeded or not: of FNV
 * and its like keys can be made that collide under one seed in 256, and keys are names that a
 * stranger chose.
 */
static uint64_t hash_of(const uint64_t seed[2], const char *key)
{
	size_t length = strlen(key), left = length;
	uint64_t word, last = 0;
	uint64_t v[4] = {
		seed[0] ^ 0x736f6d6570736575u,
		seed[1] ^ 0x646f72616e646f6du,
		seed[0] ^ 0x6c7967656e657261u,
		seed[1] ^ 0x7465646279746573u,
	};

	for (; left >= sizeof(word); left -= sizeof(word), key += sizeof(word)) {
		memcpy(&word, key, sizeof(word));
		absorb(v, le64toh(word));
	}
	memcpy(&last, key, left);
	absorb(v, le64toh(last) ^ (uint64_t)length << 56);
	v[2] ^= 0xff;
	for (int i = 0; i < 3; i++)
		mix(v);
	return v[0] ^ v[1] ^ v[2] ^ v[3];
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

static void drop_slots(struct strmap *map)
{
	if (!map->lent)
		free(map->slots);
	map->lent = false;
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
	drop_slots(map);
	map->slots = slots;
	map->size = size;
	return 0;
}

/*
 * The kernel gives each process 16 random bytes at its start (getauxval(3), AT_RANDOM): a seed
 * without a system call for each of thousands of maps. libc takes its own secrets from a part of
 * them; a seed never leaves the process either.
 */
static void set_seed(struct strmap *map)
{
	uint64_t *seed = map->seed;
	unsigned long random = getauxval(AT_RANDOM);
	const void *bytes;

	memcpy(&bytes, &random, sizeof(bytes));
	if (bytes)
		memcpy(seed, bytes, sizeof(map->seed));
	/* Early boot: an unseeded table is slower under attack, not wrong. */
	else if (getrandom(seed, sizeof(map->seed), GRND_NONBLOCK) < 0)
		memset(seed, 0, sizeof(map->seed));
	/* No two alike: filling one in the order of another would cluster its slots. */
	seed[0] ^= (uintptr_t)map;
}

int strmap_put(struct strmap *map, const char *key, void *value, struct error *err)
{
	if (!map->size)
		set_seed(map);
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

int strmap_reserve(struct strmap *map, size_t count, struct arena *arena,
		   struct error *err)
{
	size_t size = START_SIZE;

	if (map->size)
		return 0;
	while (size * 3 < count * 4 && size <= SIZE_MAX / 8 / sizeof(*map->slots))
		size *= 2;
	map->slots = arena_alloc(arena, size * sizeof(*map->slots), err);
	if (!map->slots)
		return -ENOMEM;
	map->size = size;
	map->lent = true;
	set_seed(map);
	return 0;
}

void strmap_free(struct strmap *map)
{
	drop_slots(map);
	*map = (struct strmap){0};
}
