/* SPDX-License-Identifier: MIT */
/*
 * object: what is read of ELF files of every kind, and what is made of damaged ones.
 */
#include "tests/unit/unit.h"

#include <errno.h>
#include <sys/mman.h>

#include "elfdeps/object.h"
#include "elfmaker.h"

/* Reads bytes as a file would be read. */
static struct object read_bytes(const void *bytes, size_t size, struct arena *arena)
{
	struct object object = {0};
	struct error err = {0};
	struct stat st;
	int fd = memfd_create("object", MFD_CLOEXEC);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, bytes, size), size);
	assert_int_equal(fstat(fd, &st), 0);
	assert_int_equal(object_read(fd, &st, arena, &object, &err), 0);
	close(fd);
	return object;
}

static struct object read_spec(struct elfmaker spec, struct arena *arena)
{
	unsigned char bytes[ELFMAKER_SIZE];

	elfmaker_make(&spec, bytes);
	return read_bytes(bytes, sizeof(bytes), arena);
}

static void reads_both_classes_and_both_byte_orders_alike(void **state)
{
	(void)state;
	for (unsigned char class = ELFCLASS32; class <= ELFCLASS64; class ++)
		for (unsigned char data = ELFDATA2LSB; data <= ELFDATA2MSB; data++) {
			_cleanup_arena_ struct arena arena = {0};
			struct object object = read_spec(
				(struct elfmaker){.class = class,
						  .data = data,
						  .machine = EM_S390,
						  .interp = "/lib/ld64.so.1",
						  .soname = "libself.so.1",
						  .needs = {"libone.so", "libtwo.so"},
						  .runpath = "$ORIGIN/lib",
						  .flags_1 = DF_1_NODEFLIB},
				&arena);

			assert_null(object.defect);
			assert_int_equal(object.kind, ELFDEPS_ELF);
			assert_int_equal(object.class, class);
			assert_int_equal(object.data, data);
			assert_int_equal(object.machine, EM_S390);
			assert_int_equal(object.type, ET_DYN);
			assert_int_equal(object.flags_1, DF_1_NODEFLIB);
			assert_string_equal(object.interp, "/lib/ld64.so.1");
			assert_string_equal(object.soname, "libself.so.1");
			assert_string_equal(object.runpath, "$ORIGIN/lib");
			assert_int_equal(object.need_count, 2);
			assert_string_equal(object.needs[0].name, "libone.so");
			assert_string_equal(object.needs[1].name, "libtwo.so");
			assert_true(object.dynamic);
		}
}

static void runpath_cancels_rpath_of_the_same_file_even_if_it_is_empty(void **state)
{
	_cleanup_arena_ struct arena arena = {0};
	struct object both = read_spec((struct elfmaker){.rpath = "/a", .runpath = ""},
				       &arena);
	struct object one = read_spec((struct elfmaker){.rpath = "/a"}, &arena);

	(void)state;
	assert_null(both.rpath);
	assert_string_equal(both.runpath, "");
	assert_string_equal(one.rpath, "/a");
	assert_null(one.runpath);
}

static void keeps_the_order_and_kind_of_what_is_needed(void **state)
{
	_cleanup_arena_ struct arena arena = {0};
	struct object object = read_spec(
		(struct elfmaker){.auxiliary = "a", .filter = "f", .needs = {"n"}},
		&arena);

	(void)state;
	assert_int_equal(object.need_count, 3);
	assert_int_equal(object.needs[0].tag, OBJECT_AUXILIARY);
	assert_int_equal(object.needs[1].tag, OBJECT_FILTER);
	assert_int_equal(object.needs[2].tag, OBJECT_NEEDED);
}

static void a_static_program_has_no_dynamic_section(void **state)
{
	_cleanup_arena_ struct arena arena = {0};
	struct object object = read_spec(
		(struct elfmaker){.is_static = true, .type = ET_EXEC}, &arena);

	(void)state;
	assert_null(object.defect);
	assert_false(object.dynamic);
	assert_int_equal(object.need_count, 0);
}

