/* SPDX-License-Identifier: MIT */
/*
 * notes: the JSON of dlopen notes, and notes among others in segments that are whole or cut.
 */
#include "tests/unit/unit.h"

#include <elf.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "elfdeps/notes.h"
#include "elfmaker.h"

struct fixture {
	struct arena arena;
	struct hints hints;
};

static int setup(void **state)
{
	*state = calloc(1, sizeof(struct fixture));
	assert_non_null(*state);
	return 0;
}

static int teardown(void **state)
{
	struct fixture *fixture = *state;

	arena_free(&fixture->arena);
	free(fixture);
	return 0;
}

static const struct hint *parse(struct fixture *fixture, const char *text)
{
	fixture->hints = (struct hints){0};
	assert_int_equal(notes_parse(text, strlen(text) + 1, &fixture->arena,
				     &fixture->hints, NULL),
			 0);
	return fixture->hints.items;
}

static void an_entry_has_names_strength_and_reason(void **state)
{
	const struct hint *hint = parse(
		*state, "[{\"soname\":[\"libz.so.2\",\"libz.so.1\"],\"feature\":\"z\","
			"\"description\":\"packs\",\"priority\":\"required\"}]");

	assert_int_equal(hint->kind, HINT_NOTE);
	assert_int_equal(hint->strength, ELFDEPS_REQUIRED);
	assert_int_equal(hint->name_count, 2);
	assert_string_equal(hint->names[1], "libz.so.1");
	assert_string_equal(hint->reason,
			    "dlopen note: z: packs; any of libz.so.2, libz.so.1");
}

static void the_priority_is_recommended_unless_said(void **state)
{
	const struct hint *hint = parse(
		*state, "[{\"soname\":[\"a\"]},{\"soname\":[\"b\"],\"priority\":\"odd\"},"
			"{\"soname\":[\"c\"],\"priority\":\"suggested\"}]");

	assert_int_equal(hint[0].strength, ELFDEPS_RECOMMENDED);
	assert_string_equal(hint[0].reason, "dlopen note");
	assert_int_equal(hint[1].strength, ELFDEPS_RECOMMENDED);
	assert_int_equal(hint[2].strength, ELFDEPS_SUGGESTED);
}

static void what_is_malformed_is_no_hint(void **state)
{
	static const char *const texts[] = {
		"",
		"[",
		"{}",
		"7",
		"[7]",
		"[{}]",
		"[{\"soname\":\"a\"}]",
		"[{\"soname\":[]}]",
		"[{\"soname\":[1]}]",
		"[{\"soname\":[\"\"]}]",
		"[{\"soname\":[\"a\\u0000b\"]}]",
		"[{\"soname\":[\"\xff\"]}]",
	};
	struct fixture *fixture = *state;

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		parse(fixture, texts[i]);
		assert_int_equal(fixture->hints.count, 0);
	}
}

static void a_text_without_a_nul_is_no_hint(void **state)
{
	struct fixture *fixture = *state;
	const char text[] = "[{\"soname\":[\"a\"]}]";

	assert_int_equal(
		notes_parse(text, strlen(text), &fixture->arena, &fixture->hints, NULL),
		0);
	assert_int_equal(fixture->hints.count, 0);
}

static void deep_json_and_long_lists_have_an_end(void **state)
{
	struct fixture *fixture = *state;
	char *deep = calloc(1, 40001), *many = calloc(1, 60001);

	assert_true(deep && many);
	memset(deep, '[', 40000);
	parse(fixture, deep);
	assert_int_equal(fixture->hints.count, 0);
	strcpy(many, "[{\"soname\":[\"a\"");
	for (size_t at = strlen(many); at < 50000; at += 4)
		strcpy(many + at, ",\"a\"");
	strcat(many, "]}]");
	parse(fixture, many);
	assert_int_equal(fixture->hints.count, 0);
	free(deep);
	free(many);
}

