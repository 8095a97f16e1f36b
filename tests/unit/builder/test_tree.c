/* SPDX-License-Identifier: MIT */
/* Tests of builder/tree: a folder with all that is in it. */
#include "workshop.h"

#include <sys/socket.h>
#include <sys/un.h>

#include "builder/tree.h"

static void take(struct workshop *shop, const char *source, const char *path)
{
	const struct reason reason = {.rule = RULE_ASKED};
	struct links_end end;
	struct error err = {0};

	assert_int_equal(links_follow(&shop->intake.links, source, NULL, &end, &err), 0);
	const struct taken taken = {
		.source = end.path, .path = path, .st = &end.st, .reason = reason};
	assert_int_equal(tree_add(&shop->intake, &taken, &err), 0);
}

static void everything_comes_in_bytewise_order(void **state)
{
	static const char *const expected[] = {"/x",   "/x/a",   "/x/b",
					       "/x/d", "/x/d/e", "/x/d/e/f"};
	struct workshop shop;

	(void)state;
	workshop_folder("root");
	workshop_folder("root/in");
	workshop_folder("root/in/d");
	workshop_folder("root/in/d/e");
	scratch_write("root/in/d/e/f", "f");
	scratch_write("root/in/b", "b");
	scratch_write("root/in/a", "a");
	workshop_open(&shop, "root");
	take(&shop, "/in", "/x");
	assert_int_equal(shop.manifest.count, 6);
	for (size_t i = 0; i < 6; i++)
		assert_string_equal(shop.manifest.entries[i]->path, expected[i]);
	assert_string_equal(
		workshop_expect(&shop.manifest, "/x/d/e/f", RULE_FOLDER)->source,
		"/in/d/e/f");
	workshop_close(&shop);
}

static void a_link_out_of_the_folder_brings_its_file(void **state)
{
	struct workshop shop;

	(void)state;
	workshop_folder("root");
	workshop_folder("root/in");
	workshop_folder("root/far");
	scratch_write("root/far/file", "x");
	assert_int_equal(symlink("../far/file", "root/in/file"), 0);
	assert_int_equal(symlink("/far", "root/in/folder"), 0);
	assert_int_equal(symlink("nowhere", "root/in/gone"), 0);
	workshop_open(&shop, "root");
	take(&shop, "/in", "/in");
	assert_string_equal(
		workshop_expect(&shop.manifest, "/far/file", RULE_LINK)->reason.by,
		"/in/file");
	assert_int_equal(manifest_find(&shop.manifest, "/in/gone")->type, ENTRY_LINK);
	assert_true(workshop_has_note(
		&shop.manifest,
		"/in/folder points at the folder /far, which is left out"));
	workshop_close(&shop);
}

static void moved_relative_links_are_not_followed(void **state)
{
	struct workshop shop;

	(void)state;
	workshop_folder("root");
	workshop_folder("root/in");
	scratch_write("root/other", "x");
	assert_int_equal(symlink("../other", "root/in/link"), 0);
	workshop_open(&shop, "root");
	take(&shop, "/in", "/deep/er");
	assert_string_equal(manifest_find(&shop.manifest, "/deep/er/link")->target,
			    "../other");
	assert_null(manifest_find(&shop.manifest, "/other"));
	workshop_close(&shop);
}

static void a_socket_is_left_out_with_a_note(void **state)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX,
				      .sun_path = "root/in/socket"};
	struct workshop shop;

	(void)state;
	workshop_folder("root");
	workshop_folder("root/in");
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_int_equal(bind(fd, (const struct sockaddr *)&address, sizeof(address)), 0);
	workshop_open(&shop, "root");
	take(&shop, "/in", "/in");
	assert_int_equal(shop.manifest.count, 1);
	assert_true(workshop_has_note(&shop.manifest, "/in/socket is a socket"));
	workshop_close(&shop);
	close(fd);
}

static void what_the_kernel_makes_up_is_left_out(void **state)
{
	struct workshop shop;

	(void)state;
	workshop_open(&shop, NULL);
	take(&shop, "/proc", "/proc");
	assert_int_equal(shop.manifest.count, 1);
	assert_true(
		workshop_has_note(&shop.manifest, "what is in /proc is the kernel's"));
	workshop_close(&shop);
}

static void a_tree_deeper_than_any_stack_is_walked(void **state)
{
	struct workshop shop;
	int fd;

	(void)state;
	workshop_folder("root");
	fd = scratch_open("root", O_RDONLY | O_DIRECTORY);
	for (int i = 0; i < 1500; i++) {
		assert_int_equal(mkdirat(fd, "d", 0755), 0);
		int inner = openat(fd, "d", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		close(fd);
		fd = inner;
	}
	close(fd);
	workshop_open(&shop, "root");
	take(&shop, "/d", "/d");
	assert_int_equal(shop.manifest.count, 1500);
	workshop_close(&shop);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		scratch_test(everything_comes_in_bytewise_order),
		scratch_test(a_link_out_of_the_folder_brings_its_file),
		scratch_test(moved_relative_links_are_not_followed),
		scratch_test(a_socket_is_left_out_with_a_note),
		scratch_test(what_the_kernel_makes_up_is_left_out),
		scratch_test(a_tree_deeper_than_any_stack_is_walked),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
