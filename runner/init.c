/* SPDX-License-Identifier: MIT */
/*
 * The jail's pid 1 and its one child that becomes COMMAND. The kernel gives pid 1 no default
 * signal actions (pid_namespaces(7)), so a COMMAND that were pid 1 itself could not be ended by
 * Ctrl-C: this process takes the place. Called by jail's child as its last act.
 */
#include "init.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/close_range.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "channel.h"
#include "command.h"
#include "environment.h"
#include "landlock.h"
#include "privileges.h"

enum { SETUP_FAILED = 125 };

_Noreturn static void fail(int channel, int status, const struct error *why)
{
	struct channel_message message = {
		.kind = CHANNEL_FAILED,
		.exit_status = status,
		.err = *why,
	};
	struct error ignored;

	if (channel_send(channel, &message, -1, &ignored) < 0)
		_exit(SETUP_FAILED); /* nobody is left to hear it */
	_exit(status);
}

/* COMMAND in a process group of its own, in front of the terminal if there is one. */
static int take_terminal(int slave, struct error *err)
{
	if (setpgid(0, 0) < 0)
		return error_errno(err, errno, "cannot make a process group");
	if (slave < 0)
		return 0;
	if (tcsetpgrp(slave, getpid()) < 0)
		return error_errno(err, errno, "cannot take the jail's terminal");
	for (int fd = 0; fd <= 2; fd++)
		if (dup2(slave, fd) < 0)
			return error_errno(err, errno, "cannot use the jail's terminal");
	return 0;
}

static int enter_workdir(const char *workdir, struct error *err)
{
	if (!strcmp(workdir, "/"))
		return 0; /* where the new root was entered */
	if (chdir(workdir) < 0) {
		error_errno(err, errno, "cannot start in %s", workdir);
		return error_hint(err, "--workdir names a folder of the jail");
	}
	return 0;
}

static const char *search_path(const struct jail *jail)
{
	const char *path = environment_get(&jail->environment, "PATH");

	return path ? path : "";
}

static int shut_in(const struct jail *jail, struct error *err)
{
	bool is_confined;
	int r = landlock_confine(&is_confined, err);

	if (r < 0 || is_confined)
		return r;
	return command_refuse_own(jail->command.items[0], search_path(jail), err);
}

static int become_command(const struct jail *jail, int slave, struct error *err)
{
	bool only_root = (jail->namespaces & CLONE_NEWUSER) && !jail->map.is_range;
	int r = take_terminal(slave, err);

	if (r < 0)
		return r;
	r = privileges_become_user(&jail->account, only_root, !jail->map.deny_setgroups,
				   err);
	if (r < 0)
		return r;
	r = privileges_drop(jail->account.uid == 0, err);
	if (r < 0)
		return r;
	/* Without a pid namespace nothing else ends COMMAND when init dies. */
	if (!(jail->namespaces & CLONE_NEWPID) && prctl(PR_SET_PDEATHSIG, SIGKILL) < 0)
		return error_errno(err, errno, "cannot tie the command to its jail");
	/* Descriptors of the caller that nobody asked for: passwords, sockets, folders outside. */
	if (close_range(3, ~0U, CLOSE_RANGE_CLOEXEC) < 0)
		return error_errno(err, errno, "cannot close the caller's descriptors");
	r = enter_workdir(jail->workdir, err);
	return r < 0 ? r : shut_in(jail, err);
}

_Noreturn static void run_command(const struct jail *jail, int channel, int slave)
{
	struct error err = {0};
	int status = SETUP_FAILED;
	sigset_t none;

	if (become_command(jail, slave, &err) < 0)
		fail(channel, status, &err);
	umask(022);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	if (command_execute(jail->command.items, jail->environment.items,
			    search_path(jail), &status, &err) < 0)
		fail(channel, status, &err);
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
	struct channel_message message = {.kind = CHANNEL_STOPPED};
	struct error ignored;

	if (channel_send(channel, &message, -1, &ignored) < 0)
		_exit(SETUP_FAILED); /* the supervisor is gone, and SIGKILL is on its way */
}

/* Reaps all that has ended. Returns COMMAND's exit status if it is among them, else -1. */
static int reap(pid_t command, int channel)
{
	int status, result = -1;
	pid_t pid;

	while ((pid = waitpid(-1, &status, WNOHANG | WUNTRACED)) > 0) {
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

	sigfillset(&all);
	while (result < 0) {
		int signal = sigwaitinfo(&all, NULL);

		if (signal == SIGCHLD)
			result = reap(command, channel);
		else if (signal > 0)
			forward(signal, command);
	}
	return result;
}

/* The command line of jailrun names files of the host, and every process of the jail can read it. */
static void hide_arguments(const struct jail *jail)
{
	memset(jail->arguments, 0, jail->arguments_size);
	snprintf(jail->arguments, jail->arguments_size, "jailrun-init");
	prctl(PR_SET_NAME, "jailrun-init");
}

static int prepare(const struct jail *jail, int slave, struct error *err)
{
	sigset_t all;

	hide_arguments(jail);
	/* SIGTTOU too: COMMAND takes the terminal while its group is not in front yet. */
	sigfillset(&all);
	if (sigprocmask(SIG_SETMASK, &all, NULL) < 0)
		return error_errno(err, errno, "cannot block signals");
	/* A session of the jail's own: no signals and no ioctls to the caller's terminal. */
	if (setsid() < 0)
		return error_errno(err, errno, "cannot start a session");
	if (slave >= 0 && ioctl(slave, TIOCSCTTY, 0) < 0)
		return error_errno(err, errno, "cannot control the jail's terminal");
	return privileges_limit(err); /* once, for this process and for COMMAND */
}

/* Holds nothing of the caller's open: not the terminal, not a pipe that a reader waits to end. */
static int let_go(int channel, struct error *err)
{
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);

	if (null < 0)
		return error_errno(err, errno, "cannot open the jail's /dev/null");
	for (int fd = 0; fd <= 2; fd++)
		if (dup2(null, fd) < 0)
			return error_errno(err, errno,
					   "cannot close the caller's descriptors");
	if (channel > 3 && close_range(3, (unsigned)channel - 1, 0) < 0)
		return error_errno(err, errno, "cannot close the caller's descriptors");
	if (close_range((unsigned)channel + 1, ~0U, 0) < 0)
		return error_errno(err, errno, "cannot close the caller's descriptors");
	return 0;
}

_Noreturn void init_run(const struct jail *jail, int channel, int slave)
{
	struct error err = {0};

	if (prepare(jail, slave, &err) < 0)
		fail(channel, SETUP_FAILED, &err);
	pid_t command = fork();
	if (command < 0) {
		error_errno(&err, errno, "cannot start the command");
		fail(channel, SETUP_FAILED, &err);
	}
	if (command == 0)
		run_command(jail, channel, slave);
	setpgid(command, command); /* both do: a signal may come before COMMAND has */
	if (let_go(channel, &err) < 0 || privileges_drop_for_init(&err) < 0)
		fail(channel, SETUP_FAILED, &err);
	int status = serve(command, channel);
	_exit(status);
}
