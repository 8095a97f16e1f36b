/* SPDX-License-Identifier: MIT */
/*
 * Messages between supervisor and init. Called on both sides of the clone, so it allocates
 * nothing.
 */
#include "channel.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>
#include <sys/socket.h>

#include "common/fd.h"

int channel_open(int ret[2], struct error *err)
{
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ret) < 0)
		return error_errno(err, errno, "cannot make a socket pair");
	return 0;
}

/* What every message begins with; a failure's error object follows. */
struct head {
	enum channel_kind kind;
	int exit_status;
	enum stage stage;
};

/* Room for one descriptor in a control message, aligned as cmsg(3) wants it. */
union control {
	char bytes[CMSG_SPACE(sizeof(int))];
	struct cmsghdr align;
};

static int send_parts(int channel, struct msghdr *header)
{
	ssize_t sent;

	do
		sent = sendmsg(channel, header, MSG_NOSIGNAL);
	while (sent < 0 && errno == EINTR);
	return sent < 0 ? -errno : 0;
}

int channel_send(int channel, enum channel_kind kind, int fd, struct error *err)
{
	union control control = {0};
	struct head head = {.kind = kind};
	struct iovec part = {.iov_base = &head, .iov_len = sizeof(head)};
	struct msghdr header = {.msg_iov = &part, .msg_iovlen = 1};

	if (fd >= 0) {
		header.msg_control = &control;
		header.msg_controllen = sizeof(control);
		struct cmsghdr *first = CMSG_FIRSTHDR(&header);
		first->cmsg_level = SOL_SOCKET;
		first->cmsg_type = SCM_RIGHTS;
		first->cmsg_len = CMSG_LEN(sizeof(int));
		memcpy(CMSG_DATA(first), &fd, sizeof(fd));
	}
	int r = send_parts(channel, &header);
	return r < 0 ? error_errno(err, -r, "cannot talk to the jail") : 0;
}

int channel_send_failure(int channel, int exit_status, enum stage stage,
			 const struct error *failure)
{
	struct head head = {
		.kind = CHANNEL_FAILED, .exit_status = exit_status, .stage = stage};
	struct iovec parts[2] = {
		{.iov_base = &head, .iov_len = sizeof(head)},
		{.iov_len = sizeof(*failure)},
	};
	struct msghdr header = {.msg_iov = parts, .msg_iovlen = 2};

	memcpy(&parts[1].iov_base, &failure, sizeof(failure)); /* iovec has no const */
	return send_parts(channel, &header);
}

static int take_descriptor(struct msghdr *header)
{
	struct cmsghdr *part = CMSG_FIRSTHDR(header);
	int fd = -1;

	if (part && part->cmsg_level == SOL_SOCKET && part->cmsg_type == SCM_RIGHTS)
		memcpy(&fd, CMSG_DATA(part), sizeof(fd));
	return fd;
}

/* A failure has its error object, whole; nothing else has one. */
static bool is_whole(const struct head *head, size_t size)
{
	size_t whole = sizeof(*head);

	if (head->kind == CHANNEL_FAILED)
		whole += sizeof(struct error);
	return size >= sizeof(*head) && size == whole;
}

int channel_receive(int channel, int flags, struct channel_message *ret,
		    struct error *err)
{
	union control control = {0};
	struct head head = {0};
	struct iovec parts[2] = {
		{.iov_base = &head, .iov_len = sizeof(head)},
		{.iov_base = ret->failure, .iov_len = sizeof(*ret->failure)},
	};
	struct msghdr header = {
		.msg_iov = parts,
		.msg_iovlen = ret->failure ? 2 : 1,
		.msg_control = &control,
		.msg_controllen = sizeof(control),
	};
	ssize_t size;

	ret->fd = -1;
	do
		size = recvmsg(channel, &header, flags | MSG_CMSG_CLOEXEC);
	while (size < 0 && errno == EINTR);
	if (size < 0)
		return error_errno(err, errno, "cannot hear the jail");
	if (size == 0)
		return error_set(err, EPIPE, "the other side is gone");
	_cleanup_fd_ int fd = take_descriptor(&header);
	if (!is_whole(&head, (size_t)size))
		return error_set(err, EPROTO, "a message from the jail was cut");
	ret->kind = head.kind;
	ret->exit_status = head.exit_status;
	ret->stage = head.stage;
	ret->fd = steal_fd(&fd);
	return 0;
}
