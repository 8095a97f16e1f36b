/* SPDX-License-Identifier: MIT */
/*
 * The jail's pid 1 and its one child that becomes COMMAND. The kernel gives pid 1 no default
 * signal actions (pid_namespaces(7)), so a COMMAND that were pid 1 itself could not be ended by
 * Ctrl-C: this process takes the place. Called by jail's child as its last act.
 */
#include "init.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "channel.h"
#include "command.h"
#include "common/fd.h"
#include "common/kernel.h"
#include "common/sysroot.h"
#include "detach.h"
#include "environment.h"
#include "privileges.h"
#include "signals.h"
#include "syscalls.h"

enum {
	SETUP_FAILED = 125,
	LEFTOVERS_GRACE = 2000, /* ms; --stop-timeout may be shorter */
	LEFTOVERS_LOOKS = 20,
};

_Noreturn void init_fail(int channel, int status, enum stage stage,
			 const struct error *why)
{
	if (channel_send_failure(channel, status, stage, why) < 0)
		_exit(SETUP_FAILED); /* nobody is left to hear it */
	_exit(status);
}

/* Root of the jail never has the log itself: it could cut it off, or fill the disk. */
static int take_pipe(int fd, struct error *err)
{
	if (dup2(fd, STDOUT_FILENO) < 0 || dup2(fd, STDERR_FILENO) < 0)
		return error_errno(err, errno, "cannot use the log's pipe");
	return 0;
}

/*
 * COMMAND in a process group of its own, in front of the terminal if there is one. As the jail's first
 * process it leads its session, and by that such a group, already.
 */
static int take_terminal(const struct jail *jail, int slave, struct error *err)
{
	int last = jail->has_terminal_stderr ? 2
					     : 1; /* a file behind stderr stays there */

	if (!jail->init_is_app && setpgid(0, 0) < 0)
		return error_errno(err, errno, "cannot make a process group");
	if (jail->detach)
		return take_pipe(jail->detach->to, err);
	if (slave < 0)
		return 0;
	if (tcsetpgrp(slave, getpid()) < 0)
		return error_errno(err, errno, "cannot take the jail's terminal");
	for (int fd = 0; fd <= last; fd++)
		if (dup2(slave, fd) < 0)
			return error_errno(err, errno, "cannot use the jail's terminal");
	return 0;
}

/*
 * Closes what is not needed any more, for good: descriptors of the caller that nobody asked for
 * (passwords, sockets), and those of the set-up, which lead to mounts outside the jail.
 */
static int close_all_but(int channel, struct error *err)
{
	if ((channel > 3 && close_range(3, (unsigned)channel - 1, 0) < 0) ||
	    close_range((unsigned)channel + 1, ~0U, 0) < 0)
		return error_errno(err, errno, "cannot close the caller's descriptors");
	return 0;
}

/*
 * Without magic links: in an image, /w -> /proc/self/fd/N would lead to a folder outside
 * (CVE-2024-21626).
 */
static int enter_workdir(const char *workdir, struct error *err)
{
	struct sysroot root = {.fd = -1};

	if (!strcmp(workdir, "/"))
		return 0; /* where the new root was entered */
	_cleanup_fd_ int top = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (top < 0)
		return error_errno(err, errno, "cannot open the jail's root");
	root.fd = top;
	_cleanup_fd_ int fd = sysroot_openat(&root, workdir, O_PATH | O_DIRECTORY);
	if (fd < 0 || fchdir(fd) < 0) {
		error_errno(err, fd < 0 ? -fd : errno, "cannot start in %s", workdir);
		return error_hint(err, "--workdir names a folder of the jail");
	}
	return 0;
}

static const char *search_path(const struct jail *jail)
{
	const char *path = environment_get(&jail->environment, "PATH");

	return path ? path : "";
}

static bool has_only_root(const struct jail *jail)
{
	return (jail->namespaces & CLONE_NEWUSER) && !jail->map.is_range;
}

/*
 * One filter, put on before COMMAND is forked, serves both it and init. Unless COMMAND still has to
 * make a user namespace, which the filter forbids: then each puts it on alone.
 */
static bool shares_filter(const struct jail *jail)
{
	return !jail->protection.no_filter && !jail->init_is_app &&
	       !privileges_renames_root(&jail->account, has_only_root(jail));
}

static int shut_in(const struct jail *jail, struct error *err)
{
	bool has_landlock;
	int r = protection_shut_in(&jail->protection, shares_filter(jail), &has_landlock,
				   err);

	if (r < 0 || has_landlock)
		return r;
	return command_refuse_own(jail->command.items[0], search_path(jail), err);
}

static int become_command(const struct jail *jail, int channel, int slave,
			  struct error *err)
{
	bool only_root = has_only_root(jail);
	int r = take_terminal(jail, slave, err);

