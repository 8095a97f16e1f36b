/* SPDX-License-Identifier: MIT */
/*
 * linkmap: the objects of one process as its loader would keep them (struct link_map of glibc):
 * who is there, under which names, loaded by whom. closure fills it, search asks it.
 */
#ifndef ELFDEPS_LINKMAP_H
#define ELFDEPS_LINKMAP_H

#include <stdbool.h>
#include <stddef.h>

#include "ldcache.h"
#include "common/error.h"
#include "elfdeps.h"
#include "hwcaps.h"
#include "loader.h"
#include "object.h"
#include "origin.h"
#include "store.h"

/* A search path, taken apart: folders in order, each once. */
struct folder_list {
	struct store_folder **items;
	size_t count;
	uint64_t mark; /* of the folders that are in it */
	bool ready;
};

/* One loaded object. The map's arena's. */
struct link {
	struct elfdeps_object shown; /* first: what callers see is cast back to this */
	struct linkmap *map;
	struct object *object;
	struct store_name *file; /* where it was found */
	struct link *
		loaded_by; /* whose need brought it: the loader chain; NULL for the main one */
	const char *origin; /* the value of $ORIGIN; NULL until asked for */
	struct folder_list rpath, runpath;
	const char *musl_path; /* what musl makes of the two; NULL: nothing */
	bool musl_path_known, musl_named;
	struct link *previous, *next; /* in load order; see `listed` */
	bool listed, done;
	bool extra;      /* only opened at run time */
	unsigned hinted; /* how many strengths of its hints are done: extras' own note */
	size_t edge_capacity;
};

struct linkmap {
	struct store *store;
	struct arena *arena; /* owns what belongs to this map alone */
	uint64_t mark;       /* of what this map notes of objects and names */
	struct loader loader;
	bool loader_read;           /* its own folders were looked for */
	struct link *main, *interp; /* interp is NULL if there is none */
	struct link *first, *last;  /* load order */
	const struct scope *scope;  /* search's own note */
	struct folder_list library_path;
	const struct ldcache *cache; /* NULL: none */
	const char *const *hwcaps; /* active glibc-hwcaps names, best first; NULL: none */
	const struct hwcaps_legacy
		*legacy;   /* what loaders before 2.37 add; NULL: nothing */
	struct musl *musl; /* NULL: the loader is glibc's */
	const struct elfdeps_trace *trace; /* NULL: nobody listens */
	const char
		*asked_for;  /* the name being looked for, as it is written in its file */
	bool secure;         /* AT_SECURE: the caller's variables are not trusted */
	bool path_ignored;   /* a library path was given, but is not trusted */
	bool must_be_setuid; /* a preload of a secure program is being looked for */
};

/* An empty map, which `arena` owns. NULL: no memory. */
struct linkmap *linkmap_new(struct store *store, struct arena *arena, struct error *err);

/* A new link for the object of `file`, which was opened; not in load order yet. NULL: no memory. */
struct link *linkmap_add(struct linkmap *map, struct store_name *file,
			 struct link *loaded_by, struct error *err);

/* Gives a link one more name; the first to have a name keeps it (_dl_lookup_map). */
void linkmap_name(struct linkmap *map, struct link *link, struct store_name *name);

/* The loaded object of that name or SONAME; NULL. */
struct link *linkmap_find(const struct linkmap *map, const struct store_name *name);

/*
 * The link that was made for `object` in this map; NULL. A program is not known by its file: the
 * kernel mapped it, and neither loader has asked what file that is (_dl_map_object_from_fd of glibc's
 * elf/dl-load.c, load_library of musl's ldso/dynlink.c).
 */
struct link *linkmap_of(const struct linkmap *map, const struct object *object);

/* Puts `link` into load order, in front of `before`, or last if that is NULL. */
void linkmap_insert(struct linkmap *map, struct link *link, struct link *before);
void linkmap_remove(struct linkmap *map, struct link *link);

/* Adds an edge to what callers see of `from`. */
int linkmap_edge(struct linkmap *map, struct link *from, const struct elfdeps_edge *edge,
		 struct error *err) _must_check_;

/* Tells the listener, if there is one, of a place looked at for `by`. */
void linkmap_trace(const struct link *by, enum elfdeps_rule rule, const char *path,
		   enum elfdeps_verdict verdict, const char *reason);

/* The loader of this process, its own folders known. */
int linkmap_loader(struct linkmap *map, const struct loader **ret,
		   struct error *err) _must_check_;

/*
 * The values of $ORIGIN, $LIB and $PLATFORM for `link`. $ORIGIN is the folder of the path that it
 * was found by; for the main program that of its real path: the kernel tells the loader by
 * /proc/self/exe (_dl_new_object of elf/dl-object.c, _dl_get_origin).
 */
int linkmap_tokens(struct linkmap *map, struct link *link, struct origin *ret,
		   struct error *err) _must_check_;

#endif
