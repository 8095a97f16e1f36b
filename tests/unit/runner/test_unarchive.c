/* SPDX-License-Identifier: MIT */
/* Tests of unarchive: which bytes are an archive, and when it counts as whole. */
#include "tests/unit/unit.h"

#include <archive_entry.h>
#include <errno.h>
#include <string.h>

#include "rawtar.h"
#include "runner/unarchive.h"

/* Reads an archive to its end; the answer of the call that ended it. */
static int drain(int fd, int *ret_entries, struct error *err)
{
	_cleanup_unarchive_ struct unarchive *unarchive = NULL;
	struct archive_entry *entry;
	struct unarchive_piece piece;
	int r = unarchive_open(fd, &unarchive, err);

	*ret_entries = 0;
	while (r >= 0 && (r = unarchive_next(unarchive, &entry, err)) > 0) {
		++*ret_entries;
		while ((r = unarchive_read(unarchive, &piece, err)) > 0)
			;
		if (r < 0)
			break;
	}
	close(fd);
	return r;
}

static int fd_of(const void *data, size_t size)
{
	int fd = rawtar_new();

	rawtar_write(fd, data, size);
	assert_int_equal(lseek(fd, 0, SEEK_SET), 0);
	return fd;
}

static void reads_every_entry_of_a_tar(void **state)
{
	struct error err = {0};
	int fd = rawtar_new(), entries;

	(void)state;
	rawtar_add(fd, &(struct rawtar_entry){.name = "a", .data = "one"});
	rawtar_add(fd, &(struct rawtar_entry){.name = "b", .data = "two"});
	assert_int_equal(drain(rawtar_end(fd), &entries, &err), 0);
	assert_int_equal(entries, 2);
}

static void refuses_what_is_no_archive(void **state)
{
	static const char text[] = "#!/bin/sh\necho this is a script and not an image\n";
	struct error err = {0};
	int entries;

	(void)state;
	assert_int_equal(drain(fd_of(text, sizeof(text)), &entries, &err), -ENOEXEC);
	assert_non_null(strstr(err.hint, "tar"));
	assert_int_equal(drain(fd_of("", 0), &entries, &err), -ENOEXEC);
	/* bzip2 is not compiled in. */
	assert_int_equal(drain(fd_of("BZh91AY&SY", 10), &entries, &err), -ENOEXEC);
}

static void refuses_a_tar_cut_off_between_two_entries(void **state)
{
	struct error err = {0};
	int fd = rawtar_new(), entries;

	(void)state;
	rawtar_add(fd, &(struct rawtar_entry){.name = "a", .data = "one"});
	assert_int_equal(lseek(fd, 0, SEEK_SET), 0);
	assert_int_equal(drain(fd, &entries, &err), -EBADMSG);
	assert_non_null(strstr(err.text, "end mark"));
	assert_int_equal(entries, 1);
}

static void refuses_a_tar_cut_off_in_a_file(void **state)
{
	struct error err = {0};
	int fd = rawtar_new(), entries;

	(void)state;
	rawtar_add(fd,
		   &(struct rawtar_entry){.name = "a", .data = "one", .size = 100000});
	assert_int_equal(lseek(fd, 0, SEEK_SET), 0);
	assert_int_equal(drain(fd, &entries, &err), -EBADMSG);
	assert_non_null(strstr(err.text, "cut off"));
}

static void refuses_a_damaged_header(void **state)
{
	struct error err = {0};
	int fd = rawtar_new(), entries;

	(void)state;
	rawtar_add(fd, &(struct rawtar_entry){.name = "a", .data = "one"});
	rawtar_add(fd, &(struct rawtar_entry){.name = "b", .data = "two"});
	assert_int_equal(pwrite(fd, "X", 1, 1024 + 3), 1);
	assert_int_equal(drain(rawtar_end(fd), &entries, &err), -EBADMSG);
}

static void refuses_a_malformed_pax_header(void **state)
{
	struct error err = {0};
	int fd = rawtar_new(), entries;

	(void)state;
	rawtar_add(fd, &(struct rawtar_entry){
			       .name = "x", .type = 'x', .data = "999 path=short\n"});
	rawtar_add(fd, &(struct rawtar_entry){.name = "a", .data = "one"});
	assert_int_equal(drain(rawtar_end(fd), &entries, &err), -EBADMSG);
}

static void says_why_a_file_cannot_be_read(void **state)
{
	struct error err = {0};
	int entries;

	(void)state;
	assert_int_equal(drain(open("/", O_RDONLY | O_CLOEXEC), &entries, &err), -EISDIR);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_every_entry_of_a_tar),
		cmocka_unit_test(refuses_what_is_no_archive),
		cmocka_unit_test(refuses_a_tar_cut_off_between_two_entries),
		cmocka_unit_test(refuses_a_tar_cut_off_in_a_file),
		cmocka_unit_test(refuses_a_damaged_header),
		cmocka_unit_test(refuses_a_malformed_pax_header),
		cmocka_unit_test(says_why_a_file_cannot_be_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
