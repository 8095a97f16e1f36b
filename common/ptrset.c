/* SPDX-License-Identifier: MIT */
/*
 * Open addressing with linear probing; Fibonacci hashing (Knuth, The Art of Computer Programming 3,
 * 6.4) spreads addresses, whose low bits are alike. Called by gather and by what prints lists.
 */
#include "ptrset.h"

#include <stdint.h>
#include <stdlib.h>

enum { START_SIZE = 64 };

static const void **find(const void **slots, size_t size, const void *pointer)
{
	uint64_t hash = (uint64_t)(uintptr_t)pointer * 0x9e3779b97f4a7c15u;
	size_t at = (size_t)(hash >> 32) & (size - 1);

	while (slots[at] && slots[at] != pointer)
		at = (at + 1) & (size - 1);
	return &slots[at];
}

bool ptrset_has(const struct ptrset *set, const void *pointer)
{
	return set->count && *find(set->slots, set->size, pointer);
}

static int grow(struct ptrset *set, struct error *err)
{
	size_t size = set->size ? set->size * 2 : START_SIZE;
	const void **slots = calloc(size, sizeof(*slots));

	if (!slots)
		return error_nomem(err);
	for (size_t i = 0; i < set->size; i++)
		if (set->slots[i])
			*find(slots, size, set->slots[i]) = set->slots[i];
	free(set->slots);
	set->slots = slots;
	set->size = size;
	return 0;
}

int ptrset_add(struct ptrset *set, const void *pointer, struct error *err)
{
	if ((set->count + 1) * 4 > set->size * 3) {
		int r = grow(set, err);

		if (r < 0)
			return r;
	}
	const void **slot = find(set->slots, set->size, pointer);
	if (*slot)
		return 0;
	*slot = pointer;
	set->count++;
	return 1;
}

void ptrset_free(struct ptrset *set)
{
	free(set->slots);
	*set = (struct ptrset){0};
}
