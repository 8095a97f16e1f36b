/* SPDX-License-Identifier: MIT */
/*
 * The list of libraries; its order decides between equals. Called by intake, by the rule that makes the cache, and by record.
 */
#include "libraries.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "common/cleanup.h"
#include "elfdeps/elfdeps.h"

static bool is_of_kind(const struct library *a, const struct library *b)
{
	return a->machine == b->machine && a->class == b->class && a->data == b->data;
}

static int append(struct libraries *libraries, const char *key,
		  const struct library *library, struct error *err)
{
	struct library *copy = arena_alloc(&libraries->arena, sizeof(*copy), err);

	if (!copy)
		return -ENOMEM;
	*copy = *library;
	copy->name = arena_copy(&libraries->arena, library->name, strlen(library->name),
				err);
	copy->path = arena_copy(&libraries->arena, library->path, strlen(library->path),
				err);
	if (!copy->name || !copy->path)
		return -ENOMEM;
	int r = alloc_grow(&libraries->items, &libraries->capacity, libraries->count + 1,
			   sizeof(copy), err);
	if (r < 0)
		return r;
	libraries->items[libraries->count++] = copy;
	return strmap_put(&libraries->known, key, copy, err);
}

int libraries_add(struct libraries *libraries, const struct library *library,
		  struct error *err)
{
	const char *key = arena_format(&libraries->arena, err, "%s\n%s", library->name,
				       library->path);
	struct library *old = key ? strmap_get(&libraries->known, key) : NULL;

	if (!key)
		return -ENOMEM;
	if (!old)
		return append(libraries, key, library, err);
	old->general = old->general || library->general;
	return 0;
}

bool libraries_have(const struct libraries *libraries, const struct library *wanted)
{
	for (size_t i = 0; i < libraries->count; i++)
		if (!strcmp(libraries->items[i]->name, wanted->name) &&
		    is_of_kind(libraries->items[i], wanted))
			return true;
	return false;
}

bool libraries_have_glibc(const struct libraries *libraries)
{
	/* libc.so.6 but on alpha and ia64, libc.so.6.1: the soname of glibc since 1997 */
	for (size_t i = 0; i < libraries->count; i++)
		if (!strncmp(libraries->items[i]->name, "libc.so.6", 9))
			return true;
	return false;
}

static int compare(const void *a, const void *b)
{
	const struct library *const *first = a, *const *second = b;
	int order = strcmp((*first)->name, (*second)->name);

	if (order == 0 && (*first)->general != (*second)->general)
		return (*first)->general ? -1 : 1;
	return order ? order : strcmp((*first)->path, (*second)->path);
}

void libraries_sort(struct libraries *libraries)
{
	if (libraries->count)
		qsort(libraries->items, libraries->count, sizeof(*libraries->items),
		      compare);
}

static size_t copy_entries(const struct libraries *libraries, bool general,
			   struct elfdeps_cache_entry *entries)
{
	size_t count = 0;

	for (size_t i = 0; i < libraries->count; i++) {
		const struct library *library = libraries->items[i];

		if (library->general == general)
			entries[count++] = (struct elfdeps_cache_entry){
				.name = library->name,
				.path = library->path,
				.machine = library->machine,
				.elf_class = library->class,
				.data = library->data,
			};
	}
	return count;
}

int libraries_cache(const struct libraries *libraries, char **ret_data, size_t *ret_size,
		    struct error *err)
{
	_cleanup_free_ struct elfdeps_cache_entry *entries = calloc(libraries->count + 1,
								    sizeof(*entries));

	if (!entries)
		return error_nomem(err);
	size_t count = copy_entries(libraries, true, entries);
	count += copy_entries(libraries, false, entries + count);
	return elfdeps_cache_write(entries, count, ret_data, ret_size, err);
}

void libraries_free(struct libraries *libraries)
{
	free(libraries->items);
	strmap_free(&libraries->known);
	arena_free(&libraries->arena);
	*libraries = (struct libraries){0};
}
