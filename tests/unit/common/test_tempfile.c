/* SPDX-License-Identifier: MIT */
/*
 * Tests of common/tempfile: the old file or the new one, whole, whatever happens in between; by
 * the unnamed way and, with O_TMPFILE taken away by a seccomp filter, by the named one.
 */
#include "tests/unit/unit.h"

#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>

#include "common/fd.h"
#include "common/tempfile.h"
#include "scratch.h"

/* Makes openat(2) answer O_TMPFILE as overlayfs before Linux 6.3 does. For a child: it stays. */
static void take_tmpfile_away(void)
{
	struct sock_filter filter[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_openat, 0, 3),
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
			 offsetof(struct seccomp_data, args[2])),
		BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, O_TMPFILE & ~O_DIRECTORY, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EOPNOTSUPP),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog program = {
		.len = sizeof(filter) / sizeof(filter[0]),
		.filter = filter,
	};

	assert_int_equal(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), 0);
	assert_int_equal(prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program), 0);
	assert_true(open(".", O_TMPFILE | O_RDWR | O_CLOEXEC, 0600) < 0 &&
		    errno == EOPNOTSUPP);
}

static int publish(const char *path, const char *text, bool durable, struct error *err)
{
	_cleanup_tempfile_ struct tempfile file = TEMPFILE_NONE;
	int r = tempfile_create(path, &file, err);

	if (r == 0)
		r = fd_write_all(file.fd, text, strlen(text), path, err);
	return r < 0 ? r : tempfile_publish(&file, durable, err);
}

static mode_t mode_of(const char *path)
{
	struct stat st;

	assert_int_equal(lstat(path, &st), 0);
	return st.st_mode & 07777;
}

static void shows_no_name_until_it_is_published(void **state)
{
	_cleanup_tempfile_ struct tempfile file = TEMPFILE_NONE;

	(void)state;
	assert_int_equal(tempfile_create("new", &file, NULL), 0);
	assert_int_equal(fd_write_all(file.fd, "whole", 5, "new", NULL), 0);
	assert_int_equal(scratch_count("."), 0);
	assert_int_equal(tempfile_publish(&file, false, NULL), 0);
	assert_int_equal(scratch_count("."), 1);
	scratch_expect("new", "whole");
}

static void replaces_the_old_file_in_one_step(void **state)
{
	_cleanup_fd_ int old = -1;
	char text[8] = "";

	(void)state;
	scratch_write("file", "old");
	old = scratch_open("file", O_RDONLY);
	assert_int_equal(publish("file", "new", true, NULL), 0);
	scratch_expect("file", "new");
	assert_int_equal(scratch_count("."), 1);
	assert_int_equal(read(old, text, sizeof(text)),
			 3); /* an open reader keeps the old one */
	assert_string_equal(text, "old");
}

static void obeys_the_umask_and_keeps_the_mode_of_the_old_file(void **state)
{
	mode_t before = umask(027);

	(void)state;
	assert_int_equal(publish("new", "x", false, NULL), 0);
	assert_int_equal(mode_of("new"), 0640);
	assert_int_equal(chmod("new", 0604), 0);
	assert_int_equal(publish("new", "y", false, NULL), 0);
	assert_int_equal(mode_of("new"), 0604);
	umask(before);
}

/* The new file may have another owner than the old one: a set-id bit would change its meaning. */
static void keeps_no_set_id_bit(void **state)
{
	(void)state;
	scratch_write("file", "old");
	assert_int_equal(chmod("file", 06755), 0);
	assert_int_equal(publish("file", "new", false, NULL), 0);
	assert_int_equal(mode_of("file"), 0755);
}

static void leaves_nothing_of_what_was_not_published(void **state)
{
	struct tempfile file;

	(void)state;
	scratch_write("file", "old");
	assert_int_equal(tempfile_create("file", &file, NULL), 0);
	assert_int_equal(fd_write_all(file.fd, "half", 4, "file", NULL), 0);
	tempfile_close(&file);
	assert_int_equal(file.fd, -1);
	assert_int_equal(file.folder_fd, -1);
	tempfile_close(&file);
	assert_int_equal(scratch_count("."), 1);
	scratch_expect("file", "old");
}

