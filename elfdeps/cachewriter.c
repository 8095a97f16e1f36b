/* SPDX-License-Identifier: MIT */
/*
 * Makes an ld.so.cache: elfdeps_cache_write of elfdeps.h. The order is everything: the loader
 * searches by halves, and one misplaced entry hides libraries that are there. Called by the
 * builder, for exactly the libraries of one image.
 */
#include <elf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "ldcache.h"
#include "common/alloc.h"
#include "common/cleanup.h"
#include "common/path.h"
#include "common/strlist.h"
#include "elfdeps.h"
#include "loader.h"

enum { EXTENSION_SIZE = 24 }; /* magic, count, one section of four words */

/* An entry as it will stand in the file. */
struct line {
	const char *name, *path;
	int32_t flags;
	const char *hwcap; /* inside `path`, behind glibc-hwcaps/; NULL for the base */
	size_t hwcap_length;
	size_t index; /* of the caller's entry: decides between equals */
	size_t path_offset, name_offset; /* from the start of the file */
};

struct writer {
	struct line *lines;
	size_t count;
	struct strlist hwcaps; /* their names, each once, sorted bytewise */
	size_t *hwcap_offsets;
	bool big;
	unsigned char *data;
	size_t strings_end, size;
};

/* A path …/glibc-hwcaps/NAME/file is a variant for processors of level NAME. */
static void find_hwcap(struct line *line)
{
	static const char folder[] = "/glibc-hwcaps/";
	const char *at = strstr(line->path, folder), *last = NULL;

	for (; at; at = strstr(at + 1, folder))
		last = at + strlen(folder);
	if (!last || !strchr(last, '/'))
		return;
	line->hwcap = last;
	line->hwcap_length = strcspn(last, "/");
}

static int compare_hwcaps(const struct line *a, const struct line *b)
{
	size_t shorter = a->hwcap_length < b->hwcap_length ? a->hwcap_length
							   : b->hwcap_length;
	int order = memcmp(a->hwcap, b->hwcap, shorter);

	return order ? order
		     : (a->hwcap_length > b->hwcap_length) -
			       (a->hwcap_length < b->hwcap_length);
}

/* compare of elf/cache.c: names and flags descending, variants in front of the base. */
static int compare_lines(const void *first, const void *second)
{
	const struct line *a = first, *b = second;
	int order = ldcache_compare(b->name, a->name);

	if (order)
		return order;
	if (a->flags != b->flags)
		return a->flags < b->flags ? 1 : -1;
	if (!a->hwcap != !b->hwcap)
		return a->hwcap ? -1 : 1;
	order = a->hwcap ? compare_hwcaps(a, b) : 0;
	return order ? order : (a->index > b->index) - (a->index < b->index);
}

static int take_entry(struct writer *writer, const struct elfdeps_cache_entry *entry,
		      size_t index, struct error *err)
{
	const struct object object = {
		.machine = entry->machine,
		.class = entry->elf_class,
		.data = entry->data,
		.flags = 0x4, /* RISC-V with doubles, the one ABI of its distributions */
	};
	struct line *line = &writer->lines[index];

	line->name = entry->name;
	line->path = entry->path;
	line->index = index;
	line->flags = loader_of(&object).cache_flags;
	if (line->flags < 0)
		return error_set(err, EINVAL,
				 "%s: no ld.so.cache flags are known for machine %u",
				 entry->path, entry->machine);
	if ((entry->data == ELFDATA2MSB) != writer->big)
		return error_set(err, EINVAL,
				 "%s: of another byte order than the first library",
				 entry->path);
	if (entry->path[0] != '/')
		return error_set(err, EINVAL, "%s: not an absolute path", entry->path);
	find_hwcap(line);
	return 0;
}

static int collect_hwcaps(struct writer *writer, struct error *err)
{
	for (size_t i = 0; i < writer->count; i++) {
		const struct line *line = &writer->lines[i];
		_cleanup_free_ char *name = NULL;

		if (!line->hwcap)
			continue;
		name = strndup(line->hwcap, line->hwcap_length);
		if (!name)
			return error_nomem(err);
		if (strlist_contains(&writer->hwcaps, name))
			continue;
		int r = strlist_add(&writer->hwcaps, name, err);
		if (r < 0)
			return r;
	}
	strlist_sort(&writer->hwcaps);
	writer->hwcap_offsets = calloc(writer->hwcaps.count + 1, sizeof(size_t));
	return writer->hwcap_offsets ? 0 : error_nomem(err);
}

/* Gives every string its place. A name that is its path's last part lies in the path's tail. */
static void lay_out(struct writer *writer)
{
	size_t at = LDCACHE_HEADER_SIZE + writer->count * LDCACHE_ENTRY_SIZE;

	for (size_t i = 0; i < writer->count; i++) {
		struct line *line = &writer->lines[i];
		const char *last = path_basename(line->path);

		line->path_offset = at;
		line->name_offset = at + (size_t)(last - line->path);
		at += strlen(line->path) + 1;
		if (strcmp(last, line->name) != 0) {
			line->name_offset = at;
			at += strlen(line->name) + 1;
		}
	}
	for (size_t i = 0; i < writer->hwcaps.count; i++) {
		writer->hwcap_offsets[i] = at;
		at += strlen(writer->hwcaps.items[i]) + 1;
	}
	writer->strings_end = at;
	writer->size = at;
	if (writer->hwcaps.count) {
		at = (at + 3) / 4 * 4;
		writer->size = at + EXTENSION_SIZE + 4 * writer->hwcaps.count;
	}
}

