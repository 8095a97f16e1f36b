/* SPDX-License-Identifier: MIT */
/*
 * Only the symbol and whether it is a copy matter here, so one walk serves every machine. Called by
 * symbols.
 */
#include "relocs.h"

#include <elf.h>
#include <stdlib.h>
#include <string.h>

#include "common/alloc.h"
#include "window.h"

#ifndef R_LARCH_COPY
#define R_LARCH_COPY 4
#endif

/* The type of a copy relocation; 0: the machine has none (elf.h). */
static uint32_t copy_type(uint16_t machine)
{
	static const struct {
		uint16_t machine, type;
	} types[] = {
		{EM_X86_64, R_X86_64_COPY},
		{EM_386, R_386_COPY},
		{EM_AARCH64, R_AARCH64_COPY},
		{EM_ARM, R_ARM_COPY},
		{EM_S390, R_390_COPY},
		{EM_PPC64, R_PPC64_COPY},
		{EM_PPC, R_PPC_COPY},
		{EM_RISCV, R_RISCV_COPY},
		{EM_MIPS, R_MIPS_COPY},
		{EM_SPARC, R_SPARC_COPY},
		{EM_SPARCV9, R_SPARC_COPY},
		{EM_68K, R_68K_COPY},
		{EM_SH, R_SH_COPY},
		{EM_ALPHA, R_ALPHA_COPY},
		{258 /* EM_LOONGARCH */, R_LARCH_COPY},
	};

	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
		if (types[i].machine == machine)
			return types[i].type;
	return 0;
}

/* Sets the marks of one symbol. */
static int mark(struct relocs *relocs, uint32_t symbol, unsigned marks, struct error *err)
{
	size_t before = relocs->capacity;
	int r;

	if (!symbol)
		return 0;
	if (symbol >= RELOCS_SYMBOLS_MAX) {
		relocs->defect = "a relocation names a symbol that cannot be there";
		return 0;
	}
	r = alloc_grow(&relocs->marks, &relocs->capacity, symbol + 1u, 1, err);
	if (r < 0)
		return r;
	memset(relocs->marks + before, 0, relocs->capacity - before);
	if (symbol >= relocs->count)
		relocs->count = symbol + 1u;
	relocs->marks[symbol] |= (unsigned char)marks;
	return 0;
}

/* One entry of r_info; its parts differ by class (elf(5)), and once by machine. */
struct info {
	uint32_t symbol, type;
};

static struct info split_info(const struct window *window, uint16_t machine, size_t word,
			      const unsigned char *at)
{
	uint64_t info = window_number(window, at, word);

	if (word == 4)
		return (struct info){(uint32_t)(info >> 8), info & 0xff};
	/* MIPS with 64 bits: the symbol stands first, then single bytes, in either byte order. */
	if (machine == EM_MIPS)
		return (struct info){(uint32_t)window_number(window, at, 4), at[7]};
	return (struct info){(uint32_t)(info >> 32), (uint32_t)info};
}

int relocs_read(const struct elffile *file, uint16_t machine,
		const struct relocs_table *table, struct relocs *relocs,
		struct error *err)
{
	size_t word = file->head[EI_CLASS] == ELFCLASS64 ? 8 : 4,
	       size = (table->addends ? 3 : 2) * word;
	uint32_t copy = copy_type(machine);
	struct window window;

	if (table->size < size)
		return 0;
	if (!window_open(&window, file, table->address)) {
		relocs->defect = "its relocations lie outside of the file";
		return 0;
	}
	for (uint64_t i = table->relative; i < table->size / size; i++) {
		const unsigned char *at = i < RELOCS_ENTRIES_MAX
						  ? window_get(&window, i * size, size)
						  : NULL;
		unsigned marks = table->lazy ? RELOCS_CALL : RELOCS_START;
		struct info info;
		int r;

		if (!at) {
			relocs->defect = "its relocations are cut";
			return 0;
		}
		relocs->entries++;
		info = split_info(&window, machine, word, at + word);
		if (copy && info.type == copy)
			marks |= RELOCS_COPY;
		r = mark(relocs, info.symbol, marks, err);
		if (r < 0)
			return r;
	}
	return 0;
}

void relocs_free(struct relocs *relocs)
{
	free(relocs->marks);
	*relocs = (struct relocs){0};
}
