/* SPDX-License-Identifier: MIT */
/*
 * closure: all that one program's loader would load, breadth first: the kernel's part (PT_INTERP),
 * preloads, then the needs of each object in load order (_dl_map_object_deps of glibc's
 * elf/dl-deps.c). resolver calls it for each program; scripts are resolver's own.
 */
#ifndef ELFDEPS_CLOSURE_H
#define ELFDEPS_CLOSURE_H

#include "ldcache.h"
#include "common/error.h"
#include "linkmap.h"

/* What a resolver gives to every closure. */
struct closure_settings {
	struct store *store;
	struct arena *arena;         /* gets the link maps */
	const struct ldcache *cache; /* NULL: none */
	const char *library_path;    /* NULL: none */
	const char *const *preloads; /* NULL-terminated */
	size_t preloads_named; /* how many of them the caller named; the rest is the system's */
	const char *const *hwcaps;          /* NULL-terminated, best first; NULL: none */
	const struct hwcaps_legacy *legacy; /* with the host's hwcaps; NULL: none */
	const struct elfdeps_trace *trace;  /* NULL: nobody listens */
	bool secure; /* as a set-user-ID program, whatever its mode is */
	enum elfdeps_optional optional;
	bool strings; /* see elfdeps_options */
};

/* A library that is opened while the program runs. */
struct closure_request {
	struct link *by; /* who calls dlopen */
	const char *name;
	enum elfdeps_strength strength; /* of what is there only for this */
};

struct search_result;

/*
 * Builds the link map of the object of `file`, which was opened. *ret belongs to settings->arena.
 * -ENOEXEC: it is no program or library, or malformed. -ELIBBAD: a candidate that ends it.
 */
int closure_build(const struct closure_settings *settings, struct store_name *file,
		  struct linkmap **ret, struct error *err) _must_check_;

/*
 * Adds what dlopen would load, and what that needs, to a link map that closure_build is making; new
 * links are marked `extra`. *ret is NULL if it is missing, or if the loader refuses it: then
 * found->detail says why. For extras.
 */
int closure_open(const struct closure_settings *settings,
		 const struct closure_request *request, struct search_result *found,
		 struct link **ret, struct error *err) _must_check_;

#endif
