/* SPDX-License-Identifier: MIT */
/*
 * inodes: the objects that were read, by the device and inode of their file, so that a file is read
 * once under whatever names. store keeps one.
 */
#ifndef ELFDEPS_INODES_H
#define ELFDEPS_INODES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/alloc.h"
#include "common/error.h"
#include "object.h"

/* Zero-initialise. */
struct inodes {
	struct object **slots;
	size_t count, size; /* size is 0 or a power of two */
	uint64_t factors[2];
	bool lent; /* the slots are an arena's */
};

/* The object of the file `inode` on `device`; NULL: there is none. */
struct object *inodes_find(const struct inodes *inodes, uint64_t device, uint64_t inode);

/* Enters an object whose file is not there yet, and which must live as long as this. */
int inodes_add(struct inodes *inodes, struct object *object,
	       struct error *err) _must_check_;

/* Takes room for `count` objects from `arena`, which must live as long as this, if it has none yet. It
 * grows as ever behind that. */
int inodes_reserve(struct inodes *inodes, size_t count, struct arena *arena,
		   struct error *err) _must_check_;

/* Frees the table, not the objects. */
void inodes_free(struct inodes *inodes);

#endif
