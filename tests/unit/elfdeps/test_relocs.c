/* SPDX-License-Identifier: MIT */
/*
 * relocs: which symbols are asked for, and when.
 */
#include "tests/unit/unit.h"

#include "elfdeps/relocs.h"
#include "symbolmaker.h"

static const struct symbolmaker example = {
	.symbols = {{.name = "data", .reloc = BY_DATA},
		    {.name = "call", .reloc = BY_CALL},
		    {.name = "nobody"},
		    {.name = "copied", .defined = true, .reloc = BY_COPY}},
};

static void marks_the_symbols_of_every_kind_of_file(void **state)
{
	(void)state;
	for (size_t i = 0; i < 4; i++) {
		struct symbolmaker spec = example;
		struct relocs relocs = {0};
		unsigned char head[4096];
		struct elffile file;

		spec.elf = symbolmaker_kinds[i];
		symbolmaker_elffile(&spec, &file, head);
		size_t size = spec.elf.class == ELFCLASS64 ? 24 : 12;
		struct relocs_table tables[] = {
			{ELFMAKER_ADDRESS + SYMBOLMAKER_RELOCS, 2 * size, 0, true, false},
			{ELFMAKER_ADDRESS + SYMBOLMAKER_CALLS, size, 0, true, true},
		};
		for (size_t j = 0; j < 2; j++)
			assert_int_equal(
				relocs_read(&file, EM_X86_64, &tables[j], &relocs, NULL),
				0);
		assert_null(relocs.defect);
		assert_int_equal(relocs.count, 5);
		assert_int_equal(relocs.marks[1], RELOCS_START);
		assert_int_equal(relocs.marks[2], RELOCS_CALL);
		assert_int_equal(relocs.marks[3], 0);
		assert_int_equal(relocs.marks[4], RELOCS_START | RELOCS_COPY);
		relocs_free(&relocs);
		symbolmaker_close(&file);
	}
}

static void mips_has_the_symbol_first_in_either_order(void **state)
{
	(void)state;
	for (size_t i = 0; i < 2; i++) {
		unsigned char bytes[SYMBOLMAKER_SIZE], head[4096];
		struct symbolmaker spec = {.elf = symbolmaker_kinds[i]};
		struct relocs_table table = {ELFMAKER_ADDRESS + SYMBOLMAKER_RELOCS, 16, 0,
					     false, false};
		struct relocs relocs = {0};
		struct elffile file;
		GElf_Ehdr header;

		symbolmaker_make(&spec, bytes);
		elfmaker_put(bytes + SYMBOLMAKER_RELOCS + 8, 4,
			     spec.elf.data == ELFDATA2MSB, 3);
		bytes[SYMBOLMAKER_RELOCS + 15] = R_MIPS_COPY;
		file = (struct elffile){.fd = symbolmaker_open(bytes, sizeof(bytes)),
					.size = sizeof(bytes)};
		assert_int_equal(elffile_read_head(&file, head, sizeof(head), NULL), 0);
		assert_true(elffile_header(&file, &header));
		assert_int_equal(elffile_segments(&file, &header, NULL), 1);
		assert_int_equal(relocs_read(&file, EM_MIPS, &table, &relocs, NULL), 0);
		assert_int_equal(relocs.count, 4);
		assert_int_equal(relocs.marks[3], RELOCS_START | RELOCS_COPY);
		relocs_free(&relocs);
		symbolmaker_close(&file);
	}
}

static void tables_that_cannot_be_are_defects(void **state)
{
	const struct relocs_table bad[] = {
		{1, 24, 0, true, false},
		{ELFMAKER_ADDRESS + SYMBOLMAKER_RELOCS, 1 << 20, 0, true, false},
		{ELFMAKER_ADDRESS, UINT64_MAX, 0, true, false},
	};
	unsigned char head[4096];
	struct elffile file;

	(void)state;
	symbolmaker_elffile(&example, &file, head);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct relocs relocs = {0};

		assert_int_equal(relocs_read(&file, EM_X86_64, &bad[i], &relocs, NULL),
				 0);
		assert_non_null(relocs.defect);
		relocs_free(&relocs);
	}
	symbolmaker_close(&file);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(marks_the_symbols_of_every_kind_of_file),
		cmocka_unit_test(mips_has_the_symbol_first_in_either_order),
		cmocka_unit_test(tables_that_cannot_be_are_defects),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
