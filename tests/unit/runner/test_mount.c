/* SPDX-License-Identifier: MIT */
/* Tests of mount: targets inside a hostile root, and mounts by descriptor in a child's namespace. */
#include "tests/unit/unit.h"

#include <errno.h>
#include <sys/mount.h>
#include <sys/statvfs.h>

#include "common/fd.h"
#include "jailchild.h"
#include "jailimage.h"
#include "runner/mount.h"

static struct jailimage image, outside;

static int set_up(void **state)
{
	(void)state;
	jailimage_make(&image);
	jailimage_make(&outside);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	jailimage_remove(&outside);
	jailimage_remove(&image);
	return 0;
}

/* Whether the target of `path` is what is at `real` in the image. */
static void leads_to(const char *path, bool is_folder, const char *real)
{
	struct error err = {0};
	struct stat target, wanted;
	int fd = mount_target(image.fd, path, is_folder, &err);

	if (fd < 0)
		fail_msg("%s", err.text);
	assert_int_equal(fcntl(fd, F_GETFD), FD_CLOEXEC);
	assert_int_equal(fstat(fd, &target), 0);
	assert_int_equal(fstatat(image.fd, real, &wanted, AT_SYMLINK_NOFOLLOW), 0);
	assert_int_equal(target.st_ino, wanted.st_ino);
	assert_int_equal(target.st_dev, wanted.st_dev);
	assert_int_equal(S_ISDIR(target.st_mode), is_folder);
	close(fd);
}

static void refuses(const char *path, bool is_folder, int code)
{
	struct error err = {0};

	assert_int_equal(mount_target(image.fd, path, is_folder, &err), -code);
	assert_non_null(strstr(err.text, path));
}

static void finds_what_is_there(void **state)
{
	(void)state;
	jailimage_write(&image, "srv/file", "", 0644);
	leads_to("/srv", true, "srv");
	leads_to("srv/", true, "srv");
	leads_to("/srv/file", false, "srv/file");
	leads_to("/", true, ".");
}

static void creates_what_is_missing(void **state)
{
	(void)state;
	leads_to("/a/b/c", true, "a/b/c");
	leads_to("/a/b/file", false, "a/b/file");
	leads_to("x", true, "x");
	leads_to("y", false, "y");
	leads_to("//a//d//e/", true, "a/d/e");
	leads_to("/a/./f", true, "a/f");
}

static void keeps_symlinks_inside_the_root(void **state)
{
	char up[PATH_MAX + 64];

	(void)state;
	assert_int_equal(mkdirat(image.fd, "real", 0755), 0);
	jailimage_link(&image, "/real", "absolute");
	jailimage_link(&image, "../../../real", "relative");
	leads_to("/absolute/new", true, "real/new");
	leads_to("/relative/new2/file", false, "real/new2/file");
	leads_to("/../../../real/new3", true, "real/new3");
	/* Names that exist on the host lead to what would be made in the image. */
	snprintf(up, sizeof(up), "../../../../../../../..%s", outside.path);
	jailimage_link(&image, up, "up");
	refuses("/up/new", true, ENOENT);
	jailimage_parents(&image, outside.path + 1);
	assert_int_equal(mkdirat(image.fd, outside.path + 1, 0755), 0);
	snprintf(up, sizeof(up), "%s/new", outside.path + 1);
	leads_to("/up/new", true, up);
	assert_int_equal(faccessat(outside.fd, "new", F_OK, 0), -1);
}

static void follows_no_magic_link(void **state)
{
	int proc = open("/proc", O_PATH | O_DIRECTORY | O_CLOEXEC);
	struct error err = {0};

	(void)state;
	assert_int_equal(mount_target(proc, "self/root/tmp", true, &err), -ELOOP);
	assert_int_equal(mount_target(proc, "self/cwd", true, &err), -ELOOP);
	assert_int_equal(mount_target(proc, "self/fd/0", false, &err), -ELOOP);
	close(proc);
}

