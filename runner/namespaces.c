/* SPDX-License-Identifier: MIT */
/*
 * One clone3 makes all namespaces; the kernel makes the user namespace first, so it owns the
 * others (user_namespaces(7)). Called by jail.
 */
#include "namespaces.h"

#include <errno.h>
#include <linux/sched.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "idmap.h"

static const struct {
	const char *name;
	uint64_t flag;
} known[] = {
	{"user", CLONE_NEWUSER}, {"net", CLONE_NEWNET}, {"pid", CLONE_NEWPID},
	{"ipc", CLONE_NEWIPC},   {"uts", CLONE_NEWUTS}, {"cgroup", CLONE_NEWCGROUP},
};

enum { KNOWN_COUNT = sizeof(known) / sizeof(known[0]) };

static uint64_t flag_of(const char *name, size_t length)
{
	for (size_t i = 0; i < KNOWN_COUNT; i++)
		if (strlen(known[i].name) == length &&
		    !strncmp(known[i].name, name, length))
			return known[i].flag;
	return 0;
}

static int share_list(const char *list, uint64_t *flags, struct error *err)
{
	const char *at = list;

	do {
		size_t length = strcspn(at, ",");
		uint64_t flag = flag_of(at, length);

		if (!flag) {
			error_set(err, EINVAL, "--share: no namespace is called '%.*s'",
				  (int)length, at);
			return error_hint(
				err, "known are user, net, pid, ipc, uts and cgroup");
		}
		*flags &= ~flag;
		at += length;
	} while (*at++ == ',');
	return 0;
}

int namespaces_choose(const struct strlist *shared, uint64_t *ret_flags,
		      struct error *err)
{
	uint64_t flags = CLONE_NEWNS;

	for (size_t i = 0; i < KNOWN_COUNT; i++)
		flags |= known[i].flag;
	for (size_t i = 0; i < shared->count; i++) {
		int r = share_list(shared->items[i], &flags, err);

		if (r < 0)
			return r;
	}
	*ret_flags = flags;
	return 0;
}

void namespaces_print(uint64_t flags, char *text, size_t size)
{
	size_t used = 0;

	*text = '\0';
	for (size_t i = 0; i < KNOWN_COUNT && used < size; i++)
		if (flags & known[i].flag)
			used += (size_t)snprintf(text + used, size - used, "%s%s",
						 used ? " " : "", known[i].name);
}

static int explain(int code, uint64_t flags, struct error *err)
{
	if (flags & CLONE_NEWUSER) {
		idmap_refused(code, err);
		return error_wrap(err, "cannot create the jail's namespaces");
	}
	error_errno(err, code, "cannot create the jail's namespaces");
	return code == EPERM ? error_hint(err, "--share user needs root") : -code;
}

pid_t namespaces_clone(uint64_t flags, int *ret_pidfd, struct error *err)
{
	int pidfd = -1;
	struct clone_args args = {
		.flags = flags | CLONE_PIDFD | CLONE_CLEAR_SIGHAND,
		.pidfd = (uintptr_t)&pidfd,
		.exit_signal = SIGCHLD,
	};
	long pid = syscall(SYS_clone3, &args, sizeof(args));

	if (pid < 0)
		return explain(errno, flags, err);
	if (pid > 0)
		*ret_pidfd = pidfd;
	return (pid_t)pid;
}
