/* SPDX-License-Identifier: MIT */
/* Tests of devices: a /dev made in a child's namespaces, and the terminals of its own devpts. */
#include "tests/unit/unit.h"

#include <errno.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/sysmacros.h>

#include "common/fd.h"
#include "jailchild.h"
#include "jailimage.h"
#include "runner/devices.h"
#include "runner/mount.h"

static struct jailimage image;

static int set_up(void **state)
{
	(void)state;
	jailimage_make(&image);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	jailimage_remove(&image);
	return 0;
}

/* A /dev in the image, a mount of this child's namespace. */
static int build(void)
{
	struct error err = {0};
	int root = open(image.path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	int fd = mount_new("tmpfs", NULL, 0, 0, &err);

	jailchild_succeed(fd, &err);
	jailchild_succeed(mount_attach_inside(fd, root, "dev", true, &err), &err);
	jailchild_succeed(devices_build(fd, false, &err), &err);
	return fd;
}

static bool is_device(int dev, const char *name, unsigned major_wanted,
		      unsigned minor_wanted)
{
	struct stat st;

	return fstatat(dev, name, &st, AT_SYMLINK_NOFOLLOW) == 0 && S_ISCHR(st.st_mode) &&
	       st.st_rdev == makedev(major_wanted, minor_wanted);
}

static bool is_link(int dev, const char *name, const char *target)
{
	char text[64] = "";

	return readlinkat(dev, name, text, sizeof(text) - 1) > 0 && !strcmp(text, target);
}

static void look_at_devices(void *data)
{
	int dev = build();

	(void)data;
	jailchild_expect(is_device(dev, "null", 1, 3));
	jailchild_expect(is_device(dev, "zero", 1, 5));
	jailchild_expect(is_device(dev, "full", 1, 7));
	jailchild_expect(is_device(dev, "random", 1, 8));
	jailchild_expect(is_device(dev, "urandom", 1, 9));
	jailchild_expect(is_device(dev, "tty", 5, 0));
	jailchild_expect(is_device(dev, "pts/ptmx", 5, 2));
	jailchild_expect(is_link(dev, "fd", "/proc/self/fd"));
	jailchild_expect(is_link(dev, "stdin", "/proc/self/fd/0"));
	jailchild_expect(is_link(dev, "stdout", "/proc/self/fd/1"));
	jailchild_expect(is_link(dev, "stderr", "/proc/self/fd/2"));
	jailchild_expect(is_link(dev, "ptmx", "pts/ptmx"));
	jailchild_expect(faccessat(dev, "shm", W_OK, 0) == 0);
	jailchild_expect(faccessat(dev, "mem", F_OK, 0) < 0);
}

static void makes_the_few_safe_devices(void **state)
{
	(void)state;
	jailchild_run(CLONE_NEWNS, look_at_devices, NULL);
	assert_int_equal(faccessat(image.fd, "dev/null", F_OK, 0), -1);
}

static void use_devices(void *data)
{
	int dev = build();
	char bytes[4] = "xxx";
	_cleanup_fd_ int null = openat(dev, "null", O_RDWR | O_CLOEXEC);
	_cleanup_fd_ int full = openat(dev, "full", O_WRONLY | O_CLOEXEC);
	_cleanup_fd_ int zero = openat(dev, "zero", O_RDONLY | O_CLOEXEC);

	(void)data;
	jailchild_expect(write(null, "text", 4) == 4 && read(null, bytes, 4) == 0);
	jailchild_expect(write(full, "text", 4) < 0 && errno == ENOSPC);
	jailchild_expect(read(zero, bytes, 4) == 4 && !memcmp(bytes, "\0\0\0", 4));
	/* The inode is the host's: as its owner, root of a shared user namespace could. */
	jailchild_expect(fchmodat(dev, "null", 0666, 0) < 0 && errno == EROFS);
	jailchild_expect(fchownat(dev, "null", 0, 0, 0) < 0 && errno == EROFS);
	jailchild_expect(utimensat(dev, "null", NULL, 0) < 0 && errno == EROFS);
	jailchild_expect(unlinkat(dev, "null", 0) < 0 && errno == EBUSY);
}

static void lets_devices_be_used_and_not_changed(void **state)
{
	(void)state;
	jailchild_run(CLONE_NEWNS, use_devices, NULL);
}

static void use_a_terminal(void *data)
{
	struct error err = {0};
	int dev = build(), master = -1, slave = -1;
	unsigned number = 77;
	char text[16] = "";

	(void)data;
	jailchild_succeed(devices_open_terminal(dev, 0, &master, &slave, &err), &err);
	jailchild_expect(fcntl(master, F_GETFD) == FD_CLOEXEC);
	jailchild_expect(fcntl(slave, F_GETFD) == FD_CLOEXEC);
	jailchild_expect(isatty(slave) && write(slave, "word\n", 5) == 5);
	jailchild_expect(read(master, text, sizeof(text)) == 6 &&
			 !strcmp(text, "word\r\n"));
	jailchild_expect(ioctl(master, TIOCGPTN, &number) == 0);
	jailchild_expect(number == 0); /* the first of an instance of its own */
	jailchild_expect(faccessat(dev, "pts/0", W_OK, 0) == 0);
	jailchild_expect(faccessat(dev, "pts/1", F_OK, 0) < 0);
	close(slave);
	close(master);
	/* An id that is not mapped here can own nothing. */
	jailchild_expect(devices_open_terminal(dev, 1, &master, &slave, &err) == -EINVAL);
	jailchild_expect(strstr(err.text, "terminal to its user"));
}

static void opens_terminals_of_its_own(void **state)
{
	(void)state;
	jailchild_run(CLONE_NEWNS, use_a_terminal, NULL);
}

static void build_where_something_is(void *data)
{
	struct error err = {0};
	int dev = openat(image.fd, "dev", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int master, slave;

	(void)data;
	jailchild_expect(devices_build(dev, false, &err) == -EEXIST);
	jailchild_expect(strstr(err.text, "/dev/null"));
	jailchild_expect(devices_open_terminal(dev, 0, &master, &slave, &err) < 0);
}

static void wants_an_empty_folder(void **state)
{
	(void)state;
	jailimage_link(&image, "/etc/passwd", "dev/null");
	jailchild_run(CLONE_NEWNS, build_where_something_is, NULL);
}

static void build_with_tty_group(void *data)
{
	struct error err = {0};
	int root = open(image.path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	int fd = mount_new("tmpfs", NULL, 0, 0, &err);

	(void)data;
	jailchild_succeed(mount_attach_inside(fd, root, "dev", true, &err), &err);
	/* Why there is the parameter: the kernel refuses a group that is not mapped. */
	jailchild_expect(devices_build(fd, true, &err) == -EINVAL);
	jailchild_expect(strstr(err.text, "devpts"));
}

static void needs_the_tty_group_to_be_mapped(void **state)
{
	(void)state;
	jailchild_run(CLONE_NEWNS, build_with_tty_group, NULL);
}

#define TEST(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(makes_the_few_safe_devices),
		TEST(lets_devices_be_used_and_not_changed),
		TEST(opens_terminals_of_its_own),
		TEST(wants_an_empty_folder),
		TEST(needs_the_tty_group_to_be_mapped),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
