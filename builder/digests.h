/* SPDX-License-Identifier: MIT */
/*
 * digests: the sha256 of every file that an image has or is to have.
 */
#ifndef BUILDER_DIGESTS_H
#define BUILDER_DIGESTS_H

#include <stdbool.h>
#include <time.h>

#include "common/error.h"
#include "manifest.h"

enum { DIGEST_LENGTH = 64 }; /* hexadecimal digits of a sha256 */

struct digest {
	char text[DIGEST_LENGTH + 1]; /* lower-case; "" of what has none */
	int code; /* 0; or why it could not be opened, a positive errno value */
	struct timespec
		changed; /* the file's ctime while it was read; zero: of no file */
};

/*
 * What to do about a file that cannot be opened: an image that is made must have it, one that is looked
 * at may belong to somebody else.
 */
enum digests_care { DIGESTS_OF_ALL, DIGESTS_OF_READABLE };

/*
 * Reads all files of a finished manifest, on all processors at once, each inode once. ret[i] is that of
 * manifest->entries[i]; it has none if that is no file, or is the record, which cannot hold its own.
 * Fails as content_open does; -ENODATA if a file became shorter.
 */
int digests_make(const struct manifest *manifest, enum digests_care care,
		 struct digest *ret, struct error *err) _must_check_;

/* Whether the text is a sha256 as this module writes it. */
bool digests_is_one(const char *text);

#endif
