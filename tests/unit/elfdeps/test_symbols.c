/* SPDX-License-Identifier: MIT */
/*
 * symbols: what an object defines and wants, and the loader's rules of who fits whom.
 */
#include "tests/unit/unit.h"

#include <errno.h>
#include <stdlib.h>

#include "elfdeps/symbols.h"
#include "symbolmaker.h"

enum { ROOM = 1 << 20 };

static void read_symbols(const struct symbolmaker *spec, struct symbols *ret)
{
	unsigned char bytes[SYMBOLMAKER_SIZE];
	int fd;

	symbolmaker_make(spec, bytes);
	fd = symbolmaker_open(bytes, sizeof(bytes));
	assert_int_equal(symbols_read(fd, sizeof(bytes), ROOM, ret, NULL), 0);
	close(fd);
}

/* dl_new_hash; written down once more, so that a mistake does not hide itself. */
static uint32_t gnu_hash(const char *name)
{
	uint32_t hash = 5381;

	for (; *name; name++)
		hash = (hash << 5) + hash + (unsigned char)*name;
	return hash;
}

/* Whether `name` is found; of `version`, if that is not NULL. */
static bool finds(const struct symbols *symbols, const char *name, const char *version)
{
	struct version wanted = {.hash = version ? symbolmaker_hash(version) : 0};
	struct symbols_query query = {.name = name,
				      .hash = gnu_hash(name),
				      .version = version ? &wanted : NULL,
				      .version_name = version,
				      .call = true};
	uint64_t steps = 0;

	return symbols_define(symbols, &query, &steps);
}

static const struct symbolmaker plain = {
	.symbols = {{.name = "called", .reloc = BY_CALL},
		    {.name = "maybe", .weak = true, .reloc = BY_DATA},
		    {.name = "nobody"},
		    {.name = "copied", .defined = true, .reloc = BY_COPY},
		    {.name = "own", .defined = true, .reloc = BY_DATA},
		    {.name = "hidden", .defined = true, .hidden = true},
		    {.name = "weak", .defined = true, .weak = true},
		    {.name = "file", .defined = true, .type = STT_FILE}},
};

static void defines_what_others_may_find(void **state)
{
	(void)state;
	for (size_t i = 0; i < 8; i++) {
		struct symbolmaker spec = plain;
		struct symbols symbols;

		spec.elf = symbolmaker_kinds[i % 4];
		spec.old_hash = i >= 4;
		read_symbols(&spec, &symbols);
		assert_null(symbols.defect);
		assert_true(finds(&symbols, "own", NULL) &&
			    finds(&symbols, "weak", NULL));
		assert_true(finds(&symbols, "copied", NULL));
		assert_true(finds(&symbols, "own", "ANY"));
		assert_false(finds(&symbols, "hidden", NULL) ||
			     finds(&symbols, "file", NULL) ||
			     finds(&symbols, "called", NULL) ||
			     finds(&symbols, "", NULL));
		symbols_free(&symbols);
	}
}

static void wants_what_relocations_name_and_may_not_be_missing(void **state)
{
	struct symbols symbols;

	(void)state;
	read_symbols(&plain, &symbols);
	assert_int_equal(symbols.want_count, 2);
	assert_string_equal(symbols_text(&symbols, symbols.wants[0].name), "called");
	assert_int_equal(symbols.wants[0].marks, RELOCS_CALL);
	assert_string_equal(symbols_text(&symbols, symbols.wants[1].name), "copied");
	assert_int_equal(symbols.wants[1].marks, RELOCS_START | RELOCS_COPY);
	assert_null(symbols_text(&symbols, UINT32_MAX));
	symbols_free(&symbols);
}

static void an_address_without_a_definition_is_not_called(void **state)
{
	const struct symbolmaker spec = {
		.symbols = {{.name = "entry", .has_value = true},
			    {.name = "thread", .has_value = true, .type = STT_TLS}},
		.old_hash = true,
	};
	struct symbols_query query = {.name = "entry", .hash = gnu_hash("entry")};
	struct symbols symbols;
	uint64_t steps = 0;

	(void)state;
	read_symbols(&spec, &symbols);
	assert_true(symbols_define(&symbols, &query, &steps));
	query.call = true;
	assert_false(symbols_define(&symbols, &query, &steps));
	query = (struct symbols_query){.name = "thread", .hash = gnu_hash("thread")};
	assert_false(symbols_define(&symbols, &query, &steps));
	symbols_free(&symbols);
}

static const struct symbolmaker versioned = {
	.symbols = {{.name = "base", .defined = true, .versym = 1},
		    {.name = "first", .defined = true, .versym = 2},
		    {.name = "second", .defined = true, .versym = 3},
		    {.name = "old", .defined = true, .versym = 0x8003},
		    {.name = "both", .defined = true, .versym = 0x8003},
		    {.name = "both", .defined = true, .versym = 4},
		    {.name = "twice", .defined = true, .versym = 3},
		    {.name = "twice", .defined = true, .versym = 4}},
	.definitions = {{"lib.so", NULL, 1, VER_FLG_BASE},
			{"V1", NULL, 2, 0},
			{"V2", NULL, 3, 0},
			{"V3", NULL, 4, 0}},
};