static void refuses_the_other_kind(void **state)
{
	(void)state;
	jailimage_write(&image, "dir/file", "", 0644);
	jailimage_link(&image, "dir", "link");
	refuses("/dir/file", true, ENOTDIR);
	refuses("/dir", false, EISDIR);
	refuses("/link", false, EISDIR);
	refuses("/dir/file/below", true, ENOTDIR);
	jailimage_link(&image, "loop", "loop");
	refuses("/loop/x", true, ELOOP);
}

static void refuses_paths_without_end(void **state)
{
	static char path[2 * PATH_MAX];

	(void)state;
	memset(path, 'x', sizeof(path) - 1);
	for (size_t i = 0; i < sizeof(path); i += 100)
		path[i] = '/';
	struct error err = {0};
	assert_int_equal(mount_target(image.fd, path, true, &err), -ENAMETOOLONG);
	path[PATH_MAX - 1] = '\0'; /* the longest that there can be */
	int fd = mount_target(image.fd, path, true, &err);
	assert_true(fd >= 0);
	close(fd);
}

static int open_image(void)
{
	return open(image.path, O_PATH | O_DIRECTORY | O_CLOEXEC);
}

static int new_tmpfs(uint64_t attributes)
{
	static const struct mount_setting settings[] = {{"mode", "0711"}, {"size", "1m"}};
	struct error err = {0};
	int fd = mount_new("tmpfs", settings, 2, attributes, &err);

	jailchild_succeed(fd, &err);
	return fd;
}

static void attach_tmpfs(void *data)
{
	struct error err = {0};
	int root = open_image(), fd = new_tmpfs(MOUNT_ATTR_NOSUID | MOUNT_ATTR_NOEXEC);
	struct statvfs info;
	struct stat st;

	(void)data;
	jailchild_succeed(mount_attach_inside(fd, root, "/up/mnt/here", true, &err),
			  &err);
	jailchild_expect(mkdirat(root, "real/mnt/here/in-memory", 0700) == 0);
	jailchild_expect(fstatat(root, "real/mnt/here", &st, 0) == 0);
	jailchild_expect((st.st_mode & 07777) == 0711);
	jailchild_expect(fstatvfs(fd, &info) == 0);
	jailchild_expect(info.f_flag & ST_NOSUID && info.f_flag & ST_NOEXEC);
	jailchild_expect(!(info.f_flag & ST_NODEV));
	jailchild_expect(info.f_blocks * info.f_frsize == 1 << 20);
}

static void attaches_a_new_file_system_inside_the_root(void **state)
{
	(void)state;
	assert_int_equal(mkdirat(image.fd, "real", 0755), 0);
	jailimage_link(&image, "../../../real", "up");
	jailchild_run(CLONE_NEWNS, attach_tmpfs, NULL);
	/* The place was made in the image, what is mounted there is gone with the child. */
	assert_int_equal(faccessat(image.fd, "real/mnt/here", F_OK, 0), 0);
	assert_int_equal(faccessat(image.fd, "real/mnt/here/in-memory", F_OK, 0), -1);
}

static void attach_wrong_kinds(void *data)
{
	struct error err = {0};
	int root = open_image(), fd = new_tmpfs(0);

	(void)data;
	jailchild_expect(mount_attach_inside(fd, root, "/file", true, &err) == -ENOTDIR);
	jailchild_expect(mount_attach_inside(fd, root, "/file", false, &err) < 0);
	jailchild_expect(strstr(err.text, "/file"));
	jailchild_expect(mount_attach_inside(fd, root, "/dir", false, &err) == -EISDIR);
	jailchild_succeed(mount_attach(fd, root, "dir", &err), &err);
	jailchild_expect(mount_attach(fd, root, "missing", &err) < 0);
}

static void attaches_only_to_the_same_kind(void **state)
{
	(void)state;
	jailimage_write(&image, "file", "", 0644);
	assert_int_equal(mkdirat(image.fd, "dir", 0755), 0);
	jailchild_run(CLONE_NEWNS, attach_wrong_kinds, NULL);
}

