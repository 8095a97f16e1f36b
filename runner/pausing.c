/* SPDX-License-Identifier: MIT */
/*
 * The commands `pause` and `resume`, by SIGSTOP and SIGCONT to every process of a jail: that works
 * without a cgroup. All of them descend from its init, which adopts what is orphaned. Init is stopped
 * first and continued last: else it would take a stopped COMMAND for one that the user has stopped, and
 * its supervisor would stop too. Called by jailctl's main file.
 */
#include <dirent.h>
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "common/alloc.h"
#include "common/cleanup.h"
#include "common/fd.h"
#include "control.h"
#include "procstat.h"

enum { ROUNDS = 200, NAP = 5 /* ms */ };

struct values {
	struct cli_common common;
};

static const struct control_usage pause_usage = {
	.program = {.name = "jailctl pause",
		    .usage = "[OPTION…] NAME…",
		    .summary = "Stop every process of jails for a while."},
	.least = 1,
	.most = -1,
	.what = "NAMEs of jails",
};

static const struct control_usage resume_usage = {
	.program = {.name = "jailctl resume",
		    .usage = "[OPTION…] NAME…",
		    .summary = "Let the processes of paused jails go on."},
	.least = 1,
	.most = -1,
	.what = "NAMEs of jails",
};

struct process {
	pid_t pid;
	struct procstat stat;
	bool is_inside;
};

struct processes {
	struct process *items;
	size_t count, capacity;
};

static int read_all(struct processes *all, struct error *err)
{
	_cleanup_dir_ DIR *dir = opendir("/proc");
	struct dirent *entry;

	if (!dir)
		return error_errno(err, errno, "cannot read /proc");
	while ((entry = readdir(dir))) {
		struct process process = {.pid = (pid_t)strtol(entry->d_name, NULL, 10)};

		if (process.pid <= 0 || procstat_read(process.pid, &process.stat) < 0)
			continue;
		int r = alloc_grow(&all->items, &all->capacity, all->count + 1,
				   sizeof(*all->items), err);
		if (r < 0)
			return r;
		all->items[all->count++] = process;
	}
	return 0;
}

static bool has_parent_inside(const struct processes *all, const struct process *process,
			      pid_t init)
{
	if (process->stat.parent == init)
		return true;
	for (size_t i = 0; i < all->count; i++)
		if (all->items[i].is_inside && all->items[i].pid == process->stat.parent)
			return true;
	return false;
}

/* Marks the descendants of init: as many rounds as the tree is deep. */
static void mark(struct processes *all, pid_t init)
{
	for (bool found = true; found;) {
		found = false;
		for (size_t i = 0; i < all->count; i++) {
			struct process *process = &all->items[i];

			if (process->is_inside || !has_parent_inside(all, process, init))
				continue;
			process->is_inside = true;
			found = true;
		}
	}
}

/* By pidfd, and only if it is still the one that was looked at. */
static void signal_process(const struct process *process, int signal)
{
	struct procstat now;
	_cleanup_fd_ int pidfd = (int)syscall(SYS_pidfd_open, process->pid, 0);

	if (pidfd >= 0 && procstat_read(process->pid, &now) == 0 &&
	    now.start == process->stat.start)
		syscall(SYS_pidfd_send_signal, pidfd, signal, NULL, 0);
}

/* One round over the jail's processes but init: how many were not in the wanted state yet. */
static int signal_all(pid_t init, int signal, size_t *ret_count, struct error *err)
{
	struct processes all = {0};
	int r = read_all(&all, err);

	*ret_count = 0;
	if (r == 0)
		mark(&all, init);
	for (size_t i = 0; r == 0 && i < all.count; i++) {
		const struct process *process = &all.items[i];
		bool is_stopped = process->stat.state == 'T';

		if (!process->is_inside || strchr("ZXt", process->stat.state) ||
		    is_stopped == (signal == SIGSTOP))
			continue;
		signal_process(process, signal);
		++*ret_count;
	}
	free(all.items);
	return r;
}

static int signal_init(const struct jails_entry *entry, int signal, struct error *err)
{
	if (syscall(SYS_pidfd_send_signal, entry->pidfd, signal, NULL, 0) < 0)
		return error_errno(err, errno, "cannot signal jail %s",
				   entry->dossier.name);
	return 0;
}

/* Until a round finds nothing to do: a process may just have made another. */
static int signal_until_done(const struct jails_entry *entry, int signal,
			     struct error *err)
{
	size_t count;

	for (int round = 0; round < ROUNDS; round++) {
		int r = signal_all((pid_t)entry->dossier.init, signal, &count, err);

		if (r < 0 || count == 0)
			return r;
		nanosleep(&(struct timespec){.tv_nsec = NAP * 1000000L}, NULL);
	}
	return error_set(err, ETIMEDOUT, "jail %s has processes that cannot be %s",
			 entry->dossier.name,
			 signal == SIGSTOP ? "stopped" : "continued");
}

static int pause_one(struct jails_entry *entry, void *data, struct error *err)
{
	(void)data;
	int r = signal_init(entry, SIGSTOP, err);

	return r < 0 ? r : signal_until_done(entry, SIGSTOP, err);
}

int control_resume_jail(const struct jails_entry *entry, struct error *err)
{
	int r = signal_until_done(entry, SIGCONT, err);

	return r < 0 ? r : signal_init(entry, SIGCONT, err);
}

static int resume_one(struct jails_entry *entry, void *data, struct error *err)
{
	(void)data;
	/* What a running jail has stopped itself (a job in a shell) is none of ours. */
	return entry->state == JAILS_PAUSED ? control_resume_jail(entry, err) : 0;
}

int control_pause(int argc, char **argv)
{
	struct values values = {0};
	int first;
	int status = control_begin(&pause_usage, argc, argv, &values, &first);

	return status == CONTROL_GO_ON ? control_each(argv + first, pause_one, NULL)
				       : status;
}

int control_resume(int argc, char **argv)
{
	struct values values = {0};
	int first;
	int status = control_begin(&resume_usage, argc, argv, &values, &first);

	return status == CONTROL_GO_ON ? control_each(argv + first, resume_one, NULL)
				       : status;
}
