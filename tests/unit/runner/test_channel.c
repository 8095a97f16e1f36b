/* SPDX-License-Identifier: MIT */
/* Tests of channel: whole messages with and without a descriptor, and a line that is broken. */
#include "tests/unit/unit.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include "runner/channel.h"

static int pair[2];

static int set_up(void **state)
{
	struct error err = {0};

	(void)state;
	return channel_open(pair, &err);
}

static int tear_down(void **state)
{
	(void)state;
	for (int i = 0; i < 2; i++)
		if (pair[i] >= 0)
			close(pair[i]);
	return 0;
}

static void closes_both_ends_at_exec(void **state)
{
	(void)state;
	assert_int_equal(fcntl(pair[0], F_GETFD), FD_CLOEXEC);
	assert_int_equal(fcntl(pair[1], F_GETFD), FD_CLOEXEC);
}

static void carries_a_message_both_ways(void **state)
{
	struct channel_message message = {.fd = 77};
	struct error err = {0};

	(void)state;
	assert_int_equal(channel_send(pair[0], CHANNEL_GO, -1, &err), 0);
	assert_int_equal(channel_receive(pair[1], 0, &message, &err), 0);
	assert_int_equal(message.kind, CHANNEL_GO);
	assert_int_equal(message.fd, -1);
	assert_int_equal(channel_send(pair[1], CHANNEL_STOPPED, -1, &err), 0);
	assert_int_equal(channel_receive(pair[0], 0, &message, &err), 0);
	assert_int_equal(message.kind, CHANNEL_STOPPED);
}

static void carries_a_descriptor_along(void **state)
{
	struct channel_message message = {.fd = -1};
	struct error err = {0};
	char text[8] = "";
	int file = memfd_create("file", 0);

	(void)state;
	assert_int_equal(write(file, "inside", 6), 6);
	assert_int_equal(channel_send(pair[0], CHANNEL_GO, file, &err), 0);
	close(file);
	assert_int_equal(channel_receive(pair[1], 0, &message, &err), 0);
	assert_true(message.fd >= 0);
	assert_int_equal(fcntl(message.fd, F_GETFD), FD_CLOEXEC);
	assert_int_equal(pread(message.fd, text, sizeof(text), 0), 6);
	assert_string_equal(text, "inside");
	close(message.fd);
}

static void carries_an_error_whole(void **state)
{
	struct error sent = {.code = ENOEXEC}, said = {0}, err = {0};
	struct channel_message message = {.failure = &said};

	(void)state;
	memset(sent.text, 't', ERROR_TEXT_MAX - 1);
	memset(sent.hint, 'h', ERROR_HINT_MAX - 1);
	assert_int_equal(channel_send_failure(pair[1], 126, STAGE_COMMAND, &sent), 0);
	assert_int_equal(channel_receive(pair[0], 0, &message, &err), 0);
	assert_int_equal(message.kind, CHANNEL_FAILED);
	assert_int_equal(message.exit_status, 126);
	assert_int_equal(message.stage, STAGE_COMMAND);
	assert_int_equal(said.code, ENOEXEC);
	assert_string_equal(said.text, sent.text);
	assert_string_equal(said.hint, sent.hint);
}

static void keeps_messages_apart_and_in_order(void **state)
{
	struct error failure = {.code = EIO}, said = {0}, err = {0};
	struct channel_message message = {.failure = &said};

	(void)state;
	assert_int_equal(channel_send(pair[1], CHANNEL_STOPPED, -1, &err), 0);
	assert_int_equal(channel_send_failure(pair[1], 2, STAGE_INIT, &failure), 0);
	close(pair[1]);
	pair[1] = -1;
	assert_int_equal(channel_receive(pair[0], 0, &message, &err), 0);
	assert_int_equal(message.kind, CHANNEL_STOPPED);
	assert_int_equal(said.code, 0);
	assert_int_equal(channel_receive(pair[0], 0, &message, &err), 0);
	assert_int_equal(message.exit_status, 2);
	assert_int_equal(said.code, EIO);
	assert_int_equal(channel_receive(pair[0], 0, &message, &err), -EPIPE);
}

static void does_not_wait_if_told_so(void **state)
{
	struct channel_message message = {.fd = 77};
	struct error err = {0};

	(void)state;
	assert_int_equal(channel_receive(pair[0], MSG_DONTWAIT, &message, &err), -EAGAIN);
	assert_int_equal(message.fd, -1);
}

static void notices_that_the_other_side_is_gone(void **state)
{
	struct channel_message message = {.fd = 77};
	struct error err = {0};

	(void)state;
	close(pair[1]);
	pair[1] = -1;
	assert_int_equal(channel_receive(pair[0], 0, &message, &err), -EPIPE);
	assert_int_equal(message.fd, -1);
	/* An error, and no SIGPIPE that would end this program. */
	assert_int_equal(channel_send(pair[0], CHANNEL_GO, -1, &err), -EPIPE);
	assert_int_equal(channel_send_failure(pair[0], 1, STAGE_INIT, &err), -EPIPE);
}

static void sends_by_hand(const void *data, size_t size, int fd)
{
	char control[CMSG_SPACE(sizeof(int))] __attribute__((aligned(8))) = {0};
	char copy[sizeof(struct error) + 64];
	struct iovec part = {.iov_base = copy, .iov_len = size};
	struct msghdr header = {.msg_iov = &part,
				.msg_iovlen = 1,
				.msg_control = control,
				.msg_controllen = sizeof(control)};
	struct cmsghdr *first = CMSG_FIRSTHDR(&header);

	memcpy(copy, data, size);
	first->cmsg_level = SOL_SOCKET;
	first->cmsg_type = SCM_RIGHTS;
	first->cmsg_len = CMSG_LEN(sizeof(int));
	memcpy(CMSG_DATA(first), &fd, sizeof(fd));
	assert_int_equal(sendmsg(pair[1], &header, 0), (ssize_t)size);
}

/* The lowest free descriptor: the same before and after, if nothing was left open. */
static int lowest_free(void)
{
	int fd = dup(0);

	close(fd);
	return fd;
}

static void refuses_a_message_that_was_cut(void **state)
{
	struct {
		enum channel_kind kind;
		int exit_status;
		enum stage stage;
		struct error failure;
	} sent = {.kind = CHANNEL_FAILED};
	struct error said = {0}, err = {0};
	struct channel_message message = {.failure = &said};
	int free_before;

	(void)state;
	free_before = lowest_free();
	sends_by_hand(&sent, sizeof(sent) - 1, 0);
	assert_int_equal(channel_receive(pair[0], 0, &message, &err), -EPROTO);
	assert_int_equal(message.fd, -1);
	sends_by_hand(&sent, 3, 0);
	assert_int_equal(channel_receive(pair[0], 0, &message, &err), -EPROTO);
	assert_int_equal(message.fd, -1);
	/* One who did not ask for failures does not take a part of one for whole. */
	message.failure = NULL;
	sends_by_hand(&sent, sizeof(sent), 0);
	assert_int_equal(channel_receive(pair[0], 0, &message, &err), -EPROTO);
	assert_int_equal(lowest_free(), free_before); /* what came along is closed */
}

#define TEST(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(closes_both_ends_at_exec),
		TEST(carries_a_message_both_ways),
		TEST(carries_a_descriptor_along),
		TEST(carries_an_error_whole),
		TEST(keeps_messages_apart_and_in_order),
		TEST(does_not_wait_if_told_so),
		TEST(notices_that_the_other_side_is_gone),
		TEST(refuses_a_message_that_was_cut),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
