/* SPDX-License-Identifier: MIT */
/*
 * musl: the rules of musl's loader (ldso/dynlink.c: load_library, path_open, fixup_rpath), which are
 * others than glibc's: LD_LIBRARY_PATH comes first, RPATH and RUNPATH are one and inherited, the first
 * file that opens is taken, and the names of libc's parts are the loader itself. There is no cache, no
 * hwcaps, no filters. closure asks it in place of search where PT_INTERP names such a loader.
 */
#ifndef ELFDEPS_MUSL_H
#define ELFDEPS_MUSL_H

#include <stdbool.h>

#include "common/error.h"
#include "linkmap.h"
#include "search.h"

/* What musl's loader knows beside the link map. */
struct musl {
	const char *library_path; /* NULL: none, or not for a set-id program */
	const char *system_path;  /* of /etc/ld-musl-ARCH.path, or the usual one */
};

/* Whether the interpreter is musl's loader: by its name, ld-musl-ARCH.so.1. */
bool musl_is_loader(const char *interp);

/*
 * The usual path of musl's loader if the library `object`, which names no interpreter, is made for it: it
 * needs "libc.so" or "libc.musl-ARCH.so.1" and not glibc's libc.so.6. Else NULL.
 */
const char *musl_loader_for(const struct object *object);

/*
 * Makes `map` one of musl's, with the loader at `interp`: reads its path file (inside the root). The folders
 * become those that the map's loader searches by itself.
 */
int musl_begin(struct linkmap *map, const char *interp, struct error *err) _must_check_;

/* The start, up to its dot, of a name that stands for the loader itself whatever follows: libc. libm. …;
 * NULL if the name is an ordinary one. */
const char *musl_reserved(const char *name);

/*
 * Whether `object` is a libc, which the loader never loads: it takes itself instead. It knows one by the
 * symbols __libc_start_main and stdin; not to read those of each library, here the SONAME tells.
 */
bool musl_is_libc(const struct object *object);

/* The loaded object that `name` stands for: the loader, or what a search found under it. NULL: none. */
struct link *musl_find(const struct linkmap *map, const struct store_name *name);

/*
 * Notes that a search for `name` led to `link`. musl knows a library by one name, the last part of the path
 * by which it was loaded, and only once a search has found it.
 */
int musl_name(struct link *link, const char *name, struct error *err) _must_check_;

/*
 * Looks for `name` on behalf of `by`; a preload (`inherits` false) is asked for by nobody. -ELIBBAD: a
 * file at which the loader gives up, named in err.
 */
int musl_search(struct link *by, bool inherits, const struct store_name *name,
		struct search_result *ret, struct error *err) _must_check_;

#endif
