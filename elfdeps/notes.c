/* SPDX-License-Identifier: MIT */
/*
 * Walks PT_NOTE segments with every length checked, and reads the JSON by jansson, which limits the
 * depth; the size is limited here. What it says are names and words, nothing is obeyed. Called by
 * hints.
 */
#include "notes.h"

#include <errno.h>
#include <jansson.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/cleanup.h"

static void free_json(json_t **value)
{
	json_decref(*value);
}
#define _cleanup_json_ __attribute__((cleanup(free_json)))

enum {
	WORDS_MAX = 500,  /* bytes of a feature or of a description that are kept */
	NAMES_MAX = 1024, /* bytes of all alternatives together, in the reason */
};

/* One entry of the array as it is being read. */
struct entry {
	struct arena *arena;
	struct hint hint;
	struct error *err;
};

static bool take_names(struct entry *entry, const json_t *sonames)
{
	size_t count = json_array_size(sonames);

	if (!count || count > HINTS_NAMES_MAX)
		return false;
	entry->hint.names = arena_alloc(entry->arena, count * sizeof(*entry->hint.names),
					entry->err);
	for (size_t i = 0; entry->hint.names && i < count; i++) {
		const char *name = json_string_value(json_array_get(sonames, i));

		if (!name || !*name || strlen(name) >= PATH_MAX)
			return false;
		entry->hint.names[i] = arena_copy(entry->arena, name, strlen(name),
						  entry->err);
	}
	entry->hint.name_count = count;
	return true;
}

static const char *words(const json_t *object, const char *key)
{
	const char *text = json_string_value(json_object_get(object, key));

	return text ? text : "";
}

/* All alternatives are named: the one that is found need not be the one that a reader looks for. What
 * does not fit is left out; the names are of a stranger's making. */
static void list_names(const struct hint *hint, char *ret, size_t size)
{
	size_t used = 0;

	ret[0] = '\0';
	for (size_t i = 0; hint->name_count > 1 && i < hint->name_count; i++) {
		int more = hint->names[i] ? snprintf(ret + used, size - used, "%s %s",
						     i ? "," : "; any of", hint->names[i])
					  : 0;

		if (more < 0 || (size_t)more >= size - used) {
			ret[used] = '\0';
			return;
		}
		used += (size_t)more;
	}
}

static void take_reason(struct entry *entry, const json_t *object)
{
	const char *feature = words(object, "feature");
	const char *description = words(object, "description");
	char names[NAMES_MAX];

	list_names(&entry->hint, names, sizeof(names));
	entry->hint.reason = arena_format(
		entry->arena, entry->err, "dlopen note%s%.*s%s%.*s%s",
		*feature ? ": " : "", WORDS_MAX, feature, *description ? ": " : "",
		WORDS_MAX, description, names);
}

static enum elfdeps_strength strength_of(const json_t *object)
{
	const char *priority = words(object, "priority");

	if (!strcmp(priority, "required"))
		return ELFDEPS_REQUIRED;
	return strcmp(priority, "suggested") != 0 ? ELFDEPS_RECOMMENDED
						  : ELFDEPS_SUGGESTED;
}

static bool is_whole(const struct hint *hint)
{
	for (size_t i = 0; i < hint->name_count; i++)
		if (!hint->names[i])
			return false;
	return hint->names && hint->reason;
}

int notes_parse(const char *text, size_t size, struct arena *arena, struct hints *hints,
		struct error *err)
{
	const char *end = memchr(text, '\0', size);

	if (!end || end - text > NOTES_JSON_MAX)
		return 0;
	_cleanup_json_ json_t *array = json_loadb(text, (size_t)(end - text), 0, NULL);
	for (size_t i = 0; i < json_array_size(array); i++) {
		const json_t *object = json_array_get(array, i);
		struct entry entry = {.arena = arena, .err = err};

		if (hints->count == HINTS_MAX ||
		    !take_names(&entry, json_object_get(object, "soname")))
			continue;
		entry.hint.strength = strength_of(object);
		take_reason(&entry, object);
		if (!is_whole(&entry.hint))
			return error_nomem(err);
		int r = hints_put(hints, arena, &entry.hint, err);
		if (r < 0)
			return r;
	}
	return 0;
}

/* A number of 4 bytes, in the byte order of the file. */
static uint64_t number(const struct elffile *file, const char *at)
{
	const unsigned char *bytes = (const unsigned char *)at;
	uint64_t value = 0;

	for (int i = 0; i < 4; i++)
		value = value << 8 |
			bytes[file->head[EI_DATA] == ELFDATA2MSB ? i : 3 - i];
	return value;
}

/* The notes of one segment. */
struct walk {
	const struct elffile *file;
	const char *bytes;
	uint64_t size, align;
};

static uint64_t padded(const struct walk *walk, uint64_t size)
{
	return (size + walk->align - 1) / walk->align * walk->align;
}

/* The text of the dlopen note at *at, or NULL if it is another one; moves *at behind it, to the end
 * if it does not fit. Name and text are padded (elf(5)). */
static const char *next_note(const struct walk *walk, uint64_t *at, size_t *ret_size)
{
	const char *header = walk->bytes + *at;
	uint64_t name_size = number(walk->file, header);
	uint64_t text_size = number(walk->file, header + 4);
	uint64_t name = *at + sizeof(Elf32_Nhdr);
	uint64_t text = padded(walk, name + name_size);

	*at = walk->size;
	if (text > walk->size || text_size > walk->size - text)
		return NULL;
	if (padded(walk, text + text_size) < walk->size)
		*at = padded(walk, text + text_size);
	*ret_size = text_size;
	return name_size == sizeof("FDO") &&
			       number(walk->file, header + 8) == NOTES_TYPE &&
			       !memcmp(walk->bytes + name, "FDO", sizeof("FDO"))
		       ? walk->bytes + text
		       : NULL;
}

static int read_segment(const struct elffile *file, const struct elffile_segment *segment,
			struct arena *arena, struct hints *hints, struct error *err)
{
	uint64_t size = segment->filesz;

	if (size > NOTES_SEGMENT_MAX)
		size = NOTES_SEGMENT_MAX;
	_cleanup_free_ char *bytes = malloc(size + 1);
	if (!bytes)
		return error_nomem(err);
	int got = elffile_read(file, segment->offset, bytes, size, err);
	struct walk walk = {.file = file, .bytes = bytes};

	walk.size = got > 0 ? (uint64_t)got : 0;
	walk.align = segment->align == 8 ? 8 : 4;
	for (uint64_t at = 0; at + sizeof(Elf32_Nhdr) <= walk.size;) {
		size_t length;
		const char *text = next_note(&walk, &at, &length);
		int r = text ? notes_parse(text, length, arena, hints, err) : 0;

		if (r < 0)
			return r;
	}
	return got < 0 ? got : 0;
}

int notes_read(const struct elffile *file, struct arena *arena, struct hints *hints,
	       struct error *err)
{
	uint64_t left = NOTES_SEGMENT_MAX; /* many segments may name the same bytes */

	for (size_t i = 0; i < file->segment_count; i++) {
		const struct elffile_segment *segment = &file->segments[i];

		if (segment->type != PT_NOTE || segment->filesz > left)
			continue;
		left -= segment->filesz;
		int r = read_segment(file, segment, arena, hints, err);
		if (r < 0)
			return r;
	}
	return 0;
}
