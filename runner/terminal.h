/* SPDX-License-Identifier: MIT */
/*
 * terminal: the caller's terminal and the master of the jail's, and the bytes between them. The
 * jail never sees the caller's terminal itself: what can be done to a terminal by ioctl (TIOCSTI,
 * TIOCLINUX, TIOCSETD) is done to its own.
 */
#ifndef RUNNER_TERMINAL_H
#define RUNNER_TERMINAL_H

#include <poll.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/ioctl.h>
#include <termios.h>

#include "common/error.h"

/* Bytes on their way in one direction. */
struct terminal_stream {
	int from, to;
	bool ended; /* nothing more comes from `from` */
	size_t start, end;
	char *data; /* owned; only there once the terminal is */
};

struct terminal {
	int master; /* of the jail's terminal; -1 while there is none */
	int output; /* the caller's terminal, opened anew, non-blocking; -1 none */
	bool is_raw, was_in_front;
	struct termios modes; /* the caller's, to be put back */
	struct terminal_stream in, out;
};

#define TERMINAL_NONE                      \
	{                                  \
		.master = -1, .output = -1 \
	}

/* Makes the slave of a new terminal begin as another one is: same keys, same size. */
int terminal_imitate(int slave, const struct termios *modes, const struct winsize *size,
		     struct error *err) _must_check_;

/* Takes the master (which it then owns) and switches the caller's terminal to raw mode. */
int terminal_start(struct terminal *terminal, int master, const struct termios *modes,
		   struct error *err) _must_check_;

/*
 * Raw mode: every key goes to the jail's terminal, which does echo, Ctrl-C and Ctrl-Z. Does
 * nothing while there is no terminal, or while this process is not in front of it: changing its
 * modes from the background stops a process (SIGTTOU). Also takes over the size.
 */
void terminal_set_raw(struct terminal *terminal);

/* Puts the caller's terminal back as it was. */
void terminal_restore(struct terminal *terminal);

/* Gives the jail's terminal the size of the caller's. */
void terminal_copy_size(const struct terminal *terminal);

enum { TERMINAL_POLLS = 4 };

/* Fills TERMINAL_POLLS entries for poll(2), -1 where there is nothing to wait for. */
void terminal_prepare_poll(const struct terminal *terminal, struct pollfd *polls);

/* Moves what can be moved after poll(2) has answered in the same entries. */
void terminal_relay(struct terminal *terminal, const struct pollfd *polls);

/*
 * After the jail has ended: writes out everything that its terminal still holds. Gives up when
 * `signals`, a signalfd, says that this process is to end: the caller's terminal may be stopped.
 */
void terminal_drain(struct terminal *terminal, int signals);

/* Restores the modes and closes the descriptors. */
void terminal_close(struct terminal *terminal);

#endif
