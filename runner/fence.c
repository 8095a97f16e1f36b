/* SPDX-License-Identifier: MIT */
/*
 * Landlock by its three system calls (landlock(7)). The kernel's own header is not used: that of
 * the building machine may be older than the kernel that runs this. Called by confine.
 */
#include "fence.h"

#include <errno.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "common/fd.h"

/* include/uapi/linux/landlock.h */
enum {
	QUERY_VERSION = 1,
	PATH_BENEATH = 1,
	FS_WRITE_FILE = 1 << 1,
	FS_READ_FILE = 1 << 2,
	FS_READ_DIR = 1 << 3,
	FS_REMOVE_FILE = 1 << 5,
	FS_MAKE_DIR = 1 << 7,
	FS_MAKE_REG = 1 << 8,
	FS_MAKE_FIFO = 1 << 10,
	FS_MAKE_SYM = 1 << 12,
	FS_REFER = 1 << 13,          /* version 2 */
	FS_TRUNCATE = 1 << 14,       /* version 3 */
	FS_IOCTL_DEV = 1 << 15,      /* version 5 */
	NET_TCP = 1 << 0 | 1 << 1,   /* bind, connect; version 4 */
	SCOPE_ALL = 1 << 0 | 1 << 1, /* abstract sockets, signals; version 6 */

	FS_ALLOWED = FS_WRITE_FILE | FS_READ_FILE | FS_READ_DIR | FS_REMOVE_FILE |
		     FS_MAKE_DIR | FS_MAKE_REG | FS_MAKE_FIFO | FS_MAKE_SYM | FS_REFER |
		     FS_TRUNCATE,
};

struct ruleset {
	uint64_t fs, net, scoped;
};

struct path_rule {
	uint64_t allowed;
	int32_t fd;
} __attribute__((packed));

static struct ruleset known_by(long version)
{
	struct ruleset ruleset = {.fs = FS_TRUNCATE - 1};

	if (version >= 3)
		ruleset.fs |= FS_TRUNCATE;
	if (version >= 4)
		ruleset.net = NET_TCP;
	if (version >= 5)
		ruleset.fs |= FS_IOCTL_DEV;
	if (version >= 6)
		ruleset.scoped = SCOPE_ALL;
	return ruleset;
}

/* The size tells the kernel which members the caller knows, landlock_create_ruleset(2). */
static size_t size_for(long version)
{
	if (version >= 6)
		return sizeof(struct ruleset);
	return version >= 4 ? offsetof(struct ruleset, scoped)
			    : offsetof(struct ruleset, net);
}

int fence_raise(int folder_fd, bool *ret_active, struct error *err)
{
	long version = syscall(SYS_landlock_create_ruleset, NULL, 0, QUERY_VERSION);

	if (version < 2) {
		*ret_active = false;
		return 0;
	}
	struct ruleset ruleset = known_by(version);
	struct path_rule rule = {.fd = folder_fd, .allowed = ruleset.fs & FS_ALLOWED};
	_cleanup_fd_ int fd = (int)syscall(SYS_landlock_create_ruleset, &ruleset,
					   size_for(version), 0);
	if (fd < 0)
		return error_errno(err, errno, "cannot make a Landlock rule set");
	if (syscall(SYS_landlock_add_rule, fd, PATH_BENEATH, &rule, 0) < 0 ||
	    syscall(SYS_landlock_restrict_self, fd, 0) < 0)
		return error_errno(err, errno, "cannot restrict the process by Landlock");
	*ret_active = true;
	return 0;
}
