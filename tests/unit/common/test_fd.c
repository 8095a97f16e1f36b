/* SPDX-License-Identifier: MIT */
/*
 * Tests of common/fd: limits of untrusted input, and copies between every kind of source and
 * target that takes another way through the kernel.
 */
#include "tests/unit/unit.h"

#include <errno.h>
#include <stdbool.h>
#include <sys/mman.h>

#include "common/cleanup.h"
#include "common/fd.h"
#include "scratch.h"

enum { LARGE = 3 * 1000 * 1000 + 1 };

/* Bytes that repeat only every 251, so that a lost or doubled block shows. */
static char *pattern(size_t size)
{
	char *data = malloc(size);

	assert_non_null(data);
	for (size_t i = 0; i < size; i++)
		data[i] = (char)(i % 251 + (i >> 16));
	return data;
}

/* A file of LARGE bytes on tmpfs, where memfd_create(2) makes it, or in the scratch folder. */
static int large_file(bool on_tmpfs)
{
	_cleanup_free_ char *data = pattern(LARGE);
	int fd = on_tmpfs ? memfd_create("source", MFD_CLOEXEC)
			  : scratch_open("source", O_RDWR | O_CREAT);

	assert_true(fd >= 0);
	assert_int_equal(fd_write_all(fd, data, LARGE, "source", NULL), 0);
	assert_int_equal(lseek(fd, 0, SEEK_SET), 0);
	return fd;
}

static void expect_large(int fd)
{
	_cleanup_free_ char *wanted = pattern(LARGE), *found = NULL;
	size_t size = 0;

	assert_int_equal(lseek(fd, 0, SEEK_SET), 0);
	assert_int_equal(fd_read_all(fd, LARGE, "copy", &found, &size, NULL), 0);
	assert_int_equal(size, LARGE);
	assert_memory_equal(found, wanted, LARGE);
}

static void leaves_minus_one_behind_what_was_given_away(void **state)
{
	int fd = scratch_open("/dev/null", O_RDONLY);
	int given = steal_fd(&fd);

	(void)state;
	assert_int_equal(fd, -1);
	cleanup_fd(&fd);
	assert_true(fcntl(given, F_GETFD) >= 0);
	cleanup_fd(&given);
	assert_int_equal(fcntl(given, F_GETFD), -1);
}

static void reports_a_full_disk(void **state)
{
	_cleanup_fd_ int fd = scratch_open("/dev/full", O_WRONLY);
	struct error err = {0};

	(void)state;
	assert_int_equal(fd_write_all(fd, "x", 1, "the file", &err), -ENOSPC);
	assert_string_equal(err.text, "cannot write the file: No space left on device");
	assert_int_equal(fd_write_all(fd, "x", 0, "the file", &err), 0);
}

/* A full pipe takes what fits: the rest must follow as the reader makes room. */
static void goes_on_after_a_short_write(void **state)
{
	_cleanup_free_ char *data = pattern(LARGE), *found = NULL;
	size_t size = 0;
	int ends[2];

	(void)state;
	assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
	pid_t pid = fork();
	if (pid == 0)
		_exit(fd_write_all(ends[1], data, LARGE, "pipe", NULL) == 0 ? 0 : 1);
	close(ends[1]);
	assert_int_equal(fd_read_all(ends[0], LARGE, "pipe", &found, &size, NULL), 0);
	close(ends[0]);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
	assert_int_equal(size, LARGE);
	assert_memory_equal(found, data, LARGE);
}

/* The sizes around the first buffer and its doubling, where an off-by-one would hide. */
static void reads_files_of_every_size_with_a_nul_behind(void **state)
{
	static const size_t sizes[] = {0,    1,    4094, 4095, 4096,
				       4097, 8190, 8191, 8192, 100000};

	(void)state;
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		_cleanup_free_ char *data = pattern(100000), *found = NULL;
		_cleanup_fd_ int fd = scratch_open("f", O_RDWR | O_CREAT | O_TRUNC);
		size_t size = 1;

		assert_int_equal(fd_write_all(fd, data, sizes[i], "f", NULL), 0);
		assert_int_equal(lseek(fd, 0, SEEK_SET), 0);
		assert_int_equal(fd_read_all(fd, sizes[i], "f", &found, &size, NULL), 0);
		assert_int_equal(size, sizes[i]);
		assert_memory_equal(found, data, size);
		assert_int_equal(found[size], '\0');
	}
}

