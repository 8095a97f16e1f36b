/* SPDX-License-Identifier: MIT */
/*
 * Gathers pieces into large writes, and drives the compressors: libarchive's for gzip (its "raw" format:
 * one stream of bytes, nothing around it), zstdframes, and for xz is liblzma's own, as libarchive always writes a CRC64, which
 * the kernel refuses in an initramfs (Documentation/staging/xz.rst). Called by tarball.
 */
#include "sink.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <lzma.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/cleanup.h"
#include "common/fd.h"
#include "zstdframes.h"

/*
 * 128 KiB stay in the cache between read and write. On ext4 that makes an archive in 0.88 of the
 * time of copy_file_range(2), which moves single pages because nothing in a tar is aligned to them;
 * on tmpfs in 1.07 of it. For files of their own, which are aligned, the kernel's copy is faster.
 */
enum { SINK_BUFFER = 1 << 17, XZ_OUTPUT = 1 << 14, XZ_LEVEL = 6 };

struct sink {
	int fd;
	/* At most one of the three; none: plain. */
	struct archive *compressor;
	struct zstdframes *zstd;
	bool is_xz;
	lzma_stream xz;
	size_t used;
	char buffer[SINK_BUFFER];
};

static int compressor_error(struct archive *archive, struct error *err)
{
	const char *text = archive_error_string(archive);
	int code = archive_errno(archive);

	if (code > 0) /* libarchive has numbers of its own below zero */
		return error_errno(err, code, "cannot write the image");
	return error_set(err, EIO, "cannot write the image: %s",
			 text ? text : "compression failed");
}

static int open_gzip(struct sink *sink, struct error *err)
{
	struct archive_entry *entry = archive_entry_new();

	sink->compressor = archive_write_new();
	if (!sink->compressor || !entry) {
		archive_entry_free(entry);
		return error_nomem(err);
	}
	archive_entry_set_filetype(entry, AE_IFREG);
	archive_entry_set_pathname(entry, "image");
	archive_write_set_format_raw(sink->compressor);
	archive_write_set_bytes_in_last_block(sink->compressor, 1);
	int r = archive_write_add_filter_gzip(sink->compressor);
	if (r == ARCHIVE_OK)
		r = archive_write_set_options(sink->compressor,
					      "gzip:!timestamp,gzip:compression-level=6");
	if (r == ARCHIVE_OK)
		r = archive_write_open_fd(sink->compressor, sink->fd);
	if (r == ARCHIVE_OK)
		r = archive_write_header(sink->compressor, entry);
	archive_entry_free(entry);
	return r == ARCHIVE_OK ? 0 : compressor_error(sink->compressor, err);
}

static int xz_error(lzma_ret code, struct error *err)
{
	if (code == LZMA_MEM_ERROR)
		return error_nomem(err);
	return error_set(err, EIO, "cannot write the image: xz failed (%d)", (int)code);
}

static int open_xz(struct sink *sink, struct error *err)
{
	lzma_ret code = lzma_easy_encoder(&sink->xz, XZ_LEVEL, LZMA_CHECK_CRC32);

	sink->is_xz = true;
	return code == LZMA_OK ? 0 : xz_error(code, err);
}

static int put_xz(struct sink *sink, const char *data, size_t size, lzma_action action,
		  struct error *err)
{
	lzma_stream *xz = &sink->xz;
	lzma_ret code = LZMA_OK;

	xz->next_in = (const uint8_t *)data;
	xz->avail_in = size;
	while (action == LZMA_FINISH ? code != LZMA_STREAM_END : xz->avail_in > 0) {
		uint8_t out[XZ_OUTPUT];

		xz->next_out = out;
		xz->avail_out = sizeof(out);
		code = lzma_code(xz, action);
		if (code != LZMA_OK && code != LZMA_STREAM_END)
			return xz_error(code, err);
		int r = fd_write_all(sink->fd, out, sizeof(out) - xz->avail_out,
				     "the image", err);
		if (r < 0)
			return r;
	}
	return 0;
}

