/* SPDX-License-Identifier: MIT */
/*
 * store: what was seen of the file system of one root, each thing once: files by path and by
 * identity, misses, and folders that are not there. A resolver keeps one for all its closures, so
 * that a library is read once however many programs need it. Names are kept once as well: to ask
 * who has one is to look at a mark of it, not to hash it for each of thousands of programs.
 */
#ifndef ELFDEPS_STORE_H
#define ELFDEPS_STORE_H

#include <stdbool.h>
#include <stdint.h>

#include "common/alloc.h"
#include "common/error.h"
#include "common/strmap.h"
#include "common/sysroot.h"
#include "inodes.h"
#include "object.h"
#include "readset.h"

/* Failing looks allowed for one closure: a hostile file can name millions of places. */
enum { STORE_MISSES_MAX = 1 << 18 };

/* One text, as the name of a library and as a path. */
struct store_name {
	const char *text;
	/* As a path, once store_look was asked: */
	struct object *object; /* NULL if it could not be opened */
	int error;             /* a positive errno if it could not be opened, else 0 */
	bool looked;
	/* As a name: */
	uint64_t map; /* mark of the link map where it is `link`'s: linkmap's own note */
	struct link *link;
	const struct usual
		*usual; /* what a search for it found last: search's own note */
	/* As a program: gather's own notes. */
	uint64_t gathered; /* mark of the list that has it */
	uint64_t round;    /* of the resolver, when `program` was made */
	struct linkmap *program;
};

/* A folder to search, by its text; one struct per text. */
struct store_folder {
	const char *
		path; /* without a slash at its end, except "/"; "" is the current folder */
	enum { FOLDER_UNKNOWN, FOLDER_PRESENT, FOLDER_ABSENT } state;
	uint64_t seen_by; /* mark of the list that took it last */
};

struct ldconf;
struct linkmap;
struct scope;

struct store {
	struct sysroot root;
	struct arena arena; /* owns every string and struct that is handed out */
	struct strmap names, folders;
	struct inodes identities;
	struct readset *shared; /* with threads that read ahead; NULL: there are none */
	uint64_t marks;         /* handed out so far */
	struct scope *scopes;   /* search's own note */
	unsigned misses;        /* since the caller set it to 0 */
	struct ldconf *conf;    /* ldconf's own note; NULL: not read yet */
	struct strmap advised; /* as well: what it said of missing names, "" if nothing */
};

/* Whether relative paths mean anything: below another root there is no current folder. */
static inline bool store_has_current(const struct store *store)
{
	return store->root.fd < 0;
}

int store_open(const char *root, struct store *ret, struct error *err) _must_check_;
/* The same for a root with its own files, which must outlive the store. */
int store_open_files(const struct sysroot_files *files, struct store *ret,
		     struct error *err) _must_check_;
void store_close(struct store *store);

/* Makes room for some `count` files, before the first is looked at. */
int store_expect(struct store *store, size_t count, struct error *err) _must_check_;

/* The struct of `text`. */
int store_name(struct store *store, const char *text, struct store_name **ret,
	       struct error *err) _must_check_;

/* A number that no other mark of this store has, nor 0. */
static inline uint64_t store_mark(struct store *store)
{
	return ++store->marks;
}

/* Looks at `path` (inside the root). A miss is an answer; only no memory, a failing read and too
 * many misses (-E2BIG) are errors. */
int store_look(struct store *store, const char *path, struct store_name **ret,
	       struct error *err) _must_check_;

/* Takes over what was read of `path` by somebody else, unless it is known; `object` must live as long as
 * the store. */
int store_adopt(struct store *store, const char *path, struct object *object,
		struct error *err) _must_check_;

/* Opens `path`, the place of the known `object`, once more; a descriptor that the caller closes.
 * -ESTALE if another file stands there by now. */
int store_reopen(struct store *store, const char *path, const struct object *object,
		 uint64_t *ret_size, struct error *err) _must_check_;

/* The struct of the folder `path` (`length` bytes). */
int store_folder(struct store *store, const char *path, size_t length,
		 struct store_folder **ret, struct error *err) _must_check_;

/* Whether it is worth looking into; asks the file system at most once. */
bool store_has_folder(struct store *store, struct store_folder *folder);

/* Whether `path` is a regular file with an execute bit: what execvp(3) stops at. */
bool store_is_executable(struct store *store, const char *path);

/* The canonical path, in the root, of the existing `path`; NULL with err set. `arena`'s. */
const char *store_realpath(const struct store *store, struct arena *arena,
			   const char *path, struct error *err);

/* The absolute form of `path`, not looked at: relative ones count from the current folder, or from
 * the root if that is not the host's. `arena`'s. */
const char *store_absolute(const struct store *store, struct arena *arena,
			   const char *path, struct error *err);

#endif
