/* SPDX-License-Identifier: MIT */
/*
 * The table is one of ours, not the file's: it serves both kinds of hash tables, both classes and both
 * byte orders, and a damaged hash table cannot lead it astray. The file's own is read for the number
 * of symbols, which stands nowhere else (section headers are not looked at). Called by check.
 */
#include "symbols.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "common/alloc.h"
#include "symtab.h"

enum { NAME_MAX_BYTES = 1 << 16 /* of one symbol; C++ has some of thousands */ };

/* A table being put together. */
struct build {
	struct symtab *symtab;
	struct relocs *relocs;
	struct symbols *symbols;
	size_t definition_capacity, want_capacity;
	size_t names; /* bytes of names read so far */
	size_t room;  /* bytes that all may take */
	struct error *err;
};

/* The hash of DT_GNU_HASH (dl_new_hash of glibc's elf/dl-new-hash.h). */
static uint32_t hash_of(const char *name, size_t length)
{
	uint32_t hash = 5381;

	for (size_t i = 0; i < length; i++)
		hash = hash * 33 + (unsigned char)name[i];
	return hash;
}

const char *symbols_text(const struct symbols *symbols, uint32_t offset)
{
	return offset < symbols->strings_size ? symbols->strings + offset : NULL;
}

/* Sets name and hash; false with the defect set if there is no name. */
static bool set_name(struct build *build, uint32_t offset, struct symbol *symbol)
{
	const char *name = symbols_text(build->symbols, offset);
	size_t length = name ? strnlen(name, NAME_MAX_BYTES) : NAME_MAX_BYTES;

	build->names += length;
	if (length == NAME_MAX_BYTES || build->names > SYMBOLS_NAMES_MAX) {
		build->symbols->defect = "has a symbol without a proper name";
		return false;
	}
	symbol->name = offset;
	symbol->hash = hash_of(name, length);
	return true;
}

static int add(struct symbol **items, size_t *count, size_t *capacity,
	       const struct symbol *symbol, struct error *err)
{
	int r = alloc_grow(items, capacity, *count + 1, sizeof(**items), err);

	if (r == 0)
		(*items)[(*count)++] = *symbol;
	return r;
}

/* check_match's tests of a definition that do not depend on what is looked for. Undefined ones with an
 * address are the program's own entries for functions of others. */
static bool is_definition(const struct symtab_entry *entry)
{
	const unsigned allowed = 1u << STT_NOTYPE | 1u << STT_OBJECT | 1u << STT_FUNC |
				 1u << STT_COMMON | 1u << STT_TLS | 1u << STT_GNU_IFUNC;

	if (!(1u << entry->type & allowed))
		return false;
	if (entry->section == SHN_UNDEF)
		return entry->value != 0 && entry->type != STT_TLS;
	return entry->value || entry->section == SHN_ABS || entry->type == STT_TLS;
}

/* Whether relocations against it go by its name: local and hidden ones are bound to the object
 * itself, and found by nobody else. */
static bool is_global(const struct symtab_entry *entry)
{
	return (entry->binding == STB_GLOBAL || entry->binding == STB_WEAK ||
		entry->binding == STB_GNU_UNIQUE) &&
	       entry->visibility != STV_HIDDEN && entry->visibility != STV_INTERNAL;
}

/* A weak symbol may stay undefined. A copy is looked up though the program defines it: the definition
 * is where the copy goes. */
static bool is_wanted(const struct symtab_entry *entry, unsigned marks)
{
	if (!marks || entry->binding == STB_WEAK)
		return false;
	return entry->section == SHN_UNDEF || (marks & RELOCS_COPY);
}

