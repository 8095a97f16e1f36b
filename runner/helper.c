/* SPDX-License-Identifier: MIT */
/*
 * From clone3 to the helper's end. The child does in order what the kernel forces: wait for its
 * ids, become the namespace's root, put descriptors in their places, execute. Called by cache.
 */
#include "helper.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/fd.h"
#include "common/kernel.h"
#include "namespaces.h"
#include "privileges.h"

/* Everything that the child needs; it allocates nothing. */
struct start {
	const struct helper_job *job;
	int program_fd, null_fd, report_fd, go_fd;
	char max_bytes[48], max_entries[48];
	char *arguments[6];
};

static int open_program(const char *path)
{
	/* Opened here and executed by descriptor: the child's ids may not be let into its folder. */
	return open(path, O_PATH | O_CLOEXEC);
}

int helper_find(const char *asked, struct error *err)
{
	char own[PATH_MAX], path[PATH_MAX + 64];

	if (asked) {
		int fd = open_program(asked);

		return fd < 0 ? error_errno(err, errno,
					    "cannot open the unpack helper %s", asked)
			      : fd;
	}
	ssize_t length = readlink("/proc/self/exe", own, sizeof(own) - 1);
	if (length < 0)
		return error_errno(err, errno, "cannot read /proc/self/exe");
	own[length] = '\0';
	*strrchr(own, '/') = '\0';
	snprintf(path, sizeof(path), "%s/jailrun-unpack", own);
	int fd = open_program(path);
	if (fd >= 0)
		return fd;
	snprintf(path, sizeof(path), "%s/../libexec/jailrun/jailrun-unpack", own);
	fd = open_program(path);
	if (fd >= 0)
		return fd;
	error_errno(err, errno, "cannot open the unpack helper jailrun-unpack");
	return error_hint(
		err, "it belongs next to jailrun, or into ../libexec/jailrun from there");
}

static void prepare_arguments(struct start *start)
{
	const struct cache_options *options = start->job->options;
	char **next = start->arguments;
	static char name[] = "jailrun-unpack", owners[] = "--owners",
		    list_owners[] = "--list-owners";

	snprintf(start->max_bytes, sizeof(start->max_bytes), "--max-bytes=%llu",
		 (unsigned long long)options->max_bytes);
	snprintf(start->max_entries, sizeof(start->max_entries), "--max-entries=%llu",
		 (unsigned long long)options->max_entries);
	*next++ = name;
	*next++ = start->max_bytes;
	*next++ = start->max_entries;
	if (start->job->map.is_range)
		*next++ = owners;
	if (start->job->owners_fd >= 0)
		*next++ = list_owners;
	*next = NULL;
}

/* Puts the descriptors where unpack_report.h says. First out of the way: places may overlap. */
static int place_descriptors(struct start *start, struct error *err)
{
	int owners_fd = start->job->owners_fd;
	int from[] = {
		start->job->archive_fd, start->null_fd,
		start->null_fd,         start->job->folder_fd,
		start->report_fd,       owners_fd >= 0 ? owners_fd : start->null_fd};
	int program = fcntl(start->program_fd, F_DUPFD_CLOEXEC, 10);

	for (int i = 0; i <= UNPACK_OWNERS_FD; i++) {
		from[i] = fcntl(from[i], F_DUPFD_CLOEXEC, 10);
		if (from[i] < 0 || program < 0)
			return error_errno(err, errno, "cannot copy descriptors");
	}
	/* dup2 clears close-on-exec: these and no other reach the helper. */
	for (int i = 0; i <= UNPACK_OWNERS_FD; i++)
		if (dup2(from[i], i) < 0)
			return error_errno(err, errno, "cannot place descriptors");
	start->report_fd = UNPACK_REPORT_FD;
	start->program_fd = program;
	return 0;
}

/* The parent's word that the ids are mapped; none comes if it died or gave up. */
static int wait_for_go(int go_fd, struct error *err)
{
	char byte;
	ssize_t length;

	do
		length = read(go_fd, &byte, 1);
	while (length < 0 && errno == EINTR);
	return length == 1 ? 0 : error_set(err, ECANCELED, "the start was given up");
}

static int start_child(struct start *start, struct error *err)
{
	char *environment[] = {NULL};
	sigset_t none;

	/* Before the wait: if the parent dies in between, the pipe tells. */
	prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
	int r = wait_for_go(start->go_fd, err);
	if (r == 0)
		r = privileges_become_root(!start->job->map.deny_setgroups, err);
	if (r < 0)
		return r;
	prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0,
	      0); /* a change of ids clears it, prctl(2) */
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	r = place_descriptors(start, err);
	if (r < 0)
		return r;
	syscall(SYS_close_range, UNPACK_OWNERS_FD + 1, ~0u, CLOSE_RANGE_CLOEXEC);
	syscall(SYS_execveat, start->program_fd, "", start->arguments, environment,
		AT_EMPTY_PATH);
	return error_errno(err, errno, "cannot execute the unpack helper");
}

static _Noreturn void run_child(struct start *start)
{
	struct unpack_report report = {.kind = UNPACK_FAILED};

	start_child(start, &report.err);
	ssize_t ignored = write(start->report_fd, &report, sizeof(report));
	(void)ignored;
	_exit(1);
}

