/* SPDX-License-Identifier: MIT */
/* Tests of rootfs: whole trees built and entered by a child, and what is left of them after it. */
#include "tests/unit/unit.h"

#include <errno.h>
#include <sys/statvfs.h>

#include "common/fd.h"
#include "jailchild.h"
#include "jailimage.h"
#include "runner/rootfs.h"

enum { OWN_NAMESPACES = CLONE_NEWNS | CLONE_NEWPID };

static struct jailimage image, source;

static int set_up(void **state)
{
	(void)state;
	jailimage_make(&image);
	jailimage_make(&source);
	jailimage_write(&image, "etc/file", "of the image", 0644);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	jailimage_remove(&source);
	jailimage_remove(&image);
	return 0;
}

static void prepare(struct jail *jail, enum jail_root root)
{
	struct error err = {0};

	*jail = (struct jail)JAIL_NONE;
	jail->namespaces = OWN_NAMESPACES | CLONE_NEWUSER;
	jail->root = root;
	if (image_open(image.path, &(struct image_options){0}, &jail->image, &err) < 0)
		fail_msg("%s", err.text);
}

static void build_and_enter(const struct jail *jail)
{
	struct error err = {0};
	struct rootfs made = ROOTFS_NONE;
	int root = rootfs_build(jail, -1, &made, &err);

	jailchild_succeed(root, &err);
	jailchild_expect(fcntl(made.dev_fd, F_GETFD) == FD_CLOEXEC);
	jailchild_succeed(rootfs_enter(root, &err), &err);
	close(made.dev_fd);
	close(root);
}

static bool can_write(const char *path)
{
	_cleanup_fd_ int fd = open(path, O_CREAT | O_WRONLY | O_CLOEXEC, 0644);

	return fd >= 0 && write(fd, "new", 3) == 3;
}

static unsigned long flags_of(const char *path)
{
	struct statvfs info;

	jailchild_expect(statvfs(path, &info) == 0);
	return info.f_flag;
}

static bool has_mode(const char *path, mode_t mode)
{
	struct stat st;

	return stat(path, &st) == 0 && (st.st_mode & 07777) == mode;
}

static void look_around(void *data)
{
	build_and_enter(data);
	jailchild_expect(faccessat(AT_FDCWD, image.path, F_OK, 0) < 0); /* of the host */
	jailchild_expect(chdir("/..") == 0 &&
			 faccessat(AT_FDCWD, "etc/file", F_OK, 0) == 0);
	jailchild_expect(has_mode("/tmp", 01777) && can_write("/tmp/x"));
	jailchild_expect(has_mode("/run", 0755) && can_write("/run/x"));
	jailchild_expect(has_mode("/", 0755) && has_mode("/dev/shm", 01777));
	jailchild_expect(can_write("/dev/null"));
	jailchild_expect(faccessat(AT_FDCWD, "/proc/1/status", F_OK, 0) == 0);
	jailchild_expect(faccessat(AT_FDCWD, "/proc/2", F_OK, 0) < 0);
	unsigned long wanted = ST_NOSUID | ST_NODEV;
	jailchild_expect((flags_of("/") & wanted) == wanted);
	jailchild_expect((flags_of("/tmp") & wanted) == wanted);
	jailchild_expect((flags_of("/run") & wanted) == wanted);
	jailchild_expect((flags_of("/dev") & (wanted | ST_NOEXEC)) ==
			 (wanted | ST_NOEXEC));
}

static void shows_the_image_and_nothing_of_the_host(void **state)
{
	struct jail jail;

	(void)state;
	prepare(&jail, JAIL_ROOT_OVERLAY);
	jailchild_run(OWN_NAMESPACES, look_around, &jail);
	jail_free(&jail);
}

static void write_everywhere(void *data)
{
	build_and_enter(data);
	jailchild_expect(can_write("/new") && can_write("/etc/file"));
	jailchild_expect(mkdir("/folder", 0755) == 0 && rename("/new", "/folder/x") == 0);
	jailchild_expect(unlink("/etc/file") == 0 && rmdir("/etc") == 0);
	jailchild_expect(faccessat(AT_FDCWD, "/etc", F_OK, 0) < 0);
}

static void check_untouched(void)
{
	assert_string_equal(jailimage_read(&image, "etc/file"), "of the image");
	assert_int_equal(faccessat(image.fd, "new", F_OK, 0), -1);
	assert_int_equal(faccessat(image.fd, "folder", F_OK, 0), -1);
	assert_int_equal(faccessat(image.fd, "proc", F_OK, 0), -1);
	assert_int_equal(faccessat(image.fd, "dev", F_OK, 0), -1);
}

static void throws_writes_away(void **state)
{
	struct jail jail;

	(void)state;
	prepare(&jail, JAIL_ROOT_OVERLAY);
	jailchild_run(OWN_NAMESPACES, write_everywhere, &jail);
	check_untouched();
	jail_free(&jail);
}

static void try_to_write(void *data)
{
	build_and_enter(data);
	jailchild_expect(!can_write("/new") && errno == EROFS);
	jailchild_expect(!can_write("/etc/file") && errno == EROFS);
	jailchild_expect(unlink("/etc/file") < 0 && errno == EROFS);
	jailchild_expect(can_write("/tmp/x") && can_write("/run/x")); /* in memory */
}

static void forbids_writes_if_asked(void **state)
{
	struct jail jail;

	(void)state;
	prepare(&jail, JAIL_ROOT_READ_ONLY);
	jailchild_run(OWN_NAMESPACES, try_to_write, &jail);
	check_untouched();
	jail_free(&jail);
}

