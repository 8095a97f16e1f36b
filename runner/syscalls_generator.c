/* SPDX-License-Identifier: MIT */
/*
 * Build-time program: prints the jail's seccomp filter as C arrays of BPF, one for each machine that
 * jailrun knows. The Makefile makes syscalls_filter.h of it.
 *
 * An allow-list in the spirit of docker's default profile. What is on neither list answers ENOSYS,
 * so that libc takes an older call instead; what a program might want and does not get answers
 * EPERM, as if a privilege were missing. Whoever calls by another machine's convention is killed:
 * its numbers mean other calls (x32 among them: seccomp(2), NOTES).
 *
 * libseccomp knows the numbers. It cannot say "any ioctl but these two", and its list of
 * comparisons is three times as long as a search tree: so the program is put together here.
 */
#include <errno.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/sched.h>
#include <linux/seccomp.h>
#include <seccomp.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/personality.h>
#include <sys/socket.h>

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))

static const char allowed[] =
	/* files, by descriptor */
	"close close_range copy_file_range dup dup2 dup3 fadvise64 fallocate "
	"fcntl fdatasync flock fsync ftruncate lseek pread64 preadv preadv2 "
	"pwrite64 pwritev pwritev2 read readahead readv sendfile splice sync "
	"sync_file_range syncfs tee vmsplice write writev memfd_create "
	"memfd_secret pipe pipe2 cachestat "
	/* files, by name; what the mount and the owner allow */
	"access chdir chmod chown creat faccessat faccessat2 fchdir fchmod "
	"fchmodat fchmodat2 fchown fchownat fstat fstatfs futimesat getcwd "
	"getdents getdents64 lchown link linkat lstat mkdir mkdirat mknod "
	"mknodat newfstatat open openat openat2 readlink readlinkat rename "
	"renameat renameat2 rmdir stat statfs statx symlink symlinkat truncate "
	"umask unlink unlinkat ustat utime utimensat utimes chroot "
	"name_to_handle_at "
	/* their attributes */
	"fgetxattr flistxattr fremovexattr fsetxattr getxattr lgetxattr "
	"listxattr llistxattr lremovexattr lsetxattr removexattr setxattr "
	"setxattrat getxattrat listxattrat removexattrat file_getattr "
	"file_setattr "
	/* waiting for files, and being told of changes */
	"epoll_create epoll_create1 epoll_ctl epoll_ctl_old epoll_pwait "
	"epoll_pwait2 epoll_wait epoll_wait_old eventfd eventfd2 fanotify_mark "
	"inotify_add_watch inotify_init inotify_init1 inotify_rm_watch poll "
	"ppoll pselect6 select signalfd signalfd4 io_cancel io_destroy "
	"io_getevents io_pgetevents io_setup io_submit "
	/* memory */
	"brk get_mempolicy madvise mbind membarrier mincore mlock mlock2 "
	"mlockall mmap mprotect mremap mseal msync munlock munlockall munmap "
	"pkey_alloc pkey_free pkey_mprotect process_madvise process_mrelease "
	"remap_file_pages set_mempolicy set_mempolicy_home_node map_shadow_stack "
	"migrate_pages move_pages "
	/* processes and threads; new namespaces not, see below */
	"arch_prctl execve execveat exit exit_group fork futex futex_requeue "
	"futex_wait futex_waitv futex_wake get_robust_list get_thread_area "
	"getcpu getpgid getpgrp getpid getppid getpriority getrandom getrusage "
	"getsid gettid ioprio_get ioprio_set kcmp modify_ldt pidfd_getfd "
	"pidfd_open pidfd_send_signal prctl process_vm_readv process_vm_writev "
	"ptrace restart_syscall rseq sched_get_priority_max "
	"sched_get_priority_min sched_getaffinity sched_getattr sched_getparam "
	"sched_getscheduler sched_rr_get_interval sched_setaffinity "
	"sched_setattr sched_setparam sched_setscheduler sched_yield "
	"set_robust_list set_thread_area set_tid_address setpgid setpriority "
	"setsid vfork wait4 waitid "
	/* signals */
	"kill pause rt_sigaction rt_sigpending rt_sigprocmask rt_sigqueueinfo "
	"rt_sigreturn rt_sigsuspend rt_sigtimedwait rt_tgsigqueueinfo "
	"sigaltstack tgkill tkill "
	/* clocks and timers; what sets the clock needs a capability that no jail has */
	"adjtimex alarm clock_adjtime clock_getres clock_gettime clock_nanosleep "
	"getitimer gettimeofday nanosleep setitimer time timer_create "
	"timer_delete timer_getoverrun timer_gettime timer_settime "
	"timerfd_create timerfd_gettime timerfd_settime times "
	/* ids, limits, capabilities, and laying more of them down */
	"capget capset getegid geteuid getgid getgroups getresgid getresuid "
	"getrlimit getuid landlock_add_rule landlock_create_ruleset "
	"landlock_restrict_self prlimit64 seccomp setfsgid setfsuid setgid "
	"setgroups setregid setresgid setresuid setreuid setrlimit setuid "
	/* sockets; their families see below */
	"accept accept4 bind connect getpeername getsockname getsockopt listen "
	"recvfrom recvmmsg recvmsg sendmmsg sendmsg sendto setsockopt shutdown "
	"socketpair "
	/* System V and POSIX IPC, in the jail's own namespace */
	"mq_getsetattr mq_notify mq_open mq_timedreceive mq_timedsend mq_unlink "
	"msgctl msgget msgrcv msgsnd semctl semget semop semtimedop shmat shmctl "
	"shmdt shmget "
	/* what the system is */
	"sysinfo uname ";

