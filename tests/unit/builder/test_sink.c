/* SPDX-License-Identifier: MIT */
/* Tests of builder/sink: bytes arrive whole, plain and compressed, the same each time. */
#include "workshop.h"

#include "builder/sink.h"

static off_t write_some(const char *path, enum compression compression)
{
	static char large[300000];
	_cleanup_sink_ struct sink *sink = NULL;
	struct error err;
	int fd = scratch_open(path, O_RDWR | O_CREAT | O_TRUNC);
	int source = scratch_open("source", O_RDONLY);

	memset(large, 'x', sizeof(large));
	assert_int_equal(sink_new(fd, compression, &sink, &err), 0);
	assert_int_equal(sink_write(sink, "head", 4, &err), 0);
	assert_int_equal(sink_write(sink, large, sizeof(large), &err), 0);
	assert_int_equal(sink_copy(sink, source, 6, "source", &err), 0);
	assert_int_equal(sink_finish(sink, &err), 0);
	off_t size = lseek(fd, 0, SEEK_END);
	close(source);
	close(fd);
	return size;
}

static void plain_bytes_arrive_in_order(void **state)
{
	char tail[7] = "";

	(void)state;
	scratch_write("source", "source");
	assert_int_equal(write_some("out", COMPRESS_NONE), 300010);
	int fd = scratch_open("out", O_RDONLY);
	assert_int_equal(pread(fd, tail, 6, 300004), 6);
	assert_string_equal(tail, "source");
	close(fd);
}

static void compressed_bytes_are_the_same_each_time(void **state)
{
	static const enum compression kinds[] = {COMPRESS_GZIP, COMPRESS_ZSTD,
						 COMPRESS_XZ};
	char one[4096], two[4096];

	(void)state;
	scratch_write("source", "source");
	for (size_t i = 0; i < 3; i++) {
		off_t size = write_some("one", kinds[i]);

		assert_in_range(size, 20, sizeof(one));
		assert_int_equal(write_some("two", kinds[i]), size);
		int a = scratch_open("one", O_RDONLY), b = scratch_open("two", O_RDONLY);
		assert_int_equal(read(a, one, sizeof(one)), size);
		assert_int_equal(read(b, two, sizeof(two)), size);
		assert_memory_equal(one, two, (size_t)size);
		if (kinds[i] ==
		    COMPRESS_XZ) /* the check's kind: the kernel takes CRC32 */
			assert_int_equal(one[7], 1);
		close(a);
		close(b);
	}
}

static void a_source_that_ends_early_is_an_error(void **state)
{
	_cleanup_sink_ struct sink *sink = NULL;
	struct error err;

	(void)state;
	scratch_write("source", "source");
	int fd = scratch_open("out", O_RDWR | O_CREAT),
	    source = scratch_open("source", O_RDONLY);
	assert_int_equal(sink_new(fd, COMPRESS_NONE, &sink, &err), 0);
	assert_int_equal(sink_copy(sink, source, 7, "source", &err), -ENODATA);
	assert_string_equal(err.text, "source became shorter while it was read");
	close(source);
	close(fd);
}

static void a_full_device_is_an_error_with_its_cause(void **state)
{
	struct error err;

	(void)state;
	for (int kind = COMPRESS_NONE; kind <= COMPRESS_XZ; kind++) {
		_cleanup_sink_ struct sink *sink = NULL;
		int fd = scratch_open("/dev/full", O_WRONLY);

		assert_int_equal(sink_new(fd, (enum compression)kind, &sink, &err), 0);
		int r = sink_write(sink, "text", 4, &err);
		if (r == 0)
			r = sink_finish(sink, &err);
		assert_int_equal(r, -ENOSPC);
		close(fd);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		scratch_test(plain_bytes_arrive_in_order),
		scratch_test(compressed_bytes_are_the_same_each_time),
		scratch_test(a_source_that_ends_early_is_an_error),
		scratch_test(a_full_device_is_an_error_with_its_cause),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