static void refuses_one_byte_more_than_the_limit(void **state)
{
	struct error err = {0};
	char *data = NULL;
	size_t size = 77;

	(void)state;
	scratch_write("f", "12345");
	_cleanup_fd_ int fd = scratch_open("f", O_RDONLY);
	assert_int_equal(fd_read_all(fd, 4, "f", &data, &size, &err), -EFBIG);
	assert_string_equal(err.text, "f is larger than 4 bytes");
	assert_null(data);
	assert_int_equal(size, 77);
}

static void stops_at_the_limit_of_an_endless_source(void **state)
{
	_cleanup_fd_ int fd = scratch_open("/dev/zero", O_RDONLY);
	char *data = NULL;
	size_t size;

	(void)state;
	assert_int_equal(fd_read_all(fd, 1 << 20, "zero", &data, &size, NULL), -EFBIG);
	assert_null(data);
}

static void reports_what_cannot_be_read(void **state)
{
	_cleanup_fd_ int fd = scratch_open(".", O_RDONLY | O_DIRECTORY);
	struct error err = {0};
	char *data = NULL;
	size_t size;

	(void)state;
	assert_int_equal(fd_read_all(fd, 100, "folder", &data, &size, &err), -EISDIR);
	assert_string_equal(err.text, "cannot read folder: Is a directory");
}

static void copies_from_tmpfs_to_the_disk(void **state)
{
	_cleanup_fd_ int from = large_file(true),
			 to = scratch_open("to", O_RDWR | O_CREAT);

	(void)state;
	assert_int_equal(fd_copy(from, to, LARGE, "source", NULL), 0);
	expect_large(to);
}

static void copies_from_the_disk_to_tmpfs(void **state)
{
	_cleanup_fd_ int from = large_file(false), to = memfd_create("to", MFD_CLOEXEC);

	(void)state;
	assert_int_equal(fd_copy(from, to, LARGE, "source", NULL), 0);
	expect_large(to);
}

static void copies_within_one_file_system(void **state)
{
	_cleanup_fd_ int from = large_file(false),
			 to = scratch_open("to", O_RDWR | O_CREAT);

	(void)state;
	assert_int_equal(fd_copy(from, to, LARGE, "source", NULL), 0);
	expect_large(to);
}

/* copy_file_range(2) and sendfile(2) both refuse a target with O_APPEND. */
static void copies_behind_the_end_of_an_appending_file(void **state)
{
	_cleanup_fd_ int from = large_file(false);
	_cleanup_fd_ int to = scratch_open("to", O_RDWR | O_CREAT | O_APPEND);

	(void)state;
	assert_int_equal(fd_copy(from, to, LARGE, "source", NULL), 0);
	expect_large(to);
}

static void copies_from_a_pipe(void **state)
{
	_cleanup_free_ char *data = pattern(LARGE);
	_cleanup_fd_ int to = scratch_open("to", O_RDWR | O_CREAT);
	int ends[2];

	(void)state;
	assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
	pid_t pid = fork();
	if (pid == 0)
		_exit(fd_write_all(ends[1], data, LARGE, "pipe", NULL) == 0 ? 0 : 1);
	close(ends[1]);
	assert_int_equal(fd_copy(ends[0], to, LARGE, "pipe", NULL), 0);
	close(ends[0]);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
	expect_large(to);
}

/* Files of /proc say that they have no bytes; some answer an in-kernel copy with none. */
static void copies_from_proc(void **state)
{
	static const char *const files[] = {"/proc/version", "/proc/self/cmdline",
					    "/proc/self/limits",
					    "/proc/sys/kernel/ostype"};

	(void)state;
	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		_cleanup_fd_ int from = scratch_open(files[i], O_RDONLY);
		_cleanup_fd_ int to = scratch_open("to", O_RDWR | O_CREAT | O_TRUNC);
		_cleanup_free_ char *wanted = NULL, *found = NULL;
		size_t size = 0, copied = 0;

		assert_int_equal(fd_read_all(from, 65536, files[i], &wanted, &size, NULL),
				 0);
		assert_true(size > 0);
		assert_int_equal(lseek(from, 0, SEEK_SET), 0);
		assert_int_equal(fd_copy(from, to, size, files[i], NULL), 0);
		assert_int_equal(lseek(to, 0, SEEK_SET), 0);
		assert_int_equal(fd_read_all(to, 65536, "to", &found, &copied, NULL), 0);
		assert_int_equal(copied, size);
		assert_memory_equal(found, wanted, size);
	}
}

