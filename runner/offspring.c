/* SPDX-License-Identifier: MIT */
/*
 * Signals, channel, clone, and the reaping afterwards. Called by jail and by the command exec.
 */
#include "offspring.h"

#include <errno.h>
#include <sys/wait.h>
#include <unistd.h>

#include "channel.h"
#include "common/fd.h"
#include "namespaces.h"

int offspring_run(const struct offspring *offspring, struct outcome *ret,
		  struct error *err)
{
	_cleanup_fd_ int pidfd = -1, own = -1, other = -1, signals = -1;
	int pair[2];
	int r = supervise_listen(&signals, err);

	if (r < 0)
		return r;
	r = channel_open(pair, err);
	if (r < 0)
		return r;
	own = pair[0];
	other = pair[1];
	pid_t pid = namespaces_clone(offspring->namespaces, &pidfd, err);
	if (pid < 0)
		return (int)pid;
	if (pid == 0) {
		close(own);
		offspring->inside(offspring->data, other, err);
	}
	close(steal_fd(&other)); /* else the end of the channel would never be seen */
	ret->stage = STAGE_IDMAP;
	r = offspring->outside(offspring->data,
			       &(struct supervise_ends){pid, pidfd, own, signals}, ret,
			       err);
	/* Reaped already is fine (ECHILD). */
	while (waitid(P_PIDFD, (id_t)pidfd, &(siginfo_t){0}, WEXITED) < 0 &&
	       errno == EINTR)
		;
	return r;
}
