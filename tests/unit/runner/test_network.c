/* SPDX-License-Identifier: MIT */
/* Tests of network: connecting to 127.0.0.1 in a new network namespace, before and after. */
#include "tests/unit/unit.h"

#include <errno.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include "common/fd.h"
#include "jailchild.h"
#include "runner/network.h"

static int connect_to_myself(void)
{
	struct sockaddr_in address = {.sin_family = AF_INET};
	socklen_t size = sizeof(address);
	_cleanup_fd_ int server = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	_cleanup_fd_ int client = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if (listen(server, 1) < 0 ||
	    getsockname(server, (struct sockaddr *)&address, &size) < 0)
		return -errno;
	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	return connect(client, (struct sockaddr *)&address, size) < 0 ? -errno : 0;
}

static void bring_up(void *data)
{
	struct error err = {0};

	(void)data;
	jailchild_expect(connect_to_myself() == -ENETUNREACH);
	jailchild_succeed(network_bring_up_loopback(&err), &err);
	jailchild_expect(connect_to_myself() == 0);
	jailchild_succeed(network_bring_up_loopback(&err), &err); /* it is up */
}

static void lets_a_jail_connect_to_itself(void **state)
{
	(void)state;
	jailchild_run(CLONE_NEWNET, bring_up, NULL);
}

static void bring_up_what_belongs_to_others(void *data)
{
	struct error err = {0};

	(void)data;
	/* root of a user namespace that does not own this network namespace */
	jailchild_expect(network_bring_up_loopback(&err) == -EPERM);
	jailchild_expect(strstr(err.text, "loopback"));
}

static void says_so_if_it_may_not(void **state)
{
	(void)state;
	jailchild_run(0, bring_up_what_belongs_to_others, NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lets_a_jail_connect_to_itself),
		cmocka_unit_test(says_so_if_it_may_not),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
