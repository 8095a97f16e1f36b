/* SPDX-License-Identifier: MIT */
/*
 * elffile: bytes to numbers, and addresses to places in the file.
 */
#include "tests/unit/unit.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/mman.h>

#include "elfdeps/elffile.h"
#include "elfmaker.h"

enum { HEAD = 256 };

struct fixture {
	struct elffile file;
	unsigned char head[HEAD];
};

static void open_file(struct fixture *fixture, const unsigned char *bytes, size_t size)
{
	*fixture = (struct fixture){.file.fd = memfd_create("elf", MFD_CLOEXEC)};
	assert_true(fixture->file.fd >= 0);
	assert_int_equal(write(fixture->file.fd, bytes, size), size);
	fixture->file.size = size;
	assert_int_equal(elffile_read_head(&fixture->file, fixture->head, HEAD, NULL), 0);
}

static void close_file(struct fixture *fixture)
{
	elffile_close(&fixture->file);
	close(fixture->file.fd);
}

static void reads_from_the_head_and_from_behind_it(void **state)
{
	unsigned char bytes[1000], found[16];
	struct fixture fixture;

	(void)state;
	for (size_t i = 0; i < sizeof(bytes); i++)
		bytes[i] = (unsigned char)i;
	open_file(&fixture, bytes, sizeof(bytes));
	assert_int_equal(fixture.file.head_size, HEAD);
	for (size_t at = 0; at < sizeof(bytes) - 16; at += 50) {
		assert_int_equal(elffile_read(&fixture.file, at, found, 16, NULL), 16);
		assert_memory_equal(found, bytes + at, 16);
	}
	/* What is not there is no error: fewer bytes are the answer. */
	assert_int_equal(elffile_read(&fixture.file, 990, found, 16, NULL), 10);
	assert_int_equal(elffile_read(&fixture.file, 1000, found, 16, NULL), 0);
	assert_int_equal(elffile_read(&fixture.file, UINT64_MAX, found, 16, NULL), 0);
	close_file(&fixture);
}

static void a_file_that_shrinks_while_it_is_read_gives_what_is_left(void **state)
{
	unsigned char bytes[1000] = {0}, found[100];
	struct fixture fixture;

	(void)state;
	open_file(&fixture, bytes, sizeof(bytes));
	assert_int_equal(ftruncate(fixture.file.fd, 550), 0);
	assert_int_equal(elffile_read(&fixture.file, 500, found, 100, NULL), 50);
	close_file(&fixture);
}

static void decodes_headers_segments_and_entries_of_every_kind(void **state)
{
	(void)state;
	for (unsigned kind = 0; kind < 4; kind++) {
		struct elfmaker spec = {.class = kind & 1 ? ELFCLASS64 : ELFCLASS32,
					.data = kind & 2 ? ELFDATA2LSB : ELFDATA2MSB,
					.interp = "/ld.so",
					.flags_1 = 0x800};
		unsigned char bytes[ELFMAKER_SIZE];
		struct elffile_entry entries[8];
		struct fixture fixture;
		GElf_Ehdr header;

		elfmaker_make(&spec, bytes);
		open_file(&fixture, bytes, sizeof(bytes));
		assert_true(elffile_header(&fixture.file, &header));
		assert_int_equal(header.e_machine, EM_X86_64);
		assert_int_equal(elffile_segments(&fixture.file, &header, NULL), 1);
		const struct elffile_segment *segment = elffile_find(&fixture.file,
								     PT_INTERP, false);
		assert_non_null(segment);
		assert_int_equal(segment->offset, ELFMAKER_INTERP);
		assert_int_equal(segment->filesz, 7);
		segment = elffile_find(&fixture.file, PT_DYNAMIC, true);
		assert_non_null(segment);
		assert_int_equal(segment->vaddr, ELFMAKER_ADDRESS + ELFMAKER_DYNAMIC);
		int count = elffile_entries(&fixture.file, segment->offset,
					    segment->filesz, entries, NULL);
		assert_int_equal(count, 4);
		assert_int_equal(entries[0].tag, DT_FLAGS_1);
		assert_int_equal(entries[0].value, 0x800);
		assert_int_equal(entries[3].tag, DT_NULL);
		assert_null(elffile_find(&fixture.file, PT_NOTE, false));
		close_file(&fixture);
	}
}

