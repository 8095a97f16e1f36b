/* SPDX-License-Identifier: MIT */
/*
 * strmap: a hash table from strings to pointers. Keys are borrowed: they must live, unchanged, as
 * long as the map. Hostile keys cannot make it slow: the hash is keyed at random, per map, and
 * the load is kept at three quarters at most.
 */
#ifndef COMMON_STRMAP_H
#define COMMON_STRMAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "alloc.h"
#include "error.h"

struct strmap_slot {
	const char *key; /* NULL: free */
	void *value;
	uint64_t hash;
};

struct strmap {
	struct strmap_slot *slots;
	size_t count, size; /* size is 0 or a power of two */
	bool lent;          /* the slots are an arena's */
	uint64_t seed[2];
};

/* The value of `key`, NULL if there is none. */
void *strmap_get(const struct strmap *map, const char *key);

/* Sets the value of `key` (not NULL), replacing an earlier one. Returns 0 or -ENOMEM. */
int strmap_put(struct strmap *map, const char *key, void *value,
	       struct error *err) _must_check_;

/* Takes room for `count` keys from `arena`, which must live as long as the map, if that has none yet. It
 * grows as ever behind that. Returns 0 or -ENOMEM. */
int strmap_reserve(struct strmap *map, size_t count, struct arena *arena,
		   struct error *err) _must_check_;

/* Frees the table, not keys or values. */
void strmap_free(struct strmap *map);

#define _cleanup_strmap_ __attribute__((cleanup(strmap_free)))

#endif
