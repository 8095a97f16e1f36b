/* SPDX-License-Identifier: MIT */
/*
 * floor DIR COMMAND [ARG…]: the least program that starts COMMAND (a path inside DIR) in the same
 * seven namespaces as jailrun with DIR as its root, and returns its status. No overlay, no /proc, no
 * /dev, no init, no protection: what is left is the kernel's own price. tests/bench/run measures
 * jailrun against it.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/sched.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
	EXIT_SETUP = 125,    /* as jailrun: the jail could not be set up */
	RANGE_FROM = 524288, /* systemd's range for containers: nobody on the host */
	RANGE_SIZE = 65536,
};

static void die(const char *step)
{
	fprintf(stderr, "floor: error: %s: %s\n", step, strerror(errno));
	_exit(EXIT_SETUP);
}

static void write_file(pid_t pid, const char *name, const char *text)
{
	char path[64];
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/%s", pid, name);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0 || write(fd, text, strlen(text)) < 0)
		die(path);
	close(fd);
}

/* Root maps a range; a user may map nothing but the own id, and no group without "deny". */
static void map_ids(pid_t pid)
{
	char users[64], groups[64];

	if (geteuid() == 0) {
		snprintf(users, sizeof(users), "0 %d %d", RANGE_FROM, RANGE_SIZE);
		snprintf(groups, sizeof(groups), "0 %d %d", RANGE_FROM, RANGE_SIZE);
	} else {
		snprintf(users, sizeof(users), "0 %u 1", geteuid());
		snprintf(groups, sizeof(groups), "0 %u 1", getegid());
		write_file(pid, "setgroups", "deny");
	}
	write_file(pid, "uid_map", users);
	write_file(pid, "gid_map", groups);
}

/*
 * pivot_root(".", ".") stacks the old root on the new one, so that no folder is needed for it
 * (pivot_root(2), NOTES). What comes from the outer mount namespace is locked together: the bind
 * must be recursive. Private first, or detaching the old root would travel to the host.
 */
static void enter_root(const char *folder)
{
	if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0)
		die("make mounts private");
	if (mount(folder, folder, NULL, MS_BIND | MS_REC, NULL) < 0)
		die("bind the root");
	if (chdir(folder) < 0)
		die("enter the root");
	if (syscall(SYS_pivot_root, ".", ".") < 0)
		die("pivot_root");
	if (umount2(".", MNT_DETACH) < 0)
		die("detach the old root");
	if (chdir("/") < 0)
		die("enter /");
}

/* Does not return. `ready` ends when the parent has written the maps. */
static void run_child(int ready, const char *folder, char **command)
{
	char byte;

	if (read(ready, &byte, 1) != 1)
		_exit(EXIT_SETUP); /* the parent has said why */
	if (setresgid(0, 0, 0) < 0 || setresuid(0, 0, 0) < 0)
		die("become root inside");
	enter_root(folder);
	execv(command[0], command);
	die(command[0]);
}

int main(int argc, char **argv)
{
	struct clone_args args = {
		.flags = CLONE_NEWUSER | CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWIPC |
			 CLONE_NEWUTS | CLONE_NEWNET | CLONE_NEWCGROUP,
		.exit_signal = SIGCHLD,
	};
	int ready[2], status;

	if (argc < 3) {
		fputs("usage: floor DIR COMMAND [ARG…]\n", stderr);
		return 2;
	}
	if (pipe2(ready, O_CLOEXEC) < 0)
		die("pipe");
	pid_t pid = (pid_t)syscall(SYS_clone3, &args, sizeof(args));
	if (pid < 0)
		die("clone3");
	if (pid == 0) {
		close(ready[1]);
		run_child(ready[0], argv[1], argv + 2);
	}
	close(ready[0]);
	map_ids(pid);
	if (write(ready[1], "", 1) != 1 || waitpid(pid, &status, 0) < 0)
		die("wait");
	return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}
