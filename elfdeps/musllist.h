/* SPDX-License-Identifier: MIT */
/*
 * musllist: what `ld-musl-ARCH.so.1 --list`, which is musl's ldd, prints for a closure. report calls
 * it in place of the text of glibc's.
 */
#ifndef ELFDEPS_MUSLLIST_H
#define ELFDEPS_MUSLLIST_H

#include "common/error.h"
#include "elfdeps.h"

/* The loader of musl in the closure; NULL if it has none. */
const struct elfdeps_object *musllist_find_loader(const struct elfdeps_closure *closure);

/*
 * Prints the list on stdout: the loader, then each object at the need that brought it, and each of the
 * reserved names once (struct dso's ldd_mode in musl's ldso/dynlink.c). What is missing, of which the
 * loader complains on stderr, is "not found" in its place.
 */
int musllist_print(const struct elfdeps_closure *closure,
		   const struct elfdeps_object *loader, struct error *err) _must_check_;

#endif
