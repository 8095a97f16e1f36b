/* SPDX-License-Identifier: MIT */
/*
 * symbols: what one object defines for others and what it has looked up in them, as a table to search
 * in. Read once however many programs load the object, from the dynamic section alone. For check.
 * Source: glibc's elf/dl-lookup.c (do_lookup_x, check_match), elf(5).
 */
#ifndef ELFDEPS_SYMBOLS_H
#define ELFDEPS_SYMBOLS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/error.h"
#include "relocs.h"
#include "versions.h"

enum {
	SYMBOLS_STRINGS_MAX = 16 << 20, /* bytes of names; browsers have 10 million */
	SYMBOLS_NAMES_MAX = 64 << 20, /* bytes of all names, which may share their ends */
};

/* One symbol; of what the loader may find in it, or of what it looks for. */
struct symbol {
	uint32_t hash; /* of DT_GNU_HASH */
	uint32_t name; /* offset in `strings` */
	uint16_t versym;
	unsigned char marks; /* of one looked for: enum relocs_mark */
	bool undefined; /* has an address but no definition: the program's own entry for a
			   function, which no call is bound to */
};

struct symbols {
	char *strings; /* `strings_size` bytes and a NUL */
	size_t strings_size;
	struct symbol
		*definitions; /* those of bucket i from buckets[i] to buckets[i + 1] */
	size_t definition_count;
	uint32_t *buckets;
	uint32_t bucket_mask;
	struct symbol *wants; /* undefined and not weak */
	size_t want_count;
	struct versions versions;
	bool has_versyms;
	bool bind_now;      /* calls are bound at the start, too */
	const char *defect; /* why it could not be read wholly; NULL if it was */
	size_t bytes;       /* of memory that it takes */
	uint64_t work;      /* entries that were read for it */
};

/* What is looked for. */
struct symbols_query {
	const char *name;
	uint32_t hash;
	const struct version *version; /* NULL: any */
	const char *version_name;
	bool call;           /* an address without a definition does not do */
	bool plain_versions; /* as musl: versions mean nothing, but hidden is hidden */
};

/*
 * Reads the symbols of the open ELF file `fd` of `size` bytes into at most `room` bytes of memory. What
 * is wrong with them becomes ret->defect. -E2BIG: there is not enough room. Free with symbols_free, also
 * after an error.
 */
int symbols_read(int fd, uint64_t size, size_t room, struct symbols *ret,
		 struct error *err) _must_check_;

/* The text at an offset; NULL if it lies outside of the table. */
const char *symbols_text(const struct symbols *symbols, uint32_t offset);

/* Whether it defines what is looked for. `steps` grows by the symbols that were compared: hostile
 * tables can make them many. */
bool symbols_define(const struct symbols *symbols, const struct symbols_query *query,
		    uint64_t *steps);

void symbols_free(struct symbols *symbols);

#endif