/* What would reach beyond the jail, or is a part of the kernel that strangers have broken often. */
static const char refused[] =
	/* keyrings are not namespaced */
	"add_key keyctl request_key "
	/* programs and probes inside the kernel */
	"bpf lookup_dcookie perf_event_open userfaultfd io_uring_enter "
	"io_uring_register io_uring_setup fanotify_init "
	/* mounts and namespaces: CVE-2022-0185 was one of theirs */
	"fsconfig fsmount fsopen fspick mount mount_setattr move_mount open_tree "
	"open_tree_attr pivot_root setns umount2 unshare listmount statmount "
	/* a file by its number, past every folder (CVE-2014-9357's way) */
	"open_by_handle_at "
	/* the machine itself */
	"acct clock_settime create_module delete_module finit_module "
	"get_kernel_syms init_module ioperm iopl kexec_file_load kexec_load "
	"nfsservctl query_module quotactl quotactl_fd reboot setdomainname "
	"sethostname settimeofday swapoff swapon syslog _sysctl sysfs uselib "
	"vhangup ";

/* What AF_* a socket may have: the others are rarely needed, and rarely looked at. */
static const uint32_t families[] = {AF_UNSPEC, AF_UNIX,    AF_INET,
				    AF_INET6,  AF_NETLINK, AF_PACKET};

/* What personality(2) may be asked for: it weakens nobody but who asks. */
static const uint32_t personalities[] = {PER_LINUX,         PER_LINUX32,
					 UNAME26,           UNAME26 | PER_LINUX32,
					 ADDR_NO_RANDOMIZE, 0xffffffff /* only asks */};

/* By these bytes are pushed into a terminal (TIOCSTI), or a console is spoken to (TIOCLINUX). */
static const uint32_t pushing[] = {0x5412, 0x541c};

/* clone3(2) hides them from a filter: it answers ENOSYS, and libc takes clone(2). */
static const uint32_t new_namespaces = CLONE_NEWNS | CLONE_NEWCGROUP | CLONE_NEWUTS |
				       CLONE_NEWIPC | CLONE_NEWUSER | CLONE_NEWPID |
				       CLONE_NEWNET;

