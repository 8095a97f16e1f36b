/* SPDX-License-Identifier: MIT */
/*
 * The relay between two terminals. Nothing here may block: a caller's terminal that was stopped
 * with Ctrl-S must not keep signals from the jail. Called by supervise.
 */
#include "terminal.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "common/fd.h"

enum {
	BUFFER_SIZE = 16384,
	ROUNDS = 16, /* of reading and writing between two polls */
};

/*
 * A second open file description of the caller's terminal: O_NONBLOCK on the first would hit
 * every process that shares it. If it cannot be opened (after su(1)), the shared one has to do.
 */
static int open_output(void)
{
	int fd = open("/proc/self/fd/1", O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);

	return fd >= 0 ? fd : fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3);
}

int terminal_imitate(int slave, const struct termios *modes, const struct winsize *size,
		     struct error *err)
{
	if (tcsetattr(slave, TCSANOW, modes) < 0 || ioctl(slave, TIOCSWINSZ, size) < 0)
		return error_errno(err, errno, "cannot set up the jail's terminal");
	return 0;
}

int terminal_start(struct terminal *terminal, int master, const struct termios *modes,
		   struct error *err)
{
	terminal->master = master;
	terminal->modes = *modes;
	terminal->output = open_output();
	if (terminal->output < 0)
		return error_errno(err, errno, "cannot open the terminal");
	if (fcntl(master, F_SETFL, O_NONBLOCK) < 0)
		return error_errno(err, errno, "cannot set up the jail's terminal");
	terminal->in = (struct terminal_stream){.from = STDIN_FILENO, .to = master};
	terminal->in.data = malloc(BUFFER_SIZE);
	terminal->out = (struct terminal_stream){.from = master, .to = terminal->output};
	terminal->out.data = malloc(BUFFER_SIZE);
	if (!terminal->in.data || !terminal->out.data)
		return error_nomem(err);
	terminal_set_raw(terminal);
	return 0;
}

static bool is_in_front(void)
{
	return tcgetpgrp(STDIN_FILENO) == getpgrp();
}

static void set_modes(const struct termios *modes)
{
	while (tcsetattr(STDIN_FILENO, TCSADRAIN, modes) < 0 && errno == EINTR)
		;
}

/*
 * A job that is started in the background sees the modes of the shell's line editor; the shell
 * puts its own back when it brings the job to the front. Until then the jail's terminal has the
 * wrong ones too.
 */
static void learn_modes(struct terminal *terminal)
{
	if (tcgetattr(STDIN_FILENO, &terminal->modes) == 0 && !terminal->was_in_front)
		tcsetattr(terminal->master, TCSANOW, &terminal->modes);
	terminal->was_in_front = true;
}

void terminal_set_raw(struct terminal *terminal)
{
	struct termios raw;

	if (terminal->master < 0 || terminal->is_raw || !is_in_front())
		return;
	learn_modes(terminal);
	raw = terminal->modes;
	cfmakeraw(&raw);
	terminal_copy_size(terminal);
	set_modes(&raw);
	terminal->is_raw = true;
}

void terminal_restore(struct terminal *terminal)
{
	if (terminal->is_raw && is_in_front())
		set_modes(&terminal->modes);
	terminal->is_raw = false;
}

void terminal_copy_size(const struct terminal *terminal)
{
	struct winsize size;

	if (terminal->master >= 0 && ioctl(STDIN_FILENO, TIOCGWINSZ, &size) == 0)
		ioctl(terminal->master, TIOCSWINSZ, &size);
}

static bool is_empty(const struct terminal_stream *stream)
{
	return stream->start == stream->end;
}

void terminal_prepare_poll(const struct terminal *terminal, struct pollfd *polls)
{
	const struct terminal_stream *streams[] = {&terminal->in, &terminal->out};
	bool may_read[] = {terminal->is_raw, true}; /* not from the background: SIGTTIN */

	for (int i = 0; i < 2; i++) {
		const struct terminal_stream *stream = streams[i];
		bool reads = terminal->master >= 0 && may_read[i] && !stream->ended &&
			     is_empty(stream);
		bool writes = terminal->master >= 0 && !is_empty(stream);

		polls[2 * i] = (struct pollfd){.fd = reads ? stream->from : -1,
					       .events = POLLIN};
		polls[2 * i + 1] = (struct pollfd){.fd = writes ? stream->to : -1,
						   .events = POLLOUT};
	}
}

static void fill(struct terminal_stream *stream)
{
	ssize_t size = read(stream->from, stream->data, BUFFER_SIZE);

	if (size > 0) {
		stream->start = 0;
		stream->end = (size_t)size;
	} else if (size == 0 || (errno != EAGAIN && errno != EINTR)) {
		stream->ended =
			true; /* EIO: the last process of the jail has closed its side */
	}
}

static void flush(struct terminal_stream *stream)
{
	ssize_t size = write(stream->to, stream->data + stream->start,
			     stream->end - stream->start);

	if (size > 0)
		stream->start += (size_t)size;
	else if (size < 0 && errno != EAGAIN && errno != EINTR)
		stream->start = stream->end =
			0; /* the other side is gone: nobody to keep it for */
}

static void relay(struct terminal_stream *stream, const struct pollfd *polls)
{
	if (polls[0].fd >= 0 && polls[0].revents)
		fill(stream);
	/* Straight away: most of the time there is room, and a round of poll is saved. */
	if (!is_empty(stream))
		flush(stream);
}

void terminal_relay(struct terminal *terminal, const struct pollfd *polls)
{
	struct terminal_stream *out = &terminal->out;

	if (terminal->master < 0)
		return;
	relay(&terminal->in, polls);
	relay(out, polls + 2);
	/* A terminal hands out 4 KiB at a time: where more is coming, it is not asked for by poll. Signals
	 * and the channel get their turn all the same. */
	for (int i = 0; i < ROUNDS && polls[2].revents && is_empty(out) && !out->ended;
	     i++) {
		fill(out);
		if (is_empty(out))
			break;
		flush(out);
	}
}

/* Whether the signal that waits in the signalfd asks this process to end. */
static bool is_asked_to_end(int signals)
{
	struct signalfd_siginfo info;

	if (read(signals, &info, sizeof(info)) != sizeof(info))
		return true;
	return info.ssi_signo == SIGTERM || info.ssi_signo == SIGINT ||
	       info.ssi_signo == SIGHUP || info.ssi_signo == SIGQUIT;
}

/* Waits for room; false if this process is to end. */
static bool wait_for_room(int fd, int signals)
{
	struct pollfd polls[] = {
		{.fd = fd, .events = POLLOUT},
		{.fd = signals, .events = POLLIN},
	};

	if (poll(polls, 2, -1) < 0)
		return errno == EINTR;
	return !polls[1].revents || !is_asked_to_end(signals);
}

void terminal_drain(struct terminal *terminal, int signals)
{
	struct terminal_stream *out = &terminal->out;

	while (terminal->master >= 0 && !(out->ended && is_empty(out))) {
		if (is_empty(out))
			fill(out);
		if (is_empty(out))
			return; /* all is read: the end, or nothing more for now */
		flush(out);
		if (!is_empty(out) && !wait_for_room(out->to, signals))
			return;
	}
}

void terminal_close(struct terminal *terminal)
{
	terminal_restore(terminal);
	cleanup_fd(&terminal->master);
	cleanup_fd(&terminal->output);
	free(terminal->in.data);
	free(terminal->out.data);
	*terminal = (struct terminal)TERMINAL_NONE;
}
