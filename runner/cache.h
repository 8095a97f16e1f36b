/* SPDX-License-Identifier: MIT */
/*
 * cache: archives unpacked once, into a folder of the user's. An entry is found by the archive's
 * identity (device, inode, size, times of content and inode), never by a digest: hashing an
 * archive takes longer than unpacking it. Called by jailrun when IMAGE is an archive.
 *
 * The folder holds, for each archive, a folder that appears by one rename when it is whole:
 *     IDENTITY@BOOT/root/          the unpacked root filesystem
 *     IDENTITY@BOOT/about          the archive's path and what it unpacked to (inventory.h)
 *     IDENTITY@BOOT/owners         a user's: to whom files are to belong (owners.h), if not all are root's
 *     tmp.IDENTITY@BOOT/           one that is being unpacked; its lock tells whether it still is
 * flock(2) on such a folder: exclusive while it is made or removed, shared while it is used.
 * BOOT is the kernel's boot id: nothing is forced to the disk (it would take longer than the
 * unpacking), so what was written before a power cut may be in pieces and is not used again.
 */
#ifndef RUNNER_CACHE_H
#define RUNNER_CACHE_H

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>

#include "common/error.h"
#include "common/fd.h"

/* What the cache may hold: then entries go that are not in use, the longest unused first. */
#define CACHE_BYTES (UINT64_C(10) << 30)

/*
 * Zero means the default, everywhere. The usual folder is XDG_CACHE_HOME/jailrun; where that is
 * unset ~/.cache/jailrun, for root /var/cache/jailrun. The helper is looked for next to the
 * running program, then in ../libexec/jailrun/ from there. The three functions may be NULL; they
 * are called on a miss only: `progress` a few times a second once it takes long, `note` (log_note)
 * for what could not be unpacked, `verbose` (log_verbose) for what is done.
 */
struct cache_options {
	const char *folder;   /* NULL: the usual one */
	const char *helper;   /* path of jailrun-unpack; NULL: looked for */
	unsigned root_range;  /* as for idmap_choose */
	bool in_memory;       /* not in the folder, but in memory, for one run */
	bool look_only;       /* -ENOENT for what is not there yet; nothing is written */
	uint64_t max_bytes;   /* refuse archives that unpack to more; 64 GiB */
	uint64_t max_entries; /* refuse archives with more entries; 1,000,000 */
	uint64_t max_cache;   /* of all entries, once one was added; CACHE_BYTES */
	void (*progress)(uint64_t entries, uint64_t bytes);
	void (*note)(const char *format, ...) _printf_(1, 2);
	void (*verbose)(const char *format, ...) _printf_(1, 2);
};

/* Closes with cache_image_close. A child in a new mount namespace opens root_path again and compares device and inode. */
struct cache_image {
	int root_fd;     /* O_PATH | O_DIRECTORY of the unpacked root */
	char *root_path; /* its absolute path; owned */
	int lock_fd;     /* shared lock: nobody removes the image; -1 it has no name */
	int mount_fd;    /* the detached mount of an image in memory; else -1 */
	int owners_fd; /* the list of owners (owners.h), to be read from its start; else -1 */
};

/* What an unused one looks like, for the cleanup. */
/* clang-format off */
#define CACHE_IMAGE_NONE {.root_fd = -1, .lock_fd = -1, .mount_fd = -1, .owners_fd = -1}
/* clang-format on */

/*
 * Finds the unpacked form of the archive `archive_fd` (a regular file, open for reading; its
 * offset may change), unpacking it first if it is not there. `name` is for messages. Files belong
 * to the ids of idmap_choose(root_range). Where no cache folder can be had it is unpacked into memory
 * (memory.h), and said so.
 *
 * Errors: -EPERM the cache folder is not the caller's own, or open to others; -ENOEXEC the file is
 * no archive; -EBADMSG it is damaged, cut off or hostile; -ESTALE it kept changing; -ENOSPC or
 * -EDQUOT no room in the cache folder; -EFBIG over a limit; others as the system gave them.
 * After an error the folder is as it was before.
 */
int cache_open(int archive_fd, const char *name, const struct cache_options *options,
	       struct cache_image *ret, struct error *err) _must_check_;

/* Closes the descriptors and frees the path. */
static inline void cache_image_close(struct cache_image *image)
{
	cleanup_fd(&image->root_fd);
	cleanup_fd(&image->lock_fd);
	cleanup_fd(&image->mount_fd);
	cleanup_fd(&image->owners_fd);
	free(image->root_path);
}

#define _cleanup_cache_image_ __attribute__((cleanup(cache_image_close)))

#endif
