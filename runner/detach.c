/* SPDX-License-Identifier: MIT */
/*
 * From a program in the foreground to a supervisor in the background. Until COMMAND is there, failures
 * are told where the caller looks, by the same code as without --detach. Called by the main file, jail
 * and supervise, which do nothing of this for a jail that is not detached.
 */
#include "detach.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/cleanup.h"
#include "common/fd.h"
#include "jail.h"
#include "quantity.h"
#include "signals.h"

enum {
	SETUP_FAILED = 125,
	CHUNK = 64 << 10, /* what a pipe holds, pipe(7) */
	LAST_CHUNKS = 64,
};

static int read_size(const char *word, uint64_t *ret, struct error *err)
{
	int r = quantity_read("log-size", word, true, ret, err);

	if (r == 0 && *ret < JOURNAL_LEAST)
		r = error_set(err, EINVAL, "--log-size: less than %d bytes is no log",
			      JOURNAL_LEAST);
	return r;
}

int detach_read_options(const struct options *options, struct detach *ret,
			struct error *err)
{
	ret->forgets = options->remove;
	if (options->log_size && !options->detach)
		return error_set(err, EINVAL,
				 "--log-size: without --detach there is no log");
	if (options->detach && options->status_fd &&
	    strtol(options->status_fd, NULL, 10) <= 2)
		return error_set(err, EINVAL,
				 "--status-fd: with --detach only a descriptor above 2 "
				 "stays open");
	if (options->log_size)
		return read_size(options->log_size, &ret->journal.limit, err);
	return 0;
}

/*
 * What the caller left open for nobody in particular. Whatever this program has opened itself is
 * close-on-exec, which a descriptor that came by exec never is.
 */
static int close_strays(struct error *err)
{
	_cleanup_dir_ DIR *dir = opendir("/proc/self/fd");
	const struct dirent *entry;

	if (!dir)
		return error_errno(err, errno, "cannot read /proc/self/fd");
	while ((entry = readdir(dir)) != NULL) {
		int fd = (int)strtol(entry->d_name, NULL, 10);
		int flags = fd > STDERR_FILENO ? fcntl(fd, F_GETFD) : -1;

		if (flags >= 0 && !(flags & FD_CLOEXEC))
			close(fd);
	}
	return 0;
}

static int go_to_background(struct detach *detach, struct error *err)
{
	int ends[2];

	/* No signal of the caller's terminal, no session that ends with the caller's. */
	if (setsid() < 0)
		return error_errno(err, errno, "cannot start a session");
	int r = close_strays(err);
	if (r < 0)
		return r;
	_cleanup_fd_ int null = open("/dev/null", O_RDWR | O_CLOEXEC);
	if (null < 0 || dup2(null, STDIN_FILENO) < 0)
		return error_errno(err, errno, "cannot open /dev/null");
	/* Only this end does not wait: COMMAND's is a pipe like any other. */
	if (pipe2(ends, O_CLOEXEC) < 0)
		return error_errno(err, errno, "cannot make a pipe");
	detach->from = ends[0];
	detach->to = ends[1];
	if (fcntl(detach->from, F_SETFL, O_NONBLOCK) < 0)
		return error_errno(err, errno, "cannot set up a pipe");
	return 0;
}

/* Until the other process has told the name, or has ended and so closed its side. */
static int wait_for_start(int report, pid_t pid, char *ret_name, int *ret_status,
			  struct error *err)
{
	char word[16];
	ssize_t size;
	int status;

	do
		size = recv(report, ret_name, DOSSIER_NAME_MAX, 0);
	while (size < 0 && errno == EINTR);
	ret_name[size > 0 ? size : 0] = '\0';
	*ret_status = 0;
	if (size > 0)
		return 1;
	*ret_status = SETUP_FAILED;
	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return error_errno(err, errno, "cannot wait for the supervisor");
	if (!WIFEXITED(status)) {
		signals_name(WTERMSIG(status), word, sizeof(word));
		return error_set(err, ECHILD,
				 "the jail's supervisor was ended by signal %s", word);
	}
	*ret_status = WEXITSTATUS(status);
	return 1;
}

