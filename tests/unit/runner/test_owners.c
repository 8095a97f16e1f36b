/* SPDX-License-Identifier: MIT */
/* Tests of owners: the list is obeyed as far as the jail's ids go, and leads nowhere else. */
#include "tests/unit/unit.h"

#include <errno.h>

#include "runner/owners.h"
#include "tests/unit/common/scratch.h"

static const struct idmap range = {.is_range = true, .count = 65536};

static void apply(const char *text)
{
	char *list = strdup(text);
	struct error err = {0};
	int root = scratch_open("root", O_PATH | O_DIRECTORY);

	assert_non_null(list);
	assert_int_equal(owners_apply(list, root, &range, &err), 0);
	free(list);
	close(root);
}

static void expect(const char *path, unsigned uid, unsigned gid)
{
	struct stat st;

	assert_int_equal(lstat(path, &st), 0);
	assert_int_equal(st.st_uid, uid);
	assert_int_equal(st.st_gid, gid);
}

static void make_root(void)
{
	assert_int_equal(mkdir("root", 0755), 0);
	scratch_write("root/a", "");
	scratch_write("root/b\n\xff", "");
	scratch_write("outside", "");
	assert_int_equal(symlink("a", "root/link"), 0);
	assert_int_equal(symlink("../outside", "root/out"), 0);
}

static void gives_files_away(void **state)
{
	(void)state;
	make_root();
	if (geteuid() != 0) /* nothing can be given away: what is one's own stays so */
		return;
	apply("7:8 /a\n0:9 /b\\x0a\\xff\n3:4 /link");
	expect("root/a", 7, 8);
	expect("root/b\n\xff", 0, 9);
	expect("root/link", 3, 4); /* the symlink itself */
}

static void passes_over_what_it_cannot_mean(void **state)
{
	unsigned uid = geteuid(), gid = getegid();

	(void)state;
	make_root();
	apply("70000:1 /a\n1:70000 /a\n1 /a\n:1 /a\n1: /a\n-1:1 /a\n+1:1 /a\n1:1/a\n1:1 "
	      "a\n"
	      "4294967295:1 /a\n1:1 /none\n1:1 /../outside\n1:1 /out/x\n1:1 \n\n 1:1 "
	      "/a\n1:1");
	expect("root/a", uid, gid);
	expect("outside", uid, gid);
}

static void an_image_without_a_list_is_as_it_is(void **state)
{
	struct error err = {0};
	char *list;

	(void)state;
	make_root();
	int root = scratch_open("root", O_PATH | O_DIRECTORY);
	struct image image = {.root_fd = root, .owners_fd = -1};
	assert_int_equal(owners_read(&image, &list, &err), 0);
	assert_null(list);
	assert_int_equal(mkdir("root/.jail", 0755), 0);
	scratch_write("root/.jail/owners", "1:2 /a\n");
	assert_int_equal(owners_read(&image, &list, &err), 0);
	assert_string_equal(list, "1:2 /a\n");
	free(list);
	assert_int_equal(unlink("root/.jail/owners"), 0);
	assert_int_equal(mkfifo("root/.jail/owners", 0644), 0);
	assert_true(owners_read(&image, &list, &err) < 0);
	assert_non_null(strstr(err.text, "owners"));
	close(root);
}

/* What it holds for itself says nothing: only the list that its unpacking made counts. */
static void an_archive_has_its_list_beside_it(void **state)
{
	struct error err = {0};
	char *list;

	(void)state;
	make_root();
	assert_int_equal(mkdir("root/.jail", 0755), 0);
	scratch_write("root/.jail/owners", "1:2 /a\n");
	scratch_write("list", "3:4 /a\n");
	struct image image = {.root_fd = scratch_open("root", O_PATH | O_DIRECTORY),
			      .is_unpacked = true,
			      .owners_fd = -1};
	assert_int_equal(owners_read(&image, &list, &err), 0);
	assert_null(list);
	image.owners_fd = scratch_open("list", O_RDONLY);
	for (int i = 0; i < 2; i++) { /* from its start, each time */
		assert_int_equal(owners_read(&image, &list, &err), 0);
		assert_string_equal(list, "3:4 /a\n");
		free(list);
	}
	close(image.owners_fd);
	close(image.root_fd);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		scratch_test(gives_files_away),
		scratch_test(passes_over_what_it_cannot_mean),
		scratch_test(an_image_without_a_list_is_as_it_is),
		scratch_test(an_archive_has_its_list_beside_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