enum verdict {
	UNKNOWN, /* ENOSYS */
	REFUSED, /* EPERM */
	ALLOWED,
	BY_CLONE_FLAGS,
	BY_FAMILY,
	BY_PERSONALITY,
	BY_REQUEST,
};

static const struct {
	const char *name;
	enum verdict verdict;
} judged[] = {
	{"clone", BY_CLONE_FLAGS},
	{"socket", BY_FAMILY},
	{"personality", BY_PERSONALITY},
	{"ioctl", BY_REQUEST},
};

static const struct {
	const char *name;
	uint32_t libseccomp, audit;
	bool has_x32;
} machines[] = {
	{"x86_64", SCMP_ARCH_X86_64, AUDIT_ARCH_X86_64, true},
	{"aarch64", SCMP_ARCH_AARCH64, AUDIT_ARCH_AARCH64, false},
	{"riscv64", SCMP_ARCH_RISCV64, AUDIT_ARCH_RISCV64, false},
};

enum {
	NUMBERS = 512,        /* more than any machine here has calls */
	LENGTH_MAX = 1024,    /* of a program; the kernel takes 4096 */
	X32_BIT = 0x40000000, /* __X32_SYSCALL_BIT */
	SKIPPED =
		0xffffffff, /* the number that a tracer gives to what is not to be done */
};

struct program {
	struct sock_filter lines[LENGTH_MAX];
	unsigned length;
};

static void emit(struct program *program, struct sock_filter line)
{
	if (program->length == LENGTH_MAX) {
		fprintf(stderr, "syscalls_generator: the filter is too long\n");
		exit(1);
	}
	program->lines[program->length++] = line;
}

static void load(struct program *program, size_t offset)
{
	emit(program,
	     (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS, (uint32_t)offset));
}

/*
 * The lower half of an argument: the kernel looks at no more of what is an int, and neither may a
 * filter (CVE-2019-10063). All machines here have it first.
 */
static void load_argument(struct program *program, unsigned index)
{
	load(program, offsetof(struct seccomp_data, args) + index * sizeof(uint64_t));
}

static void jump(struct program *program, uint16_t how, uint32_t value, unsigned yes,
		 unsigned no)
{
	if (yes > 255 || no > 255) {
		fprintf(stderr, "syscalls_generator: a jump is too long\n");
		exit(1);
	}
	emit(program, (struct sock_filter)BPF_JUMP(BPF_JMP | how | BPF_K, value,
						   (uint8_t)yes, (uint8_t)no));
}

static void answer(struct program *program, uint32_t action)
{
	emit(program, (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, action));
}

/* Two answers, by whether the value that is loaded is one of `values`. */
static void answer_by_list(struct program *program, const uint32_t *values,
			   unsigned count, uint32_t if_in, uint32_t if_not)
{
	for (unsigned i = 0; i < count; i++)
		jump(program, BPF_JEQ, values[i], count - i, 0);
	answer(program, if_not);
	answer(program, if_in);
}

static void judge(struct program *program, enum verdict verdict)
{
	const uint32_t yes = SECCOMP_RET_ALLOW, no = SECCOMP_RET_ERRNO | EPERM;

	switch (verdict) {
	case UNKNOWN:
		answer(program, SECCOMP_RET_ERRNO | ENOSYS);
		break;
	case REFUSED:
		answer(program, no);
		break;
	case ALLOWED:
		answer(program, yes);
		break;
	case BY_CLONE_FLAGS:
		load_argument(program, 0);
		jump(program, BPF_JSET, new_namespaces, 0, 1);
		answer(program, no);
		answer(program, yes);
		break;
	case BY_FAMILY:
		load_argument(program, 0);
		answer_by_list(program, families, LENGTH(families), yes,
			       SECCOMP_RET_ERRNO | EAFNOSUPPORT);
		break;
	case BY_PERSONALITY:
		load_argument(program, 0);
		answer_by_list(program, personalities, LENGTH(personalities), yes, no);
		break;
	case BY_REQUEST:
		load_argument(program, 1);
		answer_by_list(program, pushing, LENGTH(pushing), no, yes);
		break;
	}
}

