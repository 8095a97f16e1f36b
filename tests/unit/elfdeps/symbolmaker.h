/* SPDX-License-Identifier: MIT */
/*
 * symbolmaker: tiny ELF files with symbols, versions, relocations and a hash table of either kind, of any
 * class and byte order. Everything has a fixed place, so that a test can damage it.
 */
#ifndef TESTS_UNIT_ELFDEPS_SYMBOLMAKER_H
#define TESTS_UNIT_ELFDEPS_SYMBOLMAKER_H

#include <sys/mman.h>

#include "elfdeps/elffile.h"
#include "elfmaker.h"

enum {
	SYMBOLMAKER_MAX = 8,
	SYMBOLMAKER_SYMBOLS = 4096, /* offsets in the file */
	SYMBOLMAKER_VERSYMS = 4608,
	SYMBOLMAKER_NEEDS = 4864,
	SYMBOLMAKER_DEFINITIONS = 5376,
	SYMBOLMAKER_RELOCS = 5888,
	SYMBOLMAKER_CALLS = 6400,
	SYMBOLMAKER_HASH = 6912,
	SYMBOLMAKER_SIZE = 8192,
};

/* One symbol; those that are undefined come first, as in a file of a linker. */
struct symbolmaker_symbol {
	const char *name; /* NULL: no more */
	bool defined, weak, hidden;
	unsigned char type;
	uint16_t versym;
	enum { NOT_NAMED, BY_DATA, BY_CALL, BY_COPY } reloc;
	bool has_value; /* though it is undefined */
};

struct symbolmaker_version {
	const char *version, *file; /* file: of a need */
	uint16_t index, flags;
};

struct symbolmaker {
	struct elfmaker elf;
	struct symbolmaker_symbol symbols[SYMBOLMAKER_MAX];
	struct symbolmaker_version needs[SYMBOLMAKER_MAX], definitions[SYMBOLMAKER_MAX];
	bool old_hash, bind_now;
};

/* The hash of versions and of DT_HASH (elf(5)). */
static inline uint32_t symbolmaker_hash(const char *name)
{
	uint32_t hash = 0;

	for (; *name; name++) {
		hash = (hash << 4) + (unsigned char)*name;
		hash = (hash ^ (hash & 0xf0000000) >> 24) & 0x0fffffff;
	}
	return hash;
}

static inline uint32_t symbolmaker_string(struct elfmaker_work *work, const char *text)
{
	size_t at = work->strings;

	memcpy(work->bytes + ELFMAKER_STRINGS + at, text, strlen(text) + 1);
	work->strings += strlen(text) + 1;
	return (uint32_t)at;
}

static inline void symbolmaker_put(struct elfmaker_work *work, size_t at, size_t size,
				   uint64_t value)
{
	elfmaker_put(work->bytes + at, size, work->big, value);
}

static inline void symbolmaker_entry(struct elfmaker_work *work, uint64_t tag,
				     size_t offset)
{
	elfmaker_entry(work, tag, ELFMAKER_ADDRESS + offset);
}

static inline void symbolmaker_symbol(struct elfmaker_work *work, size_t index,
				      const struct symbolmaker_symbol *symbol)
{
	bool large = work->word == 8;
	size_t at = SYMBOLMAKER_SYMBOLS + index * (large ? 24 : 16),
	       info = at + (large ? 4 : 12);
	unsigned type = symbol->type ? symbol->type : STT_FUNC;

	symbolmaker_put(work, at, 4, symbolmaker_string(work, symbol->name));
	symbolmaker_put(work, info, 1,
			(symbol->weak ? STB_WEAK : STB_GLOBAL) << 4 | type);
	symbolmaker_put(work, info + 1, 1, symbol->hidden ? STV_HIDDEN : STV_DEFAULT);
	symbolmaker_put(work, info + 2, 2, symbol->defined ? 1 : SHN_UNDEF);
	symbolmaker_put(work, at + (large ? 8 : 4), work->word,
			symbol->defined || symbol->has_value ? 0x1000 : 0);
	symbolmaker_put(work, SYMBOLMAKER_VERSYMS + index * 2, 2, symbol->versym);
}