int detach_fork(struct detach *detach, int *ret_status, struct error *err)
{
	int pair[2];

	/* A caller that ignores SIGCHLD makes the kernel reap children unseen (wait(2)). */
	if (signal(SIGCHLD, SIG_DFL) == SIG_ERR ||
	    socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) < 0)
		return error_errno(err, errno, "cannot make a socket pair");
	_cleanup_fd_ int own = pair[0], other = pair[1];
	pid_t pid = fork();
	if (pid < 0)
		return error_errno(err, errno, "cannot go to the background");
	if (pid > 0) {
		close(steal_fd(&other)); /* else its end would never be seen */
		return wait_for_start(own, pid, detach->name, ret_status, err);
	}
	detach->report = steal_fd(&other);
	return go_to_background(detach, err);
}

/*
 * So that COMMAND can open /dev/stdout anew, as servers do: that asks for rights to the pipe itself, and
 * the jail of root is somebody else. Where it cannot be had COMMAND has the open descriptor.
 */
static void give_pipe(const struct jail *jail)
{
	const struct idmap *map = &jail->map;

	if (!(jail->namespaces & CLONE_NEWUSER) || !map->is_range || !jail->by_root)
		return;
	if (fchown(jail->detach->from, map->host + jail->account.uid,
		   map->host_gid + jail->account.gid) < 0)
		return; /* see above */
}

int detach_begin(const struct jail *jail, const char *name, int record, struct error *err)
{
	struct detach *detach = jail->detach;

	snprintf(detach->name, sizeof(detach->name), "%s", name);
	detach->record = record;
	close(steal_fd(&detach->to)); /* else the end of its output would never be seen */
	give_pipe(jail);
	return journal_create(&detach->journal, err);
}

int detach_tell(struct detach *detach, struct error *err)
{
	ssize_t sent;

	if (detach->has_started)
		return 0;
	do
		sent = send(detach->report, detach->name, strlen(detach->name),
			    MSG_NOSIGNAL);
	while (sent < 0 && errno == EINTR);
	if (sent < 0)
		return error_errno(err, errno, "nobody waits for the jail's start");
	/* No sooner: paths on the command line count from there. */
	if (chdir("/") < 0)
		return error_errno(err, errno, "cannot leave the folder");
	/* Last of all what failures were told by: from now on nobody listens. */
	if (dup2(STDIN_FILENO, STDOUT_FILENO) < 0 ||
	    dup2(STDIN_FILENO, STDERR_FILENO) < 0)
		return error_errno(err, errno, "cannot let go of the caller");
	detach->has_started = true;
	close(steal_fd(&detach->report));
	/* A limit of the caller's on files is for the log as a full disk: EFBIG. */
	signal(SIGXFSZ, SIG_IGN);
	return 0;
}

/* Once; the whole sum follows at the end. */
static void note_loss(const struct detach *detach)
{
	char text[48];
	int size = snprintf(text, sizeof(text), "log_lost=%llu\n",
			    (unsigned long long)detach->journal.lost);

	if (write(detach->record, text, (size_t)size) < 0)
		return; /* no room there either */
}

/* False when there is nothing more for now. */
static bool move_chunk(struct detach *detach)
{
	static char chunk[CHUNK];
	bool has_lost = detach->journal.lost;
	ssize_t size = read(detach->from, chunk, sizeof(chunk));

	if (size < 0)
		return errno == EINTR;
	if (size == 0) {
		close(steal_fd(&detach->from));
		return false;
	}
	journal_append(&detach->journal, chunk, (size_t)size);
	if (detach->journal.lost && !has_lost)
		note_loss(detach);
	return true;
}

void detach_relay(struct detach *detach)
{
	if (detach->from >= 0)
		move_chunk(detach);
}

void detach_drain(struct detach *detach)
{
	/* Somebody outside the jail may have got hold of the pipe, and never stop. */
	for (int i = 0; i < LAST_CHUNKS && detach->from >= 0; i++)
		if (!move_chunk(detach))
			return;
}

bool detach_end(struct detach *detach)
{
	bool keeps = detach->has_started && !detach->forgets;
	bool was_made = detach->journal.folder_fd >= 0;
	struct error ignored = {0};

	cleanup_fd(&detach->from);
	detach->from = -1;
	journal_close(&detach->journal);
	if (was_made && !keeps && journal_remove(detach->journal.path, &ignored) < 0)
		return false; /* the next boot's first one removes it */
	return keeps;
}
