/* SPDX-License-Identifier: MIT */
/*
 * relocs: which of its symbols one object has the loader look up, and when: symbols that no relocation
 * names are never looked up, whatever stands in the symbol table. For symbols. Source: glibc's
 * elf/do-rel.h, elf/dl-reloc.c.
 */
#ifndef ELFDEPS_RELOCS_H
#define ELFDEPS_RELOCS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/error.h"
#include "elffile.h"

enum {
	RELOCS_SYMBOLS_MAX = 1 << 20, /* symbols of one object that are looked at */
	RELOCS_ENTRIES_MAX =
		1 << 23, /* relocations of one table; browsers have 2 million */
};

/* How a symbol is asked for; more than one may hold. */
enum relocs_mark {
	RELOCS_START = 1, /* when the object is loaded: the start fails */
	RELOCS_CALL = 2,  /* by a call through the procedure linkage table */
	RELOCS_COPY = 4,  /* copied into the program out of a library */
};

/* One table of the dynamic section; size 0: there is none. */
struct relocs_table {
	uint64_t address, size;
	uint64_t relative; /* entries at the start that name no symbol, DT_RELACOUNT */
	bool addends;      /* entries are Rela, not Rel */
	bool lazy;         /* DT_JMPREL */
};

struct relocs {
	unsigned char *marks; /* by symbol; enum relocs_mark */
	size_t count;         /* symbols up to the last one that is named */
	size_t capacity;
	uint64_t entries; /* that were read */
	const char *
		defect; /* a table that is cut or names too high a symbol; NULL if none */
};

/* Adds the marks of one table for the machine and class of `file`. */
int relocs_read(const struct elffile *file, uint16_t machine,
		const struct relocs_table *table, struct relocs *relocs,
		struct error *err) _must_check_;

void relocs_free(struct relocs *relocs);

#endif
