/* SPDX-License-Identifier: MIT */
/*
 * sink: where the bytes of an archive go: to a file as they are, or through a compressor.
 */
#ifndef BUILDER_SINK_H
#define BUILDER_SINK_H

#include <stddef.h>
#include <stdint.h>

#include "common/error.h"

enum compression {
	COMPRESS_NONE,
	COMPRESS_GZIP,
	COMPRESS_ZSTD,
	COMPRESS_XZ,
};

/* What an archive's headers are. */
enum layout {
	LAYOUT_TAR,
	LAYOUT_CPIO, /* newc, which the kernel unpacks as an initramfs */
};

struct sink;

/*
 * Makes a sink that writes to `fd` (borrowed) from its current offset. The compressed bytes depend
 * on nothing but the input and the compressor's version: no time, no number of processors, a fixed level.
 */
int sink_new(int fd, enum compression compression, struct sink **ret,
	     struct error *err) _must_check_;

/* Writes, perhaps later. */
int sink_write(struct sink *sink, const void *data, size_t size,
	       struct error *err) _must_check_;

/* Copies exactly `size` bytes from `from`; -ENODATA if it ends early. `name` is the source. */
int sink_copy(struct sink *sink, int from, uint64_t size, const char *name,
	      struct error *err) _must_check_;

/* Writes what is still held back. Nothing may follow. */
int sink_finish(struct sink *sink, struct error *err) _must_check_;

void sink_free(struct sink *sink);

static inline void sink_cleanup(struct sink **sink)
{
	sink_free(*sink);
}
#define _cleanup_sink_ __attribute__((cleanup(sink_cleanup)))

#endif