static void tells_scripts_and_data_by_their_first_bytes(void **state)
{
	_cleanup_arena_ struct arena arena = {0};
	struct object script = read_bytes("#!/bin/sh -e\necho", 17, &arena);
	struct object data = read_bytes("plain text", 10, &arena);
	struct object empty = read_bytes("", 0, &arena);

	(void)state;
	assert_int_equal(script.kind, ELFDEPS_SCRIPT);
	assert_string_equal(script.shebang, "/bin/sh -e\necho");
	assert_int_equal(data.kind, ELFDEPS_OTHER);
	assert_int_equal(empty.kind, ELFDEPS_OTHER);
	assert_string_equal(empty.defect, "file too short");
}

static void a_folder_is_no_file_to_read(void **state)
{
	_cleanup_arena_ struct arena arena = {0};
	struct object object = {0};
	struct stat st;

	(void)state;
	assert_int_equal(stat("/", &st), 0);
	assert_int_equal(object_read(-1, &st, &arena, &object, NULL), 0);
	assert_int_equal(object.stage, OBJECT_NO_ELF);
	assert_string_equal(object.defect, "is a directory");
}

/* One damaged place in an otherwise good library, and what comes of it. */
static const struct damage {
	const char *what;
	size_t offset, size;
	uint64_t value;
	enum object_stage stage;
	enum object_verdict verdict;
} damages[] = {
	{"magic", 1, 1, 'e', OBJECT_NO_ELF, OBJECT_FATAL},
	{"other class", EI_CLASS, 1, ELFCLASS32, OBJECT_BAD_HEADER, OBJECT_SKIPPED},
	{"no class", EI_CLASS, 1, 9, OBJECT_BAD_HEADER, OBJECT_SKIPPED},
	{"other byte order", EI_DATA, 1, ELFDATA2MSB, OBJECT_BAD_IDENT, OBJECT_FATAL},
	{"ident version", EI_VERSION, 1, 2, OBJECT_BAD_IDENT, OBJECT_FATAL},
	{"operating system", EI_OSABI, 1, ELFOSABI_FREEBSD, OBJECT_BAD_IDENT,
	 OBJECT_FATAL},
	{"GNU is fine", EI_OSABI, 1, ELFOSABI_GNU, OBJECT_SOUND, OBJECT_FITS},
	{"ABI version", EI_ABIVERSION, 1, 1, OBJECT_BAD_IDENT, OBJECT_FATAL},
	{"padding", EI_PAD + 2, 1, 1, OBJECT_BAD_IDENT, OBJECT_FATAL},
	{"type", 16, 2, ET_REL, OBJECT_BAD_HEADER, OBJECT_FATAL},
	{"a program", 16, 2, ET_EXEC, OBJECT_SOUND, OBJECT_FATAL},
	{"machine", 18, 2, EM_AARCH64, OBJECT_SOUND, OBJECT_SKIPPED},
	{"version", 20, 4, 7, OBJECT_BAD_IDENT, OBJECT_FATAL},
	{"phoff behind the end", 32, 8, 1 << 20, OBJECT_BAD_HEADER, OBJECT_FATAL},
	{"phoff wraps", 32, 8, UINT64_MAX - 8, OBJECT_BAD_HEADER, OBJECT_FATAL},
	{"phentsize", 54, 2, 57, OBJECT_BAD_HEADER, OBJECT_FATAL},
	{"no segments", 56, 2, 0, OBJECT_BAD_HEADER, OBJECT_FATAL},
	{"PN_XNUM", 56, 2, 0xffff, OBJECT_BAD_HEADER, OBJECT_FATAL},
	{"section headers are ignored", 40, 8, UINT64_MAX, OBJECT_SOUND, OBJECT_FITS},
	{"section count is ignored", 60, 2, 0xffff, OBJECT_SOUND, OBJECT_FITS},
	{"nothing to load", 64, 4, PT_NOTE, OBJECT_BAD_HEADER, OBJECT_FATAL},
	{"no bytes of it in the file", 64 + 8, 8, 1 << 20, OBJECT_BAD_HEADER,
	 OBJECT_FATAL},
	{"strings outside of what is mapped", 64 + 32, 8, 100, OBJECT_BAD_HEADER,
	 OBJECT_FATAL},
	{"no dynamic section", 120, 4, PT_NOTE, OBJECT_SOUND, OBJECT_FATAL},
	{"dynamic section behind the end", 128, 8, 1 << 20, OBJECT_SOUND, OBJECT_FITS},
	{"dynamic section without end", 152, 8, UINT64_MAX, OBJECT_SOUND, OBJECT_FITS},
	{"name behind the strings", ELFMAKER_DYNAMIC + 8, 8, 1 << 20, OBJECT_BAD_HEADER,
	 OBJECT_FATAL},
	{"name without bytes", ELFMAKER_DYNAMIC + 8, 8, 0, OBJECT_BAD_HEADER,
	 OBJECT_FATAL},
};

