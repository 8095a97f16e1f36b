/* SPDX-License-Identifier: MIT */
/*
 * The jail's Landlock ruleset: all rights that the kernel knows below "/", nothing elsewhere.
 * Called by init before it starts COMMAND.
 */
#include "landlock.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/landlock.h>
#include <stdint.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "common/fd.h"

/* Rights that newer kernels know than the headers this may be built with. */
enum {
	ACCESS_REFER =
		1 << 13, /* ABI 2: without it, no file could move to another folder */
	ACCESS_TRUNCATE = 1 << 14,  /* ABI 3 */
	ACCESS_IOCTL_DEV = 1 << 15, /* ABI 5 */
	OLDEST_ABI = 2,
	SCOPED_ABI = 6,
	SCOPE_ABSTRACT_UNIX_SOCKET = 1 << 0,
	SCOPE_SIGNAL = 1 << 1,
};

/* struct landlock_ruleset_attr as of ABI 6. */
struct ruleset {
	uint64_t handled_access_fs, handled_access_net, scoped;
};

/* All rights of the kernel's ABI, by their order in linux/landlock.h. */
static uint64_t known_rights(int abi)
{
	uint64_t first_of_newer = abi >= 5 ? 1 << 16 : abi >= 3 ? 1 << 15 : 1 << 14;

	return first_of_newer - 1;
}

static int add_rule(int ruleset, int fd, uint64_t rights)
{
	struct landlock_path_beneath_attr rule = {.allowed_access = rights,
						  .parent_fd = fd};

	return (int)syscall(SYS_landlock_add_rule, ruleset, LANDLOCK_RULE_PATH_BENEATH,
			    &rule, 0);
}

/* What a standard descriptor may be opened anew for (/dev/stdout): what it is open for now. */
static uint64_t rights_of(int fd, uint64_t known)
{
	int flags = fcntl(fd, F_GETFL);
	struct stat st;
	uint64_t rights = 0;

	if (flags < 0 || fstat(fd, &st) < 0 || S_ISDIR(st.st_mode))
		return 0;
	if ((flags & O_ACCMODE) != O_WRONLY)
		rights |= LANDLOCK_ACCESS_FS_READ_FILE;
	if ((flags & O_ACCMODE) != O_RDONLY)
		rights |= LANDLOCK_ACCESS_FS_WRITE_FILE | ACCESS_TRUNCATE;
	if (S_ISCHR(st.st_mode))
		rights |= ACCESS_IOCTL_DEV;
	return rights & known;
}

static int add_rules(int ruleset, uint64_t known, struct error *err)
{
	_cleanup_fd_ int root = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);

	if (root < 0 || add_rule(ruleset, root, known) < 0)
		return error_errno(err, errno, "cannot allow the jail's own root");
	for (int fd = 0; fd <= 2; fd++) {
		uint64_t rights = rights_of(fd, known);

		/* Pipes and sockets have no place in a tree (EBADFD) and need no rule. */
		if (rights && add_rule(ruleset, fd, rights) < 0 && errno != EBADFD)
			return error_errno(err, errno, "cannot allow descriptor %d", fd);
	}
	return 0;
}

/*
 * Only what no namespace does already: a scope holds each process that is put under it alone, so
 * what `jailctl exec` adds to a jail could not signal COMMAND.
 */
static uint64_t scopes_for(bool shares_net, bool shares_pid)
{
	return (shares_net ? SCOPE_ABSTRACT_UNIX_SOCKET : 0) |
	       (shares_pid ? SCOPE_SIGNAL : 0);
}

int landlock_confine(bool shares_net, bool shares_pid, bool *ret_confined,
		     struct error *err)
{
	long abi = syscall(SYS_landlock_create_ruleset, NULL, 0,
			   LANDLOCK_CREATE_RULESET_VERSION);

	*ret_confined = false;
	if (abi < OLDEST_ABI)
		return 0;
	struct ruleset attributes = {.handled_access_fs = known_rights((int)abi)};
	size_t size = sizeof(attributes.handled_access_fs); /* which all know */
	if (abi >= SCOPED_ABI && (shares_net || shares_pid)) {
		attributes.scoped = scopes_for(shares_net, shares_pid);
		size = sizeof(attributes);
	}
	_cleanup_fd_ int ruleset = (int)syscall(SYS_landlock_create_ruleset, &attributes,
						size, 0);
	if (ruleset < 0)
		return error_errno(err, errno, "cannot make a Landlock ruleset");
	int r = add_rules(ruleset, attributes.handled_access_fs, err);
	if (r < 0)
		return r;
	if (syscall(SYS_landlock_restrict_self, ruleset, 0) < 0)
		return error_errno(err, errno, "cannot enforce the Landlock ruleset");
	*ret_confined = true;
	return 0;
}
