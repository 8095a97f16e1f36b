/* SPDX-License-Identifier: MIT */
/*
 * symtab: the number of symbols and each of them, from either hash table and every kind of file.
 */
#include "tests/unit/unit.h"

#include "elfdeps/symtab.h"
#include "symbolmaker.h"

static const struct symbolmaker example = {
	.symbols = {{.name = "wanted", .versym = 3, .weak = true},
		    {.name = "defined",
		     .defined = true,
		     .versym = 0x8002,
		     .type = STT_OBJECT},
		    {.name = "hidden", .defined = true, .hidden = true}},
	.needs = {{.version = "V", .file = "f", .index = 3}},
};

static int open_bytes(struct symtab *symtab, const unsigned char *bytes, size_t size)
{
	int fd = symbolmaker_open(bytes, size);
	int r = symtab_open(symtab, fd, size, NULL);

	close(fd); /* what is read later would fail: the windows are not filled yet */
	assert_true(r >= 0);
	return r;
}

static void check_kind(const struct symbolmaker *spec)
{
	unsigned char bytes[SYMBOLMAKER_SIZE];
	struct symtab_entry entry;
	struct symtab symtab;
	int fd;

	symbolmaker_make(spec, bytes);
	fd = symbolmaker_open(bytes, sizeof(bytes));
	assert_int_equal(symtab_open(&symtab, fd, sizeof(bytes), NULL), 1);
	assert_null(symtab.defect);
	assert_int_equal(symtab.count, 4);
	assert_int_equal(symtab.first, spec->old_hash ? 1 : 2);
	assert_int_equal(symtab.tags.now, spec->bind_now);
	assert_true(symtab_entry_at(&symtab, 1, &entry));
	assert_int_equal(entry.section, SHN_UNDEF);
	assert_int_equal(entry.binding, STB_WEAK);
	assert_int_equal(entry.type, STT_FUNC);
	assert_int_equal(entry.versym, 3);
	assert_true(entry.value == 0);
	assert_true(symtab_entry_at(&symtab, 2, &entry));
	assert_int_equal(entry.section, 1);
	assert_int_equal(entry.type, STT_OBJECT);
	assert_int_equal(entry.binding, STB_GLOBAL);
	assert_int_equal(entry.versym, 0x8002);
	assert_true(entry.value == 0x1000);
	assert_true(symtab_entry_at(&symtab, 3, &entry));
	assert_int_equal(entry.visibility, STV_HIDDEN);
	assert_false(symtab_entry_at(&symtab, 1000, &entry));
	assert_true(symtab_is_exported(&symtab, 3));
	assert_false(symtab_is_exported(&symtab, 4));
	assert_false(symtab_is_in_got(&symtab, 1));
	symtab_close(&symtab);
	close(fd);
}

static void reads_either_hash_table_of_every_kind(void **state)
{
	(void)state;
	for (size_t i = 0; i < 8; i++) {
		struct symbolmaker spec = example;

		spec.elf = symbolmaker_kinds[i % 4];
		spec.old_hash = i >= 4;
		spec.bind_now = i % 2;
		check_kind(&spec);
	}
}

static void s390x_has_large_numbers_in_its_old_hash_table(void **state)
{
	struct symbolmaker spec = example;
	unsigned char bytes[SYMBOLMAKER_SIZE];
	struct symtab symtab;

	(void)state;
	spec.elf = (struct elfmaker){.machine = EM_S390, .data = ELFDATA2MSB};
	spec.old_hash = true;
	symbolmaker_make(&spec, bytes);
	elfmaker_put(bytes + SYMBOLMAKER_HASH, 8, true, 1);
	elfmaker_put(bytes + SYMBOLMAKER_HASH + 8, 8, true, 4);
	assert_int_equal(open_bytes(&symtab, bytes, sizeof(bytes)), 1);
	assert_int_equal(symtab.count, 4);
	symtab_close(&symtab);
}

static void mips_fills_a_table_without_relocations(void **state)
{
	struct symtab symtab = {.machine = EM_MIPS,
				.count = 10,
				.tags = {.mips_got = 5, .mips_count = 10}};

	(void)state;
	assert_false(symtab_is_in_got(&symtab, 4));
	assert_true(symtab_is_in_got(&symtab, 5));
	assert_false(symtab_is_in_got(&symtab, 10));
}

static void expect_defect(size_t offset, uint64_t value)
{
	unsigned char bytes[SYMBOLMAKER_SIZE];
	struct symtab symtab;

	symbolmaker_make(&example, bytes);
	elfmaker_put(bytes + offset, 4, false, value);
	assert_int_equal(open_bytes(&symtab, bytes, sizeof(bytes)), 1);
	assert_non_null(symtab.defect);
	assert_int_equal(symtab.count, 0);
	symtab_close(&symtab);
}

static void hash_tables_that_lead_astray_are_defects(void **state)
{
	(void)state;
	expect_defect(SYMBOLMAKER_HASH, UINT32_MAX);      /* buckets */
	expect_defect(SYMBOLMAKER_HASH, 1000);            /* behind the end */
	expect_defect(SYMBOLMAKER_HASH + 8, UINT32_MAX);  /* words of the filter */
	expect_defect(SYMBOLMAKER_HASH + 24, UINT32_MAX); /* the bucket */
	expect_defect(SYMBOLMAKER_HASH + 32, 0);          /* a chain without end */
}

static void what_has_no_dynamic_section_has_no_symbols(void **state)
{
	unsigned char bytes[ELFMAKER_SIZE];
	struct elfmaker spec = {.is_static = true};
	struct symtab symtab;

	(void)state;
	elfmaker_make(&spec, bytes);
	assert_int_equal(open_bytes(&symtab, bytes, sizeof(bytes)), 0);
	symtab_close(&symtab);
	assert_int_equal(open_bytes(&symtab, bytes, 40), 0);
	symtab_close(&symtab);
	assert_int_equal(open_bytes(&symtab, (const unsigned char *)"text", 4), 0);
	symtab_close(&symtab);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_either_hash_table_of_every_kind),
		cmocka_unit_test(s390x_has_large_numbers_in_its_old_hash_table),
		cmocka_unit_test(mips_fills_a_table_without_relocations),
		cmocka_unit_test(hash_tables_that_lead_astray_are_defects),
		cmocka_unit_test(what_has_no_dynamic_section_has_no_symbols),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
