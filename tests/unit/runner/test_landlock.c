/* SPDX-License-Identifier: MIT */
/* Tests of landlock: what a confined process can still reach by descriptors of files outside. */
#include "tests/unit/unit.h"

#include <errno.h>
#include <linux/landlock.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>

#include "common/fd.h"
#include "jailchild.h"
#include "jailimage.h"
#include "runner/landlock.h"
#include "runner/privileges.h"

enum { OLDEST_ABI = 2 }; /* landlock.h: Linux 5.19 */

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

static bool kernel_has_it(void)
{
	return syscall(SYS_landlock_create_ruleset, NULL, 0,
		       LANDLOCK_CREATE_RULESET_VERSION) >= OLDEST_ABI;
}

/* Opens anew what a descriptor leads to, by the magic link that a jail has in its /proc. */
static int open_anew(int proc, int fd, int flags)
{
	char path[32];

	snprintf(path, sizeof(path), "self/fd/%d", fd);
	return openat(proc, path, flags | O_CLOEXEC);
}

static void make_current_folder_the_root(void)
{
	struct error err = {0};

	/* A file system of its own: the files outside lie in no folder below it. */
	jailchild_expect(mount("none", ".", "tmpfs", 0, NULL) == 0);
	jailchild_expect(chdir(image.path) == 0 && chroot(".") == 0);
	jailchild_expect(mkdir("/one", 0755) == 0 && mkdir("/two", 0755) == 0);
	jailchild_expect(mknod("/one/file", S_IFREG | 0755, 0) == 0);
	jailchild_succeed(privileges_limit(0, &err), &err);
}

static void confine_or_end(void)
{
	struct error err = {0};
	bool is_confined = !kernel_has_it();

	jailchild_succeed(landlock_confine(false, false, &is_confined, &err), &err);
	jailchild_expect(is_confined == kernel_has_it());
	if (!is_confined)
		_exit(0); /* there is nothing that could be tried */
}

static void look_outside(void *data)
{
	int proc = open("/proc", O_PATH | O_DIRECTORY | O_CLOEXEC);
	int folder = open(image.path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	int file = openat(folder, "both", O_RDWR | O_CLOEXEC);

	(void)data;
	jailchild_expect(chdir(image.path) == 0 && file >= 0);
	make_current_folder_the_root();
	/* Without it, all of this would work. */
	jailchild_expect(open_anew(proc, file, O_RDWR) >= 0);
	jailchild_expect(openat(folder, "both", O_RDONLY | O_CLOEXEC) >= 0);
	confine_or_end();
	jailchild_expect(open_anew(proc, file, O_RDONLY) < 0 && errno == EACCES);
	jailchild_expect(open_anew(proc, file, O_WRONLY) < 0 && errno == EACCES);
	jailchild_expect(openat(folder, "both", O_RDONLY | O_CLOEXEC) < 0);
	jailchild_expect(openat(folder, ".", O_RDONLY | O_DIRECTORY) < 0);
	jailchild_expect(mkdirat(folder, "new", 0755) < 0 && errno == EACCES);
	jailchild_expect(unlinkat(folder, "both", 0) < 0 && errno == EACCES);
	jailchild_expect(syscall(SYS_execveat, file, "", (char *[]){NULL},
				 (char *[]){NULL}, AT_EMPTY_PATH) < 0);
	jailchild_expect(errno == EACCES);
	jailchild_expect(write(file, "x", 1) == 1); /* what is open stays open */
}

static void shuts_out_files_that_no_path_leads_to(void **state)
{
	(void)state;
	jailimage_write(&image, "both", "#!/bin/sh\n", 0755);
	jailchild_run(CLONE_NEWNS, look_outside, NULL);
	assert_non_null(jailimage_read(&image, "both"));
}

static void work_inside(void *data)
{
	(void)data;
	jailchild_expect(chdir(image.path) == 0);
	make_current_folder_the_root();
	confine_or_end();
	jailchild_expect(rename("/one/file", "/two/file") == 0);
	jailchild_expect(link("/two/file", "/one/again") == 0);
	_cleanup_fd_ int fd = open("/two/file", O_RDWR | O_TRUNC | O_CLOEXEC);
	jailchild_expect(fd >= 0 && write(fd, "text", 4) == 4);
	jailchild_expect(truncate("/one/again", 2) == 0);
	jailchild_expect(mkfifo("/one/fifo", 0644) == 0);
	jailchild_expect(symlink("file", "/two/link") == 0);
	jailchild_expect(open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC) >= 0);
	jailchild_expect(unlink("/one/fifo") == 0 && unlink("/one/again") == 0);
	jailchild_expect(rmdir("/one") == 0);
}

static void forbids_nothing_below_the_root(void **state)
{
	(void)state;
	jailchild_run(CLONE_NEWNS, work_inside, NULL);
}