static void finds_each_damage_at_the_stage_where_the_loader_does(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(damages) / sizeof(damages[0]); i++) {
		_cleanup_arena_ struct arena arena = {0};
		const struct damage *damage = &damages[i];
		struct elfmaker spec = {.needs = {"libneeded.so"}};
		unsigned char bytes[ELFMAKER_SIZE];
		const char *reason;

		elfmaker_make(&spec, bytes);
		struct object main = read_bytes(bytes, sizeof(bytes), &arena);
		elfmaker_put(bytes + damage->offset, damage->size, false, damage->value);
		struct object object = read_bytes(bytes, sizeof(bytes), &arena);
		if (object.stage != damage->stage ||
		    object_judge(&object, &main, &reason) != damage->verdict)
			fail_msg("%s: stage %d, verdict %d, %s", damage->what,
				 object.stage, object_judge(&object, &main, &reason),
				 object.defect ? object.defect : "no defect");
	}
}

/* Two faults at once: the one that the loader meets first must not hide the one that matters here. */
static void a_bad_ident_does_not_hide_a_bad_header(void **state)
{
	_cleanup_arena_ struct arena arena = {0};
	struct elfmaker spec = {.needs = {"libneeded.so"}};
	unsigned char bytes[ELFMAKER_SIZE];

	(void)state;
	elfmaker_make(&spec, bytes);
	bytes[EI_OSABI] = ELFOSABI_FREEBSD;
	struct object object = read_bytes(bytes, sizeof(bytes), &arena);
	assert_int_equal(object.stage, OBJECT_BAD_IDENT);
	assert_null(object.fault);
	assert_int_equal(object.need_count, 1);
	elfmaker_put(bytes + 20, 4, false, 7); /* e_version: no concern of the kernel's */
	elfmaker_put(bytes + 54, 2, false, 0);
	object = read_bytes(bytes, sizeof(bytes), &arena);
	assert_int_equal(object.stage, OBJECT_BAD_IDENT);
	assert_string_equal(object.fault, "wrong size of program headers");
	assert_int_equal(object.need_count, 0);
}

static void the_kernels_rules_for_an_interpreters_name_hold(void **state)
{
	(void)state;
	static const struct {
		uint64_t size;
		char last;
		bool good;
	} cases[] = {{8, '\0', true},
		     {8, 'x', false},
		     {1, '\0', false},
		     {0, '\0', false},
		     {4097, '\0', false}};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		_cleanup_arena_ struct arena arena = {0};
		struct elfmaker spec = {.interp = "/ld.so.1"};
		unsigned char bytes[ELFMAKER_SIZE];

		elfmaker_make(&spec, bytes);
		elfmaker_put(bytes + 64 + 56 + 32, 8, false, cases[i].size);
		bytes[ELFMAKER_INTERP + 7] = (unsigned char)cases[i].last;
		struct object object = read_bytes(bytes, sizeof(bytes), &arena);
		assert_int_equal(object.defect == NULL, cases[i].good);
		assert_int_equal(object.interp != NULL, cases[i].good);
	}
}

