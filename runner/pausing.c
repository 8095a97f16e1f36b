/* SPDX-License-Identifier: MIT */
/*
 * The commands `pause` and `resume`, by SIGSTOP and SIGCONT to every process of a jail: that works
 * without a cgroup. They descend from its init, which adopts what is orphaned, or came in by `exec`:
 * those are known by the mount namespace, which is the jail's own always. Whoever waits for others,
 * init and the first process of each exec, is stopped first and continued last: else it would take them
 * for stopped by the user, and its supervisor would stop too. Called by jailctl's main file.
 */
#include <dirent.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "common/alloc.h"
#include "common/cleanup.h"
#include "common/fd.h"
#include "control.h"
#include "init.h"
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
	struct stat mounts; /* its mount namespace; st_ino 0 if it may not be looked at */
	bool is_inside, is_waiting;
};

/* Of which processes of the jail, init not counted. */
enum part { WAITING, OTHERS, ALL };

struct processes {
	struct process *items;
	size_t count, capacity;
};

/* Not the caller's own: whatever a jail does, it does not make the host's processes its own. */
static void read_mounts(struct process *process)
{
	static struct stat own;
	char path[48];

	snprintf(path, sizeof(path), "/proc/%d/ns/mnt", (int)process->pid);
	if (stat(path, &process->mounts) < 0 ||
	    (!own.st_ino && stat("/proc/self/ns/mnt", &own) < 0) ||
	    (process->mounts.st_ino == own.st_ino &&
	     process->mounts.st_dev == own.st_dev))
		process->mounts.st_ino = 0;
}

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
		read_mounts(&process);
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

/* Init's too: with --init=app it may have no child, and may be looked at. */
static bool has_mounts_of_inside(const struct processes *all,
				 const struct process *process, pid_t init)
{
	for (size_t i = 0; i < all->count && process->mounts.st_ino; i++)
		if ((all->items[i].is_inside || all->items[i].pid == init) &&
		    all->items[i].mounts.st_ino == process->mounts.st_ino &&
		    all->items[i].mounts.st_dev == process->mounts.st_dev)
			return true;
	return false;
}

/* The first process of an exec may not be looked at by an ordinary user (PR_SET_DUMPABLE); its child may. */
static bool has_child_inside(const struct processes *all, const struct process *process)
{
	if (strcmp(process->stat.name, INIT_NAME) != 0)
		return false;
	for (size_t i = 0; i < all->count; i++)
		if (all->items[i].is_inside && all->items[i].stat.parent == process->pid)
			return true;
	return false;
}

/* Marks the processes inside, but init: as many rounds as the tree is deep. */
static void mark(struct processes *all, pid_t init)
{
	for (bool found = true; found;) {
		found = false;
		for (size_t i = 0; i < all->count; i++) {
			struct process *process = &all->items[i];

			if (process->is_inside || process->pid == init)
				continue;
			process->is_inside = has_parent_inside(all, process, init) ||
					     has_mounts_of_inside(all, process, init) ||
					     has_child_inside(all, process);
			found |= process->is_inside;
		}
	}
	for (size_t i = 0; i < all->count; i++)
		all->items[i].is_waiting = !has_parent_inside(all, &all->items[i], init);
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

static bool is_meant(const struct process *process, enum part part, int signal)
{
	bool is_stopped = process->stat.state == 'T';

	return process->is_inside &&
	       (part == ALL || process->is_waiting == (part == WAITING)) &&
	       !strchr("ZXt", process->stat.state) && is_stopped != (signal == SIGSTOP);
}

/* One round over a part of the jail's processes: how many were not in the wanted state yet. */
static int signal_part(pid_t init, enum part part, int signal, size_t *ret_count,
		       struct error *err)
{
	struct processes all = {0};
	int r = read_all(&all, err);

	*ret_count = 0;
	if (r == 0)
		mark(&all, init);
	for (size_t i = 0; r == 0 && i < all.count; i++) {
		if (!is_meant(&all.items[i], part, signal))
			continue;
		signal_process(&all.items[i], signal);
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
static int signal_until_done(const struct jails_entry *entry, enum part part, int signal,
			     struct error *err)
{
	size_t count;

	for (int round = 0; round < ROUNDS; round++) {
		int r = signal_part((pid_t)entry->dossier.init, part, signal, &count,
				    err);

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

	if (r == 0)
		r = signal_until_done(entry, WAITING, SIGSTOP, err);
	return r < 0 ? r : signal_until_done(entry, ALL, SIGSTOP, err);
}

int control_resume_jail(const struct jails_entry *entry, struct error *err)
{
	int r = signal_until_done(entry, OTHERS, SIGCONT, err);

	if (r == 0)
		r = signal_until_done(entry, WAITING, SIGCONT, err);
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
