/* SPDX-License-Identifier: MIT */
/*
 * unarchive: an archive's untrusted bytes as entries, by libarchive with only the formats that
 * jailbuild writes (tar and cpio; gzip, zstd, xz), and its many verdicts as few errors. Called by
 * the unpack helper, inside its confinement.
 */
#ifndef RUNNER_UNARCHIVE_H
#define RUNNER_UNARCHIVE_H

#include <stdint.h>
#include <sys/types.h>

#include "common/error.h"

struct archive;
struct archive_entry;
struct unarchive;

/*
 * Begins to read the archive at the offset of `fd`, which is borrowed until unarchive_free. Entry
 * names are bytes; where a pax header has them as UTF-8, LC_CTYPE must be a UTF-8 locale.
 */
int unarchive_open(int fd, struct unarchive **ret, struct error *err) _must_check_;

/*
 * The next entry, borrowed until the next call; what is left of the last one's data is skipped.
 * Returns 1, or 0 at the end. -ENOEXEC: no archive of these formats; -EBADMSG: damaged or cut
 * off (also a tar that ends without its end mark, pax(1): two blocks of zeros); -ENOMEM.
 */
int unarchive_next(struct unarchive *unarchive, struct archive_entry **ret,
		   struct error *err) _must_check_;

/* A piece of an entry's data; what lies between pieces is a hole. */
struct unarchive_piece {
	const void *data; /* valid until the next call */
	size_t size;
	uint64_t offset; /* where it belongs in the file */
};

/* The next piece of the current entry's data. Returns 1, or 0 behind the last; errors as above. */
int unarchive_read(struct unarchive *unarchive, struct unarchive_piece *ret,
		   struct error *err) _must_check_;

/* How many bytes of `fd` have been read. */
uint64_t unarchive_consumed(const struct unarchive *unarchive);

void unarchive_free(struct unarchive *unarchive);

static inline void unarchive_cleanup(struct unarchive **unarchive)
{
	unarchive_free(*unarchive);
}
#define _cleanup_unarchive_ __attribute__((cleanup(unarchive_cleanup)))

#endif