	if (r < 0)
		return r;
	r = close_all_but(channel, err);
	if (r < 0)
		return r;
	r = privileges_become_user(&jail->account, only_root, !jail->map.deny_setgroups,
				   err);
	if (r < 0)
		return r;
	if (privileges_renames_root(&jail->account, only_root)) {
		/* A new user namespace comes with a full bounding set (user_namespaces(7)). */
		r = protection_limit(&jail->protection, err);
		if (r < 0)
			return r;
	}
	r = protection_drop(&jail->protection, jail->account.uid == 0, err);
	if (r < 0)
		return r;
	/* Without a pid namespace nothing else ends COMMAND when init dies. */
	if (!(jail->namespaces & CLONE_NEWPID) && prctl(PR_SET_PDEATHSIG, SIGKILL) < 0)
		return error_errno(err, errno, "cannot tie the command to its jail");
	r = enter_workdir(jail->workdir, err);
	if (r < 0)
		return r;
	/* The memory is init's too until exec, and a change of ids set it anew (prctl(2)). */
	if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) < 0)
		return error_errno(err, errno, "cannot protect the jail's init");
	return shut_in(jail, err);
}

/* *has_failed is memory of init's, which waits for the exec that does not come. */
_Noreturn static _noinline_ void run_command(const struct jail *jail, int channel,
					     int slave, volatile bool *has_failed,
					     struct error *err)
{
	int status = SETUP_FAILED;
	sigset_t none;

	if (become_command(jail, channel, slave, err) < 0)
		init_fail(channel, status, STAGE_INIT, err);
	umask(022);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	*has_failed = false;
	if (command_execute(jail->command.items, jail->environment.items,
			    search_path(jail), &status, err) < 0) {
		*has_failed = true;
		init_fail(channel, status, STAGE_COMMAND, err);
	}
	_exit(SETUP_FAILED); /* not reached: command_execute returns only failures */
}

/*
 * What the terminal would have sent to the whole foreground group goes to COMMAND's group;
 * anything else only to COMMAND, as it came to jailrun only.
 */
static void forward(int signal, pid_t command)
{
	bool is_of_terminal = signal == SIGINT || signal == SIGQUIT ||
			      signal == SIGTSTP || signal == SIGCONT ||
			      signal == SIGWINCH;

	kill(is_of_terminal ? -command : command, signal);
}

static void report_stop(int channel)
{
	if (channel_send(channel, CHANNEL_STOPPED, -1, NULL) < 0)
		_exit(SETUP_FAILED); /* the supervisor is gone, and SIGKILL is on its way */
}

/* Reaps what has ended, up to COMMAND: then returns its exit status, else -1. */
static int reap(pid_t command, int channel)
{
	int status, result = -1;
	pid_t pid;

	while (result < 0 && (pid = waitpid(-1, &status, WNOHANG | WUNTRACED)) > 0) {
		if (pid != command)
			continue;
		if (WIFSTOPPED(status))
			report_stop(channel);
		else
			result = WIFSIGNALED(status) ? 128 + WTERMSIG(status)
						     : WEXITSTATUS(status);
	}
	return result;
}

/* Passes signals on until COMMAND has ended; returns its exit status. */
static int serve(pid_t command, int channel)
{
	sigset_t all;
	int result = -1;

	signals_fill(&all);
	while (result < 0) {
		int signal = sigwaitinfo(&all, NULL);

		if (signal == SIGCHLD)
			result = reap(command, channel);
		else if (signal > 0)
			forward(signal, command);
	}
	return result;
}

/* Sends `signal` to the children of this process, all of them; false if there are none. */
static bool signal_children(int signal)
{
	char list[512], path[64], *rest = list, *word;

	snprintf(path, sizeof(path), "/proc/self/task/%d/children", getpid());
	_cleanup_fd_ int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t size = fd < 0 ? -1 : read(fd, list, sizeof(list) - 1);
	if (size <= 0)
		return false;
	list[size] = '\0';
	while ((word = strsep(&rest, " ")))
		if (rest && *word) /* a last word without a blank behind it may be cut */
			kill((pid_t)strtol(word, NULL, 10), signal);
	return true;
}

/* With a shared pid namespace the kernel does not end what COMMAND leaves behind. */
static void end_the_rest(void)
{
	while (signal_children(SIGKILL))
		if (waitpid(-1, NULL, 0) < 0)
			return;
}

/* False as soon as there is nobody left to wait for. */
static bool reap_all(void)
{
	pid_t pid;

	while ((pid = waitpid(-1, NULL, WNOHANG)) > 0)
		;
	return pid == 0;
}

/*
 * What COMMAND leaves behind may have files to write: it is asked to end before it is made to. A
 * signal that comes to the jail meanwhile means that somebody waits no longer.
 */