static void leaves_nothing_when_it_is_killed(void **state)
{
	int ready[2], status = 0;
	char byte;

	(void)state;
	scratch_write("file", "old");
	assert_int_equal(pipe2(ready, O_CLOEXEC), 0);
	pid_t pid = fork();
	if (pid == 0) {
		struct tempfile file;

		if (tempfile_create("file", &file, NULL) == 0 &&
		    fd_write_all(file.fd, "half", 4, "file", NULL) == 0 &&
		    write(ready[1], "x", 1) == 1)
			pause();
		_exit(1);
	}
	close(ready[1]);
	assert_int_equal(read(ready[0], &byte, 1), 1);
	close(ready[0]);
	assert_int_equal(kill(pid, SIGKILL), 0);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFSIGNALED(status));
	assert_int_equal(scratch_count("."), 1);
	scratch_expect("file", "old");
}

static void follows_a_link_and_leaves_it(void **state)
{
	struct stat st;

	(void)state;
	assert_int_equal(mkdir("folder", 0755), 0);
	scratch_write("folder/file", "old");
	assert_int_equal(symlink("folder/middle", "link"), 0);
	assert_int_equal(symlink("file", "folder/middle"), 0);
	assert_int_equal(publish("link", "new", false, NULL), 0);
	assert_int_equal(lstat("link", &st), 0);
	assert_true(S_ISLNK(st.st_mode));
	assert_int_equal(lstat("folder/middle", &st), 0);
	assert_true(S_ISLNK(st.st_mode));
	scratch_expect("folder/file", "new");
	assert_int_equal(scratch_count("folder"), 2);
}

/* As open(2) with O_CREAT does. */
static void makes_the_file_that_a_dangling_link_names(void **state)
{
	struct stat st;

	(void)state;
	assert_int_equal(mkdir("folder", 0755), 0);
	assert_int_equal(symlink("folder/file", "link"), 0);
	assert_int_equal(publish("link", "new", false, NULL), 0);
	assert_int_equal(lstat("link", &st), 0);
	assert_true(S_ISLNK(st.st_mode));
	scratch_expect("folder/file", "new");
}

static void expect_refusal(const char *path, int code, const char *text)
{
	_cleanup_tempfile_ struct tempfile file = TEMPFILE_NONE;
	struct error err = {0};

	assert_int_equal(tempfile_create(path, &file, &err), -code);
	assert_string_equal(err.text, text);
	assert_int_equal(file.fd, -1);
}

static void refuses_places_where_no_file_can_be(void **state)
{
	char name[NAME_MAX + 2];

	(void)state;
	assert_int_equal(symlink("loop", "loop"), 0);
	assert_int_equal(mkdir("folder", 0755), 0);
	scratch_write("file", "");
	expect_refusal("missing/x", ENOENT,
		       "cannot create missing/x: folder: No such file or directory");
	expect_refusal("file/x", ENOTDIR,
		       "cannot create file/x: folder: Not a directory");
	expect_refusal("folder", EISDIR, "cannot create folder: Is a directory");
	expect_refusal("folder/", EISDIR, "cannot create folder/: Is a directory");
	expect_refusal("folder/..", EISDIR, "cannot create folder/..: Is a directory");
	expect_refusal("loop", ELOOP,
		       "cannot create loop: Too many levels of symbolic links");
	memset(name, 'n', sizeof(name));
	name[sizeof(name) - 1] = '\0';
	assert_int_equal(publish(name, "", false, NULL), -ENAMETOOLONG);
	name[NAME_MAX] = '\0';
	assert_int_equal(publish(name, "x", false, NULL), 0);
	assert_int_equal(publish(name, "y", false, NULL), 0);
	assert_int_equal(scratch_count("."), 4);
}

/* To root, replacing /dev/null by a file would be the end of the machine. */
static void replaces_only_regular_files(void **state)
{
	struct stat st;

	(void)state;
	assert_int_equal(mkfifo("fifo", 0644), 0);
	expect_refusal("fifo", EINVAL, "cannot replace fifo: it is not a regular file");
	expect_refusal("/dev/null", EINVAL,
		       "cannot replace /dev/null: it is not a regular file");
	assert_int_equal(lstat("fifo", &st), 0);
	assert_true(S_ISFIFO(st.st_mode));
}

