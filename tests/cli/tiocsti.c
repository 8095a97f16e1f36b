/* SPDX-License-Identifier: MIT */
/*
 * tiocsti: types a command into the terminal at its stdin (ioctl_tty(2)), as it is and as the leader of a
 * session that claims it. jailrun-privileges.bats and jailctl-terminal.bats run it in a jail.
 */
#include <stdio.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

static void attack(int fd)
{
	for (const char *at = "touch /tmp/pwned\n"; *at; at++)
		if (ioctl(fd, TIOCSTI, at) < 0) {
			printf("refused %d\n", fd);
			return;
		}
	printf("pushed %d\n", fd);
}

int main(void)
{
	attack(0);
	if (fork() == 0) { /* as the leader of a session that claims the terminal */
		setsid();
		ioctl(0, TIOCSCTTY, 1);
		attack(0);
		return 0;
	}
	usleep(100000);
	return 0;
}
