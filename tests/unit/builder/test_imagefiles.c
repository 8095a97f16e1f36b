/* SPDX-License-Identifier: MIT */
/* Tests of builder/imagefiles: a manifest as a root to walk in. */
#include "workshop.h"

#include "builder/imagefiles.h"

struct fixture {
	struct manifest manifest;
	struct content content;
	struct imagefiles files;
};

static void make(struct fixture *fixture)
{
	const struct entry spooled = {.path = "/d/part",
				      .mode = 0644,
				      .origin = ORIGIN_IMAGE,
				      .offset = 2,
				      .size = 3};
	struct error err;

	*fixture = (struct fixture){.content = {.image_fd = -1}};
	fixture->manifest.content = &fixture->content;
	fixture->files = (struct imagefiles){.manifest = &fixture->manifest,
					     .content = &fixture->content};
	scratch_write("spool", "abcdefgh");
	fixture->content.image_fd = scratch_open("spool", O_RDONLY);
	assert_int_equal(manifest_add(&fixture->manifest, &spooled, &err), 0);
	workshop_text(&fixture->manifest, "/d/text", "words", RULE_BASE);
	assert_int_equal(
		workshop_add(&fixture->manifest, "/link", ENTRY_LINK, "d/part", &err), 0);
	assert_int_equal(manifest_finish(&fixture->manifest, &err), 0);
}

static void drop(struct fixture *fixture)
{
	close(fixture->content.image_fd);
	manifest_free(&fixture->manifest);
}

static void expect_bytes(int fd, const char *text)
{
	char bytes[20] = "";

	assert_true(fd >= 0);
	assert_int_equal(pread(fd, bytes, sizeof(bytes) - 1, 0), strlen(text));
	assert_string_equal(bytes, text);
	close(fd);
}

static void files_folders_and_links_are_as_they_are_in_the_image(void **state)
{
	struct fixture fixture;
	struct elfdeps_file file;
	char target[20] = "";

	(void)state;
	make(&fixture);
	assert_int_equal(imagefiles_hooks.stat(&fixture.files, "/d", &file), 0);
	assert_int_equal(file.mode, S_IFDIR | 0755);
	assert_int_equal(imagefiles_hooks.stat(&fixture.files, "/link", &file), 0);
	assert_true(S_ISLNK(file.mode));
	assert_int_equal(imagefiles_hooks.stat(&fixture.files, "/no", &file), -ENOENT);
	assert_int_equal(imagefiles_hooks.readlink(&fixture.files, "/link", target, 20),
			 6);
	assert_string_equal(target, "d/part");
	assert_int_equal(imagefiles_hooks.readlink(&fixture.files, "/link", target, 3),
			 3);
	assert_int_equal(imagefiles_hooks.readlink(&fixture.files, "/d", target, 20),
			 -EINVAL);
	assert_int_equal(imagefiles_hooks.readlink(&fixture.files, "/no", target, 20),
			 -ENOENT);
	drop(&fixture);
}

static void a_descriptor_holds_just_that_file(void **state)
{
	struct fixture fixture;

	(void)state;
	make(&fixture);
	expect_bytes(imagefiles_hooks.open(&fixture.files, "/d/part"), "cde");
	expect_bytes(imagefiles_hooks.open(&fixture.files, "/d/text"), "words");
	assert_int_equal(imagefiles_hooks.open(&fixture.files, "/d"), -EISDIR);
	assert_int_equal(imagefiles_hooks.open(&fixture.files, "/no"), -ENOENT);
	drop(&fixture);
}

static void looking_comes_to_an_end(void **state)
{
	struct fixture fixture;
	struct elfdeps_file file;

	(void)state;
	make(&fixture);
	fixture.files.spent = IMAGEFILES_MAX - 5;
	assert_int_equal(imagefiles_hooks.stat(&fixture.files, "/d", &file), 0);
	assert_int_equal(imagefiles_hooks.stat(&fixture.files, "/d/text", &file), -ELOOP);
	assert_int_equal(imagefiles_hooks.stat(&fixture.files, "/d", &file), -ELOOP);
	drop(&fixture);
}

static void a_sysroot_follows_its_symlinks(void **state)
{
	struct fixture fixture;
	struct sysroot root;
	struct error err;

	(void)state;
	make(&fixture);
	struct sysroot_files hooks = imagefiles_sysroot(&fixture.files);
	assert_int_equal(sysroot_open_files(&hooks, &root, &err), 0);
	expect_bytes(sysroot_openat(&root, "/link", O_RDONLY), "cde");
	sysroot_close(&root);
	drop(&fixture);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		scratch_test(files_folders_and_links_are_as_they_are_in_the_image),
		scratch_test(a_descriptor_holds_just_that_file),
		scratch_test(looking_comes_to_an_end),
		scratch_test(a_sysroot_follows_its_symlinks),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
