/* SPDX-License-Identifier: MIT */
/*
 * One poll loop over the signals, the channel and the terminal. The jail cannot outlive it: init
 * is sent SIGKILL by the kernel when this process dies (PR_SET_PDEATHSIG). Called by jail.
 */
#include "supervise.h"

#include <errno.h>
#include <limits.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "channel.h"
#include "common/fd.h"
#include "detach.h"
#include "signals.h"
#include "status.h"
#include "terminal.h"

enum {
	TIMED_OUT = 124, /* as timeout(1) has it */
	SETUP_FAILED = 125,
	FIXED_POLLS = 3,
	FRONT_CHECK = 250, /* ms */
};

struct supervisor {
	const struct jail *jail;
	pid_t pid;
	int pidfd, channel, signals;
	bool has_ended, has_failed, has_timed_out;
	int64_t deadline; /* ms of CLOCK_MONOTONIC: when something is to be done; 0: never */
	struct outcome *outcome;
	struct error *failure; /* the caller's: what the jail said of it */
	struct terminal terminal;
};

/* All but the ones that mean a fault of this process, and those that stop a background job. */
static void fill_forwarded(sigset_t *set)
{
	static const int excepted[] = {SIGSEGV, SIGBUS, SIGFPE,  SIGILL, SIGTRAP,
				       SIGABRT, SIGSYS, SIGTTIN, SIGTTOU};

	signals_fill(set);
	for (size_t i = 0; i < sizeof(excepted) / sizeof(excepted[0]); i++)
		sigdelset(set, excepted[i]);
}

int supervise_listen(int *ret_signals, struct error *err)
{
	sigset_t set;

	fill_forwarded(&set);
	/* A caller that ignores SIGCHLD makes the kernel reap children unseen (wait(2)). */
	if (signal(SIGCHLD, SIG_DFL) == SIG_ERR ||
	    sigprocmask(SIG_SETMASK, &set, NULL) < 0)
		return error_errno(err, errno, "cannot block signals");
	int fd = signalfd(-1, &set, SFD_CLOEXEC);
	if (fd < 0)
		return error_errno(err, errno, "cannot listen to signals");
	*ret_signals = fd;
	return 0;
}

/* init's exit status is COMMAND's; if init itself was killed, that is told like a shell does. */
static void reap(struct supervisor *supervisor)
{
	siginfo_t info = {0};

	if (waitid(P_PIDFD, (id_t)supervisor->pidfd, &info, WEXITED | WNOHANG) < 0 ||
	    !info.si_pid)
		return;
	supervisor->has_ended = true;
	supervisor->outcome->status = info.si_code == CLD_EXITED ? info.si_status
								 : 128 + info.si_status;
}

static void forward(const struct supervisor *supervisor, int signal)
{
	/* By pidfd: a pid could have been reused. It fails only when init has ended just now. */
	syscall(SYS_pidfd_send_signal, supervisor->pidfd, signal, NULL, 0);
}

static void take_signal(struct supervisor *supervisor)
{
	struct signalfd_siginfo info;

	if (read(supervisor->signals, &info, sizeof(info)) != sizeof(info))
		return;
	if (info.ssi_signo == SIGCONT) /* perhaps from the background into the front */
		terminal_set_raw(&supervisor->terminal);
	if (info.ssi_signo == SIGCHLD)
		reap(supervisor);
	else if (info.ssi_signo == SIGWINCH && supervisor->terminal.master >= 0)
		terminal_copy_size(&supervisor->terminal); /* the kernel tells the jail */
	else
		forward(supervisor, (int)info.ssi_signo);
}

/*
 * COMMAND was stopped: stop too, with the whole process group, as the terminal would have done,
 * so that the caller's shell gets its prompt. By SIGTSTP with its default action: where nobody
 * could continue us (an orphaned group) the kernel ignores it, and COMMAND goes on.
 */
static void stop_as_well(struct supervisor *supervisor)
{
	bool has_terminal = supervisor->terminal.master >= 0;
	sigset_t stop;

	terminal_restore(&supervisor->terminal);
	sigemptyset(&stop);
	sigaddset(&stop, SIGTSTP);
	kill(has_terminal ? 0 : getpid(), SIGTSTP);
	sigprocmask(SIG_UNBLOCK, &stop, NULL);
	sigprocmask(SIG_BLOCK, &stop, NULL);
	terminal_set_raw(&supervisor->terminal);
	forward(supervisor, SIGCONT);
}

/* COMMAND was executed. */
static int tell_start(const struct supervisor *supervisor, struct error *err)
{
	const struct jail *jail = supervisor->jail;

	status_started(jail->status_fd, supervisor->pid);
	return jail->detach ? detach_tell(jail->detach, err) : 0;
}

static int take_message(struct supervisor *supervisor,
			const struct channel_message *message, struct error *err)
{
	switch (message->kind) {
	case CHANNEL_TERMINAL:
		return terminal_start(&supervisor->terminal, message->fd,
				      &supervisor->jail->terminal_modes, err);
	case CHANNEL_LACKS_OVERLAY:
		supervisor->jail->warn(
			"no overlay file system can be had here: the image is "
			"read-only, but for /tmp, /run and /dev/shm");
		return 0;
	case CHANNEL_STARTED:
		return tell_start(supervisor, err);
	case CHANNEL_STOPPED:
		stop_as_well(supervisor);
		return 0;
	case CHANNEL_FAILED:
		supervisor->has_failed = true;
		supervisor->outcome->status = message->exit_status;
		supervisor->outcome->stage = message->stage;
		return 0;
	case CHANNEL_GO:
		break;
	}
	return error_set(err, EPROTO, "the jail sent a message of no known kind");
}

