/* SPDX-License-Identifier: MIT */
/*
 * zstdframes: a stream of bytes as zstd, cut into pieces that are compressed side by side. Each piece is
 * a frame of its own (RFC 8878 has a file be any number of them), so that the bytes do not depend on how
 * many processors there are.
 */
#ifndef BUILDER_ZSTDFRAMES_H
#define BUILDER_ZSTDFRAMES_H

#include <stddef.h>

#include "common/error.h"

struct zstdframes;

/* Compresses into `fd` (borrowed), from its current offset. */
int zstdframes_new(int fd, struct zstdframes **ret, struct error *err) _must_check_;

/* Takes bytes; what comes of them is written later, by this thread. -EIO if compressing fails. */
int zstdframes_write(struct zstdframes *frames, const char *data, size_t size,
		     struct error *err) _must_check_;

/* Writes what is still held back. Nothing may follow. */
int zstdframes_finish(struct zstdframes *frames, struct error *err) _must_check_;

void zstdframes_free(struct zstdframes *frames);

#endif
