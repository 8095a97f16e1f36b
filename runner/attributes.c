/* SPDX-License-Identifier: MIT */
/*
 * Reading and writing of attributes. The order is time, mode, owner: who gives a file away may no
 * longer change it, and needs no capability for what comes before. Called by extract.
 */
#include "attributes.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/xattr.h>

#include "idmap.h"

/* Whether a number from the archive is an id that a jail of root's has. */
static bool is_id(int64_t number)
{
	return number >= 0 && number < IDMAP_COUNT;
}

static void read_owner(struct archive_entry *entry, bool owners,
		       struct attributes *attributes, struct extract_counts *counts)
{
	int64_t uid = archive_entry_uid(entry), gid = archive_entry_gid(entry);

	if (uid == 0 && gid == 0)
		return; /* that is who makes the file */
	if (!owners || !is_id(uid) || !is_id(gid)) {
		counts->owners++;
		return;
	}
	attributes->has_owner = true;
	attributes->uid = (uid_t)uid;
	attributes->gid = (gid_t)gid;
}

struct attributes attributes_read(struct archive_entry *entry, bool owners,
				  struct extract_counts *counts)
{
	struct attributes attributes = {.mode = archive_entry_perm(entry) & 07777};
	long nanoseconds = archive_entry_mtime_nsec(entry);

	attributes.times[0].tv_nsec = UTIME_OMIT;
	attributes.times[1].tv_sec = archive_entry_mtime(entry);
	/* Above 999999999 lie UTIME_NOW and UTIME_OMIT, and what is invalid. */
	if (nanoseconds >= 0 && nanoseconds < 1000000000)
		attributes.times[1].tv_nsec = nanoseconds;
	/* A folder's setgid bit gives no privilege: it tells the group of files made in it. */
	if (archive_entry_filetype(entry) == AE_IFDIR) {
		attributes.mode &= 03777;
	} else if (attributes.mode & 06000) {
		attributes.mode &= 01777;
		counts->privileges++;
	}
	read_owner(entry, owners, &attributes, counts);
	return attributes;
}

int attributes_write(int fd, const struct attributes *attributes, bool set_mode)
{
	if (futimens(fd, attributes->times) < 0)
		return -errno;
	if (set_mode && fchmod(fd, attributes->mode) < 0)
		return -errno;
	if (attributes->has_owner && fchown(fd, attributes->uid, attributes->gid) < 0)
		return -errno;
	return 0;
}

int attributes_write_at(int parent_fd, const char *base,
			const struct attributes *attributes)
{
	int flags = AT_SYMLINK_NOFOLLOW;

	if (utimensat(parent_fd, base, attributes->times, flags) < 0)
		return -errno;
	if (attributes->has_owner &&
	    fchownat(parent_fd, base, attributes->uid, attributes->gid, flags) < 0)
		return -errno;
	return 0;
}

/*
 * user.overlay.* are left out: jailrun mounts images as an overlay's lower layer with the option
 * userxattr, and there these names hide files and redirect folders (overlayfs.rst, "User xattr").
 */
static bool is_kept(const char *name)
{
	return !strncmp(name, "user.", 5) && strncmp(name, "user.overlay.", 13) != 0;
}

void attributes_write_extended(int fd, struct archive_entry *entry,
			       struct extract_counts *counts)
{
	const char *name;
	const void *value;
	size_t size;

	archive_entry_xattr_reset(entry);
	while (archive_entry_xattr_next(entry, &name, &value, &size) == ARCHIVE_OK) {
		/* A file system without them, or with less room, is no reason to fail. */
		if (!name || !is_kept(name) || fsetxattr(fd, name, value, size, 0) < 0)
			counts->attributes++;
	}
}
