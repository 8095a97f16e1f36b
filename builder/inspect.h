/* SPDX-License-Identifier: MIT */
/*
 * inspect: reads an image back. An archive is not trusted: names that leave it, names that occur
 * twice, hard links to nothing, and sizes beyond the limits are errors, never obeyed.
 */
#ifndef BUILDER_INSPECT_H
#define BUILDER_INSPECT_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "common/alloc.h"
#include "common/error.h"
#include "common/strmap.h"
#include "manifest.h"

/* One thing in the image. */
struct inspect_item {
	const char *path; /* normalized: starts with a slash, no "." or ".." */
	enum entry_type type;
	mode_t mode; /* permission bits, set-id bits included */
	uid_t uid;
	gid_t gid;
	int64_t mtime;
	dev_t rdev;
	const char *target;    /* of a symlink */
	uint64_t size, offset; /* of a file's data in the spool */
	const struct inspect_item
		*first; /* what this is a hard link of; NULL: of nothing */
};

struct inspect {
	struct arena arena;
	struct inspect_item **items; /* in the image's order; of the arena */
	size_t count, capacity;
	struct strmap by_path;
	char *record; /* the text of RECORD_PATH; NULL if there is none */
	size_t record_size;
	size_t xattrs; /* items with extended attributes, which are not read */
};

/*
 * Reads the tar archive `fd`, plain or compressed (gzip, zstd, xz), from its start. The bytes of
 * files are appended to `spool`, a file open for writing, empty; -1 leaves them. -EBADMSG if it is
 * no archive or a damaged or hostile one, -EFBIG beyond the limits.
 */
int inspect_tar(int fd, int spool, struct inspect *ret, struct error *err) _must_check_;

/* The same for an archive in memory. */
int inspect_memory(const void *data, size_t size, struct inspect *ret,
		   struct error *err) _must_check_;

/* The item of a normalized path; NULL if there is none. */
const struct inspect_item *inspect_find(const struct inspect *image, const char *path);

void inspect_free(struct inspect *image);

#define _cleanup_inspect_ __attribute__((cleanup(inspect_free)))

#endif
