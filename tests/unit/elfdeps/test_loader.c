/* SPDX-License-Identifier: MIT */
/*
 * loader: what is known of machines, and the folders out of a loader's file.
 */
#include "tests/unit/unit.h"

#include <string.h>

#include "elfdeps/loader.h"
#include "elfmaker.h"
#include "tests/unit/common/scratch.h"

static const struct object x86_64 = {
	.machine = EM_X86_64, .class = ELFCLASS64, .data = ELFDATA2LSB};

static void knows_the_usual_loaders(void **state)
{
	const struct object s390x = {
		.machine = EM_S390, .class = ELFCLASS64, .data = ELFDATA2MSB};
	const struct object unknown = {
		.machine = 9999, .class = ELFCLASS32, .data = ELFDATA2LSB};

	(void)state;
	assert_string_equal(loader_of(&x86_64).interp, "/lib64/ld-linux-x86-64.so.2");
	assert_int_equal(loader_of(&x86_64).cache_flags, 0x0303);
	assert_string_equal(loader_of(&s390x).interp, "/lib/ld64.so.1");
	assert_int_equal(loader_of(&s390x).cache_flags, 0x0403);
	assert_null(loader_of(&unknown).interp);
	assert_int_equal(loader_of(&unknown).cache_flags, -1);
}

static void risc_v_without_doubles_has_another_cache(void **state)
{
	struct object object = {
		.machine = EM_RISCV, .class = ELFCLASS64, .data = ELFDATA2LSB};

	(void)state;
	assert_int_equal(loader_of(&object).cache_flags, -1);
	object.flags = 0x5; /* compressed instructions, doubles */
	assert_int_equal(loader_of(&object).cache_flags, 0x1003);
}

static void the_usual_folders_have_no_slash_at_their_end(void **state)
{
	struct loader loader = loader_of(&x86_64);

	(void)state;
	assert_int_equal(loader.folder_count, 6);
	assert_int_equal(loader.folders[0].length, strlen("/lib/x86_64-linux-gnu"));
	assert_memory_equal(loader.folders[1].path, "/usr/lib/x86_64-linux-gnu", 25);
	assert_true(loader_is_default(&loader, "/lib64/libc.so.6"));
	assert_true(loader_is_default(&loader, "/usr/lib/sub/libc.so.6"));
	assert_false(loader_is_default(&loader, "/usr/libexec/libc.so.6"));
	assert_false(loader_is_default(&loader, "/opt/lib/libc.so.6"));
}

#define FIND(bytes, ret) loader_find_folders(bytes, sizeof(bytes) - 1, ret)

static void finds_the_run_of_folders_among_other_bytes(void **state)
{
	static const char debian[] =
		"x\0/proc/self/\0junk\0\0/lib/a/\0/usr/lib/a/\0\0/etc/x\0";
	static const char nix[] = "\1\0/nix/store/x-glibc-2.38/lib/\0\0";
	const char *found = NULL;

	(void)state;
	assert_int_equal(FIND(debian, &found), 20);
	assert_memory_equal(found, "/lib/a/\0/usr/lib/a/", 20);
	assert_int_equal(FIND(nix, &found), strlen("/nix/store/x-glibc-2.38/lib/") + 1);
}

static void finds_nothing_where_there_is_nothing(void **state)
{
	static const char none[] = "\0/etc/\0/proc/self/\0", cut[] = "\0/lib/",
			  slash[] = "\0/\0/\0";
	const char *found = NULL;

	(void)state;
	assert_int_equal(FIND(none, &found), 0);
	assert_int_equal(FIND(cut, &found), 0);
	assert_int_equal(FIND(slash, &found), 0);
	assert_int_equal(loader_find_folders("", 0, &found), 0);
	assert_null(found);
}

#define VERSION(bytes) loader_find_version(bytes, sizeof(bytes) - 1)

static void tells_the_version_from_the_text_or_else_from_marks(void **state)
{
	(void)state;
	assert_int_equal(
		VERSION("\0ld.so (Debian GLIBC 2.36-9) stable release version 2.36.\n"),
		236);
	assert_int_equal(VERSION("(GNU libc) development release version 2.40.9000.\n"),
			 240);
	/* Without the text: the newest symbol version, and what came with 2.33. */
	assert_int_equal(VERSION("GLIBC_2.4\0GLIBC_2.35\0glibc-hwcaps/"), 235);
	assert_int_equal(VERSION("GLIBC_2.4\0GLIBC_2.2.5\0glibc-hwcaps/"), 233);
	assert_int_equal(VERSION("GLIBC_2.4\0GLIBC_2.2.5\0"), 232);
	/* Another libc's loader, and numbers that end with the bytes. */
	assert_int_equal(VERSION("musl libc\0Version 1.2.5"), 0);
	assert_int_equal(VERSION("release version 2."), 0);
	assert_int_equal(VERSION("release version "), 0);
	assert_int_equal(loader_find_version("", 0), 0);
}

static void reads_them_and_the_word_for_lib_from_a_file(void **state)
{
	static const char bytes[] = "\177ELF..\0/usr/lib/x86_64-foo/\0/lib/x/\0\0";
	struct loader loader = loader_of(&x86_64);
	struct store store;

	(void)state;
	elfmaker_save("root/lib/ld.so", bytes, sizeof(bytes));
	assert_int_equal(store_open("root", &store, NULL), 0);
	assert_int_equal(loader_read_folders(&store, "/lib/ld.so", &loader, NULL), 0);
	assert_int_equal(loader.folder_count, 2);
	assert_string_equal(loader.lib, "lib/x86_64-foo");
	assert_true(loader_is_default(&loader, "/lib/x/liba.so"));
	assert_false(loader_is_default(&loader, "/lib64/liba.so"));
	/* A loader that is not there leaves what is known. */
	assert_int_equal(loader_read_folders(&store, "/lib/none", &loader, NULL), 0);
	assert_int_equal(loader.folder_count, 2);
	store_close(&store);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(knows_the_usual_loaders),
		cmocka_unit_test(risc_v_without_doubles_has_another_cache),
		cmocka_unit_test(the_usual_folders_have_no_slash_at_their_end),
		cmocka_unit_test(finds_the_run_of_folders_among_other_bytes),
		cmocka_unit_test(finds_nothing_where_there_is_nothing),
		cmocka_unit_test(tells_the_version_from_the_text_or_else_from_marks),
		scratch_test(reads_them_and_the_word_for_lib_from_a_file),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
