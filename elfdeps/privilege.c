/* SPDX-License-Identifier: MIT */
/*
 * The kernel's two ways to raise a program: the mode bits and the capabilities of its file. Called by
 * closure.
 */
#include "privilege.h"

#include <fcntl.h>
#include <linux/capability.h>
#include <sys/stat.h>
#include <sys/xattr.h>

#include "common/fd.h"

bool privilege_by_mode(uint32_t mode)
{
	return S_ISREG(mode) &&
	       ((mode & S_ISUID) || ((mode & S_ISGID) && (mode & S_IXGRP)));
}

bool privilege_permits(const unsigned char *value, size_t size)
{
	struct vfs_cap_data data = {0};
	size_t sets = 0;

	if (size < XATTR_CAPS_SZ_1)
		return false;
	/* Little endian everywhere; the revision is in the highest byte. */
	if (value[3] == VFS_CAP_REVISION_1 >> VFS_CAP_REVISION_SHIFT)
		sets = VFS_CAP_U32_1;
	else if (size >= XATTR_CAPS_SZ_2)
		sets = VFS_CAP_U32_2;
	for (size_t i = 0; i < sets; i++)
		for (size_t j = 0; j < sizeof(data.data[i].permitted); j++)
			if (value[sizeof(data.magic_etc) + i * sizeof(data.data[i]) + j])
				return true;
	return false;
}

bool privilege_by_capabilities(const struct sysroot *root, const char *path)
{
	_cleanup_fd_ int fd = sysroot_openat(root, path,
					     O_RDONLY | O_NONBLOCK | O_NOCTTY);
	unsigned char value[64];
	ssize_t size;

	if (fd < 0)
		return false;
	size = fgetxattr(fd, "security.capability", value, sizeof(value));
	return size > 0 && privilege_permits(value, (size_t)size);
}
