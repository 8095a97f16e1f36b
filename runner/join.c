/* SPDX-License-Identifier: MIT */
/*
 * Entering the namespaces of a jail from outside. Called by the command exec.
 */
#include "join.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/nsfs.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "common/fd.h"
#include "procstat.h"

enum { CHILDREN_MAX = 64 };

/* The names below /proc/PID/ns; of the pid namespace, the one that setns changes. */
static const struct {
	const char *theirs, *own;
	int flag;
} kinds[] = {
	{"mnt", "mnt", CLONE_NEWNS},  {"pid", "pid_for_children", CLONE_NEWPID},
	{"net", "net", CLONE_NEWNET}, {"ipc", "ipc", CLONE_NEWIPC},
	{"uts", "uts", CLONE_NEWUTS}, {"cgroup", "cgroup", CLONE_NEWCGROUP},
};

enum { KIND_COUNT = sizeof(kinds) / sizeof(kinds[0]) };

/* What COMMAND's namespaces were found to be. */
struct proof {
	int user_fd; /* of the jail's own user namespace */
	struct stat user, others[KIND_COUNT];
};

static bool is_same(const struct stat *a, const struct stat *b)
{
	return a->st_dev == b->st_dev && a->st_ino == b->st_ino;
}

static int open_namespace(pid_t pid, const char *name)
{
	char path[48];

	snprintf(path, sizeof(path), "/proc/%d/ns/%s", (int)pid, name);
	return open(path, O_RDONLY | O_CLOEXEC);
}

/* The user namespace that is a child of the caller's and is `pid`'s own, or the parent of that. */
static int find_user_namespace(pid_t pid, struct stat *ret_user)
{
	struct stat own, parent;
	_cleanup_fd_ int fd = open_namespace(pid, "user");

	if (stat("/proc/self/ns/user", &own) < 0)
		return -errno;
	for (int level = 0; level < 2 && fd >= 0; level++) {
		int above = ioctl(fd, NS_GET_PARENT);

		if (above < 0 || fstat(above, &parent) < 0 || fstat(fd, ret_user) < 0) {
			cleanup_fd(&above);
			return -EPERM;
		}
		if (is_same(&parent, &own)) {
			close(above);
			return steal_fd(&fd);
		}
		close(fd);
		fd = above;
	}
	return -EPERM;
}

/* Whether the namespace belongs to that user namespace. */
static bool is_owned_by(int fd, const struct stat *user)
{
	struct stat owner;
	_cleanup_fd_ int owner_fd = ioctl(fd, NS_GET_USERNS);

	return owner_fd >= 0 && fstat(owner_fd, &owner) == 0 && is_same(&owner, user);
}

static bool prove(pid_t pid, int flags, struct proof *proof)
{
	proof->user_fd = find_user_namespace(pid, &proof->user);
	for (size_t i = 0; proof->user_fd >= 0 && i < KIND_COUNT; i++) {
		if (!(flags & kinds[i].flag))
			continue;
		_cleanup_fd_ int fd = open_namespace(pid, kinds[i].theirs);
		if (fd < 0 || fstat(fd, &proof->others[i]) < 0 ||
		    !is_owned_by(fd, &proof->user))
			return false;
	}
	return proof->user_fd >= 0;
}

/* COMMAND may have changed namespaces since they were looked at. */
static bool has_arrived(int own_ns, int flags, const struct proof *proof)
{
	struct stat st;

	for (size_t i = 0; i < KIND_COUNT; i++)
		if ((flags & kinds[i].flag) &&
		    (fstatat(own_ns, kinds[i].own, &st, 0) < 0 ||
		     !is_same(&st, &proof->others[i])))
			return false;
	return true;
}

static int enter(int pidfd, pid_t pid, int flags, bool as_root, struct error *err)
{
	struct proof proof = {.user_fd = -1};
	_cleanup_fd_ int own_ns = open("/proc/self/ns", O_PATH | O_DIRECTORY | O_CLOEXEC);
	bool proved = own_ns >= 0 && prove(pid, flags, &proof);
	_cleanup_fd_ int user_fd = proof.user_fd;

	if (!proved)
		return error_set(err, EPERM,
				 "its command has left the jail's namespaces");
	if (as_root) {
		if (setns(user_fd, CLONE_NEWUSER) < 0)
			return error_errno(err, errno, "its user namespace");
		flags &= ~CLONE_NEWUSER;
	}
	if (setns(pidfd, flags) < 0)
		return error_errno(err, errno, "its namespaces");
	if (!has_arrived(own_ns, flags, &proof))
		return error_set(err, EPERM,
				 "its command has left the jail's namespaces");
	return 0;
}

static size_t list_children(pid_t init, pid_t children[CHILDREN_MAX])
{
	char path[64], text[1024], *rest = text, *word;
	size_t count = 0;

	snprintf(path, sizeof(path), "/proc/%d/task/%d/children", (int)init, (int)init);
	_cleanup_fd_ int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t size = fd < 0 ? -1 : read(fd, text, sizeof(text) - 1);
	text[size > 0 ? size : 0] = '\0';
	while ((word = strsep(&rest, " ")) && count < CHILDREN_MAX)
		if (rest && *word) /* a last word without a blank behind it may be cut */
			children[count++] = (pid_t)strtol(word, NULL, 10);
	return count;
}

/* The first child is COMMAND; others were adopted. */
static int enter_by_child(const struct jails_entry *entry, int flags, bool as_root,
			  struct error *err)
{
	pid_t children[CHILDREN_MAX], init = (pid_t)entry->dossier.init;
	size_t count = list_children(init, children);
	struct procstat stat;

	for (size_t i = 0; i < count; i++) {
		_cleanup_fd_ int pidfd = (int)syscall(SYS_pidfd_open, children[i], 0);

		if (pidfd < 0 || procstat_read(children[i], &stat) < 0 ||
		    stat.parent != init)
			continue;
		/* Half a way in is no place to try the next one from. */
		return enter(pidfd, children[i], flags, as_root, err);
	}
	return error_set(err, EPERM,
			 "its init cannot be looked at, and it has no other process");
}

int join_jail(const struct jails_entry *entry, bool as_root, struct error *err)
{
	int flags = (int)entry->dossier.namespaces, known = CLONE_NEWUSER, r;

	for (size_t i = 0; i < KIND_COUNT; i++)
		known |= kinds[i].flag;
	flags &= known;
	if (entry->dossier.init_is_app && (flags & CLONE_NEWUSER)) {
		/* Then init is COMMAND, and has to be proved as that. */
		r = enter(entry->pidfd, (pid_t)entry->dossier.init, flags, as_root, err);
		return r < 0 ? error_wrap(err, "cannot enter jail %s",
					  entry->dossier.name)
			     : 0;
	}
	if (setns(entry->pidfd, flags) == 0)
		return 0;
	if (errno != EPERM || !(flags & CLONE_NEWUSER))
		r = error_errno(err, errno, "its namespaces");
	else
		r = enter_by_child(entry, flags, as_root, err);
	return r < 0 ? error_wrap(err, "cannot enter jail %s", entry->dossier.name) : 0;
}
