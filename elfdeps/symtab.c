/* SPDX-License-Identifier: MIT */
/*
 * How many symbols there are is told by the hash table alone: by its length in the old kind, by the
 * end of its last chain in the new one, where what is not exported stands in front. Called by symbols.
 */
#include "symtab.h"

#include <string.h>

enum {
	DYNAMIC_STEP = 4096,   /* bytes read at a time */
	DYNAMIC_MAX = 1 << 24, /* bytes looked at, as object does */
	BUCKETS_MAX = 1 << 22,
};

/* The member that a tag goes into; NULL: of no interest. */
static uint64_t *member_of(struct symtab_tags *tags, int64_t tag)
{
	const struct {
		int64_t tag;
		uint64_t *member;
	} members[] = {
		{DT_SYMTAB, &tags->symtab},
		{DT_STRTAB, &tags->strtab},
		{DT_STRSZ, &tags->strsz},
		{DT_HASH, &tags->hash},
		{DT_GNU_HASH, &tags->gnu_hash},
		{DT_VERSYM, &tags->versym},
		{DT_VERNEED, &tags->verneed},
		{DT_VERDEF, &tags->verdef},
		{DT_RELA, &tags->rela},
		{DT_RELASZ, &tags->rela_size},
		{DT_RELACOUNT, &tags->rela_relative},
		{DT_REL, &tags->rel},
		{DT_RELSZ, &tags->rel_size},
		{DT_RELCOUNT, &tags->rel_relative},
		{DT_JMPREL, &tags->plt},
		{DT_PLTRELSZ, &tags->plt_size},
		{DT_PLTREL, &tags->plt_kind},
		{DT_FLAGS, &tags->flags},
		{DT_FLAGS_1, &tags->flags_1},
	};

	for (size_t i = 0; i < sizeof(members) / sizeof(members[0]); i++)
		if (members[i].tag == tag)
			return members[i].member;
	return NULL;
}

static void take_tag(struct symtab *symtab, int64_t tag, uint64_t value)
{
	uint64_t *member = member_of(&symtab->tags, tag);

	if (member)
		*member = value;
	else if (tag == DT_BIND_NOW)
		symtab->tags.now = true;
	else if (symtab->machine == EM_MIPS && tag == DT_MIPS_SYMTABNO)
		symtab->tags.mips_count = value;
	else if (symtab->machine == EM_MIPS && tag == DT_MIPS_GOTSYM)
		symtab->tags.mips_got = value;
}

static int read_dynamic(struct symtab *symtab, const struct elffile_segment *segment,
			struct error *err)
{
	struct elffile_entry entries[DYNAMIC_STEP / sizeof(Elf32_Dyn)];
	uint64_t size = segment->filesz < DYNAMIC_MAX ? segment->filesz : DYNAMIC_MAX;

	for (uint64_t at = 0; at < size; at += DYNAMIC_STEP) {
		uint64_t step = size - at < DYNAMIC_STEP ? size - at : DYNAMIC_STEP;
		int count = elffile_entries(symtab->file, segment->offset + at, step,
					    entries, err);

		if (count <= 0)
			return count;
		for (int i = 0; i < count; i++) {
			if (entries[i].tag == DT_NULL)
				return 0;
			take_tag(symtab, entries[i].tag, entries[i].value);
		}
	}
	return 0;
}

static uint64_t number_at(struct window *window, uint64_t offset, size_t size)
{
	const unsigned char *at = window_get(window, offset, size);

	return at ? window_number(window, at, size) : 0;
}

/* The old kind: as long as the symbol table. Two machines have numbers of 64 bits in it. */
static void count_by_hash(struct symtab *symtab)
{
	bool large = symtab->file->head[EI_CLASS] == ELFCLASS64 &&
		     (symtab->machine == EM_S390 || symtab->machine == EM_ALPHA);
	size_t word = large ? 8 : 4;
	struct window window;
	uint64_t buckets, count;

	symtab->first = 1;
	if (!window_open(&window, symtab->file, symtab->tags.hash)) {
		symtab->defect = "its hash table lies outside of the file";
		return;
	}
	buckets = number_at(&window, 0, word);
	count = number_at(&window, word, word);
	if (!buckets || buckets + count > window.size / word) {
		symtab->defect = buckets ? "its hash table is cut" : NULL;
		return;
	}
	symtab->count = (size_t)count;
}

/* The last symbol in any chain, plus one; `chains` is where the hash of symbol `first` lies. */
static size_t end_of_chains(struct window *window, uint64_t chains, uint32_t first,
			    uint32_t last)
{
	for (; last < RELOCS_SYMBOLS_MAX; last++) {
		const unsigned char *at = window_get(
			window, chains + (uint64_t)(last - first) * 4, 4);

		if (!at)
			return 0;
		if (window_number(window, at, 4) & 1)
			return last + 1u;
	}
	return 0;
}

