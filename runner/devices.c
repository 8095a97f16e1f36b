/* SPDX-License-Identifier: MIT */
/*
 * The jail's /dev. A user namespace cannot make device nodes (mknod(2)), so the host's are bound
 * over empty files, after a look that they are what their names say. Called by rootfs and jail.
 */
#include "devices.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <termios.h>
#include <unistd.h>

#include "common/fd.h"
#include "common/kernel.h"
#include "mount.h"

static const struct {
	const char *host;
	unsigned major, minor; /* Documentation/admin-guide/devices.txt of the kernel */
} devices[] = {
	{"/dev/null", 1, 3},   {"/dev/zero", 1, 5},    {"/dev/full", 1, 7},
	{"/dev/random", 1, 8}, {"/dev/urandom", 1, 9}, {"/dev/tty", 5, 0},
};

static const struct {
	const char *name, *target;
} links[] = {
	{"fd", "/proc/self/fd"},       {"stdin", "/proc/self/fd/0"},
	{"stdout", "/proc/self/fd/1"}, {"stderr", "/proc/self/fd/2"},
	{"ptmx", "pts/ptmx"},          {"core", "/proc/kcore"},
};

static int bind_device(int dev_fd, size_t i, struct error *err)
{
	const char *host = devices[i].host, *name = host + strlen("/dev/");
	struct stat st;

	_cleanup_fd_ int fd = mount_copy(AT_FDCWD, host, false, err);
	if (fd < 0)
		return fd;
	if (fstat(fd, &st) < 0)
		return error_errno(err, errno, "%s", host);
	if (!S_ISCHR(st.st_mode) ||
	    st.st_rdev != makedev(devices[i].major, devices[i].minor))
		return error_set(err, ENODEV, "the host's %s is not the device %u:%u",
				 host, devices[i].major, devices[i].minor);
	/* What is written to a device passes; what would change the host's inode does not. */
	int r = mount_restrict(fd,
			       MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID | MOUNT_ATTR_NOEXEC,
			       false, err);
	if (r < 0)
		return r;
	if (mknodat(dev_fd, name, S_IFREG | 0666, 0) < 0)
		return error_errno(err, errno, "cannot create %s in the jail", host);
	return mount_attach(fd, dev_fd, name, err);
}

/* New kernels make each devpts mount a new instance; "newinstance" says so to older ones. */
static int mount_terminals(int dev_fd, bool has_tty_group, struct error *err)
{
	static const struct mount_setting settings[] = {
		{"newinstance", NULL},
		{"ptmxmode", "0666"},
		{"mode", "0620"},
		{"gid", "5"}, /* last: left out where gid 5 is not mapped, else EINVAL */
	};
	size_t count = has_tty_group ? 4 : 3;

	if (mkdirat(dev_fd, "pts", 0755) < 0)
		return error_errno(err, errno, "cannot create /dev/pts in the jail");
	_cleanup_fd_ int fd = mount_new("devpts", settings, count,
					MOUNT_ATTR_NOSUID | MOUNT_ATTR_NOEXEC, err);
	if (fd < 0)
		return fd;
	return mount_attach(fd, dev_fd, "pts", err);
}

int devices_build(int dev_fd, bool has_tty_group, struct error *err)
{
	for (size_t i = 0; i < sizeof(devices) / sizeof(devices[0]); i++) {
		int r = bind_device(dev_fd, i, err);

		if (r < 0)
			return r;
	}
	for (size_t i = 0; i < sizeof(links) / sizeof(links[0]); i++)
		if (symlinkat(links[i].target, dev_fd, links[i].name) < 0)
			return error_errno(err, errno, "cannot link /dev/%s in the jail",
					   links[i].name);
	if (mkdirat(dev_fd, "shm", 01777) < 0)
		return error_errno(err, errno, "cannot create /dev/shm in the jail");
	return mount_terminals(dev_fd, has_tty_group, err);
}

int devices_open_terminal(int dev_fd, unsigned owner, int *ret_master, int *ret_slave,
			  struct error *err)
{
	int unlock = 0, flags = O_RDWR | O_NOCTTY | O_CLOEXEC;
	_cleanup_fd_ int master = openat(dev_fd, "pts/ptmx", flags);

	if (master < 0 || ioctl(master, TIOCSPTLCK, &unlock) < 0)
		return error_errno(err, errno, "cannot open a terminal for the jail");
	/* By the master, not by a path that somebody could have put something else at. */
	_cleanup_fd_ int slave = ioctl(master, TIOCGPTPEER, flags);
	if (slave < 0)
		return error_errno(err, errno, "cannot open a terminal for the jail");
	if (owner && fchown(slave, owner, (gid_t)-1) < 0)
		return error_errno(err, errno,
				   "cannot give the jail's terminal to its user");
	*ret_master = steal_fd(&master);
	*ret_slave = steal_fd(&slave);
	return 0;
}
