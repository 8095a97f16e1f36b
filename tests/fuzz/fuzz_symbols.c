/* SPDX-License-Identifier: MIT */
/*
 * The reader of symbols and versions, fed with anything. The property: all that it hands out lies within
 * its tables, and what it says to be defined without a version is found by its name.
 */
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "elfdeps/symbols.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(int holds)
{
	if (!holds)
		abort();
}

static void check_versions(const struct symbols *symbols)
{
	const struct versions *versions = &symbols->versions;

	require(versions->need_count <= VERSIONS_MAX &&
		versions->definition_count <= VERSIONS_MAX &&
		versions->index_count <= VERSIONS_INDEX + 1u);
	for (unsigned i = 0; i <= VERSIONS_INDEX; i++) {
		const struct version *version = versions_at(versions, (uint16_t)i);

		require(!version || (version->hash && i < versions->index_count));
	}
	for (size_t i = 0; i < versions->need_count; i++)
		symbols_text(symbols, versions->needs[i].name);
}

static void check_definitions(const struct symbols *symbols)
{
	uint64_t steps = 0;

	require(symbols->definition_count <= RELOCS_SYMBOLS_MAX);
	for (size_t i = 0; i < symbols->definition_count && steps < 1 << 20; i++) {
		const struct symbol *symbol = &symbols->definitions[i];
		struct symbols_query query = {.hash = symbol->hash};

		query.name = symbols_text(symbols, symbol->name);
		require(query.name && strlen(query.name) <= symbols->strings_size);
		bool found = symbols_define(symbols, &query, &steps);
		require(found || symbols->has_versyms);
	}
}

static void check_wants(const struct symbols *symbols)
{
	require(symbols->want_count <= RELOCS_SYMBOLS_MAX);
	for (size_t i = 0; i < symbols->want_count; i++)
		require(symbols->wants[i].marks &&
			symbols_text(symbols, symbols->wants[i].name));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static int fd = -1;
	struct symbols symbols;

	if (fd < 0)
		fd = memfd_create("fuzz", MFD_CLOEXEC);
	require(fd >= 0 && ftruncate(fd, 0) == 0);
	require(pwrite(fd, data, size, 0) == (ssize_t)size);
	if (symbols_read(fd, size, 64 << 20, &symbols, NULL) == 0) {
		check_versions(&symbols);
		check_definitions(&symbols);
		check_wants(&symbols);
	}
	symbols_free(&symbols);
	return 0;
}
