/* SPDX-License-Identifier: MIT */
/*
 * Opens the file a second time, for those who ask, and collects from its parts. The dynamic section
 * gives the tags for auditors and the place of the symbols' names. Called by extras.
 */
#include "hints.h"

#include <errno.h>
#include <limits.h>
#include <string.h>

#include "elffile.h"
#include "notes.h"
#include "strtab.h"
#include "wording.h"

enum {
	HEAD_SIZE = 4096,
	SEGMENTS_SIZE = 65536,       /* as in object.c */
	DYNAMIC_STEP = 4096,         /* bytes of the dynamic section read at a time */
	DYNAMIC_MAX = 1 << 20,       /* bytes of it looked at */
	SYMBOL_NAMES_MAX = 32 << 20, /* bytes of symbols' names looked at */
	AUDITORS_MAX = 16,
	WORDS_MAX = 512, /* names that stand as strings: each costs a search */
};

/* One file being read. */
struct reading {
	struct elffile file;
	struct arena *arena;
	struct hints *hints;
	struct error *err;
	size_t words;
	uint64_t strtab, strsz;
	struct {
		int64_t tag;
		uint64_t offset;
	} audits[2];
	size_t audit_count;
};

int hints_put(struct hints *hints, struct arena *arena, const struct hint *hint,
	      struct error *err)
{
	if (hints->count == HINTS_MAX)
		return 0;
	if (hints->count == hints->capacity) {
		size_t capacity = hints->capacity ? 2 * hints->capacity : 4;
		struct hint *items = arena_alloc(arena, capacity * sizeof(*items), err);

		if (!items)
			return -ENOMEM;
		if (hints->count)
			memcpy(items, hints->items, hints->count * sizeof(*items));
		hints->items = items;
		hints->capacity = capacity;
	}
	hints->items[hints->count++] = *hint;
	return 0;
}

/* A hint of one name, which is copied. */
static int put_name(struct reading *reading, const struct hint *model, const char *name,
		    size_t length)
{
	struct hint hint = *model;

	hint.name_count = 1;
	hint.names = arena_alloc(reading->arena, sizeof(*hint.names), reading->err);
	if (!hint.names)
		return -ENOMEM;
	hint.names[0] = arena_copy(reading->arena, name, length, reading->err);
	if (!hint.names[0])
		return -ENOMEM;
	return hints_put(reading->hints, reading->arena, &hint, reading->err);
}

static void take_entry(struct reading *reading, const struct elffile_entry *entry)
{
	size_t count = reading->audit_count;

	if (entry->tag == DT_STRTAB)
		reading->strtab = entry->value;
	else if (entry->tag == DT_STRSZ)
		reading->strsz = entry->value;
	else if ((entry->tag == DT_AUDIT || entry->tag == DT_DEPAUDIT) && count < 2) {
		reading->audits[count].tag = entry->tag;
		reading->audits[count].offset = entry->value;
		reading->audit_count++;
	}
}

static int read_dynamic(struct reading *reading)
{
	const struct elffile_segment *segment = elffile_find(&reading->file, PT_DYNAMIC,
							     true);
	struct elffile_entry entries[DYNAMIC_STEP / sizeof(Elf32_Dyn)];
	uint64_t size = segment ? segment->filesz : 0;

	for (uint64_t at = 0; at < size && at < DYNAMIC_MAX; at += DYNAMIC_STEP) {
		uint64_t step = size - at < DYNAMIC_STEP ? size - at : DYNAMIC_STEP;
		int count = elffile_entries(&reading->file, segment->offset + at, step,
					    entries, reading->err);

		if (count <= 0)
			return count;
		for (int i = 0; i < count; i++) {
			if (entries[i].tag == DT_NULL)
				return 0;
			take_entry(reading, &entries[i]);
		}
	}
	return 0;
}

/* audit_list_add_dynamic_tag of elf/rtld.c: names between colons. */
static int read_audits(struct reading *reading, struct strtab *strings)
{
	struct hint hint = {.kind = HINT_AUDIT, .strength = ELFDEPS_RECOMMENDED};
	const char *list;

	for (size_t i = 0; i < reading->audit_count; i++) {
		int r = strtab_get(strings, reading->audits[i].offset, PATH_MAX, &list,
				   reading->err);

		hint.reason = reading->audits[i].tag == DT_AUDIT
				      ? "DT_AUDIT: the loader tells it what it loads"
				      : "DT_DEPAUDIT: the loader tells it what it loads";
		for (int n = 0; r == 0 && list && *list && n < AUDITORS_MAX; n++) {
			size_t length = strcspn(list, ":");

			if (length)
				r = put_name(reading, &hint, list, length);
			list += length + (list[length] == ':');
		}
		if (r < 0)
			return r;
	}
	return 0;
}