/* Reads a segment that holds `bytes`; answers how many hints there were. */
static size_t read_bytes(struct fixture *fixture, const unsigned char *bytes, size_t size,
			 bool big, uint64_t align)
{
	unsigned char head[EI_NIDENT] = {[EI_DATA] = big ? ELFDATA2MSB : ELFDATA2LSB};
	struct elffile_segment segment = {
		.type = PT_NOTE, .offset = EI_NIDENT, .filesz = size, .align = align};
	struct elffile file = {.fd = memfd_create("notes", MFD_CLOEXEC),
			       .size = EI_NIDENT + size,
			       .head = head,
			       .head_size = sizeof(head),
			       .segments = &segment,
			       .segment_count = 1};

	assert_true(file.fd >= 0);
	assert_int_equal(pwrite(file.fd, bytes, size, EI_NIDENT), size);
	fixture->hints = (struct hints){0};
	assert_int_equal(notes_read(&file, &fixture->arena, &fixture->hints, NULL), 0);
	close(file.fd);
	return fixture->hints.count;
}

/* One note; answers where the next one begins. */
static size_t put_note(unsigned char *at, const char *owner, const char *text, bool big)
{
	size_t name = strlen(owner) + 1, size = strlen(text) + 1;

	elfmaker_put(at, 4, big, name);
	elfmaker_put(at + 4, 4, big, size);
	elfmaker_put(at + 8, 4, big, NOTES_TYPE);
	memcpy(at + 12, owner, name);
	memcpy(at + 12 + (name + 3) / 4 * 4, text, size);
	return 12 + (name + 3) / 4 * 4 + (size + 3) / 4 * 4;
}

static void notes_are_found_behind_others_in_both_byte_orders(void **state)
{
	for (int big = 0; big < 2; big++) {
		unsigned char bytes[256] = {0};
		size_t used = put_note(bytes, "Debian", "[{\"soname\":[\"no\"]}]", big);

		used += put_note(bytes + used, "FDO", "[{\"soname\":[\"a\"]}]", big);
		used += put_note(bytes + used, "FDO", "[{\"soname\":[\"b\"]}]", big);
		assert_int_equal(read_bytes(*state, bytes, used, big, 4), 2);
	}
}

static void a_note_that_is_cut_anywhere_is_none(void **state)
{
	unsigned char bytes[256] = {0};
	const char *text = "[{\"soname\":[\"a\"]}]";

	put_note(bytes, "FDO", text, false);
	for (size_t size = 0; size < 16 + strlen(text) + 1; size++)
		assert_int_equal(read_bytes(*state, bytes, size, false, 4), 0);
}

static void sizes_beyond_all_bounds_end_the_walk(void **state)
{
	unsigned char bytes[256] = {0};

	put_note(bytes, "FDO", "[{\"soname\":[\"a\"]}]", false);
	for (size_t field = 0; field < 8; field += 4) {
		unsigned char bad[256];

		memcpy(bad, bytes, sizeof(bad));
		elfmaker_put(bad + field, 4, false, 0xffffffff);
		assert_int_equal(read_bytes(*state, bad, sizeof(bad), false, 4), 0);
		assert_int_equal(read_bytes(*state, bad, sizeof(bad), false, 8), 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(an_entry_has_names_strength_and_reason,
						setup, teardown),
		cmocka_unit_test_setup_teardown(the_priority_is_recommended_unless_said,
						setup, teardown),
		cmocka_unit_test_setup_teardown(what_is_malformed_is_no_hint, setup,
						teardown),
		cmocka_unit_test_setup_teardown(a_text_without_a_nul_is_no_hint, setup,
						teardown),
		cmocka_unit_test_setup_teardown(deep_json_and_long_lists_have_an_end,
						setup, teardown),
		cmocka_unit_test_setup_teardown(
			notes_are_found_behind_others_in_both_byte_orders, setup,
			teardown),
		cmocka_unit_test_setup_teardown(a_note_that_is_cut_anywhere_is_none,
						setup, teardown),
		cmocka_unit_test_setup_teardown(sizes_beyond_all_bounds_end_the_walk,
						setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