static void finds_the_first_or_the_last_segment_of_a_type(void **state)
{
	struct elffile_segment segments[] = {{PT_LOAD, 1, 0, 0, 0, 0},
					     {PT_DYNAMIC, 2, 0, 0, 0, 0},
					     {PT_LOAD, 3, 0, 0, 0, 0}};
	struct elffile file = {.segments = segments, .segment_count = 3};

	(void)state;
	assert_int_equal(elffile_find(&file, PT_LOAD, false)->offset, 1);
	assert_int_equal(elffile_find(&file, PT_LOAD, true)->offset, 3);
}

static void an_address_lies_where_its_bytes_come_from_the_file(void **state)
{
	/* Out of order; the third overlaps the first and wins, being mapped later. */
	struct elffile_segment segments[] = {
		{PT_LOAD, 1000, 0x5000, 0x100, 0, 0},
		{PT_NOTE, 0, 0x9000, 0x100, 0, 0},
		{PT_LOAD, 2000, 0x5080, 0x10, 0, 0},
		{PT_LOAD, 3000, UINT64_MAX - 0xf, 0x100, 0, 0},
		{PT_LOAD, 9000, 0x1000, 0x100, 0, 0}};
	struct elffile file = {.segments = segments, .segment_count = 5, .size = 4000};
	uint64_t offset = 7, size = 7;

	(void)state;
	assert_true(elffile_range(&file, 0x5010, &offset, &size));
	assert_int_equal(offset, 1016);
	assert_int_equal(size, 0xf0);
	assert_true(elffile_range(&file, 0x5084, &offset, &size));
	assert_int_equal(offset, 2004);
	assert_int_equal(size, 0xc);
	assert_true(elffile_range(&file, UINT64_MAX, &offset, &size));
	assert_int_equal(offset, 3015);
	offset = size = 7;
	assert_false(elffile_range(&file, 0x5100, &offset, &size)); /* only in memory */
	assert_false(elffile_range(&file, 0x9000, &offset, &size)); /* no PT_LOAD */
	assert_false(elffile_range(&file, 0x1000, &offset, &size)); /* behind the end */
	assert_false(elffile_range(&file, 0, &offset, &size));
	assert_int_equal(offset + size, 14);
}

static void what_ends_behind_the_file_is_cut_there(void **state)
{
	struct elffile_segment segment = {PT_LOAD, 3000, 0x1000, 0x10000, 0, 0};
	struct elffile file = {.segments = &segment, .segment_count = 1, .size = 4000};
	uint64_t offset, size;

	(void)state;
	assert_true(elffile_range(&file, 0x1000 + 990, &offset, &size));
	assert_int_equal(offset, 3990);
	assert_int_equal(size, 10);
	assert_false(elffile_range(&file, 0x1000 + 1000, &offset, &size));
}

static void a_file_is_cut_if_a_whole_page_of_a_segment_is_behind_its_end(void **state)
{
	struct elffile_segment segments[] = {
		{.type = PT_NOTE, .offset = 1 << 20, .filesz = 1},
		{.type = PT_LOAD, .filesz = 0x1000}};
	struct elffile file = {.segments = segments, .segment_count = 2, .size = 1};

	(void)state;
	assert_false(elffile_is_cut(&file)); /* the rest of the page are zeros */
	segments[1].filesz = 0x1001;
	assert_true(elffile_is_cut(&file));
	file.size = 0x1001;
	assert_false(elffile_is_cut(&file));
	segments[1].offset = UINT64_MAX;
	assert_true(elffile_is_cut(&file));
	segments[1].filesz = 0;
	assert_false(elffile_is_cut(&file));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			a_file_is_cut_if_a_whole_page_of_a_segment_is_behind_its_end),
		cmocka_unit_test(reads_from_the_head_and_from_behind_it),
		cmocka_unit_test(a_file_that_shrinks_while_it_is_read_gives_what_is_left),
		cmocka_unit_test(decodes_headers_segments_and_entries_of_every_kind),
		cmocka_unit_test(finds_the_first_or_the_last_segment_of_a_type),
		cmocka_unit_test(an_address_lies_where_its_bytes_come_from_the_file),
		cmocka_unit_test(what_ends_behind_the_file_is_cut_there),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