/* RLIMIT_FSIZE stands for a disk that fills up in the middle of a write. */
static int run_out_of_room(void)
{
	struct rlimit limit = {1000, 1000};
	_cleanup_tempfile_ struct tempfile file = TEMPFILE_NONE;
	char data[5000] = "";

	signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
	assert_int_equal(tempfile_create("file", &file, NULL), 0);
	assert_int_equal(fd_write_all(file.fd, data, sizeof(data), "file", NULL), -EFBIG);
	return 0;
}

static void keeps_the_old_file_when_writing_fails(void **state)
{
	(void)state;
	scratch_write("file", "old");
	assert_int_equal(scratch_in_child(run_out_of_room), 0);
	scratch_expect("file", "old");
	assert_int_equal(scratch_count("."), 1);
}

static void write_proc(const char *path, const char *text)
{
	_cleanup_fd_ int fd = scratch_open(path, O_WRONLY);

	assert_int_equal(fd_write_all(fd, text, strlen(text), path, NULL), 0);
}

/* A mount namespace of our own; an ordinary user gets it as root of a user namespace. */
static void enter_mount_namespace(void)
{
	char users[32], groups[32];
	bool is_root = geteuid() == 0;

	snprintf(users, sizeof(users), "0 %d 1", (int)geteuid());
	snprintf(groups, sizeof(groups), "0 %d 1", (int)getegid());
	assert_int_equal(unshare(CLONE_NEWNS | (is_root ? 0 : CLONE_NEWUSER)), 0);
	if (!is_root) {
		write_proc("/proc/self/uid_map", users);
		write_proc("/proc/self/setgroups", "deny");
		write_proc("/proc/self/gid_map", groups);
	}
	assert_int_equal(mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL), 0);
}

static int fill_a_small_disk(void)
{
	static char data[256 * 1024];
	struct error err = {0};

	enter_mount_namespace();
	assert_int_equal(mkdir("disk", 0755), 0);
	assert_int_equal(mount("small", "disk", "tmpfs", 0, "size=64k"), 0);
	scratch_write("disk/file", "old");
	memset(data, 'x', sizeof(data) - 1);
	assert_int_equal(publish("disk/file", data, true, &err), -ENOSPC);
	scratch_expect("disk/file", "old");
	assert_int_equal(scratch_count("disk"), 1);
	assert_int_equal(publish("disk/file", "new", true, NULL),
			 0); /* room is free again */
	scratch_expect("disk/file", "new");
	return 0;
}

static void survives_a_full_disk(void **state)
{
	(void)state;
	assert_int_equal(scratch_in_child(fill_a_small_disk), 0);
}

static int replace_by_name(void)
{
	take_tmpfile_away();
	assert_int_equal(chmod("file", 0604), 0);
	assert_int_equal(publish("file", "new", true, NULL), 0);
	assert_int_equal(publish("other", "first", false, NULL), 0);
	return 0;
}

static void works_where_there_are_no_unnamed_files(void **state)
{
	(void)state;
	scratch_write("file", "old");
	assert_int_equal(scratch_in_child(replace_by_name), 0);
	scratch_expect("file", "new");
	scratch_expect("other", "first");
	assert_int_equal(mode_of("file"), 0604);
	assert_int_equal(scratch_count("."), 2);
}

static int give_up_by_name(void)
{
	struct tempfile file;

	take_tmpfile_away();
	assert_int_equal(tempfile_create("file", &file, NULL), 0);
	assert_int_equal(scratch_count("."), 2);
	assert_int_equal(fd_write_all(file.fd, "half", 4, "file", NULL), 0);
	tempfile_close(&file);
	assert_int_equal(file.temporary[0], '\0');
	return 0;
}

static void removes_a_named_file_that_was_not_published(void **state)
{
	(void)state;
	scratch_write("file", "old");
	assert_int_equal(scratch_in_child(give_up_by_name), 0);
	scratch_expect("file", "old");
	assert_int_equal(scratch_count("."), 1);
}

static int publish_over_a_folder(void)
{
	_cleanup_tempfile_ struct tempfile file = TEMPFILE_NONE;

	take_tmpfile_away();
	assert_int_equal(tempfile_create("file", &file, NULL), 0);
	assert_int_equal(mkdir("file", 0755), 0);
	assert_true(tempfile_publish(&file, false, NULL) < 0);
	return 0;
}