static void write_into_the_image(void *data)
{
	build_and_enter(data);
	jailchild_expect(can_write("/new") && can_write("/etc/file"));
	jailchild_expect(can_write("/tmp/gone") && can_write("/dev/shm/gone"));
	jailchild_expect((flags_of("/") & ST_NOSUID) && (flags_of("/") & ST_NODEV));
}

static void writes_into_the_image_if_asked(void **state)
{
	struct jail jail;

	(void)state;
	prepare(&jail, JAIL_ROOT_WRITE);
	jailchild_run(OWN_NAMESPACES, write_into_the_image, &jail);
	assert_string_equal(jailimage_read(&image, "new"), "new");
	assert_string_equal(jailimage_read(&image, "etc/file"), "newthe image");
	assert_int_equal(faccessat(image.fd, "tmp/gone", F_OK, 0), -1);
	assert_int_equal(faccessat(image.fd, "dev/null", F_OK, 0), -1);
	jail_free(&jail);
}

static void use_volumes(void *data)
{
	build_and_enter(data);
	jailchild_expect(can_write("/data/new") && !can_write("/tmp/shown/new"));
	jailchild_expect(faccessat(AT_FDCWD, "/tmp/shown/old", F_OK, 0) == 0);
	jailchild_expect(!can_write("/new") && errno == EROFS);
}

static void shows_volumes_in_a_read_only_image(void **state)
{
	_cleanup_strlist_ struct strlist volumes = {0}, none = {0};
	struct error err = {0};
	struct jail jail;
	char word[PATH_MAX];

	(void)state;
	jailimage_write(&source, "old", "", 0644);
	prepare(&jail, JAIL_ROOT_READ_ONLY);
	snprintf(word, sizeof(word), "%s:/data", source.path);
	assert_int_equal(strlist_add(&volumes, word, &err), 0);
	snprintf(word, sizeof(word), "%s:/tmp/shown:ro", source.path);
	assert_int_equal(strlist_add(&volumes, word, &err), 0);
	assert_int_equal(volume_read(&(struct volume_words){&volumes, &none, &none},
				     &jail.volumes, &err),
			 0);
	jailchild_run(OWN_NAMESPACES, use_volumes, &jail);
	assert_string_equal(jailimage_read(&source, "new"), "new");
	check_untouched();
	jail_free(&jail);
}

static void build_in_a_hostile_image(void *data)
{
	struct error err = {0};
	struct rootfs made = ROOTFS_NONE;

	jailchild_expect(rootfs_build(data, -1, &made, &err) < 0);
	jailchild_expect(strstr(err.text, "dev"));
}

static void puts_nothing_where_a_symlink_leads_out(void **state)
{
	struct jail jail;

	(void)state;
	/* Inside the image there is no such folder; outside, there is. */
	jailimage_link(&image, source.path, "dev");
	prepare(&jail, JAIL_ROOT_WRITE);
	jailchild_run(OWN_NAMESPACES, build_in_a_hostile_image, &jail);
	assert_int_equal(faccessat(source.fd, "null", F_OK, 0), -1);
	jail_free(&jail);
}

static void find_it_replaced(void *data)
{
	struct error err = {0};
	struct rootfs made = ROOTFS_NONE;

	jailchild_expect(rootfs_build(data, -1, &made, &err) == -ESTALE);
	jailchild_expect(strstr(err.text, "replaced"));
}

static void refuses_an_image_that_was_replaced(void **state)
{
	struct jail jail;

	(void)state;
	prepare(&jail, JAIL_ROOT_OVERLAY);
	jail.image.stat.st_ino++;
	jailchild_run(OWN_NAMESPACES, find_it_replaced, &jail);
	jail_free(&jail);
}

static void copy_as_parent(void *data)
{
	struct jail *jail = data;
	struct image again = IMAGE_NONE;
	struct error err = {0};
	struct rootfs made = ROOTFS_NONE;

	/* Of this namespace: the parent's descriptor leads to the mounts of another. */
	jailchild_succeed(
		image_open(image.path, &(struct image_options){0}, &again, &err), &err);
	int fd = rootfs_copy_image(&again, false, getpid(), &err);
	jailchild_succeed(fd, &err);
	jailchild_expect(fcntl(fd, F_GETFD) == FD_CLOEXEC);
	/* Then the path is not looked at any more. */
	free(jail->image.path);
	jail->image.path = strdup("/no/such/folder");
	int root = rootfs_build(jail, fd, &made, &err);
	jailchild_succeed(root, &err);
	jailchild_expect(faccessat(root, "etc/file", F_OK, 0) == 0);
}

static void takes_the_mount_that_the_parent_made(void **state)
{
	struct jail jail;

	(void)state;
	prepare(&jail, JAIL_ROOT_OVERLAY);
	jailchild_run(OWN_NAMESPACES, copy_as_parent, &jail);
	check_untouched();
	jail_free(&jail);
}

static void enter_what_is_no_mount(void *data)
{
	struct error err = {0};
	int folder = open(image.path, O_PATH | O_DIRECTORY | O_CLOEXEC);

	(void)data;
	jailchild_expect(rootfs_enter(folder, &err) == -EINVAL);
	jailchild_expect(strstr(err.text, "cannot change the root"));
}

static void enters_nothing_but_a_mount(void **state)
{
	(void)state;
	jailchild_run(CLONE_NEWNS, enter_what_is_no_mount, NULL);
}

#define TEST(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(shows_the_image_and_nothing_of_the_host),
		TEST(throws_writes_away),
		TEST(forbids_writes_if_asked),
		TEST(writes_into_the_image_if_asked),
		TEST(shows_volumes_in_a_read_only_image),
		TEST(puts_nothing_where_a_symlink_leads_out),
		TEST(refuses_an_image_that_was_replaced),
		TEST(takes_the_mount_that_the_parent_made),
		TEST(enters_nothing_but_a_mount),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
