/* SPDX-License-Identifier: MIT */
/*
 * store: each thing in the file system is looked at once, and nothing in it can hang or lead out.
 */
#include "tests/unit/unit.h"

#include <errno.h>

#include "elfdeps/store.h"
#include "elfmaker.h"
#include "tests/unit/common/scratch.h"

static struct store_name *look(struct store *store, const char *path)
{
	struct store_name *file = NULL;
	struct error err = {0};

	if (store_look(store, path, &file, &err) < 0)
		fail_msg("%s", err.text);
	return file;
}

static struct store open_store(const char *root)
{
	struct store store;

	assert_int_equal(store_open(root, &store, NULL), 0);
	return store;
}

static void a_file_is_read_once_under_all_its_names(void **state)
{
	(void)state;
	elfmaker_file("root/lib/liba.so", (struct elfmaker){.soname = "liba.so"});
	assert_int_equal(link("root/lib/liba.so", "root/lib/libhard.so"), 0);
	assert_int_equal(symlink("liba.so", "root/lib/libsym.so"), 0);
	struct store store = open_store("root");
	const struct object *object = look(&store, "/lib/liba.so")->object;

	assert_non_null(object);
	assert_ptr_equal(look(&store, "/lib/libhard.so")->object, object);
	assert_ptr_equal(look(&store, "/lib/libsym.so")->object, object);
	/* Known paths are not looked at again: the file may be gone meanwhile. */
	assert_int_equal(unlink("root/lib/liba.so"), 0);
	assert_ptr_equal(look(&store, "/lib/liba.so")->object, object);
	store_close(&store);
}

static void a_miss_is_an_answer_that_is_kept(void **state)
{
	(void)state;
	mkdir("root", 0755);
	struct store store = open_store("root");

	assert_int_equal(look(&store, "/none")->error, ENOENT);
	elfmaker_file("root/none", (struct elfmaker){0});
	assert_int_equal(look(&store, "/none")->error, ENOENT);
	assert_int_equal(store.misses, 1);
	store_close(&store);
}

static void gives_up_after_very_many_misses(void **state)
{
	struct store_name *file;
	struct error err = {0};

	(void)state;
	mkdir("root", 0755);
	struct store store = open_store("root");
	store.misses = STORE_MISSES_MAX;
	assert_int_equal(store_look(&store, "/one-more", &file, &err), -E2BIG);
	store_close(&store);
}

static void a_fifo_neither_hangs_nor_is_an_elf_file(void **state)
{
	(void)state;
	mkdir("root", 0755);
	assert_int_equal(mkfifo("root/fifo", 0644), 0);
	struct store store = open_store("root");
	const struct object *object = look(&store, "/fifo")->object;

	assert_non_null(object);
	assert_int_equal(object->stage, OBJECT_NO_ELF);
	assert_string_equal(object->defect, "not a regular file");
	store_close(&store);
}

static void links_count_from_the_root_and_cannot_leave_it(void **state)
{
	(void)state;
	elfmaker_file("outside.so", (struct elfmaker){.soname = "outside"});
	elfmaker_file("root/inside.so", (struct elfmaker){.soname = "inside"});
	assert_int_equal(symlink("/inside.so", "root/absolute"), 0);
	assert_int_equal(symlink("../../../../../outside.so", "root/up"), 0);
	struct store store = open_store("root");

	assert_string_equal(look(&store, "/absolute")->object->soname, "inside");
	assert_int_equal(look(&store, "/up")->error, ENOENT);
	assert_int_equal(look(&store, "/../outside.so")->error, ENOENT);
	store_close(&store);
}

static void a_folder_is_asked_for_once(void **state)
{
	struct store_folder *folder = NULL, *same = NULL, *file = NULL;

	(void)state;
	elfmaker_file("root/lib/liba.so", (struct elfmaker){0});
	struct store store = open_store("root");
	assert_int_equal(store_folder(&store, "/lib and more", 4, &folder, NULL), 0);
	assert_int_equal(store_folder(&store, "/lib", 4, &same, NULL), 0);
	assert_int_equal(store_folder(&store, "/lib/liba.so", 12, &file, NULL), 0);
	assert_ptr_equal(folder, same);
	assert_string_equal(folder->path, "/lib");
	assert_true(store_has_folder(&store, folder));
	assert_false(store_has_folder(&store, file));
	assert_int_equal(rename("root/lib", "root/gone"), 0);
	assert_true(store_has_folder(&store, folder));
	store_close(&store);
}

static void executable_is_a_regular_file_with_a_bit(void **state)
{
	(void)state;
	elfmaker_file("root/bin/prog", (struct elfmaker){0});
	scratch_write("root/bin/text", "text");
	struct store store = open_store("root");

	assert_true(store_is_executable(&store, "/bin/prog"));
	assert_false(store_is_executable(&store, "/bin/text"));
	assert_false(store_is_executable(&store, "/bin"));
	assert_false(store_is_executable(&store, "/none"));
	store_close(&store);
}

static void real_and_absolute_paths_are_those_of_the_root(void **state)
{
	char here[4096], expected[8192];

	(void)state;
	elfmaker_file("root/usr/bin/prog", (struct elfmaker){0});
	assert_int_equal(symlink("/usr/bin", "root/bin"), 0);
	struct store store = open_store("root");
	assert_string_equal(store_realpath(&store, &store.arena, "/bin/prog", NULL),
			    "/usr/bin/prog");
	assert_string_equal(store_realpath(&store, &store.arena, "bin/../bin/prog", NULL),
			    "/usr/bin/prog");
	assert_string_equal(store_absolute(&store, &store.arena, "bin/prog", NULL),
			    "/bin/prog");
	assert_null(store_realpath(&store, &store.arena, "/bin/none", NULL));
	store_close(&store);

	store = open_store(NULL);
	assert_non_null(getcwd(here, sizeof(here)));
	snprintf(expected, sizeof(expected), "%s/root/usr/bin/prog", here);
	assert_string_equal(
		store_absolute(&store, &store.arena, "root/usr/bin/prog", NULL),
		expected);
	assert_string_equal(
		store_realpath(&store, &store.arena, "root/usr/../usr/bin/prog", NULL),
		expected);
	store_close(&store);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		scratch_test(a_file_is_read_once_under_all_its_names),
		scratch_test(a_miss_is_an_answer_that_is_kept),
		scratch_test(gives_up_after_very_many_misses),
		scratch_test(a_fifo_neither_hangs_nor_is_an_elf_file),
		scratch_test(links_count_from_the_root_and_cannot_leave_it),
		scratch_test(a_folder_is_asked_for_once),
		scratch_test(executable_is_a_regular_file_with_a_bit),
		scratch_test(real_and_absolute_paths_are_those_of_the_root),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