static int take(struct build *build, size_t index, const struct symtab_entry *entry)
{
	struct symbols *symbols = build->symbols;
	struct symbol symbol = {.versym = entry->versym};
	bool defines = symtab_is_exported(build->symtab, index) && is_definition(entry);
	int r = 0;

	if (!is_global(entry))
		return 0;
	if (index < build->relocs->count)
		symbol.marks = build->relocs->marks[index];
	if (entry->section == SHN_UNDEF && symtab_is_in_got(build->symtab, index))
		symbol.marks |= RELOCS_START;
	bool wants = is_wanted(entry, symbol.marks);
	if ((!defines && !wants) || !set_name(build, entry->name, &symbol))
		return 0;
	symbol.undefined = entry->section == SHN_UNDEF;
	if (defines)
		r = add(&symbols->definitions, &symbols->definition_count,
			&build->definition_capacity, &symbol, build->err);
	if (r == 0 && wants)
		r = add(&symbols->wants, &symbols->want_count, &build->want_capacity,
			&symbol, build->err);
	return r;
}

/* Sorts the definitions into buckets, a counting sort; about one in each. */
static int make_buckets(struct symbols *symbols, struct error *err)
{
	size_t count = symbols->definition_count, size = 1;
	struct symbol *sorted;

	while (size < count)
		size *= 2;
	symbols->bucket_mask = (uint32_t)(size - 1);
	symbols->buckets = calloc(size + 1, sizeof(symbols->buckets[0]));
	sorted = malloc((count + 1) * sizeof(*sorted));
	if (!symbols->buckets || !sorted) {
		free(sorted);
		return error_nomem(err);
	}
	for (size_t i = 0; i < count; i++)
		symbols->buckets[symbols->definitions[i].hash & symbols->bucket_mask]++;
	for (size_t i = 1; i <= size; i++)
		symbols->buckets[i] += symbols->buckets[i - 1];
	/* Filled from its end, a bucket's mark ends up at its start. */
	for (size_t i = count; i-- > 0;) {
		uint32_t bucket = symbols->definitions[i].hash & symbols->bucket_mask;

		sorted[--symbols->buckets[bucket]] = symbols->definitions[i];
	}
	free(symbols->definitions);
	symbols->definitions = sorted;
	symbols->bytes += (size + 1) * sizeof(symbols->buckets[0]) +
			  (count + 1) * sizeof(*sorted);
	return 0;
}

/* An entry becomes a definition in a bucket, or something that is wanted. */
static int read_entries(struct build *build)
{
	struct symtab *symtab = build->symtab;
	size_t count = symtab->count > build->relocs->count ? symtab->count
							    : build->relocs->count;
	size_t each = sizeof(struct symbol) + sizeof(uint32_t);
	struct symtab_entry entry;
	int r = 0;

	if (count > (build->room - build->symbols->bytes) / each)
		return error_set(build->err, E2BIG, "too many symbols");
	build->symbols->work = count + build->relocs->entries;
	for (size_t i = 1; i < count && r == 0; i++) {
		if (!symtab_entry_at(symtab, i, &entry)) {
			build->symbols->defect = "its symbol table is cut";
			break;
		}
		r = take(build, i, &entry);
	}
	return r;
}

/*
 * The strings belong to the table as soon as they are there, and symbols_free frees them; gcc 12's
 * analyzer loses sight of a member behind a pointer that came out of another struct.
 */
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic ignored "-Wanalyzer-malloc-leak"
#endif
static int read_strings(const struct symtab *symtab, struct symbols *symbols, size_t room,
			struct error *err)
{
	uint64_t start, size;

	if (!elffile_range(symtab->file, symtab->tags.strtab, &start, &size)) {
		symbols->defect = "DT_STRTAB points to nothing";
		size = 0;
	}
	if (symtab->tags.strsz && symtab->tags.strsz < size)
		size = symtab->tags.strsz;
	if (size > SYMBOLS_STRINGS_MAX)
		size = SYMBOLS_STRINGS_MAX;
	if (size + sizeof(*symbols) > room)
		return error_set(err, E2BIG, "too many names of symbols");
	symbols->strings = calloc(1, size + 1);
	if (!symbols->strings)
		return error_nomem(err);
	int got = size ? elffile_read(symtab->file, start, symbols->strings, size, err)
		       : 0;
	if (got < 0)
		return got;
	symbols->strings_size = (size_t)got;
	symbols->bytes += size;
	return 0;
}

