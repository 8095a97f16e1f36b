/* SPDX-License-Identifier: MIT */
/* Tests of confine: the attacks of a helper that has fallen, made from inside. */
#include "tests/unit/unit.h"

#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "rawtar.h"
#include "runner/confine.h"
#include "runner/helper.h"
#include "standin.h"

/* Adds the attack's name to the list of those that worked. */
static void tell(char *list, size_t size, bool worked, const char *name)
{
	size_t used = strlen(list);

	if (worked)
		snprintf(list + used, size - used, " %s", name);
}

static void attack_files(char *list, size_t size)
{
	int fd = UNPACK_FOLDER_FD;

	tell(list, size, open("/etc/passwd", O_RDONLY | O_CLOEXEC) >= 0, "passwd");
	tell(list, size, openat(fd, "../../etc/passwd", O_RDONLY | O_CLOEXEC) >= 0,
	     "dotdot");
	tell(list, size, open("/proc/self/status", O_RDONLY | O_CLOEXEC) >= 0, "proc");
	tell(list, size, chroot("/") == 0, "chroot");
	tell(list, size, fchdir(fd) == 0, "fchdir");
	tell(list, size, mknodat(fd, "null", S_IFCHR | 0666, 0x103) == 0, "device");
	tell(list, size, mknodat(fd, "sock", S_IFSOCK | 0666, 0) == 0, "socket-file");
	tell(list, size, mount("none", "/", "tmpfs", 0, NULL) == 0, "mount");
	tell(list, size, renameat(fd, "kept", fd, "moved") == 0, "rename");
}

static void attack_processes(char *list, size_t size)
{
	char *const none[] = {NULL};

	tell(list, size, execve("/kept", none, none) == 0 || errno != ENOSYS, "exec");
	tell(list, size, socket(AF_INET, SOCK_STREAM, 0) >= 0, "inet");
	tell(list, size, socket(AF_UNIX, SOCK_STREAM, 0) >= 0, "unix");
	tell(list, size, ptrace(PTRACE_TRACEME, 0, NULL, NULL) == 0, "ptrace");
	tell(list, size, syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0) >= 0, "fork");
	tell(list, size, unshare(CLONE_NEWUSER) == 0, "unshare");
	tell(list, size, kill(-1, SIGTERM) == 0, "kill");
	tell(list, size, setresuid(0, 0, 0) == 0, "setuid");
	tell(list, size, prctl(PR_SET_DUMPABLE, 1, 0, 0, 0) == 0, "prctl");
	tell(list, size, syscall(SYS_bpf, 0, NULL, 0) != -1, "bpf");
	tell(list, size, syscall(SYS_io_uring_setup, 1, NULL) != -1 || errno != ENOSYS,
	     "uring");
	tell(list, size, syscall(SYS_ioctl, 0, 0x5412, "x") == 0 || errno != ENOSYS,
	     "ioctl");
	void *code = (void *)syscall(SYS_mmap, NULL, 4096, 7, 0x22, -1, 0);
	tell(list, size, (intptr_t)code != -1, "exec-memory");
}

/* What it is there for must still work. */
static void do_the_work(char *list, size_t size)
{
	int fd = openat(UNPACK_FOLDER_FD, "work", O_CREAT | O_WRONLY | O_CLOEXEC, 0640);

	tell(list, size, fd < 0 || write(fd, "x", 1) != 1, "no-write");
	tell(list, size, mkdirat(UNPACK_FOLDER_FD, "d", 0700) < 0, "no-mkdir");
	tell(list, size, linkat(UNPACK_FOLDER_FD, "work", UNPACK_FOLDER_FD, "d/l", 0) < 0,
	     "no-link");
}

/* Each wall by itself: what the others would let through. */
static void lean_on_each_wall(char *list, size_t size, int leaked_fd, bool has_landlock)
{
	struct stat root, folder;

	tell(list, size,
	     stat("/", &root) < 0 || fstat(UNPACK_FOLDER_FD, &folder) < 0 ||
		     root.st_ino != folder.st_ino || root.st_dev != folder.st_dev,
	     "other-root");
	/* Its own file of mode 0: only CAP_DAC_OVERRIDE opens it. */
	tell(list, size, openat(UNPACK_FOLDER_FD, "closed", O_WRONLY | O_CLOEXEC) >= 0,
	     "capability");
	/* A folder of the host that should have been closed: only Landlock is between. */
	tell(list, size,
	     has_landlock && openat(leaked_fd, "etc/passwd", O_RDONLY | O_CLOEXEC) >= 0,
	     "leaked-folder");
}

static void be_the_helper(bool owners)
{
	int leaked_fd = open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	bool has_landlock = syscall(SYS_landlock_create_ruleset, NULL, 0, 1) >= 2;
	struct unpack_report report = {.kind = UNPACK_FAILED};
	char list[1000] = "worked:";

	int kept = openat(UNPACK_FOLDER_FD, "kept", O_CREAT | O_WRONLY | O_CLOEXEC, 0755);
	if (kept < 0 || close(kept) < 0)
		_exit(2);
	close(openat(UNPACK_FOLDER_FD, "closed", O_CREAT | O_WRONLY | O_CLOEXEC, 0));
	if (confine_enter(UNPACK_FOLDER_FD, owners, &report.has_landlock, &report.err) ==
	    0) {
		do_the_work(list, sizeof(list));
		attack_files(list, sizeof(list));
		attack_processes(list, sizeof(list));
		lean_on_each_wall(list, sizeof(list), leaked_fd, has_landlock);
		tell(list, sizeof(list), report.has_landlock != has_landlock,
		     "no-landlock");
		tell(list, sizeof(list),
		     (fchownat(UNPACK_FOLDER_FD, "work", 33, 33, 0) == 0) != owners,
		     "chown");
		error_set(&report.err, ECANCELED, "%s", list);
	}
	standin_send(&report);
	_exit(0);
}

static void leaves_a_fallen_helper_nothing(void **state)
{
	const struct cache_options options = {.helper = standin_path()};
	struct helper_job job = {.owners_fd = -1, .options = &options};
	struct unpack_report report;
	struct error err = {0};
	char folder[256];
	int folder_fd = rawtar_folder(folder, sizeof(folder));

	(void)state;
	idmap_choose(0, &job.map);
	assert_int_equal(fchown(folder_fd, job.map.host, job.map.host_gid), 0);
	job.folder_fd = folder_fd;
	job.archive_fd = rawtar_new();
	assert_true(helper_run(&job, &report, &err) < 0);
	assert_string_equal(err.text, "worked:");
	close(job.archive_fd);
	rawtar_remove(folder, folder_fd);
}

static void needs_namespaces_of_its_own(void **state)
{
	pid_t pid = fork();
	int status = 0;

	(void)state;
	assert_true(pid >= 0);
	if (pid == 0) {
		struct error err = {0};
		bool landlock;
		int fd = open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

		/* Without the capabilities that a user namespace gives. */
		if (geteuid() == 0 && setresuid(65534, 65534, 65534) < 0)
			_exit(9);
		_exit(confine_enter(fd, false, &landlock, &err) == -EPERM ? 0 : 1);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(leaves_a_fallen_helper_nothing),
		cmocka_unit_test(needs_namespaces_of_its_own),
	};

	if (standin_is_called(argv))
		be_the_helper(!strcmp(argv[argc - 1], "--owners"));
	return cmocka_run_group_tests(tests, NULL, NULL);
}