static int open_compressor(struct sink *sink, enum compression compression,
			   struct error *err)
{
	switch (compression) {
	case COMPRESS_GZIP:
		return open_gzip(sink, err);
	case COMPRESS_ZSTD:
		return zstdframes_new(sink->fd, &sink->zstd, err);
	case COMPRESS_XZ:
		return open_xz(sink, err);
	case COMPRESS_NONE:
		break;
	}
	return 0;
}

int sink_new(int fd, enum compression compression, struct sink **ret, struct error *err)
{
	_cleanup_sink_ struct sink *sink = malloc(sizeof(*sink));

	if (!sink)
		return error_nomem(err);
	sink->fd = fd;
	sink->used = 0;
	sink->compressor = NULL;
	sink->zstd = NULL;
	sink->is_xz = false;
	sink->xz = (lzma_stream)LZMA_STREAM_INIT;
	int r = open_compressor(sink, compression, err);
	if (r < 0)
		return r;
	*ret = steal_pointer(&sink);
	return 0;
}

static int put(struct sink *sink, const char *data, size_t size, struct error *err)
{
	if (sink->is_xz)
		return put_xz(sink, data, size, LZMA_RUN, err);
	if (sink->zstd)
		return zstdframes_write(sink->zstd, data, size, err);
	if (!sink->compressor)
		return fd_write_all(sink->fd, data, size, "the image", err);
	while (size) {
		la_ssize_t done = archive_write_data(sink->compressor, data, size);

		if (done <= 0)
			return compressor_error(sink->compressor, err);
		data += done;
		size -= (size_t)done;
	}
	return 0;
}

static int flush(struct sink *sink, struct error *err)
{
	size_t used = sink->used;

	sink->used = 0;
	return used ? put(sink, sink->buffer, used, err) : 0;
}

int sink_write(struct sink *sink, const void *data, size_t size, struct error *err)
{
	if (size > SINK_BUFFER - sink->used) {
		int r = flush(sink, err);

		if (r < 0)
			return r;
	}
	if (size > SINK_BUFFER)
		return put(sink, data, size, err);
	memcpy(sink->buffer + sink->used, data, size);
	sink->used += size;
	return 0;
}

/* Reads `size` bytes, or as many as fit, behind what the buffer holds. */
static ssize_t fill(struct sink *sink, int from, uint64_t size)
{
	size_t room = SINK_BUFFER - sink->used;
	ssize_t done;

	do
		done = read(from, sink->buffer + sink->used,
			    size < room ? (size_t)size : room);
	while (done < 0 && errno == EINTR);
	return done < 0 ? -errno : done;
}

int sink_copy(struct sink *sink, int from, uint64_t size, const char *name,
	      struct error *err)
{
	while (size) {
		int r = sink->used == SINK_BUFFER ? flush(sink, err) : 0;
		if (r < 0)
			return r;
		ssize_t done = fill(sink, from, size);
		if (done < 0)
			return error_errno(err, (int)-done, "cannot read %s", name);
		if (!done)
			return error_set(err, ENODATA,
					 "%s became shorter while it was read", name);
		sink->used += (size_t)done;
		size -= (uint64_t)done;
	}
	return 0;
}

int sink_finish(struct sink *sink, struct error *err)
{
	int r = flush(sink, err);

	if (r == 0 && sink->is_xz)
		return put_xz(sink, NULL, 0, LZMA_FINISH, err);
	if (r == 0 && sink->zstd)
		return zstdframes_finish(sink->zstd, err);
	if (r < 0 || !sink->compressor)
		return r;
	return archive_write_close(sink->compressor) == ARCHIVE_OK
		       ? 0
		       : compressor_error(sink->compressor, err);
}

void sink_free(struct sink *sink)
{
	if (!sink)
		return;
	if (sink->compressor) {
		/* An unfinished stream must not be finished now: the output may be full or closed. */
		archive_write_fail(sink->compressor);
		archive_write_free(sink->compressor);
	}
	zstdframes_free(sink->zstd);
	lzma_end(&sink->xz);
	free(sink);
}