/* Adds a relocation at `at` against a symbol; answers its size. */
static inline size_t symbolmaker_reloc(struct elfmaker_work *work, size_t at,
				       size_t symbol, bool copy)
{
	uint64_t type = copy ? R_X86_64_COPY : R_X86_64_64;

	symbolmaker_put(work, at + work->word, work->word,
			work->word == 8 ? (uint64_t)symbol << 32 | type
					: symbol << 8 | type);
	return 3 * work->word;
}

static inline void symbolmaker_relocs(struct elfmaker_work *work,
				      const struct symbolmaker *spec)
{
	size_t data = 0, calls = 0;

	for (size_t i = 0; i < SYMBOLMAKER_MAX && spec->symbols[i].name; i++) {
		const struct symbolmaker_symbol *symbol = &spec->symbols[i];

		if (symbol->reloc == BY_CALL)
			calls += symbolmaker_reloc(work, SYMBOLMAKER_CALLS + calls, i + 1,
						   false);
		else if (symbol->reloc != NOT_NAMED)
			data += symbolmaker_reloc(work, SYMBOLMAKER_RELOCS + data, i + 1,
						  symbol->reloc == BY_COPY);
	}
	symbolmaker_entry(work, DT_RELA, SYMBOLMAKER_RELOCS);
	elfmaker_entry(work, DT_RELASZ, data);
	symbolmaker_entry(work, DT_JMPREL, SYMBOLMAKER_CALLS);
	elfmaker_entry(work, DT_PLTRELSZ, calls);
	elfmaker_entry(work, DT_PLTREL, DT_RELA);
}

static inline void symbolmaker_symbols(struct elfmaker_work *work,
				       const struct symbolmaker *spec)
{
	size_t count = 1, first = 1;

	for (; count <= SYMBOLMAKER_MAX && spec->symbols[count - 1].name; count++) {
		symbolmaker_symbol(work, count, &spec->symbols[count - 1]);
		if (!spec->symbols[count - 1].defined)
			first = count + 1;
	}
	symbolmaker_entry(work, DT_SYMTAB, SYMBOLMAKER_SYMBOLS);
	symbolmaker_entry(work, spec->old_hash ? DT_HASH : DT_GNU_HASH, SYMBOLMAKER_HASH);
	if (spec->old_hash) {
		symbolmaker_put(work, SYMBOLMAKER_HASH, 4, 1);
		symbolmaker_put(work, SYMBOLMAKER_HASH + 4, 4, count);
		return;
	}
	symbolmaker_put(work, SYMBOLMAKER_HASH, 4, 1);
	symbolmaker_put(work, SYMBOLMAKER_HASH + 4, 4, first);
	symbolmaker_put(work, SYMBOLMAKER_HASH + 8, 4, 1);
	size_t bucket = SYMBOLMAKER_HASH + 16 + work->word;
	if (count > first) {
		symbolmaker_put(work, bucket, 4, first);
		symbolmaker_put(work, bucket + 4 + (count - 1 - first) * 4, 4, 1);
	}
}

/* Each need has a record of its own: several of one file are allowed. */
static inline void symbolmaker_needs(struct elfmaker_work *work,
				     const struct symbolmaker *spec)
{
	for (size_t i = 0; i < SYMBOLMAKER_MAX && spec->needs[i].version; i++) {
		const struct symbolmaker_version *need = &spec->needs[i];
		size_t at = SYMBOLMAKER_NEEDS + i * 32;
		bool last = i + 1 == SYMBOLMAKER_MAX || !need[1].version;

		symbolmaker_put(work, at, 2, 1);
		symbolmaker_put(work, at + 2, 2, 1);
		symbolmaker_put(work, at + 4, 4, symbolmaker_string(work, need->file));
		symbolmaker_put(work, at + 8, 4, 16);
		symbolmaker_put(work, at + 12, 4, last ? 0 : 32);
		symbolmaker_put(work, at + 16, 4, symbolmaker_hash(need->version));
		symbolmaker_put(work, at + 20, 2, need->flags);
		symbolmaker_put(work, at + 22, 2, need->index);
		symbolmaker_put(work, at + 24, 4,
				symbolmaker_string(work, need->version));
	}
	if (spec->needs[0].version)
		symbolmaker_entry(work, DT_VERNEED, SYMBOLMAKER_NEEDS);
}