static void put32(const struct writer *writer, size_t at, uint32_t value)
{
	for (unsigned i = 0; i < 4; i++)
		writer->data[at + i] =
			(unsigned char)(value >> (writer->big ? 24 - 8 * i : 8 * i));
}

static void put64(const struct writer *writer, size_t at, uint64_t value)
{
	put32(writer, at + (writer->big ? 4 : 0), (uint32_t)value);
	put32(writer, at + (writer->big ? 0 : 4), (uint32_t)(value >> 32));
}

static uint64_t hwcap_value(const struct writer *writer, const struct line *line)
{
	if (!line->hwcap)
		return 0;
	for (size_t i = 0; i < writer->hwcaps.count; i++)
		if (strlen(writer->hwcaps.items[i]) == line->hwcap_length &&
		    !memcmp(writer->hwcaps.items[i], line->hwcap, line->hwcap_length))
			return LDCACHE_HWCAP_EXTENSION | i;
	return 0;
}

static void put_lines(const struct writer *writer)
{
	for (size_t i = 0; i < writer->count; i++) {
		const struct line *line = &writer->lines[i];
		size_t at = LDCACHE_HEADER_SIZE + i * LDCACHE_ENTRY_SIZE;

		put32(writer, at, (uint32_t)line->flags);
		put32(writer, at + 4, (uint32_t)line->name_offset);
		put32(writer, at + 8, (uint32_t)line->path_offset);
		put64(writer, at + 16, hwcap_value(writer, line));
		memcpy(writer->data + line->path_offset, line->path, strlen(line->path));
		memcpy(writer->data + line->name_offset, line->name, strlen(line->name));
	}
}

/* The extension directory with its one section, cache_extension of sysdeps/generic/dl-cache.h. */
static void put_hwcaps(const struct writer *writer)
{
	size_t count = writer->hwcaps.count, at = (writer->strings_end + 3) / 4 * 4;

	if (!count)
		return;
	put32(writer, 32, (uint32_t)at);
	put32(writer, at, LDCACHE_EXTENSION_MAGIC);
	put32(writer, at + 4, 1);
	put32(writer, at + 8, LDCACHE_TAG_HWCAPS);
	put32(writer, at + 16, (uint32_t)(at + EXTENSION_SIZE));
	put32(writer, at + 20, (uint32_t)(4 * count));
	for (size_t i = 0; i < count; i++) {
		put32(writer, at + EXTENSION_SIZE + 4 * i,
		      (uint32_t)writer->hwcap_offsets[i]);
		memcpy(writer->data + writer->hwcap_offsets[i], writer->hwcaps.items[i],
		       strlen(writer->hwcaps.items[i]));
	}
}

static int write_all(struct writer *writer, struct error *err)
{
	lay_out(writer);
	if (writer->size > LDCACHE_FILE_MAX)
		return error_set(err, EFBIG, "too many libraries for an ld.so.cache");
	writer->data = calloc(1, writer->size);
	if (!writer->data)
		return error_nomem(err);
	memcpy(writer->data, LDCACHE_MAGIC, strlen(LDCACHE_MAGIC));
	put32(writer, 20, (uint32_t)writer->count);
	put32(writer, 24,
	      (uint32_t)(writer->strings_end - LDCACHE_HEADER_SIZE -
			 writer->count * LDCACHE_ENTRY_SIZE));
	writer->data[28] = writer->big ? LDCACHE_BIG_ENDIAN : LDCACHE_LITTLE_ENDIAN;
	put_lines(writer);
	put_hwcaps(writer);
	return 0;
}

static int write_cache(struct writer *writer, const struct elfdeps_cache_entry *entries,
		       struct error *err)
{
	int r = 0;

	writer->lines = calloc(writer->count + 1, sizeof(*writer->lines));
	if (!writer->lines)
		return error_nomem(err);
	writer->big = writer->count && entries[0].data == ELFDATA2MSB;
	for (size_t i = 0; i < writer->count && r == 0; i++)
		r = take_entry(writer, &entries[i], i, err);
	if (r == 0)
		r = collect_hwcaps(writer, err);
	if (r < 0)
		return r;
	qsort(writer->lines, writer->count, sizeof(*writer->lines), compare_lines);
	return write_all(writer, err);
}

int elfdeps_cache_write(const struct elfdeps_cache_entry *entries, size_t count,
			char **ret_data, size_t *ret_size, struct error *err)
{
	struct writer writer = {.count = count};
	int r = write_cache(&writer, entries, err);

	free(writer.lines);
	free(writer.hwcap_offsets);
	strlist_free(&writer.hwcaps);
	if (r < 0) {
		free(writer.data);
		return r;
	}
	*ret_data = (char *)writer.data;
	*ret_size = writer.size;
	return 0;
}
