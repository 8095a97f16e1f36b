/* SPDX-License-Identifier: MIT */
/*
 * Open addressing with linear probing over multiply-shift hashing (Dietzfelbinger and others, 1997):
 * with random factors no choice of inodes, as a hostile file system might make, collides more than
 * chance does. Called by store.
 */
#include "inodes.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>

enum { START_SIZE = 64 };

static size_t place_of(const struct inodes *inodes, uint64_t device, uint64_t inode)
{
	uint64_t hash = inodes->factors[0] * inode + inodes->factors[1] * device;

	return (size_t)(hash >> 32) & (inodes->size - 1);
}

/* The slot that holds the file's object, or the free one where it belongs. The table is never full. */
static struct object **find(const struct inodes *inodes, uint64_t device, uint64_t inode)
{
	size_t at = place_of(inodes, device, inode);

	for (;; at = (at + 1) & (inodes->size - 1)) {
		struct object *object = inodes->slots[at];

		if (!object || (object->inode == inode && object->device == device))
			return &inodes->slots[at];
	}
}

struct object *inodes_find(const struct inodes *inodes, uint64_t device, uint64_t inode)
{
	return inodes->count ? *find(inodes, device, inode) : NULL;
}

/* The 16 random bytes that the kernel gives each process (getauxval(3), AT_RANDOM); odd factors. */
static void set_factors(struct inodes *inodes)
{
	unsigned long random = getauxval(AT_RANDOM);
	const void *bytes;

	memcpy(&bytes, &random, sizeof(bytes));
	if (bytes)
		memcpy(inodes->factors, bytes, sizeof(inodes->factors));
	inodes->factors[0] |= 1;
	inodes->factors[1] |= 1;
}

static void drop_slots(struct inodes *inodes)
{
	if (!inodes->lent)
		free(inodes->slots);
	inodes->lent = false;
}

static int grow(struct inodes *inodes, struct error *err)
{
	struct inodes larger = *inodes;

	larger.lent = false;
	larger.size = inodes->size ? inodes->size * 2 : START_SIZE;
	larger.slots = calloc(larger.size, sizeof(struct object *));
	if (!larger.slots)
		return error_nomem(err);
	if (!inodes->size)
		set_factors(&larger);
	for (size_t i = 0; i < inodes->size; i++) {
		struct object *object = inodes->slots[i];

		if (object)
			*find(&larger, object->device, object->inode) = object;
	}
	drop_slots(inodes);
	*inodes = larger;
	return 0;
}

int inodes_add(struct inodes *inodes, struct object *object, struct error *err)
{
	if ((inodes->count + 1) * 4 > inodes->size * 3) {
		int r = grow(inodes, err);

		if (r < 0)
			return r;
	}
	*find(inodes, object->device, object->inode) = object;
	inodes->count++;
	return 0;
}

int inodes_reserve(struct inodes *inodes, size_t count, struct arena *arena,
		   struct error *err)
{
	size_t size = START_SIZE;

	if (inodes->size)
		return 0;
	while (size * 3 < count * 4 && size <= SIZE_MAX / 8 / sizeof(struct object *))
		size *= 2;
	inodes->slots = arena_alloc(arena, size * sizeof(struct object *), err);
	if (!inodes->slots)
		return -ENOMEM;
	inodes->size = size;
	inodes->lent = true;
	set_factors(inodes);
	return 0;
}

void inodes_free(struct inodes *inodes)
{
	drop_slots(inodes);
	*inodes = (struct inodes){0};
}
