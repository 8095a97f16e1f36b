/* SPDX-License-Identifier: MIT */
/* Tests of proc: the process list of a new pid namespace, and the masks over the machine's files. */
#include "tests/unit/unit.h"

#include <errno.h>
#include <sys/statvfs.h>
#include <sys/sysmacros.h>

#include "common/fd.h"
#include "jailchild.h"
#include "jailimage.h"
#include "runner/proc.h"

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

static int open_image(void)
{
	return open(image.path, O_PATH | O_DIRECTORY | O_CLOEXEC);
}

static int mount_proc(int root, uint64_t namespaces, struct error *err)
{
	_cleanup_fd_ int fd = proc_open(namespaces, err);

	return fd < 0 ? fd : proc_attach(fd, root, namespaces, err);
}

/* Masked, or not there at all in this kernel. */
static bool is_masked(int root, const char *path)
{
	struct stat st;

	if (fstatat(root, path, &st, 0) < 0)
		return errno == ENOENT;
	return S_ISCHR(st.st_mode) && st.st_rdev == makedev(1, 3);
}

static bool is_read_only(int root, const char *path)
{
	struct statvfs info;
	_cleanup_fd_ int fd = openat(root, path, O_PATH | O_CLOEXEC);

	return fd < 0 ? errno == ENOENT
		      : fstatvfs(fd, &info) == 0 && info.f_flag & ST_RDONLY;
}

static bool shows_only_this_process(int root)
{
	char link[16] = "";

	return readlinkat(root, "proc/self", link, sizeof(link) - 1) == 1 &&
	       !strcmp(link, "1") && faccessat(root, "proc/2", F_OK, 0) < 0;
}

static void look_with_own_users(void *data)
{
	struct error err = {0};
	struct statvfs info;
	int root = open_image();

	(void)data;
	jailchild_succeed(mount_proc(root, CLONE_NEWUSER | CLONE_NEWPID, &err), &err);
	jailchild_expect(shows_only_this_process(root));
	jailchild_expect(is_masked(root, "proc/keys"));
	jailchild_expect(is_masked(root, "proc/interrupts"));
	/* The kernel guards these: their owner is not in the jail. */
	jailchild_expect(!is_read_only(root, "proc/sys"));
	_cleanup_fd_ int proc = openat(root, "proc", O_RDONLY | O_CLOEXEC);
	jailchild_expect(fstatvfs(proc, &info) == 0);
	jailchild_expect(info.f_flag & ST_NOSUID && info.f_flag & ST_NODEV &&
			 info.f_flag & ST_NOEXEC);
}

static void shows_the_jails_own_processes(void **state)
{
	(void)state;
	assert_int_equal(mkdirat(image.fd, "proc", 0755), 0);
	jailchild_run(CLONE_NEWNS | CLONE_NEWPID, look_with_own_users, NULL);
}

static void look_with_shared_users(void *data)
{
	static const char *const masked[] = {"keys", "interrupts", "kcore", "timer_list",
					     "sysrq-trigger"};
	static const char *const read_only[] = {"sys", "irq",  "bus",
						"fs",  "acpi", "scsi"};
	struct error err = {0};
	int root = open_image();
	char path[64];

	(void)data;
	jailchild_succeed(mount_proc(root, CLONE_NEWPID, &err), &err);
	jailchild_expect(shows_only_this_process(root));
	for (size_t i = 0; i < sizeof(masked) / sizeof(masked[0]); i++) {
		snprintf(path, sizeof(path), "proc/%s", masked[i]);
		jailchild_expect(is_masked(root, path));
	}
	for (size_t i = 0; i < sizeof(read_only) / sizeof(read_only[0]); i++) {
		snprintf(path, sizeof(path), "proc/%s", read_only[i]);
		jailchild_expect(is_read_only(root, path));
	}
	jailchild_expect(!is_read_only(root, "proc/self"));
	jailchild_expect(faccessat(root, "proc/sys/kernel/ostype", R_OK, 0) == 0);
}

static void masks_what_roots_id_could_change(void **state)
{
	(void)state;
	jailchild_run(CLONE_NEWNS | CLONE_NEWPID, look_with_shared_users, NULL);
	/* The place was missing in the image, and made. */
	assert_int_equal(faccessat(image.fd, "proc", F_OK, 0), 0);
}

static void look_with_shared_processes(void *data)
{
	struct error err = {0};
	char path[64];
	int root = open_image();

	(void)data;
	jailchild_succeed(mount_proc(root, CLONE_NEWUSER, &err), &err);
	snprintf(path, sizeof(path), "proc/%d", getppid());
	jailchild_expect(faccessat(root, path, F_OK, 0) == 0);
	jailchild_expect(is_masked(root, "proc/keys"));
	/* The mount that it was copied from is as before. */
	jailchild_expect(!is_masked(AT_FDCWD, "/proc/interrupts"));
}

static void shows_the_hosts_processes_if_they_are_shared(void **state)
{
	(void)state;
	jailchild_run(CLONE_NEWNS, look_with_shared_processes, NULL);
}

static void mount_over_a_hostile_place(void *data)
{
	struct error err = {0};
	int root = open_image();

	(void)data;
	jailchild_expect(mount_proc(root, CLONE_NEWUSER | CLONE_NEWPID, &err) < 0);
	jailchild_expect(strstr(err.text, "proc"));
}

static void mounts_over_nothing_but_a_folder(void **state)
{
	(void)state;
	jailimage_write(&image, "proc", "", 0644);
	jailchild_run(CLONE_NEWNS | CLONE_NEWPID, mount_over_a_hostile_place, NULL);
	assert_int_equal(unlinkat(image.fd, "proc", 0), 0);
	jailimage_link(&image, "/proc", "proc");
	jailchild_run(CLONE_NEWNS | CLONE_NEWPID, mount_over_a_hostile_place, NULL);
}

#define TEST(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(shows_the_jails_own_processes),
		TEST(masks_what_roots_id_could_change),
		TEST(shows_the_hosts_processes_if_they_are_shared),
		TEST(mounts_over_nothing_but_a_folder),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
