/* SPDX-License-Identifier: MIT */
/*
 * intake: an archive's untrusted bytes as entries, by libarchive with only the formats that
 * jailbuild writes (tar and cpio; gzip, zstd, xz), and its many verdicts as few errors. Called by
 * the unpack helper, inside its confinement.
 */
#ifndef RUNNER_INTAKE_H
#define RUNNER_INTAKE_H

#include <stdint.h>
#include <sys/types.h>

#include "common/error.h"

struct archive;
struct archive_entry;
struct intake;

/*
 * Begins to read the archive at the offset of `fd`, which is borrowed until intake_free. Entry
 * names are bytes; where a pax header has them as UTF-8, LC_CTYPE must be a UTF-8 locale.
 */
int intake_open(int fd, struct intake **ret, struct error *err) _must_check_;

/*
 * The next entry, borrowed until the next call; what is left of the last one's data is skipped.
 * Returns 1, or 0 at the end. -ENOEXEC: no archive of these formats; -EBADMSG: damaged or cut
 * off (also a tar that ends without its end mark, pax(1): two blocks of zeros); -ENOMEM.
 */
int intake_next(struct intake *intake, struct archive_entry **ret,
		struct error *err) _must_check_;

/* A piece of an entry's data; what lies between pieces is a hole. */
struct intake_piece {
	const void *data; /* valid until the next call */
	size_t size;
	uint64_t offset; /* where it belongs in the file */
};

/* The next piece of the current entry's data. Returns 1, or 0 behind the last; errors as above. */
int intake_read(struct intake *intake, struct intake_piece *ret,
		struct error *err) _must_check_;

/* How many bytes of `fd` have been read. */
uint64_t intake_consumed(const struct intake *intake);

void intake_free(struct intake *intake);

static inline void intake_cleanup(struct intake **intake)
{
	intake_free(*intake);
}
#define _cleanup_intake_ __attribute__((cleanup(intake_cleanup)))

#endif
