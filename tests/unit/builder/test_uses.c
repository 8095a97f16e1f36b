/* SPDX-License-Identifier: MIT */
/* Tests of builder/uses: which files of an image need which others. */
#include "workshop.h"

#include "builder/uses.h"
#include "tests/unit/elfdeps/elfmaker.h"

static void elf(const char *path, struct elfmaker made)
{
	elfmaker_file(path, made);
	assert_int_equal(chmod(path, 0755), 0);
}

/* Two programs that share a library behind a symlink, and a script of one of them. */
static void make_image(void)
{
	workshop_folder("image");
	workshop_folder("image/bin");
	workshop_folder("image/lib");
	elf("image/bin/a", (struct elfmaker){.needs = {"libx.so.1"}});
	elf("image/bin/b", (struct elfmaker){.needs = {"libx.so.1", "libgone.so"}});
	elf("image/lib/libx.so.1.2", (struct elfmaker){.soname = "libx.so.1"});
	assert_int_equal(symlink("libx.so.1.2", "image/lib/libx.so.1"), 0);
	scratch_write("image/bin/script", "#!/bin/a\n");
	assert_int_equal(chmod("image/bin/script", 0755), 0);
	scratch_write("image/bin/text", "#");
	scratch_write("image/bin/broken", "\177ELF and no more");
}

static bool has(const struct uses *uses, const char *by, const char *used)
{
	for (size_t i = 0; i < uses->count; i++)
		if (!strcmp(uses->items[i].by->path, by) &&
		    !strcmp(uses->items[i].used->path, used))
			return true;
	return false;
}

static void find_all(const char *image)
{
	_cleanup_view_ struct view view = VIEW_NONE;
	_cleanup_uses_ struct uses uses = {0};
	struct error err = {0};

	assert_int_equal(view_open(image, NULL, VIEW_BYTES, &view, &err), 0);
	assert_int_equal(uses_find(&view, &uses, &err), 0);
	assert_true(has(&uses, "/bin/a", "/lib/libx.so.1"));
	assert_true(has(&uses, "/bin/a", "/lib/libx.so.1.2"));
	assert_true(has(&uses, "/bin/b", "/lib/libx.so.1"));
	assert_true(has(&uses, "/bin/b", "/lib/libx.so.1.2"));
	assert_true(has(&uses, "/bin/script", "/bin/a"));
	assert_int_equal(uses.count, 5);
}

static void every_need_is_named_in_a_folder_and_in_an_archive(void **state)
{
	(void)state;
	make_image();
	find_all("image");
	assert_int_equal(system("tar cf image.tar -C image ."), 0);
	find_all("image.tar");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		scratch_test(every_need_is_named_in_a_folder_and_in_an_archive),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