/* The new kind: exported symbols alone, sorted by bucket, so that the highest start has the last one. */
static void count_by_gnu_hash(struct symtab *symtab)
{
	size_t word = symtab->file->head[EI_CLASS] == ELFCLASS64 ? 8 : 4;
	struct window window;
	uint64_t buckets, start;
	uint32_t first, last = 0;

	if (!window_open(&window, symtab->file, symtab->tags.gnu_hash)) {
		symtab->defect = "its hash table lies outside of the file";
		return;
	}
	buckets = number_at(&window, 0, 4);
	first = (uint32_t)number_at(&window, 4, 4);
	start = 16 + number_at(&window, 8, 4) * word;
	symtab->first = first;
	if (buckets > BUCKETS_MAX || start + buckets * 4 > window.size) {
		symtab->defect = "its hash table is cut";
		return;
	}
	for (uint64_t i = 0; i < buckets; i++) {
		uint32_t bucket = (uint32_t)number_at(&window, start + i * 4, 4);

		last = bucket > last ? bucket : last;
	}
	if (!last || last < first)
		return;
	symtab->count = end_of_chains(&window, start + buckets * 4, first, last);
	if (!symtab->count)
		symtab->defect = "its hash table is cut";
}

static void count_symbols(struct symtab *symtab)
{
	if (symtab->tags.gnu_hash)
		count_by_gnu_hash(symtab);
	else if (symtab->tags.hash)
		count_by_hash(symtab);
	/* MIPS may have a hash table of its own kind alone, but says the number. */
	if (symtab->tags.mips_count && !symtab->tags.gnu_hash) {
		symtab->first = 1;
		symtab->count = symtab->tags.mips_count < RELOCS_SYMBOLS_MAX
					? (size_t)symtab->tags.mips_count
					: RELOCS_SYMBOLS_MAX + 1;
	}
	if (symtab->count > RELOCS_SYMBOLS_MAX) {
		symtab->defect = "has too many symbols";
		symtab->count = 0;
	}
}

static void find_relocs(struct symtab *symtab)
{
	const struct symtab_tags *tags = &symtab->tags;

	symtab->relocs[0] = (struct relocs_table){tags->rela, tags->rela_size,
						  tags->rela_relative, true, false};
	symtab->relocs[1] = (struct relocs_table){tags->rel, tags->rel_size,
						  tags->rel_relative, false, false};
	symtab->relocs[2] = (struct relocs_table){tags->plt, tags->plt_size, 0,
						  tags->plt_kind == DT_RELA, true};
	/* On some machines the size of the first table counts the last one in, which lies behind it
	 * (elf_dynamic_do of elf/dynamic-link.h). */
	for (size_t i = 0; i < 2; i++) {
		struct relocs_table *table = &symtab->relocs[i];

		if (table->size >= tags->plt_size && tags->plt_size &&
		    table->address + table->size == tags->plt + tags->plt_size)
			table->size -= tags->plt_size;
	}
}

int symtab_open(struct symtab *symtab, int fd, uint64_t size, struct error *err)
{
	const struct elffile_segment *dynamic;
	struct elffile *file = &symtab->storage;
	GElf_Ehdr header;
	int r;

	memset(symtab, 0, sizeof(*symtab));
	*file = (struct elffile){.fd = fd, .size = size};
	symtab->file = file;
	r = elffile_read_head(file, symtab->head, sizeof(symtab->head), err);
	if (r < 0)
		return r;
	if (file->head_size < EI_NIDENT || memcmp(file->head, ELFMAG, SELFMAG) != 0 ||
	    !elffile_header(file, &header) || !header.e_phnum)
		return 0;
	symtab->machine = header.e_machine;
	r = elffile_segments(file, &header, err);
	dynamic = r > 0 ? elffile_find(file, PT_DYNAMIC, true) : NULL;
	if (!dynamic)
		return r < 0 ? r : 0;
	r = read_dynamic(symtab, dynamic, err);
	if (r < 0)
		return r;
	symtab->tags.now |= (symtab->tags.flags & DF_BIND_NOW) ||
			    (symtab->tags.flags_1 & DF_1_NOW);
	find_relocs(symtab);
	count_symbols(symtab);
	symtab->has_entries = window_open(&symtab->entries, file, symtab->tags.symtab);
	symtab->has_versyms = symtab->tags.versym &&
			      window_open(&symtab->versyms, file, symtab->tags.versym);
	return 1;
}

void symtab_close(struct symtab *symtab)
{
	elffile_close(&symtab->storage);
}

bool symtab_entry_at(struct symtab *symtab, size_t index, struct symtab_entry *ret)
{
	bool large = symtab->file->head[EI_CLASS] == ELFCLASS64;
	size_t size = large ? sizeof(Elf64_Sym) : sizeof(Elf32_Sym);
	struct window *window = &symtab->entries;
	const unsigned char *at = symtab->has_entries
					  ? window_get(window, index * size, size)
					  : NULL;

	if (!at)
		return false;
	ret->name = (uint32_t)window_number(window, at, 4);
	ret->value = large ? window_number(window, at + 8, 8)
			   : window_number(window, at + 4, 4);
	const unsigned char *info = at + (large ? 4 : 12);
	ret->type = GELF_ST_TYPE(info[0]);
	ret->binding = GELF_ST_BIND(info[0]);
	ret->visibility = GELF_ST_VISIBILITY(info[1]);
	ret->section = (uint16_t)window_number(window, info + 2, 2);
	ret->versym = 0;
	if (symtab->has_versyms)
		ret->versym = (uint16_t)number_at(&symtab->versyms, index * 2, 2);
	return true;
}

bool symtab_is_exported(const struct symtab *symtab, size_t index)
{
	return index >= symtab->first && index < symtab->count;
}

bool symtab_is_in_got(const struct symtab *symtab, size_t index)
{
	return symtab->machine == EM_MIPS && symtab->tags.mips_got &&
	       index >= symtab->tags.mips_got && index < symtab->count;
}
