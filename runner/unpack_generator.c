/* SPDX-License-Identifier: MIT */
/*
 * Build-time program: prints the unpack helper's seccomp filter as a C array, compiled to BPF by
 * libseccomp for the machine that it runs on. The Makefile makes unpack_filter.h of its output.
 *
 * An allow-list. What is not on it answers ENOSYS, so that libc and libarchive fall back where
 * they can; the helper fails otherwise. Paths cannot be judged by a filter: the root is empty.
 */
#include <errno.h>
#include <linux/filter.h>
#include <seccomp.h>
#include <stddef.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

static const int allowed[] = {
	/* the archive, the files, the report */
	SCMP_SYS(read),
	SCMP_SYS(write),
	SCMP_SYS(lseek),
	SCMP_SYS(close),
	SCMP_SYS(openat),
	SCMP_SYS(openat2),
	SCMP_SYS(ftruncate),
	/* the tree */
	SCMP_SYS(mkdirat),
	SCMP_SYS(unlinkat),
	SCMP_SYS(linkat),
	SCMP_SYS(symlinkat),
	SCMP_SYS(readlinkat),
	/* what is known of a file, and what is set */
	SCMP_SYS(fstat),
	SCMP_SYS(newfstatat),
	SCMP_SYS(fstatat64),
	SCMP_SYS(fstat64),
	SCMP_SYS(statx),
	SCMP_SYS(fchmod),
	SCMP_SYS(fchmodat),
	SCMP_SYS(fchown),
	SCMP_SYS(fchownat),
	SCMP_SYS(utimensat),
	SCMP_SYS(utimensat_time64),
	SCMP_SYS(fsetxattr),
	/* memory; with PROT_EXEC nothing, see below */
	SCMP_SYS(brk),
	SCMP_SYS(munmap),
	SCMP_SYS(mremap),
	SCMP_SYS(madvise),
	/* libc's own needs */
	SCMP_SYS(futex),
	SCMP_SYS(getrandom),
	SCMP_SYS(clock_gettime),
	SCMP_SYS(getpid),
	SCMP_SYS(gettid),
	SCMP_SYS(rt_sigaction),
	SCMP_SYS(rt_sigprocmask),
	SCMP_SYS(rt_sigreturn),
	SCMP_SYS(restart_syscall),
	SCMP_SYS(exit),
	SCMP_SYS(exit_group),
	/* abort(3): only the process itself is there to be signalled */
	SCMP_SYS(tgkill),
};

static int add_rules(scmp_filter_ctx filter)
{
	for (size_t i = 0; i < sizeof(allowed) / sizeof(allowed[0]); i++)
		/* -EDOM: this machine has no such call */
		if (seccomp_rule_add(filter, SCMP_ACT_ALLOW, allowed[i], 0) < 0)
			return -1;
	/* No memory becomes code. */
	if (seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(mmap), 1,
			     SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0)) < 0 ||
	    seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(mprotect), 1,
			     SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0)) < 0)
		return -1;
	/* Of nodes only FIFOs. */
	return seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(mknodat), 1,
				SCMP_A2(SCMP_CMP_MASKED_EQ, S_IFMT, S_IFIFO));
}

static int print(FILE *program)
{
	struct sock_filter line;

	printf("/* Made by runner/unpack_generator.c; included by runner/confine.c. */\n"
	       "static const struct sock_filter unpack_filter[] = {\n");
	while (fread(&line, sizeof(line), 1, program) == 1)
		printf("\t{0x%x, %u, %u, 0x%x},\n", line.code, line.jt, line.jf, line.k);
	printf("};\n");
	return ferror(program) || fflush(stdout) != 0;
}

int main(void)
{
	FILE *program = tmpfile();
	scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ERRNO(ENOSYS));

	/* A call by another architecture's convention would have other numbers: it kills. */
	if (!program || !filter ||
	    seccomp_attr_set(filter, SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_KILL_PROCESS) <
		    0 ||
	    add_rules(filter) < 0 || seccomp_export_bpf(filter, fileno(program)) < 0) {
		fprintf(stderr, "unpack_generator: cannot make the filter\n");
		return 1;
	}
	rewind(program);
	return print(program);
}
