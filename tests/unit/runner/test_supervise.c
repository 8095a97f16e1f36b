/* SPDX-License-Identifier: MIT */
/*
 * Tests of supervise: a child plays the jail's init, another one is the supervisor, since that
 * blocks signals, stops itself and takes the terminal.
 */
#include "tests/unit/unit.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <time.h>

#include "jailchild.h"
#include "runner/channel.h"
#include "runner/supervise.h"

enum { PATIENCE = 20 }; /* s: what waits for longer fails the test */

struct end {
	int r, status;
	struct error err;
	siginfo_t
		init; /* how init ended, as far as the supervisor left it to be reaped */
};

/* Supervises a child that runs `init` with its end of the channel. */
static struct end supervise(void (*init)(int channel))
{
	static struct jail jail = JAIL_NONE;
	struct supervise_ends ends = {-1, -1, -1, -1};
	struct end outcome = {.status = 77};
	struct outcome how = {77, STAGE_OPTIONS};
	int pair[2];

	tcgetattr(0, &jail.terminal_modes);
	jailchild_succeed(supervise_listen(&ends.signals, &outcome.err), &outcome.err);
	jailchild_succeed(channel_open(pair, &outcome.err), &outcome.err);
	pid_t pid = namespaces_clone(0, &ends.pidfd, &outcome.err);
	jailchild_succeed(pid, &outcome.err);
	if (pid == 0) {
		close(pair[0]);
		jailchild_end_with_parent();
		init(pair[1]);
		_exit(99);
	}
	close(pair[1]);
	ends.channel = pair[0];
	outcome.r = supervise_jail(&jail, &ends, &how, &outcome.err);
	outcome.status = how.status;
	waitid(P_PIDFD, (id_t)ends.pidfd, &outcome.init, WEXITED);
	return outcome;
}

/* True if `signal`, which is blocked, comes within the test's patience. */
static bool receives(int signal)
{
	const struct timespec limit = {.tv_sec = PATIENCE};
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, signal);
	return sigtimedwait(&set, NULL, &limit) == signal;
}

static void send_kind(int channel, int kind, int fd)
{
	struct error err = {0};

	jailchild_succeed(channel_send(channel, (enum channel_kind)kind, fd, &err), &err);
}

static void exit_with_7(int channel)
{
	(void)channel;
	_exit(7);
}

static void kill_itself(int channel)
{
	(void)channel;
	kill(getpid(), SIGKILL);
}

static void check_statuses(void *data)
{
	(void)data;
	signal(SIGCHLD,
	       SIG_IGN); /* as some callers have it: then nobody could be waited for */
	struct end exited = supervise(exit_with_7);
	jailchild_expect(exited.r == 0 && exited.status == 7);
	struct end killed = supervise(kill_itself);
	jailchild_expect(killed.r == 0 && killed.status == 128 + SIGKILL);
}

static void passes_the_exit_status_on(void **state)
{
	(void)state;
	jailchild_fork(check_statuses, NULL);
}

static void report_a_failure(int channel)
{
	struct error failure = {0};

	error_set(&failure, ENOEXEC, "cannot execute it");
	error_hint(&failure, "try another");
	jailchild_expect(channel_send_failure(channel, 126, STAGE_COMMAND, &failure) ==
			 0);
	_exit(126);
}

static void check_failure(void *data)
{
	struct end outcome = supervise(report_a_failure);

	(void)data;
	jailchild_expect(outcome.r == -ENOEXEC && outcome.status == 126);
	jailchild_expect(!strcmp(outcome.err.text, "cannot execute it"));
	jailchild_expect(!strcmp(outcome.err.hint, "try another"));
}

static void tells_what_failed_in_the_jail(void **state)
{
	(void)state;
	jailchild_fork(check_failure, NULL);
}

static void echo_signals(int channel)
{
	static const int echoed[] = {SIGTERM, SIGINT,  SIGHUP,  SIGUSR1, SIGUSR2,
				     SIGQUIT, SIGALRM, SIGCONT, SIGPIPE, SIGWINCH};

	(void)channel;
	for (size_t i = 0; i < sizeof(echoed) / sizeof(echoed[0]); i++) {
		jailchild_expect(kill(getppid(), echoed[i]) == 0);
		jailchild_expect(receives(echoed[i]));
	}
	_exit(5);
}

static void check_forwarding(void *data)
{
	struct end outcome = supervise(echo_signals);

	(void)data;
	jailchild_expect(outcome.r == 0 && outcome.status == 5);
}

static void forwards_signals_to_the_jail(void **state)
{
	(void)state;
	jailchild_fork(check_forwarding, NULL);
}

static void close_the_channel(int channel)
{
	const struct timespec moment = {.tv_nsec = 50 * 1000 * 1000};

	close(channel);
	nanosleep(&moment, NULL);
	jailchild_expect(kill(getppid(), SIGUSR1) == 0);
	jailchild_expect(receives(SIGUSR1));
	_exit(3);
}

static void check_closed_channel(void *data)
{
	struct end outcome = supervise(close_the_channel);

	(void)data;
	jailchild_expect(outcome.r == 0 && outcome.status == 3);
}

static void goes_on_when_the_channel_is_closed(void **state)
{
	(void)state;
	jailchild_fork(check_closed_channel, NULL);
}

static void send_an_unknown_kind(int channel)
{
	send_kind(channel, 77, -1);
	receives(SIGUSR1);
}

static void send_too_little(int channel)
{
	jailchild_expect(send(channel, "x", 1, 0) == 1);
	receives(SIGUSR1);
}