static void ask_the_rest(const struct jail *jail)
{
	int64_t grace = jail->grace < LEFTOVERS_GRACE ? jail->grace : LEFTOVERS_GRACE;
	struct timespec pause = {.tv_nsec = grace * 1000000 / LEFTOVERS_LOOKS};
	bool is_alone = jail->namespaces & CLONE_NEWPID;
	sigset_t all;

	if (!reap_all() || !grace)
		return;
	signals_fill(&all);
	if (is_alone)
		kill(-1, SIGTERM);
	else
		signal_children(SIGTERM);
	for (int looks = 0; looks < LEFTOVERS_LOOKS && reap_all();) {
		int signal = sigtimedwait(&all, NULL, &pause);

		if (signal > 0 && signal != SIGCHLD)
			return;
		looks += signal < 0;
	}
}

/* The command line of jailrun names files of the host, and every process of the jail can read it. */
static void hide_arguments(const struct jail *jail)
{
	static const char name[] = INIT_NAME;
	size_t size = jail->arguments_size;

	memset(jail->arguments, 0, size);
	if (size)
		memcpy(jail->arguments, name,
		       size < sizeof(name) ? size - 1 : sizeof(name));
	prctl(PR_SET_NAME, name);
}

static int prepare(const struct jail *jail, int slave, struct error *err)
{
	sigset_t all;

	if (!jail->init_is_app)
		hide_arguments(jail);
	/* SIGTTOU too: COMMAND takes the terminal while its group is not in front yet. */
	signals_fill(&all);
	if (sigprocmask(SIG_SETMASK, &all, NULL) < 0)
		return error_errno(err, errno, "cannot block signals");
	/* A session of the jail's own: no signals and no ioctls to the caller's terminal. */
	if (setsid() < 0)
		return error_errno(err, errno, "cannot start a session");
	if (slave >= 0 && ioctl(slave, TIOCSCTTY, 0) < 0)
		return error_errno(err, errno, "cannot control the jail's terminal");
	/*
	 * Before COMMAND is there to look: where the jail's root is the caller's own id, nothing
	 * else keeps it from tracing this process (ptrace(2)). COMMAND's exec lifts it for itself.
	 */
	if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) < 0)
		return error_errno(err, errno, "cannot protect the jail's init");
	/* Without a pid namespace, orphans would go to the host's init. */
	if (!(jail->namespaces & CLONE_NEWPID) &&
	    prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) < 0)
		return error_errno(err, errno, "cannot become the jail's reaper");
	return shares_filter(jail) ? syscalls_filter(err) : 0;
}

/*
 * Holds nothing of the caller's open: not the terminal, not a pipe that a reader waits to end.
 * The jail's own terminal stays open, in place of stdin: else its master would report an end
 * whenever COMMAND has it closed for a moment.
 */
static int let_go(int channel, int slave, struct error *err)
{
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);

	if (null < 0)
		return error_errno(err, errno, "cannot open the jail's /dev/null");
	for (int fd = 0; fd <= 2; fd++)
		if (dup2(fd == 0 && slave >= 0 ? slave : null, fd) < 0)
			return error_errno(err, errno,
					   "cannot close the caller's descriptors");
	return close_all_but(channel, err);
}

/* init's own protection, which the channel and COMMAND's end are all that it still needs under. */
static int lay_down(const struct jail *jail, struct error *err)
{
	int r = privileges_drop_for_init(err);

	if (r < 0 || jail->protection.no_filter || shares_filter(jail))
		return r;
	return syscalls_filter(err);
}

static void say_started(const struct jail *jail, int channel, struct error *err)
{
	bool is_asked = jail->status_fd >= 0 || jail->detach;

	if (is_asked && channel_send(channel, CHANNEL_STARTED, -1, err) < 0)
		_exit(SETUP_FAILED); /* the supervisor is gone, and SIGKILL is on its way */
}

_Noreturn void init_run(const struct jail *jail, int channel, int slave,
			struct error *err)
{
	volatile bool has_failed = true;

	if (prepare(jail, slave, err) < 0)
		init_fail(channel, SETUP_FAILED, STAGE_INIT, err);
	if (jail->init_is_app)
		run_command(jail, channel, slave, &has_failed, err);
	/*
	 * Shares the memory until exec, and this process waits: copying the page tables would
	 * cost a tenth of the whole start. The child changes only its own frames and its own
	 * credentials (by raw calls), and leaves by exec or _exit.
	 */
	pid_t command = vfork(); /* NOLINT(clang-analyzer-security.insecureAPI.vfork) */
	if (command < 0) {
		error_errno(err, errno, "cannot start the command");
		init_fail(channel, SETUP_FAILED, STAGE_INIT, err);
	}
	if (command == 0) /* calls more than exec: see above for what it must not do */
		/* NOLINTNEXTLINE(clang-analyzer-unix.Vfork) */
		run_command(jail, channel, slave, &has_failed, err);
	setpgid(command, command); /* both do: a signal may come before COMMAND has */
	if (let_go(channel, slave, err) < 0 || lay_down(jail, err) < 0)
		init_fail(channel, SETUP_FAILED, STAGE_INIT, err);
	if (!has_failed)
		say_started(jail, channel, err);
	int status = serve(command, channel);
	ask_the_rest(jail);
	if (!(jail->namespaces & CLONE_NEWPID))
		end_the_rest();
	_exit(status);
}
