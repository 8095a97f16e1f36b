/* SPDX-License-Identifier: MIT */
/*
 * channel: the one line between the supervisor and the jail's init, a SOCK_SEQPACKET pair. Each
 * message is whole or not there; a descriptor can ride along (SCM_RIGHTS, unix(7)). The end of
 * the line means that the other side is gone.
 */
#ifndef RUNNER_CHANNEL_H
#define RUNNER_CHANNEL_H

#include "common/error.h"

enum channel_kind {
	CHANNEL_GO, /* parent: the ids are mapped; the descriptor is the image's mount, if any */
	CHANNEL_TERMINAL, /* init: the descriptor is the master of the jail's pseudo-terminal */
	CHANNEL_STOPPED, /* init: COMMAND was stopped by a signal */
	CHANNEL_FAILED,  /* init: `err` says what, `exit_status` what jailrun ends with */
};

struct channel_message {
	enum channel_kind kind;
	int exit_status;
	struct error err; /* only sent with CHANNEL_FAILED */
};

/* Opens the pair: ret[0] for the parent, ret[1] for the child; both close-on-exec. */
int channel_open(int ret[2], struct error *err) _must_check_;

/* Sends a message and, unless -1, a descriptor. */
int channel_send(int channel, const struct channel_message *message, int fd,
		 struct error *err) _must_check_;

/*
 * Receives one message. *ret_fd is -1 when no descriptor came along; the caller owns it. Waits
 * unless `flags` has MSG_DONTWAIT (then -EAGAIN). -EPIPE when the other side is gone.
 */
int channel_receive(int channel, int flags, struct channel_message *ret, int *ret_fd,
		    struct error *err) _must_check_;

#endif