static int build_table(struct build *build)
{
	const struct symtab *symtab = build->symtab;
	struct symbols *symbols = build->symbols;
	int r = read_strings(symtab, symbols, build->room, build->err);

	if (r == 0)
		r = versions_read(symtab->file, symtab->tags.verneed, symtab->tags.verdef,
				  &symbols->versions, build->err);
	for (size_t i = 0; i < SYMTAB_RELOCS && r == 0; i++)
		r = relocs_read(symtab->file, symtab->machine, &symtab->relocs[i],
				build->relocs, build->err);
	if (r == 0 && !symbols->defect)
		symbols->defect = symbols->versions.defect ? symbols->versions.defect
				  : build->relocs->defect  ? build->relocs->defect
							   : symtab->defect;
	/* l_versyms is set only if there is a version that it could index (elf/dl-version.c). */
	symbols->has_versyms = symtab->tags.versym && symbols->versions.index_count > 1;
	symbols->bind_now = symtab->tags.now;
	if (r == 0)
		r = read_entries(build);
	return r < 0 ? r : make_buckets(symbols, build->err);
}

int symbols_read(int fd, uint64_t size, size_t room, struct symbols *ret,
		 struct error *err)
{
	struct relocs relocs = {0};
	struct symtab symtab;
	struct build build = {.symtab = &symtab,
			      .relocs = &relocs,
			      .symbols = ret,
			      .room = room,
			      .err = err};
	int r;

	*ret = (struct symbols){.bytes = sizeof(*ret)};
	r = symtab_open(&symtab, fd, size, err);
	if (r > 0)
		r = build_table(&build);
	ret->bytes += ret->want_count * sizeof(ret->wants[0]) +
		      (ret->versions.need_count + ret->versions.definition_count +
		       ret->versions.index_count) *
			      sizeof(struct version);
	relocs_free(&relocs);
	symtab_close(&symtab);
	return r < 0 ? r : 0;
}

/* What check_match found so far in one object. */
struct match {
	unsigned
		plain; /* versions other than the first that an unversioned need may take */
};

/* The version part of check_match of elf/dl-lookup.c. */
static bool fits_version(const struct symbols *symbols, const struct symbol *symbol,
			 const struct symbols_query *query, struct match *match)
{
	const struct version *own = versions_at(&symbols->versions, symbol->versym);
	bool hidden = symbol->versym & VERSIONS_HIDDEN;
	const char *name;

	if (query->plain_versions)
		return !hidden;
	if (!symbols->has_versyms)
		return true;
	if (query->version) {
		if (!own)
			return !query->version->hidden && !hidden;
		name = symbols_text(symbols, own->name);
		return own->hash == query->version->hash && name &&
		       !strcmp(name, query->version_name);
	}
	/* Whoever asks for no version gets the first one, or the only one that is not hidden. */
	if ((symbol->versym & VERSIONS_INDEX) < 3)
		return true;
	match->plain += !hidden;
	return false;
}

bool symbols_define(const struct symbols *symbols, const struct symbols_query *query,
		    uint64_t *steps)
{
	uint32_t bucket = query->hash & symbols->bucket_mask;
	struct match match = {0};

	if (!symbols->definition_count)
		return false;
	for (uint32_t i = symbols->buckets[bucket]; i < symbols->buckets[bucket + 1];
	     i++) {
		const struct symbol *symbol = &symbols->definitions[i];

		++*steps;
		if (symbol->hash != query->hash || (symbol->undefined && query->call) ||
		    strcmp(symbols->strings + symbol->name, query->name) != 0)
			continue;
		if (fits_version(symbols, symbol, query, &match))
			return true;
	}
	return match.plain == 1;
}

void symbols_free(struct symbols *symbols)
{
	free(symbols->strings);
	free(symbols->definitions);
	free(symbols->buckets);
	free(symbols->wants);
	versions_free(&symbols->versions);
	*symbols = (struct symbols){0};
}
