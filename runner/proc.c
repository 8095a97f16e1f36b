/* SPDX-License-Identifier: MIT */
/*
 * What of /proc a jail sees. In a user namespace of its own the kernel itself guards what belongs
 * to the machine: the files are root's, and root is not there. Masks, which cost a mount each, are
 * for what anybody may read, and for a shared user namespace: there uid 0 may write
 * /proc/sys/kernel/core_pattern without any capability. They are put on the fresh mount, by its
 * descriptor, so that nothing in the image can lead them elsewhere. Called by rootfs.
 */
#include "proc.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdbool.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "common/fd.h"
#include "common/kernel.h"
#include "mount.h"

/* docker and podman hide the same, because it speaks of, or acts on, the whole machine. */
static const struct {
	const char *name;
	bool is_read_only; /* else it shows nothing: /dev/null over it */
	bool always;       /* else only root of the host could use it */
} masks[] = {
	{"keys", false, true},           /* keyrings, which are not namespaced */
	{"interrupts", false, true},     /* keystroke timing */
	{"kcore", false, false},         /* the kernel's memory */
	{"timer_list", false, false},    /* the kernel's addresses */
	{"sysrq-trigger", false, false}, /* reboots the machine */
	{"sys", true, false},            /* core_pattern names a program to run as root */
	{"irq", true, false},
	{"bus", true, false},
	{"fs", true, false},
	{"acpi", true, false},
	{"scsi", true, false},
};

static int copy_null(struct error *err)
{
	struct stat st;
	_cleanup_fd_ int fd = mount_copy(AT_FDCWD, "/dev/null", false, err);

	if (fd < 0)
		return fd;
	if (fstat(fd, &st) < 0 || !S_ISCHR(st.st_mode) || st.st_rdev != makedev(1, 3))
		return error_set(err, ENODEV,
				 "the host's /dev/null is not the device 1:3");
	return steal_fd(&fd);
}

static int copy_read_only(int folder_fd, const char *path, struct error *err)
{
	_cleanup_fd_ int fd = mount_copy(folder_fd, path, false, err);

	if (fd < 0)
		return fd;
	int r = mount_restrict(fd, MOUNT_ATTR_RDONLY, false, err);
	return r < 0 ? r : steal_fd(&fd);
}

/* Which of them there are depends on how the kernel was built: -ENOENT is fine. */
static int cover(int proc_fd, const char *name, bool is_read_only, struct error *err)
{
	_cleanup_fd_ int fd = is_read_only ? copy_read_only(proc_fd, name, err)
					   : copy_null(err);

	if (fd == -ENOENT && is_read_only)
		return 0;
	int r = fd < 0 ? fd : mount_attach(fd, proc_fd, name, err);
	if (r == -ENOENT && fd >= 0)
		return 0;
	return r < 0 ? error_wrap(err, "cannot mask /proc/%s", name) : 0;
}

int proc_open(uint64_t namespaces, struct error *err)
{
	bool is_own = namespaces & CLONE_NEWPID;
	uint64_t attributes = MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC;
	_cleanup_fd_ int fd = -1;

	if (is_own) {
		int r = mount_new("proc", NULL, 0, attributes, err);

		if (r == -EPERM)
			error_hint(
				err,
				"in a container whose /proc is partly covered the kernel "
				"refuses a new one: run that container with an uncovered "
				"/proc, or use --share pid");
		return r;
	}
	fd = mount_copy(AT_FDCWD, "/proc", true, err);
	if (fd < 0)
		return fd;
	int r = mount_restrict(fd, attributes, false, err);
	return r < 0 ? r : steal_fd(&fd);
}

const char *proc_mask(size_t index, uint64_t namespaces, bool *ret_read_only)
{
	if (index >= sizeof(masks) / sizeof(masks[0]))
		return NULL;
	*ret_read_only = masks[index].is_read_only;
	return masks[index].always || !(namespaces & CLONE_NEWUSER) ? masks[index].name
								    : "";
}

int proc_attach(int proc_fd, int root_fd, uint64_t namespaces, struct error *err)
{
	int r = mount_attach_inside(proc_fd, root_fd, "proc", true, err);

	for (size_t i = 0; r >= 0 && i < sizeof(masks) / sizeof(masks[0]); i++)
		if (masks[i].always || !(namespaces & CLONE_NEWUSER))
			r = cover(proc_fd, masks[i].name, masks[i].is_read_only, err);
	return r;
}