static void a_file_cut_anywhere_is_a_defect_or_read_no_crash(void **state)
{
	struct elfmaker spec = {.interp = "/ld.so", .needs = {"liba.so"}, .rpath = "/x"};
	unsigned char bytes[ELFMAKER_SIZE];

	(void)state;
	elfmaker_make(&spec, bytes);
	for (size_t size = 0; size < ELFMAKER_STRINGS; size += 7) {
		_cleanup_arena_ struct arena arena = {0};
		struct object object = read_bytes(bytes, size, &arena);

		/* The strings are gone: no name may come out of it. */
		assert_int_equal(object.need_count, 0);
	}
}

enum { LONG_START = 8192, LONG_SIZE = LONG_START + (OBJECT_NEEDED_MAX + 4) * 16 };

/* A file that needs `count` libraries, "a" and "b" in turns: its dynamic section lies behind the rest. */
static void make_long(size_t count, unsigned char *bytes)
{
	struct elfmaker spec = {.needs = {"a", "b"}};
	struct elfmaker_work work = {.bytes = bytes + LONG_START - ELFMAKER_DYNAMIC,
				     .word = 8};

	elfmaker_make(&spec, bytes);
	for (size_t i = 0; i < count; i++)
		elfmaker_entry(&work, DT_NEEDED, i % 2 ? 3 : 1);
	elfmaker_entry(&work, DT_STRTAB, ELFMAKER_ADDRESS + ELFMAKER_STRINGS);
	elfmaker_put(bytes + 128, 8, false, LONG_START);
	elfmaker_put(bytes + 152, 8, false, LONG_SIZE - LONG_START);
}

static void keeps_the_order_of_as_many_names_as_may_be(void **state)
{
	static const size_t counts[] = {31, 32, 33, 100, OBJECT_NEEDED_MAX};

	(void)state;
	for (size_t i = 0; i < sizeof(counts) / sizeof(counts[0]); i++) {
		static unsigned char bytes[LONG_SIZE];
		_cleanup_arena_ struct arena arena = {0};

		memset(bytes, 0, sizeof(bytes));
		make_long(counts[i], bytes);
		struct object object = read_bytes(bytes, LONG_SIZE, &arena);
		assert_null(object.defect);
		assert_int_equal(object.need_count, counts[i]);
		for (size_t at = 0; at < object.need_count; at++)
			assert_string_equal(object.needs[at].name, at % 2 ? "b" : "a");
	}
}

static void refuses_more_names_than_any_real_file_has(void **state)
{
	static unsigned char bytes[LONG_SIZE];
	_cleanup_arena_ struct arena arena = {0};

	(void)state;
	make_long(OBJECT_NEEDED_MAX + 1, bytes);
	struct object object = read_bytes(bytes, LONG_SIZE, &arena);
	assert_string_equal(object.defect, "too many needed libraries");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_both_classes_and_both_byte_orders_alike),
		cmocka_unit_test(
			runpath_cancels_rpath_of_the_same_file_even_if_it_is_empty),
		cmocka_unit_test(keeps_the_order_and_kind_of_what_is_needed),
		cmocka_unit_test(a_static_program_has_no_dynamic_section),
		cmocka_unit_test(tells_scripts_and_data_by_their_first_bytes),
		cmocka_unit_test(a_folder_is_no_file_to_read),
		cmocka_unit_test(finds_each_damage_at_the_stage_where_the_loader_does),
		cmocka_unit_test(a_bad_ident_does_not_hide_a_bad_header),
		cmocka_unit_test(the_kernels_rules_for_an_interpreters_name_hold),
		cmocka_unit_test(a_file_cut_anywhere_is_a_defect_or_read_no_crash),
		cmocka_unit_test(keeps_the_order_of_as_many_names_as_may_be),
		cmocka_unit_test(refuses_more_names_than_any_real_file_has),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
