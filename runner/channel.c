/* SPDX-License-Identifier: MIT */
/*
 * Messages between supervisor and init. Called on both sides of the clone, so it allocates
 * nothing.
 */
#include "channel.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>
#include <sys/socket.h>

#include "common/fd.h"

int channel_open(int ret[2], struct error *err)
{
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ret) < 0)
		return error_errno(err, errno, "cannot make a socket pair");
	return 0;
}

/* Room for one descriptor in a control message, aligned as cmsg(3) wants it. */
union control {
	char bytes[CMSG_SPACE(sizeof(int))];
	struct cmsghdr align;
};

int channel_send(int channel, const struct channel_message *message, int fd,
		 struct error *err)
{
	union control control = {0};
	size_t size = message->kind == CHANNEL_FAILED
			      ? sizeof(*message)
			      : offsetof(struct channel_message, err);
	struct iovec data = {.iov_len = size};
	struct msghdr header = {.msg_iov = &data, .msg_iovlen = 1};
	ssize_t sent;

	memcpy(&data.iov_base, &message, sizeof(message)); /* iovec has no const */
	if (fd >= 0) {
		header.msg_control = &control;
		header.msg_controllen = sizeof(control);
		struct cmsghdr *part = CMSG_FIRSTHDR(&header);
		part->cmsg_level = SOL_SOCKET;
		part->cmsg_type = SCM_RIGHTS;
		part->cmsg_len = CMSG_LEN(sizeof(int));
		memcpy(CMSG_DATA(part), &fd, sizeof(fd));
	}
	do
		sent = sendmsg(channel, &header, MSG_NOSIGNAL);
	while (sent < 0 && errno == EINTR);
	if (sent < 0)
		return error_errno(err, errno, "cannot talk to the jail");
	return 0;
}

static int take_descriptor(struct msghdr *header)
{
	struct cmsghdr *part = CMSG_FIRSTHDR(header);
	int fd = -1;

	if (part && part->cmsg_level == SOL_SOCKET && part->cmsg_type == SCM_RIGHTS)
		memcpy(&fd, CMSG_DATA(part), sizeof(fd));
	return fd;
}

int channel_receive(int channel, int flags, struct channel_message *ret, int *ret_fd,
		    struct error *err)
{
	union control control = {0};
	struct iovec data = {.iov_base = ret, .iov_len = sizeof(*ret)};
	struct msghdr header = {
		.msg_iov = &data,
		.msg_iovlen = 1,
		.msg_control = &control,
		.msg_controllen = sizeof(control),
	};
	ssize_t size;

	*ret_fd = -1;
	do
		size = recvmsg(channel, &header, flags | MSG_CMSG_CLOEXEC);
	while (size < 0 && errno == EINTR);
	if (size < 0)
		return error_errno(err, errno, "cannot hear the jail");
	if (size == 0)
		return error_set(err, EPIPE, "the other side is gone");
	*ret_fd = take_descriptor(&header);
	if ((size_t)size < offsetof(struct channel_message, err) ||
	    (ret->kind == CHANNEL_FAILED && (size_t)size < sizeof(*ret))) {
		cleanup_fd(ret_fd);
		*ret_fd = -1;
		return error_set(err, EPROTO, "a message from the jail was cut");
	}
	return 0;
}
