/* SPDX-License-Identifier: MIT */
/*
 * A fresh network namespace has one interface, lo, and it is down: without this, connecting to
 * 127.0.0.1 gives ENETUNREACH. Called by jail's child.
 */
#include "network.h"

#include <errno.h>
#include <net/if.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include "common/fd.h"

int network_bring_up_loopback(struct error *err)
{
	struct ifreq request = {.ifr_name = "lo", .ifr_flags = IFF_UP | IFF_RUNNING};
	_cleanup_fd_ int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	if (fd < 0 &&
	    errno == EAFNOSUPPORT) /* a kernel without IPv4 has nothing to bring up */
		return 0;
	if (fd < 0 || ioctl(fd, SIOCSIFFLAGS, &request) < 0)
		return error_errno(err, errno,
				   "cannot bring up the jail's loopback interface");
	return 0;
}
