/* SPDX-License-Identifier: MIT */
/*
 * owner: which package a file of the root belongs to, by dpkg's own lists or apk's.
 */
#ifndef BUILDER_OWNER_H
#define BUILDER_OWNER_H

#include "common/error.h"
#include "common/sysroot.h"
#include "manifest.h"

/* A search that goes on in a thread of its own. */
struct owner_search;

/*
 * Starts to search for the package of every entry that was taken from the root and has none. Reading
 * some hundred lists takes a third of the time that copying an image's files does, so it is done
 * beside that. Until owner_finish or owner_free, the manifest's entries keep their strings, and the
 * root stays open; signals that the caller blocks are blocked in the thread, too. *ret is NULL for a
 * root without either database.
 */
int owner_start(const struct sysroot *root, const struct manifest *manifest,
		struct owner_search **ret, struct error *err) _must_check_;

/*
 * Waits for the search, which may be NULL, and sets the packages that were found. A list that cannot
 * be read leaves its files as they are.
 */
int owner_finish(struct owner_search *search, struct manifest *manifest,
		 struct error *err) _must_check_;

/* Waits for the search, which may be NULL, and frees it. */
void owner_free(struct owner_search *search);

static inline void owner_cleanup(struct owner_search **search)
{
	owner_free(*search);
}

#define _cleanup_owner_ __attribute__((cleanup(owner_cleanup)))

#endif