/* What the helper sends is hostile when the helper has fallen: text without control bytes. */
static void clean_text(char *text, size_t size)
{
	text[size - 1] = '\0';
	for (unsigned char *at = (unsigned char *)text; *at; at++)
		if (*at < ' ' || *at == 0x7f)
			*at = '?';
}

static void clean_report(struct unpack_report *report)
{
	clean_text(report->err.text, sizeof(report->err.text));
	clean_text(report->err.hint, sizeof(report->err.hint));
	if (report->err.code <= 0 || report->err.code > 4095)
		report->err.code = EIO;
}

/* Reads reports until the last. Returns 1, or 0 if the pipe ends before it. */
static int read_reports(int fd, const struct cache_options *options,
			struct unpack_report *ret)
{
	struct unpack_report report;

	for (;;) {
		ssize_t length = read(fd, &report, sizeof(report));

		if (length < 0 && errno == EINTR)
			continue;
		if (length != (ssize_t)sizeof(report))
			return 0;
		clean_report(&report);
		if (report.kind == UNPACK_DONE || report.kind == UNPACK_FAILED) {
			*ret = report;
			return 1;
		}
		if (options->progress)
			options->progress(report.counts.entries, report.counts.bytes);
	}
}

static int say_how_it_ended(const siginfo_t *info, struct error *err)
{
	if (info->si_code == CLD_EXITED)
		return error_set(err, ECHILD, "the unpack helper ended with status %d",
				 info->si_status);
	error_set(err, ECHILD, "the unpack helper was killed by signal %d (%s)",
		  info->si_status, strsignal(info->si_status));
	if (info->si_status == SIGKILL)
		error_hint(err, "perhaps memory ran out");
	return -ECHILD;
}

static int await_end(int pidfd, siginfo_t *ret, struct error *err)
{
	int r;

	do
		r = waitid(P_PIDFD, (id_t)pidfd, ret, WEXITED);
	while (r < 0 && errno == EINTR);
	return r < 0 ? error_errno(err, errno, "cannot wait for the unpack helper") : 0;
}

/* The pipes between parent and child, all four ends. */
struct line {
	int go[2], report[2];
};

#define LINE_NONE              \
	{                      \
		{-1, -1},      \
		{              \
			-1, -1 \
		}              \
	}

static void line_close(struct line *line)
{
	for (int i = 0; i < 2; i++) {
		cleanup_fd(&line->go[i]);
		cleanup_fd(&line->report[i]);
	}
}

static int line_open(struct line *ret, struct error *err)
{
	if (pipe2(ret->go, O_CLOEXEC) < 0 || pipe2(ret->report, O_CLOEXEC) < 0)
		return error_errno(err, errno, "cannot make a pipe");
	return 0;
}

/*
 * Maps the child's ids, lets it go on and hears it out. Returns 1 if it sent a last report, 0 if
 * it ended without.
 */
static int attend(const struct helper_job *job, pid_t pid, struct line *line,
		  struct unpack_report *ret, struct error *err)
{
	int r = idmap_write(&job->map, pid, err);

	close(steal_fd(&line->report[1])); /* or the pipe would not end with the child */
	if (r == 0 && write(line->go[1], "", 1) < 0)
		r = error_errno(err, errno, "cannot start the unpack helper");
	close(steal_fd(&line->go[1]));
	return r < 0 ? r : read_reports(line->report[0], job->options, ret);
}

static int run(struct start *start, struct line *line, struct unpack_report *ret,
	       struct error *err)
{
	uint64_t flags = CLONE_NEWUSER | CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWIPC |
			 CLONE_NEWUTS | CLONE_NEWNET | CLONE_NEWCGROUP;
	siginfo_t info = {0};
	_cleanup_fd_ int pidfd = -1;
	pid_t pid = namespaces_clone(flags, &pidfd, err);

	if (pid < 0)
		return pid;
	if (pid == 0) {
		close(line->go[1]); /* its own copy would keep it waiting for ever */
		run_child(start);
	}
	int r = attend(start->job, pid, line, ret, err);
	int waited = await_end(pidfd, &info, r < 0 ? NULL : err);
	if (r != 0)
		return r < 0 ? r : 0;
	return waited < 0 ? waited : say_how_it_ended(&info, err);
}

int helper_run(const struct helper_job *job, struct unpack_report *ret, struct error *err)
{
	__attribute__((cleanup(line_close))) struct line line = LINE_NONE;
	_cleanup_fd_ int program_fd = helper_find(job->options->helper, err);
	_cleanup_fd_ int null_fd = open("/dev/null", O_RDWR | O_CLOEXEC);
	struct unpack_report report = {.kind = UNPACK_PROGRESS};

	if (program_fd < 0)
		return program_fd;
	if (null_fd < 0)
		return error_errno(err, errno, "cannot open /dev/null");
	if (lseek(job->archive_fd, 0, SEEK_SET) < 0)
		return error_errno(err, errno, "cannot go to the archive's start");
	int r = line_open(&line, err);
	if (r < 0)
		return r;
	struct start start = {
		.job = job,
		.program_fd = program_fd,
		.null_fd = null_fd,
		.report_fd = line.report[1],
		.go_fd = line.go[0],
	};
	prepare_arguments(&start);
	r = run(&start, &line, &report, err);
	if (r == 0 && report.kind == UNPACK_FAILED) {
		if (err)
			*err = report.err;
		return -report.err.code;
	}
	if (r == 0)
		*ret = report;
	return r;
}
