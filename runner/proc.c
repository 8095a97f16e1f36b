/* SPDX-License-Identifier: MIT */
/*
 * What of /proc a jail sees. The masks matter most when the user namespace is shared: uid 0 may
 * write /proc/sys/kernel/core_pattern without any capability. They are put on the fresh mount,
 * by its descriptor, so that nothing in the image can lead them elsewhere. Called by rootfs.
 */
#include "proc.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "common/fd.h"
#include "mount.h"

enum mask {
	MASK_FILE,      /* shows nothing: /dev/null over it */
	MASK_FOLDER,    /* shows nothing: an empty folder over it */
	MASK_READ_ONLY, /* shows all, takes nothing */
};

/* What docker and podman hide as well, and why: it speaks of, or acts on, the whole machine. */
static const struct {
	const char *name;
	enum mask mask;
} masks[] = {
	{"kcore", MASK_FILE},         /* the kernel's memory */
	{"keys", MASK_FILE},          /* keyrings, which are not namespaced */
	{"sysrq-trigger", MASK_FILE}, /* reboots the machine */
	{"timer_list", MASK_FILE},    /* the kernel's addresses */
	{"interrupts", MASK_FILE},    /* keystroke timing */
	{"acpi", MASK_FOLDER},        {"scsi", MASK_FOLDER},   {"sys", MASK_READ_ONLY},
	{"irq", MASK_READ_ONLY},      {"bus", MASK_READ_ONLY}, {"fs", MASK_READ_ONLY},
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

static int make_cover(int proc_fd, const char *name, enum mask mask, const char *empty,
		      struct error *err)
{
	switch (mask) {
	case MASK_FILE:
		return copy_null(err);
	case MASK_FOLDER:
		return copy_read_only(AT_FDCWD, empty, err);
	case MASK_READ_ONLY:
		break;
	}
	return copy_read_only(proc_fd, name, err);
}

/* Which of them there are depends on how the kernel was built: -ENOENT is fine. */
static int cover(int proc_fd, const char *name, enum mask mask, const char *empty,
		 struct error *err)
{
	_cleanup_fd_ int fd = make_cover(proc_fd, name, mask, empty, err);

	if (fd == -ENOENT && mask == MASK_READ_ONLY)
		return 0;
	int r = fd < 0 ? fd : mount_attach(fd, proc_fd, name, err);
	if (r == -ENOENT && fd >= 0)
		return 0;
	return r < 0 ? error_wrap(err, "cannot mask /proc/%s", name) : 0;
}

/*
 * With a shared pid namespace the host's /proc is shown, since the kernel lets only the owner of
 * a pid namespace mount a new one.
 */
static int open_proc(bool is_own, struct error *err)
{
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

int proc_mount(int root_fd, bool is_own, const char *empty, struct error *err)
{
	_cleanup_fd_ int fd = open_proc(is_own, err);

	if (fd < 0)
		return fd;
	int r = mount_attach_inside(fd, root_fd, "proc", true, err);
	for (size_t i = 0; r >= 0 && i < sizeof(masks) / sizeof(masks[0]); i++)
		r = cover(fd, masks[i].name, masks[i].mask, empty, err);
	return r;
}