/* Takes all messages that are there. The end of the channel is no failure: SIGCHLD follows. */
static int take_messages(struct supervisor *supervisor, struct error *err)
{
	struct channel_message message = {.failure = supervisor->failure};

	for (;;) {
		int r = channel_receive(supervisor->channel, MSG_DONTWAIT, &message,
					NULL);
		if (r == -EAGAIN)
			return 0;
		/* The other side left a message unread; ours still wait behind this answer. */
		if (r == -ECONNRESET)
			continue;
		if (r == -EPIPE) {
			supervisor->channel = -1;
			/* It closes at COMMAND's exec, where no init stays behind. */
			if (supervisor->jail->init_is_app && !supervisor->has_failed)
				return tell_start(supervisor, err);
			return 0;
		}
		if (r < 0)
			return error_errno(err, -r, "cannot hear the jail");
		r = take_message(supervisor, &message, err);
		if (r < 0)
			return r;
	}
}

static int64_t now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return (int64_t)time.tv_sec * 1000 + time.tv_nsec / 1000000;
}

/* The time is over: first the stop signal, and what does not heed that is killed. */
static void meet_deadline(struct supervisor *supervisor)
{
	const struct jail *jail = supervisor->jail;

	if (!supervisor->deadline || now() < supervisor->deadline)
		return;
	bool is_first = !supervisor->has_timed_out;
	supervisor->has_timed_out = true;
	supervisor->deadline = is_first ? now() + jail->grace + 1 : 0;
	forward(supervisor, is_first ? jail->stop_signal : SIGKILL);
	if (is_first) /* a COMMAND that is stopped could not heed it */
		forward(supervisor, SIGCONT);
}

/* In ms, for poll(2). */
static int time_to_wait(const struct supervisor *supervisor, bool in_background)
{
	int64_t left = in_background ? FRONT_CHECK : INT_MAX;

	if (supervisor->deadline && supervisor->deadline - now() < left)
		left = supervisor->deadline - now();
	if (left == INT_MAX && !supervisor->deadline)
		return -1;
	return left > 0 ? (int)left : 0;
}

/* Coming to the front by `fg` sends no signal to a job that runs: it has to be looked for. */
static int wait_for_events(struct supervisor *supervisor, struct pollfd *polls)
{
	const struct terminal *terminal = &supervisor->terminal;
	const struct detach *detach = supervisor->jail->detach;
	bool in_background = terminal->master >= 0 && !terminal->is_raw;

	polls[0] = (struct pollfd){.fd = supervisor->signals, .events = POLLIN};
	polls[1] = (struct pollfd){.fd = supervisor->channel, .events = POLLIN};
	polls[2] = (struct pollfd){.fd = detach ? detach->from : -1, .events = POLLIN};
	terminal_prepare_poll(terminal, polls + FIXED_POLLS);
	int r = poll(polls, FIXED_POLLS + TERMINAL_POLLS,
		     time_to_wait(supervisor, in_background));
	if (in_background)
		terminal_set_raw(&supervisor->terminal);
	return r;
}

static int serve(struct supervisor *supervisor, struct error *err)
{
	struct pollfd polls[FIXED_POLLS + TERMINAL_POLLS];

	while (!supervisor->has_ended) {
		if (wait_for_events(supervisor, polls) < 0) {
			if (errno == EINTR)
				continue;
			return error_errno(err, errno, "cannot wait for the jail");
		}
		meet_deadline(supervisor);
		terminal_relay(&supervisor->terminal, polls + FIXED_POLLS);
		if (polls[2].revents)
			detach_relay(supervisor->jail->detach);
		if (polls[1].revents) {
			int r = take_messages(supervisor, err);

			if (r < 0)
				return r;
		}
		if (polls[0].revents)
			take_signal(supervisor);
	}
	return 0;
}

static int finish(struct supervisor *supervisor, struct error *err)
{
	if (supervisor->channel >= 0) {
		int r = take_messages(supervisor, err);

		if (r < 0)
			return r;
	}
	terminal_drain(&supervisor->terminal, supervisor->signals);
	if (supervisor->jail->detach)
		detach_drain(supervisor->jail->detach);
	if (supervisor->has_failed)
		return -supervisor->failure->code;
	if (!supervisor->has_timed_out)
		return 0;
	supervisor->outcome->status = TIMED_OUT;
	return error_set(err, ETIME,
			 "%s took longer than --timeout allows, and was ended",
			 supervisor->jail->command.items[0]);
}

int supervise_jail(const struct jail *jail, const struct supervise_ends *ends,
		   struct outcome *ret, struct error *err)
{
	struct supervisor supervisor = {
		.jail = jail,
		.pid = ends->pid,
		.pidfd = ends->pidfd,
		.channel = ends->channel,
		.signals = ends->signals,
		.deadline = jail->timeout ? now() + jail->timeout : 0,
		.outcome = ret,
		.failure = err,
		.terminal = TERMINAL_NONE,
	};

	*ret = (struct outcome){SETUP_FAILED, STAGE_SUPERVISE};
	int r = serve(&supervisor, err);

	if (r >= 0)
		r = finish(&supervisor, err);
	else
		forward(&supervisor, SIGKILL);
	terminal_close(&supervisor.terminal);
	return r;
}