static void copy_and_restrict(void *data)
{
	struct error err = {0};
	int root = open_image();

	(void)data;
	_cleanup_fd_ int whole = mount_copy(root, "", true, &err);
	jailchild_succeed(whole, &err);
	_cleanup_fd_ int copy = mount_copy(root, "dir", true, &err);
	jailchild_succeed(copy, &err);
	jailchild_succeed(mount_restrict(copy, MOUNT_ATTR_RDONLY, true, &err), &err);
	jailchild_expect(openat(copy, "file", O_WRONLY | O_CLOEXEC) < 0);
	jailchild_expect(errno == EROFS);
	jailchild_expect(openat(whole, "dir/file", O_WRONLY | O_CLOEXEC) >= 0);
	jailchild_succeed(mount_attach_inside(copy, root, "shown", true, &err), &err);
	jailchild_expect(mkdirat(root, "shown/new", 0755) < 0 && errno == EROFS);
	jailchild_expect(mkdirat(root, "dir/new", 0755) == 0);
	jailchild_expect(faccessat(root, "shown/new", F_OK, 0) == 0);
	jailchild_expect(mount_copy(root, "missing", false, &err) == -ENOENT);
	jailchild_expect(strstr(err.text, "missing"));
}

static void restricts_a_copy_and_not_the_original(void **state)
{
	(void)state;
	jailimage_write(&image, "dir/file", "text", 0644);
	jailchild_run(CLONE_NEWNS, copy_and_restrict, NULL);
}

static void restrict_what_lies_below(void *data)
{
	struct error err = {0};
	int root = open_image(), below = new_tmpfs(0);

	(void)data;
	jailchild_succeed(mount_attach_inside(below, root, "dir/below", true, &err),
			  &err);
	_cleanup_fd_ int one = mount_copy(root, "dir", true, &err);
	jailchild_succeed(one, &err);
	jailchild_succeed(mount_restrict(one, MOUNT_ATTR_RDONLY, false, &err), &err);
	jailchild_expect(mkdirat(one, "new", 0755) < 0 && errno == EROFS);
	jailchild_expect(mkdirat(one, "below/new", 0755) == 0);
	_cleanup_fd_ int all = mount_copy(root, "dir", true, &err);
	jailchild_succeed(all, &err);
	jailchild_succeed(mount_restrict(all, MOUNT_ATTR_RDONLY, true, &err), &err);
	jailchild_expect(mkdirat(all, "below/newer", 0755) < 0 && errno == EROFS);
}

static void restricts_mounts_below_if_asked(void **state)
{
	(void)state;
	assert_int_equal(mkdirat(image.fd, "dir", 0755), 0);
	jailchild_run(CLONE_NEWNS, restrict_what_lies_below, NULL);
}

static void mount_badly(void *data)
{
	static const struct mount_setting bad[] = {{"lowerdir", "/no/such/layer"}};
	static const struct mount_setting unknown[] = {{"colour", "red"}};
	struct error err = {0};

	(void)data;
	jailchild_expect(mount_new("nosuchfs", NULL, 0, 0, &err) == -ENODEV);
	jailchild_expect(strstr(err.text, "nosuchfs"));
	jailchild_expect(mount_new("tmpfs", unknown, 1, 0, &err) == -EINVAL);
	jailchild_expect(strstr(err.text, "colour")); /* the kernel's own words */
	jailchild_expect(mount_new("overlay", bad, 1, 0, &err) < 0);
	jailchild_expect(strstr(err.text, "cannot mount overlay"));
}

static void passes_on_what_the_kernel_says(void **state)
{
	(void)state;
	jailchild_run(CLONE_NEWNS, mount_badly, NULL);
}

#define TEST(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(finds_what_is_there),
		TEST(creates_what_is_missing),
		TEST(keeps_symlinks_inside_the_root),
		TEST(follows_no_magic_link),
		TEST(refuses_the_other_kind),
		TEST(refuses_paths_without_end),
		TEST(attaches_a_new_file_system_inside_the_root),
		TEST(attaches_only_to_the_same_kind),
		TEST(restricts_a_copy_and_not_the_original),
		TEST(restricts_mounts_below_if_asked),
		TEST(passes_on_what_the_kernel_says),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
