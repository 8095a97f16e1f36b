/* SPDX-License-Identifier: MIT */
/*
 * content: the bytes of an entry, wherever they are: a file of the root, a text of ours, or the
 * image that is added to.
 */
#ifndef BUILDER_CONTENT_H
#define BUILDER_CONTENT_H

#include <stdbool.h>
#include <stdint.h>

#include "common/error.h"
#include "common/sysroot.h"
#include "manifest.h"

/* Where entries' bytes come from; borrows everything. */
struct content {
	const struct sysroot *root;
	int image_fd; /* what ORIGIN_IMAGE offsets count in; -1: of no archive */
	const struct sysroot
		*image_folder; /* or the folder that ORIGIN_IMAGE paths lie in */
	const struct sysroot
		*layer; /* where ORIGIN_LAYER paths lie; NULL: there is none */
};

/* The open bytes of one file. `fd` stands at the first of them; or there is a text. */
struct content_stream {
	int fd; /* -1: look at text */
	bool owned;
	const char *text;
	uint64_t size;
	uint64_t start;          /* where in `fd` they begin */
	struct timespec changed; /* the file's ctime; zero: of no file of its own */
};

#define CONTENT_NONE     \
	{                \
		.fd = -1 \
	}

/*
 * Opens the bytes of a file entry. Only one stream of the image may be in use at a time: they
 * share its offset. -ENOENT and so on as open(2); -EINVAL if the source is no regular file now;
 * -EBUSY if it has changed since its digest was made.
 */
int content_open(const struct content *content, const struct entry *entry,
		 struct content_stream *ret, struct error *err) _must_check_;

/*
 * After reading: -EBUSY if the file has changed since content_open, where its digest is recorded, which
 * would then be of other bytes than those that were read.
 */
int content_settle(const struct content_stream *stream, const struct entry *entry,
		   struct error *err) _must_check_;

void content_close(struct content_stream *stream);

#define _cleanup_content_ __attribute__((cleanup(content_close)))

/* 1 if both files have the same bytes, 0 if not, an error if one cannot be read. */
int content_equal(const struct content *content, const struct entry *a,
		  const struct entry *b, struct error *err) _must_check_;

/* The same for two open streams, of which at most one may be the image's. */
int content_streams_equal(struct content_stream *a, struct content_stream *b,
			  struct error *err) _must_check_;

#endif
