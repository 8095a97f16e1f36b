/* SPDX-License-Identifier: MIT */
/*
 * resolver: what an elfdeps of elfdeps.h is made of: one root, one set of options, and what was read
 * of both. gather walks from file to file and asks it.
 */
#ifndef ELFDEPS_RESOLVER_H
#define ELFDEPS_RESOLVER_H

#include <stdbool.h>
#include <stddef.h>

#include "closure.h"
#include "common/strlist.h"
#include "common/strmap.h"
#include "elfdeps.h"
#include "foreign.h"
#include "hwcaps.h"
#include "prefetch.h"
#include "store.h"
#include "symbolcache.h"

/* The bytes of a file, from the heap. */
struct resolver_bytes {
	char *data;
	size_t size;
};

struct elfdeps {
	struct foreign
		foreign; /* what the store reads, if its files are the caller's own */
	struct store store;
	struct arena arena;        /* of the closures handed out */
	struct prefetch *prefetch; /* NULL: none */
	char *library_path;
	struct hwcaps hwcaps;
	struct strlist preloads; /* of the option, then of /etc/ld.so.preload */
	size_t preloads_named;   /* those of the option */
	struct elfdeps_trace trace;
	bool secure;
	struct resolver_bytes cache_file;
	bool cache_known[2]; /* by byte order: big is 1 */
	bool cache_good[2];
	struct ldcache caches[2];
	struct symbolcache symbols; /* of the objects that were checked */
	enum elfdeps_optional optional;
	bool strings;
	uint64_t round; /* a mark: of what was made since the caller gave all back */
};

/* Opens `path`; the errno of opening it, or *ret, which the store owns. */
int resolver_open(struct elfdeps *resolver, const char *path, struct store_name **ret,
		  struct error *err) _must_check_;

/* The cache for programs of byte order `big`; *ret is NULL if there is no good one. */
int resolver_cache(struct elfdeps *resolver, bool big, const struct ldcache **ret,
		   struct error *err) _must_check_;

/* Builds the link map of a program or library, with one list of hwcaps. */
int resolver_build(struct elfdeps *resolver, struct store_name *file,
		   const char *const *hwcaps, struct linkmap **ret,
		   struct error *err) _must_check_;

#endif