static inline void symbolmaker_definitions(struct elfmaker_work *work,
					   const struct symbolmaker *spec)
{
	for (size_t i = 0; i < SYMBOLMAKER_MAX && spec->definitions[i].version; i++) {
		const struct symbolmaker_version *definition = &spec->definitions[i];
		size_t at = SYMBOLMAKER_DEFINITIONS + i * 28;
		bool last = i + 1 == SYMBOLMAKER_MAX || !definition[1].version;

		symbolmaker_put(work, at, 2, 1);
		symbolmaker_put(work, at + 2, 2, definition->flags);
		symbolmaker_put(work, at + 4, 2, definition->index);
		symbolmaker_put(work, at + 6, 2, 1);
		symbolmaker_put(work, at + 8, 4, symbolmaker_hash(definition->version));
		symbolmaker_put(work, at + 12, 4, 20);
		symbolmaker_put(work, at + 16, 4, last ? 0 : 28);
		symbolmaker_put(work, at + 20, 4,
				symbolmaker_string(work, definition->version));
	}
	if (spec->definitions[0].version)
		symbolmaker_entry(work, DT_VERDEF, SYMBOLMAKER_DEFINITIONS);
}

/* Makes the file; `bytes` has room for SYMBOLMAKER_SIZE. */
static inline void symbolmaker_make(const struct symbolmaker *spec, unsigned char *bytes)
{
	struct elfmaker_work work;

	elfmaker_begin(&work, &spec->elf, bytes, SYMBOLMAKER_SIZE);
	work.strings = 1;
	for (size_t i = 0; i < 8; i++)
		elfmaker_string(&work, DT_NEEDED, spec->elf.needs[i]);
	elfmaker_string(&work, DT_SONAME, spec->elf.soname);
	if (spec->elf.flags_1)
		elfmaker_entry(&work, DT_FLAGS_1, spec->elf.flags_1);
	if (spec->bind_now)
		elfmaker_entry(&work, DT_BIND_NOW, 0);
	symbolmaker_symbols(&work, spec);
	symbolmaker_relocs(&work, spec);
	symbolmaker_needs(&work, spec);
	symbolmaker_definitions(&work, spec);
	if (spec->needs[0].version || spec->definitions[0].version)
		symbolmaker_entry(&work, DT_VERSYM, SYMBOLMAKER_VERSYMS);
	symbolmaker_entry(&work, DT_STRTAB, ELFMAKER_STRINGS);
	elfmaker_entry(&work, DT_STRSZ, work.strings);
	elfmaker_entry(&work, DT_NULL, 0);
	elfmaker_end(&work, &spec->elf);
}

static inline void symbolmaker_file(const char *path, struct symbolmaker spec)
{
	unsigned char bytes[SYMBOLMAKER_SIZE];

	symbolmaker_make(&spec, bytes);
	elfmaker_save(path, bytes, sizeof(bytes));
}

/* The file in memory, its descriptor; the caller closes it. */
static inline int symbolmaker_open(const unsigned char *bytes, size_t size)
{
	int fd = memfd_create("symbols", MFD_CLOEXEC);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, bytes, size), size);
	return fd;
}

/* The same, its headers read; `head` has room for 4096 bytes. */
static inline void symbolmaker_elffile(const struct symbolmaker *spec,
				       struct elffile *file, unsigned char *head)
{
	unsigned char bytes[SYMBOLMAKER_SIZE];
	GElf_Ehdr header;

	symbolmaker_make(spec, bytes);
	*file = (struct elffile){.fd = symbolmaker_open(bytes, sizeof(bytes)),
				 .size = sizeof(bytes)};
	assert_int_equal(elffile_read_head(file, head, 4096, NULL), 0);
	assert_true(elffile_header(file, &header));
	assert_int_equal(elffile_segments(file, &header, NULL), 1);
}

static inline void symbolmaker_close(struct elffile *file)
{
	elffile_close(file);
	close(file->fd);
}

/* Both classes and both byte orders: the kinds that every test goes through. */
static const struct elfmaker symbolmaker_kinds[4] = {
	{.class = ELFCLASS64, .data = ELFDATA2LSB},
	{.class = ELFCLASS64, .data = ELFDATA2MSB},
	{.class = ELFCLASS32, .data = ELFDATA2LSB},
	{.class = ELFCLASS32, .data = ELFDATA2MSB},
};

#endif