static void copies_from_and_to_the_current_offsets(void **state)
{
	(void)state;
	scratch_write("from", "0123456789");
	scratch_write("to", "abcdefghij");
	_cleanup_fd_ int from = scratch_open("from", O_RDONLY);
	_cleanup_fd_ int to = scratch_open("to", O_WRONLY);
	assert_int_equal(lseek(from, 3, SEEK_SET), 3);
	assert_int_equal(lseek(to, 2, SEEK_SET), 2);
	assert_int_equal(fd_copy(from, to, 4, "from", NULL), 0);
	assert_int_equal(lseek(from, 0, SEEK_CUR), 7);
	assert_int_equal(lseek(to, 0, SEEK_CUR), 6);
	assert_int_equal(fd_copy(from, to, 0, "from", NULL), 0);
	scratch_expect("to", "ab3456ghij");
}

static void reports_a_source_that_shrank(void **state)
{
	struct error err = {0};

	(void)state;
	scratch_write("from", "0123456789");
	_cleanup_fd_ int from = scratch_open("from", O_RDONLY);
	_cleanup_fd_ int to = scratch_open("to", O_RDWR | O_CREAT);
	assert_int_equal(fd_copy(from, to, 11, "from", &err), -ENODATA);
	assert_string_equal(err.text, "from became shorter while it was read");
	_cleanup_fd_ int memory = memfd_create("m", MFD_CLOEXEC);
	assert_int_equal(fd_copy(memory, to, 1, "memory", &err), -ENODATA);
}

static void names_the_source_when_a_copy_fails(void **state)
{
	_cleanup_fd_ int full = scratch_open("/dev/full", O_WRONLY),
			 from = large_file(false);
	_cleanup_fd_ int unreadable = scratch_open("source", O_WRONLY);
	_cleanup_fd_ int to = scratch_open("to", O_RDWR | O_CREAT);
	struct error err = {0};

	(void)state;
	assert_int_equal(fd_copy(from, full, LARGE, "source", &err), -ENOSPC);
	assert_non_null(strstr(err.text, "source"));
	assert_int_equal(fd_copy(unreadable, to, LARGE, "locked", &err), -EBADF);
	assert_non_null(strstr(err.text, "locked"));
}

/* Waiting would need poll(2): the caller chose not to wait. The alarm ends a busy loop. */
static void does_not_spin_where_it_would_block(void **state)
{
	_cleanup_fd_ int from = large_file(false),
			 to = scratch_open("to", O_RDWR | O_CREAT);
	struct error err = {0};
	int ends[2];

	(void)state;
	assert_int_equal(pipe2(ends, O_CLOEXEC | O_NONBLOCK), 0);
	alarm(10);
	assert_int_equal(fd_copy(ends[0], to, 1, "pipe", &err), -EAGAIN);
	assert_int_equal(fd_copy(from, ends[1], LARGE, "source", &err), -EAGAIN);
	alarm(0);
	close(ends[0]);
	close(ends[1]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		scratch_test(leaves_minus_one_behind_what_was_given_away),
		scratch_test(reports_a_full_disk),
		scratch_test(goes_on_after_a_short_write),
		scratch_test(reads_files_of_every_size_with_a_nul_behind),
		scratch_test(refuses_one_byte_more_than_the_limit),
		scratch_test(stops_at_the_limit_of_an_endless_source),
		scratch_test(reports_what_cannot_be_read),
		scratch_test(copies_from_tmpfs_to_the_disk),
		scratch_test(copies_from_the_disk_to_tmpfs),
		scratch_test(copies_within_one_file_system),
		scratch_test(copies_behind_the_end_of_an_appending_file),
		scratch_test(copies_from_a_pipe),
		scratch_test(copies_from_proc),
		scratch_test(copies_from_and_to_the_current_offsets),
		scratch_test(reports_a_source_that_shrank),
		scratch_test(names_the_source_when_a_copy_fails),
		scratch_test(does_not_spin_where_it_would_block),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
