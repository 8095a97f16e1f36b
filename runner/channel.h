/* SPDX-License-Identifier: MIT */
/*
 * channel: the one line between the supervisor and the jail's init, a SOCK_SEQPACKET pair. Each
 * message is whole or not there; a descriptor can ride along (SCM_RIGHTS, unix(7)). The end of
 * the line means that the other side is gone.
 */
#ifndef RUNNER_CHANNEL_H
#define RUNNER_CHANNEL_H

#include "common/error.h"
#include "stage.h"

enum channel_kind {
	CHANNEL_GO, /* parent: the ids are mapped; the descriptor is the image's mount, if any */
	CHANNEL_TERMINAL, /* init: the descriptor is the master of the jail's pseudo-terminal */
	CHANNEL_LACKS_OVERLAY, /* child: the image is shown read-only */
	CHANNEL_STARTED, /* init: COMMAND was executed; sent if the supervisor wants to know */
	CHANNEL_STOPPED, /* init: COMMAND was stopped by a signal */
	CHANNEL_FAILED,  /* init: `failure` at `stage`; jailrun ends with `exit_status` */
};

/* What was received. An error object is two pages deep in a stack: who has one lends it. */
struct channel_message {
	enum channel_kind kind;
	int exit_status;
	enum stage stage;
	int fd; /* that came along, owned by the receiver; -1: none did */
	struct error
		*failure; /* lent by the receiver, written for CHANNEL_FAILED; or NULL */
};

/* Opens the pair: ret[0] for the parent, ret[1] for the child; both close-on-exec. */
int channel_open(int ret[2], struct error *err) _must_check_;

/* Sends a message that needs no more than its kind and, unless -1, a descriptor. */
int channel_send(int channel, enum channel_kind kind, int fd,
		 struct error *err) _must_check_;

/* Sends CHANNEL_FAILED. -EPIPE when nobody is left to hear it. */
int channel_send_failure(int channel, int exit_status, enum stage stage,
			 const struct error *failure) _must_check_;

/*
 * Receives one message; ret->failure is the caller's, see above. Waits unless `flags` has
 * MSG_DONTWAIT (then -EAGAIN). -EPIPE when the other side is gone, -ECONNRESET when it went and left
 * a message of ours unread: its own may still wait behind.
 */
int channel_receive(int channel, int flags, struct channel_message *ret,
		    struct error *err) _must_check_;

#endif
