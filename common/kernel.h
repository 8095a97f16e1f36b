/* SPDX-License-Identifier: MIT */
/*
 * kernel: system calls and their constants that glibc has and musl not: jailrun is linked with
 * musl where that is there. Include it instead of <sys/mount.h>.
 */
#ifndef COMMON_KERNEL_H
#define COMMON_KERNEL_H

#include <fcntl.h>
#include <linux/close_range.h>
#include <stdio.h>
#include <sys/mount.h>
#include <unistd.h>

#ifndef __GLIBC__
#include <linux/mount.h>
#include <sys/syscall.h>

#define RENAME_NOREPLACE \
	(1 << 0) /* linux/fs.h has them, and much that quarrels with musl */
#define RENAME_EXCHANGE (1 << 1)

static inline int open_tree(int dir_fd, const char *path, unsigned flags)
{
	return (int)syscall(SYS_open_tree, dir_fd, path, flags);
}

static inline int move_mount(int from_fd, const char *from, int to_fd, const char *to,
			     unsigned flags)
{
	return (int)syscall(SYS_move_mount, from_fd, from, to_fd, to, flags);
}

static inline int fsopen(const char *type, unsigned flags)
{
	return (int)syscall(SYS_fsopen, type, flags);
}

static inline int fsconfig(int context, unsigned command, const char *key,
			   const void *value, int aux)
{
	return (int)syscall(SYS_fsconfig, context, command, key, value, aux);
}

static inline int fsmount(int context, unsigned flags, unsigned attributes)
{
	return (int)syscall(SYS_fsmount, context, flags, attributes);
}

static inline int mount_setattr(int dir_fd, const char *path, unsigned flags,
				struct mount_attr *change, size_t size)
{
	return (int)syscall(SYS_mount_setattr, dir_fd, path, flags, change, size);
}

static inline int close_range(unsigned first, unsigned last, int flags)
{
	return (int)syscall(SYS_close_range, first, last, flags);
}

static inline int renameat2(int from_fd, const char *from, int to_fd, const char *to,
			    unsigned flags)
{
	return (int)syscall(SYS_renameat2, from_fd, from, to_fd, to, flags);
}
#endif

#endif
