/* SPDX-License-Identifier: MIT */
/*
 * ptrset: a set of pointers, by their values alone. For things of which there is one each, such as
 * names that are kept once; their keys are not a stranger's to choose, so the hash is a cheap one.
 */
#ifndef COMMON_PTRSET_H
#define COMMON_PTRSET_H

#include <stdbool.h>
#include <stddef.h>

#include "error.h"

/* Zero-initialise it. */
struct ptrset {
	const void **slots; /* NULL: free */
	size_t count, size; /* size is 0 or a power of two */
};

bool ptrset_has(const struct ptrset *set, const void *pointer);

/* Adds `pointer` (not NULL). Returns 1 if it is new, 0 if it was there, or -ENOMEM. */
int ptrset_add(struct ptrset *set, const void *pointer, struct error *err) _must_check_;

void ptrset_free(struct ptrset *set);

#define _cleanup_ptrset_ __attribute__((cleanup(ptrset_free)))

#endif
