/* SPDX-License-Identifier: MIT */
/*
 * readset: which files were read already, by identity, for threads that share the work: what one of
 * them has read the others need not read. A hint, no memo: what finds no room is read twice.
 */
#ifndef ELFDEPS_READSET_H
#define ELFDEPS_READSET_H

#include <stddef.h>
#include <stdint.h>

#include "common/alloc.h"
#include "common/error.h"
#include "object.h"

struct readset;

/* A set with room for some `expected` objects; `arena` owns it. */
int readset_make(size_t expected, struct arena *arena, struct readset **ret,
		 struct error *err) _must_check_;

/*
 * Enters an object that was read. Its identity and what its file says must not change any more, and it
 * must live as long as the set. Any thread may call this and readset_find at any time.
 */
void readset_add(struct readset *set, struct object *object);

/* The object of the file `inode` on `device`, if somebody has entered it; else NULL. */
struct object *readset_find(const struct readset *set, uint64_t device, uint64_t inode);

#endif
