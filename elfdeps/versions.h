/* SPDX-License-Identifier: MIT */
/*
 * versions: the symbol versions that one object defines (DT_VERDEF) and those that it asks of others
 * (DT_VERNEED), as the loader reads them: two linked lists, walked to their end whatever the counts
 * in the dynamic section say. For symbols and check. Source: glibc's elf/dl-version.c.
 */
#ifndef ELFDEPS_VERSIONS_H
#define ELFDEPS_VERSIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/error.h"
#include "elffile.h"

enum {
	VERSIONS_MAX =
		1 << 14, /* entries of one list; the largest real ones have hundreds */
	VERSIONS_INDEX =
		0x7fff, /* the bits of DT_VERSYM and vna_other that are an index */
	VERSIONS_HIDDEN = 0x8000, /* the other one */
};

/* One version. Names are offsets in the string table of the object. */
struct version {
	uint32_t hash; /* 0: none has this index */
	uint32_t name;
	uint32_t file; /* asked of this one; VERSIONS_OWN: the object defines it */
	uint16_t index;
	bool hidden; /* of a need: only exactly this version will do */
	bool weak;   /* of a need: may be missing */
	bool base;   /* of a definition: it stands for the file's own name */
};

#define VERSIONS_OWN UINT32_MAX

struct versions {
	struct version *needs, *definitions;
	size_t need_count, definition_count;
	bool defines;             /* there is a DT_VERDEF at all */
	struct version *by_index; /* what DT_VERSYM counts in; VERSIONS_OWN: own */
	size_t index_count;
	const char *defect; /* why a list could not be read to its end; NULL if it was */
};

/* Reads the lists at the addresses `needs` and `definitions`; 0: there is none. */
int versions_read(const struct elffile *file, uint64_t needs, uint64_t definitions,
		  struct versions *ret, struct error *err) _must_check_;

/* The version of a symbol's DT_VERSYM entry; NULL if it has none. */
const struct version *versions_at(const struct versions *versions, uint16_t versym);

void versions_free(struct versions *versions);

#endif
