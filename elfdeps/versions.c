/* SPDX-License-Identifier: MIT */
/*
 * Both lists are chains of relative, unsigned offsets: an outer step never leads back, so a walk ends
 * at the end of the range at the latest; the number of entries is bounded besides. Called by symbols.
 */
#include "versions.h"

#include <elf.h>
#include <stdlib.h>

#include "common/alloc.h"
#include "window.h"

enum {
	NEED_SIZE = sizeof(Elf64_Verneed), /* the same for both classes */
	NEED_AUX_SIZE = sizeof(Elf64_Vernaux),
	DEFINITION_SIZE = sizeof(Elf64_Verdef),
	DEFINITION_AUX_SIZE = sizeof(Elf64_Verdaux),
};

/* A list on its way to be read. */
struct list {
	struct window window;
	struct version *items;
	size_t count, capacity;
	const char *defect;
	struct error *err;
};

static uint32_t get32(const struct list *list, const unsigned char *at)
{
	return (uint32_t)window_number(&list->window, at, 4);
}

static uint16_t get16(const struct list *list, const unsigned char *at)
{
	return (uint16_t)window_number(&list->window, at, 2);
}

/* One more; the defect is set, and nothing added, where there are too many. */
static int add(struct list *list, const struct version *version)
{
	int r;

	if (list->count == VERSIONS_MAX) {
		list->defect = "has too many symbol versions";
		return 0;
	}
	r = alloc_grow(&list->items, &list->capacity, list->count + 1,
		       sizeof(list->items[0]), list->err);
	if (r == 0)
		list->items[list->count++] = *version;
	return r;
}

/* The versions asked of one file, from `offset` on. */
static int read_aux(struct list *list, uint64_t offset, uint32_t file)
{
	uint32_t next = 1;

	for (; next && !list->defect; offset += next) {
		const unsigned char *at = window_get(&list->window, offset,
						     NEED_AUX_SIZE);
		struct version version = {.file = file};
		int r;

		if (!at) {
			list->defect = "its list of needed versions is cut";
			return 0;
		}
		version.hash = get32(list, at);
		version.weak = get16(list, at + 4) & VER_FLG_WEAK;
		version.index = get16(list, at + 6) & VERSIONS_INDEX;
		version.hidden = get16(list, at + 6) & VERSIONS_HIDDEN;
		version.name = get32(list, at + 8);
		next = get32(list, at + 12);
		r = add(list, &version);
		if (r < 0)
			return r;
	}
	return 0;
}

static int read_needs(struct list *list)
{
	uint64_t offset = 0;
	uint32_t next = 1;
	int r = 0;

	/* A file from which nothing is asked adds nothing: the steps have a bound of their own. */
	for (size_t i = 0; next && r == 0 && !list->defect; i++, offset += next) {
		const unsigned char *at = window_get(&list->window, offset, NEED_SIZE);
		uint32_t aux, file;

		if (!at || i == VERSIONS_MAX) {
			list->defect = "its list of needed versions is cut";
			return 0;
		}
		if (get16(list, at) != VER_NEED_CURRENT) {
			list->defect =
				"its list of needed versions is of an unknown kind";
			return 0;
		}
		file = get32(list, at + 4);
		aux = get32(list, at + 8);
		next = get32(list, at + 12);
		r = read_aux(list, offset + aux, file);
	}
	return r;
}

static int read_definitions(struct list *list)
{
	uint64_t offset = 0;
	uint32_t next = 1;
	int r = 0;

	for (; next && r == 0 && !list->defect; offset += next) {
		const unsigned char *at = window_get(&list->window, offset,
						     DEFINITION_SIZE);
		struct version version = {.file = VERSIONS_OWN};
		uint32_t aux;

		if (at && get16(list, at) != VER_DEF_CURRENT) {
			list->defect = "its list of versions is of an unknown kind";
			return 0;
		}
		if (at) {
			version.base = get16(list, at + 2) & VER_FLG_BASE;
			version.index = get16(list, at + 4) & VERSIONS_INDEX;
			version.hash = get32(list, at + 8);
			aux = get32(list, at + 12);
			next = get32(list, at + 16);
			at = window_get(&list->window, offset + aux, DEFINITION_AUX_SIZE);
		}
		if (!at) {
			list->defect = "its list of versions is cut";
			return 0;
		}
		version.name = get32(list, at);
		r = add(list, &version);
	}
	return r;
}

/* Reads one list with `read`; answers its items and number. */
static int read_list(const struct elffile *file, uint64_t address,
		     int (*read)(struct list *list), struct list *list)
{
	if (!address)
		return 0;
	if (!window_open(&list->window, file, address)) {
		list->defect = "its list of versions lies outside of the file";
		return 0;
	}
	return read(list);
}

/* The array that DT_VERSYM indexes: needs first, so that an own version of the same index wins, as
 * in _dl_check_map_versions. The base version is no name that a symbol can be asked for by. */
static int make_index(struct versions *versions, struct error *err)
{
	size_t count = 0;

	for (size_t i = 0; i < versions->need_count; i++)
		if (versions->needs[i].index >= count)
			count = versions->needs[i].index + 1u;
	for (size_t i = 0; i < versions->definition_count; i++)
		if (versions->definitions[i].index >= count)
			count = versions->definitions[i].index + 1u;
	versions->by_index = calloc(count + 1, sizeof(versions->by_index[0]));
	if (!versions->by_index)
		return error_nomem(err);
	versions->index_count = count;
	for (size_t i = 0; i < versions->need_count; i++)
		versions->by_index[versions->needs[i].index] = versions->needs[i];
	for (size_t i = 0; i < versions->definition_count; i++)
		if (!versions->definitions[i].base)
			versions->by_index[versions->definitions[i].index] =
				versions->definitions[i];
	return 0;
}

int versions_read(const struct elffile *file, uint64_t needs, uint64_t definitions,
		  struct versions *ret, struct error *err)
{
	struct list need_list = {.err = err}, definition_list = {.err = err};
	int r = read_list(file, needs, read_needs, &need_list);

	if (r == 0)
		r = read_list(file, definitions, read_definitions, &definition_list);
	*ret = (struct versions){
		.needs = need_list.items,
		.need_count = need_list.count,
		.definitions = definition_list.items,
		.definition_count = definition_list.count,
		.defines = definitions != 0,
		.defect = need_list.defect ? need_list.defect : definition_list.defect,
	};
	if (r == 0)
		r = make_index(ret, err);
	if (r < 0)
		versions_free(ret);
	return r;
}

const struct version *versions_at(const struct versions *versions, uint16_t versym)
{
	size_t index = versym & VERSIONS_INDEX;

	if (index >= versions->index_count || !versions->by_index[index].hash)
		return NULL;
	return &versions->by_index[index];
}

void versions_free(struct versions *versions)
{
	free(versions->needs);
	free(versions->definitions);
	free(versions->by_index);
	*versions = (struct versions){0};
}