static void a_version_is_found_only_as_itself(void **state)
{
	struct symbols symbols;

	(void)state;
	read_symbols(&versioned, &symbols);
	assert_true(finds(&symbols, "second", "V2"));
	assert_false(finds(&symbols, "second", "V1") || finds(&symbols, "first", "V2"));
	assert_true(finds(&symbols, "old", "V2"));
	assert_true(finds(&symbols, "both", "V2") && finds(&symbols, "both", "V3"));
	/* Without a version of its own it is good for all. */
	assert_true(finds(&symbols, "base", "V1"));
	symbols_free(&symbols);
}

static void no_version_finds_the_first_or_the_only_one(void **state)
{
	struct symbols symbols;

	(void)state;
	read_symbols(&versioned, &symbols);
	assert_true(finds(&symbols, "base", NULL) && finds(&symbols, "first", NULL));
	assert_true(finds(&symbols, "second", NULL) && finds(&symbols, "both", NULL));
	assert_false(finds(&symbols, "old", NULL) || finds(&symbols, "twice", NULL));
	symbols_free(&symbols);
}

static void musl_knows_no_versions_but_hidden_ones(void **state)
{
	struct symbols_query query = {
		.name = "second", .hash = gnu_hash("second"), .plain_versions = true};
	struct symbols symbols;
	uint64_t steps = 0;

	(void)state;
	read_symbols(&versioned, &symbols);
	assert_true(symbols_define(&symbols, &query, &steps));
	query.name = "old";
	query.hash = gnu_hash("old");
	assert_false(symbols_define(&symbols, &query, &steps));
	symbols_free(&symbols);
}

static void damage_anywhere_is_survived(void **state)
{
	unsigned char bytes[SYMBOLMAKER_SIZE];
	struct symbolmaker spec = versioned;

	(void)state;
	spec.needs[0] = (struct symbolmaker_version){"V9", "libx.so", 9, 0};
	for (size_t at = 16; at < sizeof(bytes); at += 4) {
		struct symbols symbols;

		symbolmaker_make(&spec, bytes);
		elfmaker_put(bytes + at, 4, false, 0xfffffff0u + (at / 4) % 16);
		int fd = symbolmaker_open(bytes, sizeof(bytes));
		assert_int_equal(symbols_read(fd, sizeof(bytes), ROOM, &symbols, NULL),
				 0);
		finds(&symbols, "both", "V2");
		symbols_free(&symbols);
		close(fd);
	}
}

static void what_does_not_fit_the_room_is_refused(void **state)
{
	static const size_t rooms[] = {0, 300, 600};

	(void)state;
	for (size_t i = 0; i < sizeof(rooms) / sizeof(rooms[0]); i++) {
		unsigned char bytes[SYMBOLMAKER_SIZE];
		struct symbols symbols;

		symbolmaker_make(&versioned, bytes);
		int fd = symbolmaker_open(bytes, sizeof(bytes));
		int r = symbols_read(fd, sizeof(bytes), rooms[i], &symbols, NULL);
		assert_int_equal(r, rooms[i] < 600 ? -E2BIG : 0);
		symbols_free(&symbols);
		close(fd);
	}
}

/* A million symbols whose names are each the whole table: the names have a bound of their own. */
static void names_that_share_a_long_text_end_early(void **state)
{
	enum { SYMBOLS = 1 << 16, NAMES = 60000 };
	size_t size = SYMBOLMAKER_SIZE + (size_t)SYMBOLS * 24 + NAMES;
	unsigned char *bytes = calloc(1, size);
	struct elfmaker spec = {0};
	struct elfmaker_work work;
	struct symbols symbols;

	(void)state;
	assert_non_null(bytes);
	elfmaker_begin(&work, &spec, bytes, size);
	symbolmaker_entry(&work, DT_SYMTAB, SYMBOLMAKER_SIZE);
	symbolmaker_entry(&work, DT_STRTAB, SYMBOLMAKER_SIZE + (size_t)SYMBOLS * 24);
	symbolmaker_entry(&work, DT_HASH, SYMBOLMAKER_HASH);
	elfmaker_entry(&work, DT_NULL, 0);
	elfmaker_end(&work, &spec);
	symbolmaker_put(&work, SYMBOLMAKER_HASH, 4, 1);
	symbolmaker_put(&work, SYMBOLMAKER_HASH + 4, 4, SYMBOLS);
	memset(bytes + size - NAMES, 'x', NAMES - 1);
	for (size_t i = 0; i < SYMBOLS; i++) {
		unsigned char *symbol = bytes + SYMBOLMAKER_SIZE + i * 24;

		symbol[4] = STB_GLOBAL << 4 | STT_FUNC;
		symbol[6] = symbol[8] = 1;
	}
	int fd = symbolmaker_open(bytes, size);
	assert_int_equal(symbols_read(fd, size, 64 << 20, &symbols, NULL), 0);
	/* The hash table must fit, too. */
	assert_non_null(symbols.defect);
	assert_true(symbols.definition_count <= SYMBOLS_NAMES_MAX / NAMES + 1);
	symbols_free(&symbols);
	close(fd);
	free(bytes);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(defines_what_others_may_find),
		cmocka_unit_test(wants_what_relocations_name_and_may_not_be_missing),
		cmocka_unit_test(an_address_without_a_definition_is_not_called),
		cmocka_unit_test(a_version_is_found_only_as_itself),
		cmocka_unit_test(no_version_finds_the_first_or_the_only_one),
		cmocka_unit_test(musl_knows_no_versions_but_hidden_ones),
		cmocka_unit_test(damage_anywhere_is_survived),
		cmocka_unit_test(what_does_not_fit_the_room_is_refused),
		cmocka_unit_test(names_that_share_a_long_text_end_early),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
