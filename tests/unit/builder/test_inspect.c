/* SPDX-License-Identifier: MIT */
/* Tests of builder/inspect: archives of others, judged name by name. */
#include "workshop.h"

#include <archive.h>
#include <archive_entry.h>

#include "builder/inspect.h"

struct item {
	const char *name;
	unsigned type;      /* 0: a hard link */
	const char *target; /* of a link */
	const char *text;   /* of a file */
};

static void make_tar(const struct item *items, size_t count)
{
	struct archive *archive = archive_write_new();

	archive_write_set_format_gnutar(archive);
	assert_int_equal(archive_write_open_filename(archive, "a.tar"), ARCHIVE_OK);
	for (size_t i = 0; i < count; i++) {
		struct archive_entry *entry = archive_entry_new();

		archive_entry_set_pathname(entry, items[i].name);
		archive_entry_set_filetype(entry,
					   items[i].type ? items[i].type : AE_IFREG);
		archive_entry_set_perm(entry, 0640);
		if (items[i].type == AE_IFLNK)
			archive_entry_set_symlink(entry, items[i].target);
		else if (!items[i].type)
			archive_entry_set_hardlink(entry, items[i].target);
		if (items[i].text)
			archive_entry_set_size(entry, (la_int64_t)strlen(items[i].text));
		assert_int_equal(archive_write_header(archive, entry), ARCHIVE_OK);
		if (items[i].text)
			archive_write_data(archive, items[i].text, strlen(items[i].text));
		archive_entry_free(entry);
	}
	archive_write_close(archive);
	archive_write_free(archive);
}

static int read_tar(int spool, struct inspect *ret, struct error *err)
{
	int fd = scratch_open("a.tar", O_RDONLY);
	int r = inspect_tar(fd, spool, ret, err);

	close(fd);
	return r;
}

static void names_are_normalized_and_bytes_kept_in_the_spool(void **state)
{
	static const struct item items[] = {
		{"./", AE_IFDIR, NULL, NULL},    {"./d/", AE_IFDIR, NULL, NULL},
		{"./d/a", AE_IFREG, NULL, "aa"}, {"/d//b", AE_IFREG, NULL, "bbb"},
		{"d/h", 0, "./d/a", NULL},       {"l", AE_IFLNK, "../../etc", NULL},
		{"d", AE_IFDIR, NULL, NULL},
	};
	_cleanup_inspect_ struct inspect image = {0};
	struct error err;
	int spool = scratch_open("spool", O_RDWR | O_CREAT);

	(void)state;
	make_tar(items, 7);
	assert_int_equal(read_tar(spool, &image, &err), 0);
	scratch_expect("spool", "aabbb");
	assert_int_equal(image.count, 5);
	const struct inspect_item *b = inspect_find(&image, "/d/b");
	assert_int_equal(b->offset, 2);
	assert_int_equal(b->size, 3);
	assert_int_equal(b->mode, 0640);
	assert_ptr_equal(inspect_find(&image, "/d/h")->first,
			 inspect_find(&image, "/d/a"));
	assert_string_equal(inspect_find(&image, "/l")->target, "../../etc");
	close(spool);
}

static void refuse(const struct item *items, size_t count, const char *text)
{
	struct inspect image;
	struct error err;

	make_tar(items, count);
	assert_int_equal(read_tar(-1, &image, &err), -EBADMSG);
	assert_string_equal(err.text, text);
}

static void refuses_hostile_names_and_links(void **state)
{
	static const struct item up[] = {{"d/../../x", AE_IFREG, NULL, "1"}};
	static const struct item twice[] = {{"a", AE_IFREG, NULL, "1"},
					    {"./a", AE_IFREG, NULL, "2"}};
	static const struct item over[] = {{"a", AE_IFDIR, NULL, NULL},
					   {"a", AE_IFLNK, "/", NULL}};
	static const struct item gone[] = {{"a", 0, "b", NULL}};
	static const struct item out[] = {{"a", 0, "../b", NULL}};
	static const struct item folder[] = {{"d", AE_IFDIR, NULL, NULL},
					     {"a", 0, "d", NULL}};

	(void)state;
	refuse(up, 1, "the name d/../../x leaves the archive");
	refuse(twice, 2, "/a is in the archive twice");
	refuse(over, 2, "/a is in the archive twice");
	refuse(gone, 1, "/a is a hard link to /b, which is no file before it");
	refuse(out, 1, "the name ../b leaves the archive");
	refuse(folder, 2, "/a is a hard link to /d, which is no file before it");
}

static void refuses_noise_and_nothing(void **state)
{
	struct inspect image;
	struct error err;

	(void)state;
	assert_int_equal(inspect_memory("noise", 5, &image, &err), -EBADMSG);
	assert_int_equal(inspect_memory("", 0, &image, &err), -EBADMSG);
}

static void a_file_cut_short_is_damaged(void **state)
{
	static const struct item items[] = {{"a", AE_IFREG, NULL, "0123456789"}};
	struct inspect image;
	struct error err;
	int spool = scratch_open("spool", O_RDWR | O_CREAT);

	(void)state;
	make_tar(items, 1);
	assert_int_equal(truncate("a.tar", 515), 0);
	assert_int_equal(read_tar(spool, &image, &err), -EBADMSG);
	assert_non_null(strstr(err.text, "no readable tar archive"));
	close(spool);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		scratch_test(names_are_normalized_and_bytes_kept_in_the_spool),
		scratch_test(refuses_hostile_names_and_links),
		scratch_test(refuses_noise_and_nothing),
		scratch_test(a_file_cut_short_is_damaged),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
