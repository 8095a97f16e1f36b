/* SPDX-License-Identifier: MIT */
/* One namespace, three files of /proc, one capability. Called by kept. */
#include "ownfiles.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "common/fd.h"

static int write_proc(const char *path, const char *text, struct error *err)
{
	_cleanup_fd_ int fd = open(path, O_WRONLY | O_CLOEXEC);

	if (fd < 0)
		return error_errno(err, errno, "cannot open %s", path);
	return fd_write_all(fd, text, strlen(text), path, err);
}

static int map_one(const char *path, unsigned id, struct error *err)
{
	char text[48];

	snprintf(text, sizeof(text), "%u %u 1", id, id);
	return write_proc(path, text, err);
}

static int keep_one_capability(struct error *err)
{
	const uint32_t only = UINT32_C(1) << CAP_DAC_READ_SEARCH;
	struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
	const struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3] = {
		{.effective = only, .permitted = only, .inheritable = only}};

	if (syscall(SYS_capset, &header, data) < 0 ||
	    prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, CAP_DAC_READ_SEARCH, 0, 0) < 0)
		return error_errno(err, errno, "cannot keep a capability");
	return 0;
}

int ownfiles_read_all(struct error *err)
{
	unsigned uid = geteuid(), gid = getegid();

	if (uid == 0 || unshare(CLONE_NEWUSER) < 0)
		return 0;
	int r = write_proc("/proc/self/setgroups", "deny", err);
	if (r == 0)
		r = map_one("/proc/self/uid_map", uid, err);
	if (r == 0)
		r = map_one("/proc/self/gid_map", gid, err);
	return r < 0 ? r : keep_one_capability(err);
}