static void removes_a_file_that_could_not_be_published(void **state)
{
	_cleanup_tempfile_ struct tempfile file = TEMPFILE_NONE;
	struct error err = {0};

	(void)state;
	assert_int_equal(scratch_in_child(publish_over_a_folder), 0);
	assert_int_equal(scratch_count("."), 1);
	assert_int_equal(tempfile_create("late", &file, NULL), 0);
	assert_int_equal(mkdir("late", 0755), 0);
	assert_int_equal(tempfile_publish(&file, false, &err), -EISDIR);
	tempfile_close(&file);
	assert_int_equal(scratch_count("."), 2);
}

static int publish_new(const char *path, const char *text, struct error *err)
{
	_cleanup_tempfile_ struct tempfile file = TEMPFILE_NONE;

	assert_int_equal(tempfile_create(path, &file, NULL), 0);
	assert_int_equal(fd_write_all(file.fd, text, strlen(text), path, NULL), 0);
	return tempfile_publish_new(&file, err);
}

static void makes_a_new_file_only_if_the_name_is_free(void **state)
{
	struct error err = {0};

	(void)state;
	assert_int_equal(publish_new("file", "first", &err), 0);
	assert_int_equal(publish_new("file", "second", &err), -EEXIST);
	assert_string_equal(err.text, "cannot create file: File exists");
	scratch_expect("file", "first");
	assert_int_equal(scratch_count("."), 1);
}

static int make_new_by_name(void)
{
	take_tmpfile_away();
	assert_int_equal(publish_new("file", "first", NULL), 0);
	assert_int_equal(publish_new("file", "second", NULL), -EEXIST);
	return 0;
}

static void makes_a_new_file_without_unnamed_ones_too(void **state)
{
	(void)state;
	assert_int_equal(scratch_in_child(make_new_by_name), 0);
	scratch_expect("file", "first");
	assert_int_equal(scratch_count("."), 1);
}

/* Two writers and a reader: what is read is always one text, whole. */
static void lets_readers_see_only_whole_files(void **state)
{
	static const char *const texts[] = {"aaaaaaaaaaaaaaaa", "bbbbbbbbbbbbbbbb"};
	pid_t writers[2];

	(void)state;
	scratch_write("file", texts[0]);
	for (int w = 0; w < 2; w++) {
		writers[w] = fork();
		if (writers[w])
			continue;
		for (int i = 0; i < 200; i++)
			if (publish("file", texts[w], false, NULL) < 0)
				_exit(1);
		_exit(0);
	}
	for (int i = 0; i < 1000; i++) {
		char found[32] = "";
		int fd = scratch_open("file", O_RDONLY);

		assert_int_equal(read(fd, found, sizeof(found)), 16);
		close(fd);
		assert_true(!strcmp(found, texts[0]) || !strcmp(found, texts[1]));
	}
	for (int w = 0; w < 2; w++) {
		int status = -1;

		assert_int_equal(waitpid(writers[w], &status, 0), writers[w]);
		assert_int_equal(status, 0);
	}
	assert_int_equal(scratch_count("."), 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		scratch_test(shows_no_name_until_it_is_published),
		scratch_test(replaces_the_old_file_in_one_step),
		scratch_test(obeys_the_umask_and_keeps_the_mode_of_the_old_file),
		scratch_test(keeps_no_set_id_bit),
		scratch_test(leaves_nothing_of_what_was_not_published),
		scratch_test(leaves_nothing_when_it_is_killed),
		scratch_test(follows_a_link_and_leaves_it),
		scratch_test(makes_the_file_that_a_dangling_link_names),
		scratch_test(refuses_places_where_no_file_can_be),
		scratch_test(replaces_only_regular_files),
		scratch_test(keeps_the_old_file_when_writing_fails),
		scratch_test(survives_a_full_disk),
		scratch_test(works_where_there_are_no_unnamed_files),
		scratch_test(removes_a_named_file_that_was_not_published),
		scratch_test(removes_a_file_that_could_not_be_published),
		scratch_test(makes_a_new_file_only_if_the_name_is_free),
		scratch_test(makes_a_new_file_without_unnamed_ones_too),
		scratch_test(lets_readers_see_only_whole_files),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
