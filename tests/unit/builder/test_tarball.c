/* SPDX-License-Identifier: MIT */
/* Tests of builder/tarball: a manifest as a tar, read back. */
#include "workshop.h"

#include <locale.h>

#include "builder/inspect.h"
#include "builder/tarball.h"

static const struct tarball_options options = {.epoch = 9};

static void write_tar(const char *path, const struct manifest *manifest)
{
	struct error err = {0};
	int fd = scratch_open(path, O_RDWR | O_CREAT | O_TRUNC);

	assert_non_null(setlocale(LC_CTYPE, "C.UTF-8"));
	assert_int_equal(tarball_write(fd, manifest, &options, &err), 0);
	close(fd);
}

static void read_tar(const char *path, struct inspect *ret)
{
	struct error err = {0};
	int fd = scratch_open(path, O_RDONLY);

	assert_int_equal(inspect_tar(fd, -1, ret, &err), 0);
	close(fd);
}

static void what_is_written_is_read_back_record_first(void **state)
{
	static const char *const expected[] = {"/.jail", RECORD_PATH, SETTINGS_PATH,
					       "/.aaa", "/l"};
	_cleanup_manifest_ struct manifest manifest = {0};
	_cleanup_inspect_ struct inspect image = {0};
	struct error err;

	(void)state;
	workshop_text(&manifest, "/.aaa", "text", RULE_ASKED);
	workshop_text(&manifest, RECORD_PATH, "{}", RULE_RECORD);
	workshop_text(&manifest, SETTINGS_PATH, "", RULE_RECORD);
	assert_int_equal(workshop_add(&manifest, "/l", ENTRY_LINK, "x", &err), 0);
	assert_int_equal(manifest_finish(&manifest, &err), 0);
	write_tar("a.tar", &manifest);
	read_tar("a.tar", &image);
	assert_int_equal(image.count, 5);
	for (size_t i = 0; i < image.count; i++) {
		assert_string_equal(image.items[i]->path, expected[i]);
		assert_int_equal(image.items[i]->mtime, 9);
		assert_int_equal(image.items[i]->uid, 0);
	}
	assert_string_equal(image.record, "{}");
	assert_int_equal(inspect_find(&image, "/.aaa")->size, 4);
}

static void hard_links_and_long_and_odd_names_survive(void **state)
{
	_cleanup_manifest_ struct manifest manifest = {0};
	_cleanup_inspect_ struct inspect image = {0};
	char name[300];
	struct error err;
	struct entry file = {.type = ENTRY_FILE,
			     .mode = 0644,
			     .origin = ORIGIN_TEXT,
			     .text = "text",
			     .size = 4,
			     .device = 5,
			     .inode = 6,
			     .reason = {.rule = RULE_ASKED}};

	(void)state;
	memset(name, 'n', sizeof(name));
	name[0] = '/';
	name[150] = '/';
	name[sizeof(name) - 1] = '\0';
	file.path = name;
	assert_int_equal(manifest_add(&manifest, &file, &err), 0);
	file.path = "/\xc3\xbc";
	assert_int_equal(manifest_add(&manifest, &file, &err), 0);
	file.path = "/\xff";
	assert_int_equal(manifest_add(&manifest, &file, &err), 0);
	assert_int_equal(manifest_finish(&manifest, &err), 0);
	write_tar("a.tar", &manifest);
	read_tar("a.tar", &image);
	const struct inspect_item *first = inspect_find(&image, name);
	assert_non_null(first);
	assert_null(first->first);
	assert_ptr_equal(inspect_find(&image, "/\xc3\xbc")->first, first);
	assert_ptr_equal(inspect_find(&image, "/\xff")->first, first);
}

static void the_bytes_do_not_depend_on_where_they_come_from(void **state)
{
	_cleanup_manifest_ struct manifest one = {0};
	struct workshop shop;
	struct error err;
	char a[20480], b[20480];
	const struct entry file = {.path = "/f",
				   .type = ENTRY_FILE,
				   .mode = 0644,
				   .origin = ORIGIN_ROOT,
				   .source = "/f",
				   .reason = {.rule = RULE_ASKED}};

	(void)state;
	workshop_folder("root");
	scratch_write("root/f", "the same text");
	workshop_text(&one, "/f", "the same text", RULE_ASKED);
	workshop_open(&shop, "root");
	assert_int_equal(manifest_add(&shop.manifest, &file, &err), 0);
	write_tar("a.tar", &one);
	write_tar("b.tar", &shop.manifest);
	int first = scratch_open("a.tar", O_RDONLY),
	    second = scratch_open("b.tar", O_RDONLY);
	ssize_t size = read(first, a, sizeof(a));
	assert_true(size > 1024);
	assert_int_equal(read(second, b, sizeof(b)), size);
	assert_memory_equal(a, b, (size_t)size);
	close(first);
	close(second);
	workshop_close(&shop);
}

static void a_full_disk_is_an_error(void **state)
{
	_cleanup_manifest_ struct manifest manifest = {0};
	struct error err = {0};
	int fd = scratch_open("/dev/full", O_WRONLY);

	(void)state;
	workshop_text(&manifest, "/f", "text", RULE_ASKED);
	assert_int_equal(tarball_write(fd, &manifest, &options, &err), -ENOSPC);
	close(fd);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		scratch_test(what_is_written_is_read_back_record_first),
		scratch_test(hard_links_and_long_and_odd_names_survive),
		scratch_test(the_bytes_do_not_depend_on_where_they_come_from),
		scratch_test(a_full_disk_is_an_error),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