/* The calls from `first` on have one verdict, up to the next span. */
struct span {
	unsigned first;
	enum verdict verdict;
};

/* A search tree over spans[0..count): the number is what is loaded. */
static void search(struct program *program, const struct span *spans, unsigned count)
{
	if (count == 1) {
		judge(program, spans[0].verdict);
		return;
	}
	unsigned half = count / 2, at = program->length;

	emit(program, (struct sock_filter){0}); /* known when the lower half is done */
	search(program, spans, half);
	unsigned length = program->length;
	program->length = at;
	jump(program, BPF_JGE, spans[half].first, length - at - 1, 0);
	program->length = length;
	search(program, spans + half, count - half);
}

/* A machine that lacks a call, and a libseccomp too old to know it, leave it out. */
static void mark(enum verdict *verdicts, uint32_t machine, const char *name,
		 enum verdict verdict)
{
	int number = seccomp_syscall_resolve_name_arch(machine, name);

	if (number >= 0 && number < NUMBERS)
		verdicts[number] = verdict;
}

static void mark_all(enum verdict *verdicts, uint32_t machine, const char *names,
		     enum verdict verdict)
{
	char name[64];

	for (; sscanf(names, "%63s", name) == 1; names += strcspn(names, " ")) {
		names += strspn(names, " ");
		mark(verdicts, machine, name, verdict);
	}
}

static unsigned find_spans(uint32_t machine, struct span *spans)
{
	enum verdict verdicts[NUMBERS] = {UNKNOWN};
	unsigned count = 0;

	mark_all(verdicts, machine, allowed, ALLOWED);
	mark_all(verdicts, machine, refused, REFUSED);
	for (size_t i = 0; i < LENGTH(judged); i++)
		mark(verdicts, machine, judged[i].name, judged[i].verdict);
	for (unsigned i = 0; i < NUMBERS; i++)
		if (!count || verdicts[i] != spans[count - 1].verdict)
			spans[count++] = (struct span){i, verdicts[i]};
	return count;
}

static void print(const char *machine, const struct program *program)
{
	printf("static const struct sock_filter syscalls_filter_%s[] = {\n", machine);
	for (unsigned i = 0; i < program->length; i++)
		printf("\t{0x%x, %u, %u, 0x%x},\n", program->lines[i].code,
		       program->lines[i].jt, program->lines[i].jf, program->lines[i].k);
	printf("};\n");
}

static void make(size_t machine)
{
	struct program program = {.length = 0};
	struct span spans[NUMBERS] = {{0}};
	unsigned count = find_spans(machines[machine].libseccomp, spans);

	load(&program, offsetof(struct seccomp_data, arch));
	jump(&program, BPF_JEQ, machines[machine].audit, 1, 0);
	answer(&program, SECCOMP_RET_KILL_PROCESS);
	load(&program, offsetof(struct seccomp_data, nr));
	if (machines[machine].has_x32) {
		jump(&program, BPF_JGE, X32_BIT, 0, 3);
		jump(&program, BPF_JEQ, SKIPPED, 1, 0);
		answer(&program, SECCOMP_RET_KILL_PROCESS);
		answer(&program, SECCOMP_RET_ERRNO | ENOSYS);
	}
	search(&program, spans, count);
	print(machines[machine].name, &program);
}

int main(void)
{
	printf("/* Made by runner/syscalls_generator.c; included by runner/syscalls.c. "
	       "*/\n");
	for (size_t i = 0; i < LENGTH(machines); i++)
		make(i);
	return ferror(stdout) || fflush(stdout) != 0;
}