static void open_standard_descriptors_anew(void *data)
{
	int proc = open("/proc", O_PATH | O_DIRECTORY | O_CLOEXEC);
	int in = openat(image.fd, "in", O_RDONLY | O_CLOEXEC);
	int out = openat(image.fd, "out", O_WRONLY | O_CLOEXEC);

	(void)data;
	jailchild_expect(fchdir(image.fd) == 0);
	jailchild_expect(chdir(image.path) == 0);
	jailchild_expect(dup2(in, 0) == 0 && dup2(out, 1) == 1);
	make_current_folder_the_root();
	confine_or_end();
	jailchild_expect(open_anew(proc, 0, O_RDONLY) >= 0);
	jailchild_expect(open_anew(proc, 0, O_WRONLY) < 0 && errno == EACCES);
	jailchild_expect(open_anew(proc, 0, O_RDWR) < 0 && errno == EACCES);
	jailchild_expect(open_anew(proc, 1, O_WRONLY) >= 0);
	jailchild_expect(open_anew(proc, 1, O_WRONLY | O_TRUNC) >= 0);
	jailchild_expect(open_anew(proc, 1, O_RDONLY) < 0 && errno == EACCES);
}

static void keeps_the_rights_of_standard_descriptors(void **state)
{
	(void)state;
	jailimage_write(&image, "in", "text", 0666);
	jailimage_write(&image, "out", "", 0666);
	jailchild_run(CLONE_NEWNS, open_standard_descriptors_anew, NULL);
}

static void confine_with_pipes(void *data)
{
	int ends[2], proc = open("/proc", O_PATH | O_DIRECTORY | O_CLOEXEC);
	int folder = open(image.path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	(void)data;
	jailchild_expect(pipe(ends) == 0 && chdir(image.path) == 0);
	jailchild_expect(dup2(folder, 0) == 0 && dup2(ends[1], 1) == 1);
	make_current_folder_the_root();
	confine_or_end();
	/* A pipe has no place in a tree; a folder as stdin gives no way out. */
	jailchild_expect(open_anew(proc, 1, O_WRONLY) >= 0);
	jailchild_expect(openat(0, "file", O_RDONLY | O_CLOEXEC) < 0 && errno == EACCES);
}

static void takes_pipes_and_folders_for_standard_descriptors(void **state)
{
	(void)state;
	jailimage_write(&image, "file", "", 0644);
	jailchild_run(CLONE_NEWNS, confine_with_pipes, NULL);
}

static void close_all(void *data)
{
	int proc = open("/proc", O_PATH | O_DIRECTORY | O_CLOEXEC);
	int file = openat(image.fd, "file", O_RDONLY | O_CLOEXEC);

	(void)data;
	jailchild_expect(chdir(image.path) == 0);
	make_current_folder_the_root();
	close(0);
	close(1);
	confine_or_end();
	jailchild_expect(open_anew(proc, file, O_RDONLY) < 0 && errno == EACCES);
}

static void needs_no_standard_descriptors(void **state)
{
	(void)state;
	jailimage_write(&image, "file", "", 0644);
	jailchild_run(CLONE_NEWNS, close_all, NULL);
}

/* ABI 6, Linux 6.12. */
static bool kernel_has_scopes(void)
{
	return syscall(SYS_landlock_create_ruleset, NULL, 0,
		       LANDLOCK_CREATE_RULESET_VERSION) >= 6;
}

/* Binds an abstract socket and connects a second one to it from below Landlock. */
static void reach_out(void *data)
{
	bool scoped = *(bool *)data, expected = scoped && kernel_has_scopes();
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	pid_t outside = getppid();
	struct error err = {0};
	bool is_confined;

	snprintf(address.sun_path + 1, sizeof(address.sun_path) - 1, "jailrun-test-%d",
		 getpid());
	int listening = socket(AF_UNIX, SOCK_STREAM, 0);
	int connecting = socket(AF_UNIX, SOCK_STREAM, 0);
	jailchild_expect(bind(listening, (struct sockaddr *)&address, sizeof(address)) ==
				 0 &&
			 listen(listening, 1) == 0);
	jailchild_expect(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0);
	jailchild_succeed(landlock_confine(scoped, scoped, &is_confined, &err), &err);
	jailchild_expect(kill(outside, 0) == (expected ? -1 : 0));
	jailchild_expect(connect(connecting, (struct sockaddr *)&address,
				 sizeof(address)) == (expected ? -1 : 0));
}

static void does_the_work_of_shared_namespaces(void **state)
{
	bool scoped = true;

	(void)state;
	jailchild_fork(reach_out, &scoped);
	scoped = false;
	jailchild_fork(reach_out, &scoped);
}

static void confine_without_rights(void *data)
{
	struct error err = {0};
	bool is_confined = true;

	(void)data;
	jailchild_succeed(privileges_drop(0, 0, &err), &err);
	int r = landlock_confine(false, false, &is_confined, &err);
	jailchild_expect(r == (kernel_has_it() ? -EPERM : 0));
	jailchild_expect(!is_confined);
}

static void fails_without_no_new_privs(void **state)
{
	(void)state;
	jailchild_run(0, confine_without_rights, NULL);
}

#define TEST(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(shuts_out_files_that_no_path_leads_to),
		TEST(forbids_nothing_below_the_root),
		TEST(keeps_the_rights_of_standard_descriptors),
		TEST(takes_pipes_and_folders_for_standard_descriptors),
		TEST(needs_no_standard_descriptors),
		TEST(does_the_work_of_shared_namespaces),
		TEST(fails_without_no_new_privs),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
