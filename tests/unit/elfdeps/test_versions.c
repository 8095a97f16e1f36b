/* SPDX-License-Identifier: MIT */
/*
 * versions: both lists in every kind of file, and damaged ones, which end at the damage.
 */
#include "tests/unit/unit.h"

#include "elfdeps/versions.h"
#include "symbolmaker.h"

static const struct symbolmaker example = {
	.needs = {{.version = "V1", .file = "liba.so", .index = 4},
		  {"V2", "liba.so", 0x8005, VER_FLG_WEAK}},
	.definitions = {{"lib.so", NULL, 1, VER_FLG_BASE}, {"OWN", NULL, 2, 0}},
};

static void read_both(const struct symbolmaker *spec, struct versions *ret)
{
	unsigned char head[4096];
	struct elffile file;

	symbolmaker_elffile(spec, &file, head);
	assert_int_equal(versions_read(&file, ELFMAKER_ADDRESS + SYMBOLMAKER_NEEDS,
				       ELFMAKER_ADDRESS + SYMBOLMAKER_DEFINITIONS, ret,
				       NULL),
			 0);
	symbolmaker_close(&file);
}

static void reads_both_lists_of_every_kind(void **state)
{
	(void)state;
	for (size_t i = 0; i < 4; i++) {
		struct symbolmaker spec = example;
		struct versions versions;

		spec.elf = symbolmaker_kinds[i];
		read_both(&spec, &versions);
		assert_null(versions.defect);
		assert_true(versions.defines);
		assert_int_equal(versions.need_count, 2);
		assert_int_equal(versions.definition_count, 2);
		assert_int_equal(versions.needs[0].hash, symbolmaker_hash("V1"));
		assert_false(versions.needs[0].weak || versions.needs[0].hidden);
		assert_true(versions.needs[1].weak && versions.needs[1].hidden);
		assert_int_equal(versions.needs[1].index, 5);
		assert_true(versions.definitions[0].base);
		assert_int_equal(versions.definitions[1].hash, symbolmaker_hash("OWN"));
		versions_free(&versions);
	}
}

static void indexes_them_as_symbols_do(void **state)
{
	struct versions versions;

	(void)state;
	read_both(&example, &versions);
	assert_int_equal(versions_at(&versions, 0x8002)->hash, symbolmaker_hash("OWN"));
	assert_int_equal(versions_at(&versions, 4)->hash, symbolmaker_hash("V1"));
	/* The base version is nothing that a symbol can be asked for by. */
	assert_null(versions_at(&versions, 1));
	assert_null(versions_at(&versions, 0));
	assert_null(versions_at(&versions, 3));
	assert_null(versions_at(&versions, 0x7fff));
	versions_free(&versions);
}

/* Reads a list of needs of which `size` bytes at `offset` have become `value`. */
static void expect_defect(size_t offset, size_t size, uint64_t value)
{
	unsigned char bytes[SYMBOLMAKER_SIZE], head[4096];
	struct versions versions;
	struct elffile file;
	GElf_Ehdr header;

	symbolmaker_make(&example, bytes);
	elfmaker_put(bytes + offset, size, false, value);
	file = (struct elffile){.fd = symbolmaker_open(bytes, sizeof(bytes)),
				.size = sizeof(bytes)};
	assert_int_equal(elffile_read_head(&file, head, sizeof(head), NULL), 0);
	assert_true(elffile_header(&file, &header));
	assert_int_equal(elffile_segments(&file, &header, NULL), 1);
	assert_int_equal(versions_read(&file, ELFMAKER_ADDRESS + SYMBOLMAKER_NEEDS,
				       ELFMAKER_ADDRESS + SYMBOLMAKER_DEFINITIONS,
				       &versions, NULL),
			 0);
	assert_non_null(versions.defect);
	versions_free(&versions);
	symbolmaker_close(&file);
}

static void ends_at_what_is_damaged(void **state)
{
	(void)state;
	expect_defect(SYMBOLMAKER_NEEDS, 2, 2);                     /* vn_version */
	expect_defect(SYMBOLMAKER_NEEDS + 8, 4, 0xffffff00);        /* vn_aux */
	expect_defect(SYMBOLMAKER_NEEDS + 12, 4, 0x7fffffff);       /* vn_next */
	expect_defect(SYMBOLMAKER_NEEDS + 28, 4, 0x7fffffff);       /* vna_next */
	expect_defect(SYMBOLMAKER_DEFINITIONS, 2, 7);               /* vd_version */
	expect_defect(SYMBOLMAKER_DEFINITIONS + 12, 4, UINT32_MAX); /* vd_aux */
	expect_defect(SYMBOLMAKER_DEFINITIONS + 16, 4, UINT32_MAX); /* vd_next */
}

static void lists_outside_of_the_file_are_a_defect(void **state)
{
	unsigned char head[4096];
	struct versions versions;
	struct elffile file;

	(void)state;
	symbolmaker_elffile(&example, &file, head);
	assert_int_equal(versions_read(&file, 1, 0, &versions, NULL), 0);
	assert_non_null(versions.defect);
	assert_false(versions.defines);
	versions_free(&versions);
	symbolmaker_close(&file);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_both_lists_of_every_kind),
		cmocka_unit_test(indexes_them_as_symbols_do),
		cmocka_unit_test(ends_at_what_is_damaged),
		cmocka_unit_test(lists_outside_of_the_file_are_a_defect),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
