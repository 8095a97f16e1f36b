/* SPDX-License-Identifier: MIT */
/*
 * What an attacker who is root of a jail would try first, each as the bare system call. Prints a line
 * each: its name and "denied" or "ALLOWED". Linked static, run in a jail by
 * jailrun-protection.bats. Nothing is asked for in earnest: arguments are such that the kernel would
 * do no harm if it did what is asked.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/sched.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>
#include <unistd.h>

/* Refused before the arguments were looked at. */
static bool is_refused(long number, long a, long b)
{
	errno = 0;
	return syscall(number, a, b, 0L, 0L, 0L) == -1 &&
	       (errno == EPERM || errno == ENOSYS);
}

static const struct {
	const char *name;
	long number, first, second;
} calls[] = {
	{"mount", SYS_mount, 0, 0},
	{"umount2", SYS_umount2, 0, 0},
	{"pivot_root", SYS_pivot_root, 0, 0},
	{"fsopen", SYS_fsopen, 0, 0},
	{"fsconfig", SYS_fsconfig, -1, 0},
	{"open_tree", SYS_open_tree, -1, 0},
	{"move_mount", SYS_move_mount, -1, 0},
	{"mount_setattr", SYS_mount_setattr, -1, 0},
	{"unshare user", SYS_unshare, CLONE_NEWUSER, 0},
	{"unshare mount", SYS_unshare, CLONE_NEWNS, 0},
	{"clone user", SYS_clone, CLONE_NEWUSER | SIGCHLD, 0},
	{"clone3", SYS_clone3, 0, 0},
	{"setns", SYS_setns, -1, 0},
	{"keyctl", SYS_keyctl, 0, -3},
	{"add_key", SYS_add_key, 0, 0},
	{"request_key", SYS_request_key, 0, 0},
	{"bpf", SYS_bpf, 0, 0},
	{"perf_event_open", SYS_perf_event_open, 0, 0},
	{"userfaultfd", SYS_userfaultfd, 0, 0},
	{"io_uring_setup", SYS_io_uring_setup, 1, 0},
	{"open_by_handle_at", SYS_open_by_handle_at, -1, 0},
	{"init_module", SYS_init_module, 0, 0},
	{"kexec_load", SYS_kexec_load, 0, 0},
	{"reboot", SYS_reboot, 0, 0},
	{"swapon", SYS_swapon, 0, 0},
	{"clock_settime", SYS_clock_settime, 0, 0},
	{"syslog", SYS_syslog, 10, 0},
	{"quotactl", SYS_quotactl, 0, 0},
	{"ptrace init", SYS_ptrace, PTRACE_ATTACH, 1},
	{"a number that is none", 4000, 0, 0},
};

static bool no_socket(int family)
{
	int fd = socket(family, family == AF_VSOCK ? SOCK_STREAM : SOCK_SEQPACKET, 0);

	return fd < 0 && errno == EAFNOSUPPORT;
}

static bool no_terminal_input(unsigned long request)
{
	char byte = 'x';

	return syscall(SYS_ioctl, 0, request, &byte) < 0 && errno == EPERM;
}

static bool no_opening(const char *path, int flags)
{
	return open(path, flags) < 0;
}

static bool nothing_in(const char *path)
{
	char byte;
	int fd = open(path, O_RDONLY);

	return fd < 0 || read(fd, &byte, 1) <= 0;
}

static bool no_device(void)
{
	return mknod("/tmp/device", S_IFBLK | 0600, makedev(8, 0)) < 0;
}

/* With CAP_SYS_CHROOT: leave a deeper root by a descriptor, and climb. */
static bool no_climbing(void)
{
	struct stat before, after;

	if (stat("/", &before) < 0 || mkdir("/tmp/deeper", 0700) < 0)
		return false;
	int fd = open("/", O_RDONLY | O_DIRECTORY);
	if (chroot("/tmp/deeper") < 0)
		return errno == EPERM;
	if (fchdir(fd) < 0)
		return false;
	for (int i = 0; i < 64; i++)
		if (chdir("..") < 0)
			return false;
	return chroot(".") == 0 && stat("/", &after) == 0 &&
	       after.st_dev == before.st_dev && after.st_ino == before.st_ino;
}

/* In a child: these end who tries, if only because the kernel has no such convention. */
static bool is_deadly(void (*call)(void))
{
	int status;
	pid_t pid = fork();

	if (pid == 0) {
		call();
		_exit(0);
	}
	return waitpid(pid, &status, 0) == pid && WIFSIGNALED(status) &&
	       (WTERMSIG(status) == SIGSYS || WTERMSIG(status) == SIGSEGV);
}

#ifdef __x86_64__
static void call_by_x32(void)
{
	syscall(0x40000000 | SYS_getpid);
}

static void call_by_i386(void)
{
	long result;

	__asm__ volatile("int $0x80" : "=a"(result) : "a"(20) : "memory");
}
#endif

static void say(const char *name, bool denied)
{
	printf("%s: %s\n", name, denied ? "denied" : "ALLOWED");
}

int main(void)
{
	for (size_t i = 0; i < sizeof(calls) / sizeof(calls[0]); i++)
		say(calls[i].name,
		    is_refused(calls[i].number, calls[i].first, calls[i].second));
	say("vsock", no_socket(AF_VSOCK));
	say("alg", no_socket(AF_ALG));
	say("TIOCSTI", no_terminal_input(TIOCSTI));
	say("TIOCSTI with high bits", no_terminal_input(TIOCSTI | 1UL << 32));
	say("TIOCLINUX", no_terminal_input(TIOCLINUX));
	say("core_pattern", no_opening("/proc/sys/kernel/core_pattern", O_WRONLY));
	say("sysrq", no_opening("/proc/sysrq-trigger", O_WRONLY) ||
			     nothing_in("/proc/sysrq-trigger"));
	say("kcore", nothing_in("/proc/kcore"));
	say("keys", nothing_in("/proc/keys"));
	say("interrupts", nothing_in("/proc/interrupts"));
	say("init's program", no_opening("/proc/1/exe", O_RDONLY));
	say("init's memory", no_opening("/proc/1/mem", O_RDONLY));
	say("init's root", no_opening("/proc/1/root", O_RDONLY));
	say("a disk", no_device());
	say("chroot and climb", no_climbing());
#ifdef __x86_64__
	say("x32", is_deadly(call_by_x32));
	say("i386", is_deadly(call_by_i386));
#endif
	return 0;
}
