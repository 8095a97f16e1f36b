/* SPDX-License-Identifier: MIT */
/*
 * libraries: what the loader will look for by name inside the image, and where it is: the content
 * of the image's own ld.so.cache. Filled by intake, kept in the record for a later `add`.
 */
#ifndef BUILDER_LIBRARIES_H
#define BUILDER_LIBRARIES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/alloc.h"
#include "common/error.h"
#include "common/strmap.h"

struct library {
	const char *name; /* what programs ask for */
	const char *path; /* as the loader opens it, inside the image */
	uint16_t machine;
	unsigned char class, data;
	/*
	 * Found by the loader's general search, not by one program's own RPATH or because somebody
	 * asked for the file: of two libraries of one name the general one comes first.
	 */
	bool general;
};

struct libraries {
	struct arena arena;
	struct library *
		*items; /* of the arena, in the order of adding until they are sorted */
	size_t count, capacity;
	struct strmap known; /* "name\npath" -> item */
};

/* Adds a copy; a name and path that are there already are only made general if this one is. */
int libraries_add(struct libraries *libraries, const struct library *library,
		  struct error *err) _must_check_;

/* Whether a library of this name and kind is there. */
bool libraries_have(const struct libraries *libraries, const struct library *wanted);

/* Whether glibc is among them: only its loader reads an ld.so.cache. */
bool libraries_have_glibc(const struct libraries *libraries);

/* Sorts by name, general ones first, then by path: the order, which decides between equals, must not
 * depend on what was added when. */
void libraries_sort(struct libraries *libraries);

/* The bytes of an ld.so.cache for all of them; the caller frees *ret_data. */
int libraries_cache(const struct libraries *libraries, char **ret_data, size_t *ret_size,
		    struct error *err) _must_check_;

void libraries_free(struct libraries *libraries);

#define _cleanup_libraries_ __attribute__((cleanup(libraries_free)))

#endif