static void check_broken_messages(void *data)
{
	void (*const inits[])(int channel) = {send_an_unknown_kind, send_too_little};

	(void)data;
	for (size_t i = 0; i < 2; i++) {
		struct end outcome = supervise(inits[i]);

		jailchild_expect(outcome.r == -EPROTO && outcome.status == 125);
		jailchild_expect(outcome.init.si_code == CLD_KILLED);
		jailchild_expect(outcome.init.si_status == SIGKILL);
	}
}

static void ends_a_jail_that_sends_nonsense(void **state)
{
	(void)state;
	jailchild_fork(check_broken_messages, NULL);
}

static void stop_and_go_on(int channel)
{
	send_kind(channel, CHANNEL_STOPPED, -1);
	jailchild_expect(receives(SIGCONT));
	_exit(9);
}

static void supervise_a_job(void)
{
	jailchild_end_with_parent();
	jailchild_expect(setpgid(0, 0) == 0); /* as a shell starts a job */
	struct end outcome = supervise(stop_and_go_on);
	jailchild_expect(outcome.r == 0 && outcome.status == 9);
	_exit(0);
}

static void be_the_shell(void *data)
{
	int status;

	(void)data;
	pid_t job = fork();
	jailchild_expect(job >= 0);
	if (job == 0)
		supervise_a_job();
	jailchild_expect(waitpid(job, &status, WUNTRACED) == job);
	jailchild_expect(WIFSTOPPED(status) && WSTOPSIG(status) == SIGTSTP);
	jailchild_expect(kill(job, SIGCONT) == 0);
	jailchild_expect(waitpid(job, &status, 0) == job && status == 0);
}

static void stops_when_the_command_was_stopped(void **state)
{
	(void)state;
	jailchild_fork(be_the_shell, NULL);
}

static void supervise_without_a_shell(void *data)
{
	(void)data;
	/* An orphaned process group: nobody could continue it. */
	jailchild_expect(setsid() >= 0);
	struct end outcome = supervise(stop_and_go_on);
	jailchild_expect(outcome.r == 0 && outcome.status == 9);
}

static void goes_on_where_nobody_could_continue_it(void **state)
{
	(void)state;
	jailchild_fork(supervise_without_a_shell, NULL);
}

static void open_pair(int *ret_master, int *ret_slave)
{
	char name[64];

	*ret_master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
	jailchild_expect(*ret_master >= 0 && grantpt(*ret_master) == 0);
	jailchild_expect(unlockpt(*ret_master) == 0);
	jailchild_expect(ptsname_r(*ret_master, name, sizeof(name)) == 0);
	*ret_slave = open(name, O_RDWR | O_NOCTTY | O_CLOEXEC);
	jailchild_expect(*ret_slave >= 0);
}

static void speak_on_a_terminal(int channel)
{
	char text[16] = "";
	int master, slave;

	open_pair(&master, &slave);
	send_kind(channel, CHANNEL_TERMINAL, master);
	close(master);
	jailchild_expect(write(slave, "name?\n", 6) == 6);
	jailchild_expect(read(slave, text, sizeof(text)) == 4 && !strcmp(text, "bob\n"));
	jailchild_expect(write(slave, "bye\n", 4) == 4);
	_exit(0);
}

/* Reads from `fd` until `wanted` has come. */
static bool reads_up_to(int fd, const char *wanted)
{
	char text[256] = "";
	size_t used = 0;

	while (!strstr(text, wanted) && used < sizeof(text) - 1) {
		ssize_t size = read(fd, text + used, sizeof(text) - 1 - used);

		if (size <= 0)
			return false;
		used += (size_t)size;
	}
	return strstr(text, wanted);
}

static void supervise_on_terminal(int own)
{
	struct termios before, after;

	jailchild_end_with_parent();
	jailchild_expect(setsid() >= 0 && ioctl(own, TIOCSCTTY, 0) == 0);
	jailchild_expect(dup2(own, 0) == 0 && dup2(own, 1) == 1);
	jailchild_expect(tcgetattr(0, &before) == 0);
	struct end outcome = supervise(speak_on_a_terminal);
	jailchild_expect(outcome.r == 0 && outcome.status == 0);
	jailchild_expect(tcgetattr(0, &after) == 0);
	jailchild_expect(before.c_lflag == after.c_lflag);
	_exit(0);
}

static void be_the_user(void *data)
{
	int keyboard, own, status;

	(void)data;
	alarm(PATIENCE);
	open_pair(&keyboard, &own);
	pid_t pid = fork();
	jailchild_expect(pid >= 0);
	if (pid == 0)
		supervise_on_terminal(own);
	jailchild_expect(reads_up_to(keyboard, "name?\r\n"));
	jailchild_expect(write(keyboard, "bob\r", 4) == 4);
	jailchild_expect(reads_up_to(keyboard, "bye\r\n"));
	jailchild_expect(waitpid(pid, &status, 0) == pid && status == 0);
}

static void relays_the_jails_terminal_to_its_end(void **state)
{
	(void)state;
	jailchild_fork(be_the_user, NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(passes_the_exit_status_on),
		cmocka_unit_test(tells_what_failed_in_the_jail),
		cmocka_unit_test(forwards_signals_to_the_jail),
		cmocka_unit_test(goes_on_when_the_channel_is_closed),
		cmocka_unit_test(ends_a_jail_that_sends_nonsense),
		cmocka_unit_test(stops_when_the_command_was_stopped),
		cmocka_unit_test(goes_on_where_nobody_could_continue_it),
		cmocka_unit_test(relays_the_jails_terminal_to_its_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
