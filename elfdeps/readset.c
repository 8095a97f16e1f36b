/* SPDX-License-Identifier: MIT */
/*
 * Slots that are filled once and never emptied, so that a compare-and-swap is all the order there is:
 * nobody waits for anybody. Called by prefetch and store.
 */
#include "readset.h"

#include <errno.h>
#include <stdatomic.h>

enum {
	ROOM = 2,    /* slots for each object that is expected */
	PROBES = 16, /* slots looked at: behind that the set counts as full */
};

struct readset {
	size_t mask;
	_Atomic(struct object *) slots[];
};

int readset_make(size_t expected, struct arena *arena, struct readset **ret,
		 struct error *err)
{
	struct readset *set;
	size_t size = PROBES;

	while (size < expected * ROOM)
		size *= 2;
	set = arena_alloc(arena, sizeof(*set) + size * sizeof(set->slots[0]), err);
	if (!set)
		return -ENOMEM;
	set->mask = size - 1;
	*ret = set;
	return 0;
}

/* Inodes of files that were made together are neighbours: a multiplication spreads them. */
static size_t first_slot(uint64_t device, uint64_t inode)
{
	return (size_t)((inode ^ device << 40) * UINT64_C(0x9e3779b97f4a7c15) >> 24);
}

void readset_add(struct readset *set, struct object *object)
{
	size_t slot = first_slot(object->device, object->inode);

	for (size_t i = 0; i < PROBES; i++) {
		struct object *expected = NULL;

		if (atomic_compare_exchange_strong_explicit(
			    &set->slots[(slot + i) & set->mask], &expected, object,
			    memory_order_release, memory_order_relaxed))
			return;
	}
}

struct object *readset_find(const struct readset *set, uint64_t device, uint64_t inode)
{
	size_t slot = first_slot(device, inode);

	for (size_t i = 0; i < PROBES; i++) {
		struct object *object = atomic_load_explicit(
			&set->slots[(slot + i) & set->mask], memory_order_acquire);

		if (!object)
			return NULL;
		if (object->device == device && object->inode == inode)
			return object;
	}
	return NULL;
}
