/* SPDX-License-Identifier: MIT */
/* Tests of builder/zstdframes: any reader of zstd gets back what was written, in order. */
#include "workshop.h"

#include <sched.h>
#include <zstd.h>

#include "builder/zstdframes.h"
#include "common/cleanup.h"

enum { LARGE = 20 << 20 };

/* Text that repeats itself now and then, in parts of any size. */
static size_t write_frames(const char *path, const char *data, size_t size)
{
	int fd = scratch_open(path, O_RDWR | O_CREAT | O_TRUNC);
	struct zstdframes *frames = NULL;
	struct error err;

	assert_int_equal(zstdframes_new(fd, &frames, &err), 0);
	for (size_t at = 0, part = 1; at < size; at += part) {
		part = part * 3 + 7 < 9000000 ? part * 3 + 7 : 1;
		part = part < size - at ? part : size - at;
		assert_int_equal(zstdframes_write(frames, data + at, part, &err), 0);
	}
	assert_int_equal(zstdframes_finish(frames, &err), 0);
	zstdframes_free(frames);
	size_t written = (size_t)lseek(fd, 0, SEEK_END);
	close(fd);
	return written;
}

static char *read_file(const char *path, size_t size)
{
	int fd = scratch_open(path, O_RDONLY);
	char *data = malloc(size + 1);

	assert_non_null(data);
	assert_int_equal(pread(fd, data, size, 0), size);
	close(fd);
	return data;
}

static void expect(const char *path, size_t written, const char *data, size_t size)
{
	_cleanup_free_ char *packed = read_file(path, written), *found = malloc(size + 1);

	assert_non_null(found);
	assert_int_equal(ZSTD_decompress(found, size + 1, packed, written), size);
	assert_memory_equal(found, data, size);
}

static char *make_text(void)
{
	char *data = malloc(LARGE);
	unsigned random = 1;

	assert_non_null(data);
	for (size_t i = 0; i < LARGE; i++) {
		random = random * 1103515245u + 12345u;
		data[i] = i > 5000 && random >> 30 ? data[i - 5000]
						   : (char)(random >> 16);
	}
	return data;
}

static void what_is_written_is_read_back(void **state)
{
	static const size_t sizes[] = {0,    1, (4 << 20) - 1, 4 << 20, (4 << 20) + 1,
				       LARGE};
	_cleanup_free_ char *data = make_text();

	(void)state;
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++)
		expect("out", write_frames("out", data, sizes[i]), data, sizes[i]);
}

/* The bytes must not depend on the machine. */
static void one_processor_writes_the_same(void **state)
{
	_cleanup_free_ char *data = make_text();
	cpu_set_t all, one;

	(void)state;
	size_t size = write_frames("many", data, LARGE);
	assert_int_equal(sched_getaffinity(0, sizeof(all), &all), 0);
	CPU_ZERO(&one);
	for (int i = 0; i < CPU_SETSIZE && !CPU_COUNT(&one); i++)
		if (CPU_ISSET(i, &all))
			CPU_SET(i, &one);
	assert_int_equal(sched_setaffinity(0, sizeof(one), &one), 0);
	assert_int_equal(write_frames("one", data, LARGE), size);
	assert_int_equal(sched_setaffinity(0, sizeof(all), &all), 0);
	_cleanup_free_ char *a = read_file("many", size), *b = read_file("one", size);
	assert_memory_equal(a, b, size);
}

static void a_full_disk_is_an_error(void **state)
{
	_cleanup_free_ char *data = make_text();
	struct zstdframes *frames = NULL;
	struct error err = {0};
	int fd = open("/dev/full", O_WRONLY);

	(void)state;
	assert_true(fd >= 0);
	assert_int_equal(zstdframes_new(fd, &frames, &err), 0);
	int r = zstdframes_write(frames, data, LARGE, &err);
	if (r == 0) /* a ring that all of it fits into */
		r = zstdframes_finish(frames, &err);
	assert_int_equal(r, -ENOSPC);
	zstdframes_free(frames);
	close(fd);
}

static void can_be_left_unfinished(void **state)
{
	_cleanup_free_ char *data = make_text();
	struct zstdframes *frames = NULL;
	struct error err;
	int fd = scratch_open("out", O_RDWR | O_CREAT);

	(void)state;
	assert_int_equal(zstdframes_new(fd, &frames, &err), 0);
	assert_int_equal(zstdframes_write(frames, data, LARGE, &err), 0);
	zstdframes_free(frames);
	close(fd);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		scratch_test(what_is_written_is_read_back),
		scratch_test(one_processor_writes_the_same),
		scratch_test(a_full_disk_is_an_error),
		scratch_test(can_be_left_unfinished),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
