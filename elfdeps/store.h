/* SPDX-License-Identifier: MIT */
/*
 * store: what was seen of the file system of one root, each thing once: files by path and by
 * identity, misses, and folders that are not there. A resolver keeps one for all its closures, so
 * that a library is read once however many programs need it.
 */
#ifndef ELFDEPS_STORE_H
#define ELFDEPS_STORE_H

#include <stdbool.h>

#include "common/alloc.h"
#include "common/error.h"
#include "common/strmap.h"
#include "common/sysroot.h"
#include "object.h"

/* Failing looks allowed for one closure: a hostile file can name millions of places. */
enum { STORE_MISSES_MAX = 1 << 18 };

/* The answer to "what is at this path". */
struct store_file {
	int error;             /* a positive errno if it could not be opened, else 0 */
	struct object *object; /* NULL if it could not be opened */
};

/* A folder to search, by its text; one struct per text. */
struct store_folder {
	const char *
		path; /* without a slash at its end, except "/"; "" is the current folder */
	enum { FOLDER_UNKNOWN, FOLDER_PRESENT, FOLDER_ABSENT } state;
	const void *seen_by; /* mark of the list that took it last */
};

struct ldconf;

struct store {
	struct sysroot root;
	struct arena arena; /* owns every string and struct that is handed out */
	struct strmap files, folders, identities;
	unsigned misses;       /* since the caller set it to 0 */
	struct ldconf *conf;   /* ldconf's own note; NULL: not read yet */
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

/* Looks at `path` (inside the root). A miss is an answer; only no memory, a failing read and too
 * many misses (-E2BIG) are errors. */
int store_look(struct store *store, const char *path, const struct store_file **ret,
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

/* The canonical path, in the root, of the existing `path`; NULL with err set. Arena's. */
const char *store_realpath(struct store *store, const char *path, struct error *err);

/* The absolute form of `path`, not looked at: relative ones count from the current folder, or from
 * the root if that is not the host's. Arena's. */
const char *store_absolute(struct store *store, const char *path, struct error *err);

#endif
