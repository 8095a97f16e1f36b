/* SPDX-License-Identifier: MIT */
/* Tests of memory: a folder without a name, whose it is, and what a failed helper leaves. */
#include "tests/unit/unit.h"

#include <errno.h>
#include <linux/magic.h>
#include <sys/statfs.h>

#include "rawtar.h"
#include "runner/memory.h"
#include "standin.h"

static unsigned long notes;

static _printf_(1, 2) void take_note(const char *format, ...)
{
	(void)format;
	notes++;
}

/* The archive's first byte tells the stand-in what to do. */
static int unpack(const char *what, struct cache_image *image, struct error *err)
{
	const struct cache_options options = {.helper = standin_path(),
					      .note = take_note};
	int archive = rawtar_new();

	rawtar_write(archive, what, 1);
	int r = memory_unpack(archive, "x.tar", &options, image, err);
	close(archive);
	return r;
}

static void gives_a_folder_in_memory_that_is_the_jails(void **state)
{
	_cleanup_cache_image_ struct cache_image image = CACHE_IMAGE_NONE;
	struct error err = {0};
	struct statfs info;
	struct stat st;

	(void)state;
	if (unpack("w", &image, &err) < 0)
		fail_msg("%s", err.text);
	assert_string_equal(rawtar_read(image.root_fd, "file"), "content");
	assert_int_equal(fstatfs(image.mount_fd, &info), 0);
	assert_int_equal(info.f_type, TMPFS_MAGIC);
	assert_int_equal(fstat(image.root_fd, &st), 0);
	assert_int_equal(st.st_uid, geteuid() == 0 ? 524288 : geteuid());
	assert_int_equal(st.st_mode & 07777, 0755);
	assert_int_equal(image.lock_fd, -1);
	assert_string_equal(image.root_path, "x.tar");
	assert_int_equal(fcntl(image.mount_fd, F_GETFD), FD_CLOEXEC);
	assert_int_equal(notes, 1);
}

static void says_what_the_helper_said(void **state)
{
	_cleanup_cache_image_ struct cache_image image = CACHE_IMAGE_NONE;
	struct error err = {0};

	(void)state;
	assert_int_equal(unpack("f", &image, &err), -EBADMSG);
	assert_string_equal(err.text, "image x.tar: it is bad");
	assert_int_equal(image.root_fd, -1);
	assert_int_equal(image.mount_fd, -1);
}

static void explains_that_memory_is_full(void **state)
{
	_cleanup_cache_image_ struct cache_image image = CACHE_IMAGE_NONE;
	struct error err = {0};

	(void)state;
	assert_int_equal(unpack("n", &image, &err), -ENOSPC);
	assert_non_null(strstr(err.text, "no room in memory"));
	assert_non_null(strstr(err.hint, "--no-cache"));
}

static int stand_in(void)
{
	struct unpack_report report = {.kind = UNPACK_DONE, .counts.owners = 1};
	char what = 0;

	if (read(UNPACK_ARCHIVE_FD, &what, 1) != 1)
		return 1;
	if (what == 'w') {
		int fd = openat(UNPACK_FOLDER_FD, "file", O_CREAT | O_WRONLY, 0644);

		if (fd < 0 || write(fd, "content", 7) != 7)
			return 1;
	} else {
		report.kind = UNPACK_FAILED;
		error_set(&report.err, what == 'n' ? ENOSPC : EBADMSG, "it is bad");
	}
	standin_send(&report);
	return 0;
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(gives_a_folder_in_memory_that_is_the_jails),
		cmocka_unit_test(says_what_the_helper_said),
		cmocka_unit_test(explains_that_memory_is_full),
	};

	(void)argc;
	if (standin_is_called(argv))
		return stand_in();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
