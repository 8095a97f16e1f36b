/* SPDX-License-Identifier: MIT */
/* Tests of attributes: what of an archive's numbers is believed. */
#include "tests/unit/unit.h"

#include <archive_entry.h>
#include <stdbool.h>

#include "rawtar.h"
#include "runner/attributes.h"

static struct archive_entry *entry;
static struct extract_counts counts;

static int set_up(void **state)
{
	(void)state;
	entry = archive_entry_new();
	counts = (struct extract_counts){0};
	archive_entry_set_filetype(entry, AE_IFREG);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	archive_entry_free(entry);
	return 0;
}

static void believes_no_time_that_means_now(void **state)
{
	(void)state;
	archive_entry_set_mtime(entry, 5, UTIME_NOW);
	struct attributes read = attributes_read(entry, false, &counts);
	assert_true(read.times[1].tv_nsec >= 0 && read.times[1].tv_nsec < 1000000000);
	archive_entry_set_mtime(entry, -7, 123456789);
	read = attributes_read(entry, false, &counts);
	assert_int_equal(read.times[1].tv_sec, -7);
	assert_int_equal(read.times[1].tv_nsec, 123456789);
	assert_int_equal(read.times[0].tv_nsec, UTIME_OMIT);
}

static void believes_no_owner_that_is_no_id(void **state)
{
	static const int64_t numbers[] = {-1, INT64_C(4294967295), INT64_MAX};

	(void)state;
	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
		archive_entry_set_uid(entry, numbers[i]);
		struct attributes read = attributes_read(entry, true, &counts);
		/* libarchive makes 0 of what is below it. */
		assert_false(read.has_owner && read.uid == (uid_t)-1);
	}
	archive_entry_set_uid(entry, 33);
	archive_entry_set_gid(entry, 44);
	struct attributes read = attributes_read(entry, true, &counts);
	assert_true(read.has_owner);
	assert_int_equal(read.uid, 33);
	assert_int_equal(read.gid, 44);
}

/* A jail of root's has ids 0 to 65535: what belongs to others stays with who unpacks it. */
static void counts_an_owner_that_no_jail_has(void **state)
{
	static const int64_t foreign[] = {65536, 70000, 0x7fffffff, 4294967294};

	(void)state;
	archive_entry_set_uid(entry, 65535);
	struct attributes read = attributes_read(entry, true, &counts);
	assert_true(read.has_owner);
	for (size_t i = 0; i < sizeof(foreign) / sizeof(foreign[0]); i++) {
		archive_entry_set_uid(entry, i % 2 ? 0 : foreign[i]);
		archive_entry_set_gid(entry, i % 2 ? foreign[i] : 0);
		read = attributes_read(entry, true, &counts);
		assert_false(read.has_owner);
	}
	assert_int_equal(counts.owners, 4);
}

static void counts_what_it_takes_away(void **state)
{
	(void)state;
	archive_entry_set_perm(entry, 06755);
	archive_entry_set_uid(entry, 33);
	struct attributes read = attributes_read(entry, false, &counts);
	assert_int_equal(read.mode, 0755);
	assert_false(read.has_owner);
	assert_int_equal(counts.privileges, 1);
	assert_int_equal(counts.owners, 1);
	archive_entry_set_filetype(entry, AE_IFDIR);
	read = attributes_read(entry, false, &counts);
	assert_int_equal(read.mode, 02755);
	assert_int_equal(counts.privileges, 1);
}

static void leaves_out_attributes_that_steer_an_overlay(void **state)
{
	(void)state;
	int fd = memfd_create("file", MFD_CLOEXEC);
	archive_entry_xattr_add_entry(entry, "user.overlay.redirect", "/etc", 4);
	archive_entry_xattr_add_entry(entry, "trusted.overlay.opaque", "y", 1);
	archive_entry_xattr_add_entry(entry, "security.capability", "x", 1);
	archive_entry_xattr_add_entry(entry, "system.posix_acl_access", "x", 1);
	archive_entry_xattr_add_entry(entry, "username", "x", 1);
	attributes_write_extended(fd, entry, &counts);
	assert_int_equal(counts.attributes, 5);
	close(fd);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(believes_no_time_that_means_now),
		TEST(believes_no_owner_that_is_no_id),
		TEST(counts_an_owner_that_no_jail_has),
		TEST(counts_what_it_takes_away),
		TEST(leaves_out_attributes_that_steer_an_overlay),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
