/* SPDX-License-Identifier: MIT */
/*
 * symtab: the symbol table of one ELF file, entry by entry, and where what belongs to it lies. symbols
 * makes a table to search in of it. Nothing but the dynamic section says where things are.
 */
#ifndef ELFDEPS_SYMTAB_H
#define ELFDEPS_SYMTAB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/error.h"
#include "elffile.h"
#include "relocs.h"
#include "window.h"

enum { SYMTAB_HEAD = 4096, SYMTAB_RELOCS = 3 };

/* Values of the dynamic section; 0 if the tag is not there. */
struct symtab_tags {
	uint64_t symtab, strtab, strsz, hash, gnu_hash, versym, verneed, verdef;
	uint64_t rela, rela_size, rela_relative, rel, rel_size, rel_relative;
	uint64_t plt, plt_size, plt_kind;
	uint64_t flags, flags_1, mips_count, mips_got;
	bool now; /* all is bound at the start */
};

struct symtab {
	struct elffile *file;
	uint16_t machine;
	struct symtab_tags tags;
	struct relocs_table relocs[SYMTAB_RELOCS];
	size_t count; /* of symbols that the file's hash table knows, and those before them */
	size_t first;       /* that others can find */
	const char *defect; /* of the hash table; NULL */
	struct window entries, versyms;
	bool has_entries, has_versyms;
	struct elffile storage;
	_Alignas(8) unsigned char head[SYMTAB_HEAD];
};

/* One symbol of elf(5). */
struct symtab_entry {
	uint32_t name;
	unsigned char type, binding, visibility;
	uint16_t section, versym;
	uint64_t value;
};

/* Opens the symbol table of `fd`; 0 if the file has none, 1 otherwise. Free with symtab_close, also
 * after an error. The descriptor stays the caller's. */
int symtab_open(struct symtab *symtab, int fd, uint64_t size,
		struct error *err) _must_check_;
void symtab_close(struct symtab *symtab);

/* Entry `index`; false if it is not in the file. */
bool symtab_entry_at(struct symtab *symtab, size_t index, struct symtab_entry *ret);

/* Whether others can find symbol `index` by its name. */
bool symtab_is_exported(const struct symtab *symtab, size_t index);

/* Whether it has an entry in the global part of MIPS' table of addresses, which the loader fills
 * without any relocation. */
bool symtab_is_in_got(const struct symtab *symtab, size_t index);

#endif