/* Of the symbols' names: glibc's nptl/pthread_cancel.c, nptl/pthread_exit.c and debug/backtrace.c
 * open libgcc_s.so.1 by misc/unwind-link.c; the first two end the program without it. */
static int read_unwind(struct reading *reading, const struct wording_range *range)
{
	static const struct {
		const char *symbol, *reason;
	} users[] = {
		{"pthread_cancel",
		 "glibc opens it for pthread_cancel, or ends the program"},
		{"pthread_exit", "glibc opens it for pthread_exit, or ends the program"},
		{"thrd_exit", "glibc opens it for thrd_exit, or ends the program"},
		{"backtrace", "glibc opens it for backtrace, which is empty without"},
	};
	enum { USERS = sizeof(users) / sizeof(users[0]) };
	const char *symbols[USERS];
	size_t which;

	for (size_t i = 0; i < USERS; i++)
		symbols[i] = users[i].symbol;
	int r = wording_find(&reading->file, range, symbols, USERS, &which, reading->err);
	if (r <= 0)
		return r;
	const struct hint hint = {.kind = HINT_UNWIND,
				  .strength = ELFDEPS_RECOMMENDED,
				  .reason = users[which].reason};
	return put_name(reading, &hint, "libgcc_s.so.1", strlen("libgcc_s.so.1"));
}

static int read_strtab(struct reading *reading)
{
	struct strtab strings;

	strtab_init(&strings, &reading->file, reading->arena);
	if (!reading->strtab || !elffile_range(&reading->file, reading->strtab,
					       &strings.start, &strings.size))
		return 0;
	if (reading->strsz && reading->strsz < strings.size)
		strings.size = reading->strsz;
	int r = read_audits(reading, &strings);
	if (r < 0)
		return r;
	struct wording_range range = {.offset = strings.start, .size = strings.size};
	if (range.size > SYMBOL_NAMES_MAX)
		range.size = SYMBOL_NAMES_MAX;
	return read_unwind(reading, &range);
}

static int take_word(void *data, const char *word, size_t length, struct error *err)
{
	struct reading *reading = data;
	const struct hint hint = {.kind = HINT_STRING,
				  .strength = ELFDEPS_SUGGESTED,
				  .reason = "its name stands in the file's data"};

	(void)err;
	if (reading->words == WORDS_MAX)
		return 0;
	reading->words++;
	return put_name(reading, &hint, word, length);
}

static int read_all(struct reading *reading, bool strings)
{
	const struct wording_taker taker = {.take = take_word, .data = reading};
	int r = notes_read(&reading->file, reading->arena, reading->hints, reading->err);

	if (r == 0)
		r = read_dynamic(reading);
	if (r == 0)
		r = read_strtab(reading);
	if (r == 0 && strings)
		r = wording_libraries(&reading->file, &taker, reading->err);
	return r;
}

/* Whether it has a table of program headers that object_read took as well. */
static bool is_sound(const struct elffile *file, const GElf_Ehdr *header)
{
	size_t size = file->head[EI_CLASS] == ELFCLASS64 ? sizeof(Elf64_Phdr)
							 : sizeof(Elf32_Phdr);

	return header->e_phentsize == size && header->e_phnum &&
	       header->e_phnum * size <= SEGMENTS_SIZE;
}

int hints_read(int fd, uint64_t size, bool strings, struct arena *arena,
	       struct hints *ret, struct error *err)
{
	_Alignas(8) unsigned char head[HEAD_SIZE];
	struct reading reading = {.file = {.fd = fd, .size = size},
				  .arena = arena,
				  .hints = ret,
				  .err = err};
	struct elffile *file = &reading.file;
	GElf_Ehdr header;

	*ret = (struct hints){0};
	int r = elffile_read_head(file, head, sizeof(head), err);
	if (r < 0 || file->head_size < EI_NIDENT || memcmp(head, ELFMAG, SELFMAG) != 0)
		return r;
	if (elffile_header(file, &header) && is_sound(file, &header)) {
		r = elffile_segments(file, &header, err);
		if (r > 0)
			r = read_all(&reading, strings);
	}
	elffile_close(file);
	return r;
}
