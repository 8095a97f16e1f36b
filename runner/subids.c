/* SPDX-License-Identifier: MIT */
/*
 * Both programs run at the same time: each takes as long as a start of a program. By absolute path, as
 * they are set-uid, and PATH is the caller's. Called by idmap.
 */
#include "subids.h"

#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/cleanup.h"
#include "common/fd.h"

enum {
	FILE_LIMIT = 16 << 20,
	FIELDS = 3,
	NAME_SIZE = 256,
};

static const char uid_program[] = "/usr/bin/newuidmap";
static const char gid_program[] = "/usr/bin/newgidmap";

static bool read_file(const char *path, char **ret)
{
	_cleanup_fd_ int fd = open(path, O_RDONLY | O_CLOEXEC);
	size_t size;

	return fd >= 0 && fd_read_all(fd, FILE_LIMIT, path, ret, &size, NULL) == 0;
}

/* The first FIELDS fields of the next line; false if it has fewer. */
static bool next_fields(char **text, const char *fields[FIELDS])
{
	char *line = strsep(text, "\n");

	for (size_t i = 0; i < FIELDS; i++) {
		fields[i] = strsep(&line, ":");
		if (!fields[i])
			return false;
	}
	return true;
}

/* The name of the caller, by /etc/passwd alone: libc's functions would load modules. "" if not there. */
static void find_name(char ret[NAME_SIZE])
{
	_cleanup_free_ char *text = NULL;
	const char *fields[FIELDS];
	char number[16], *rest;

	*ret = '\0';
	snprintf(number, sizeof(number), "%u", getuid());
	if (!read_file("/etc/passwd", &text))
		return;
	for (rest = text; rest;) {
		if (!next_fields(&rest, fields) || strcmp(fields[2], number) != 0)
			continue;
		snprintf(ret, NAME_SIZE, "%s", fields[0]);
		return;
	}
}

/* Both files are keyed by the user, also that of groups: subgid(5). */
static bool find_range(const char *path, const char *name, unsigned count, unsigned *ret)
{
	_cleanup_free_ char *text = NULL;
	const char *fields[FIELDS];
	char number[16], *rest;

	snprintf(number, sizeof(number), "%u", getuid());
	if (!read_file(path, &text))
		return false;
	for (rest = text; rest;) {
		if (!next_fields(&rest, fields) ||
		    (strcmp(fields[0], number) != 0 &&
		     (!*name || strcmp(fields[0], name) != 0)))
			continue;
		unsigned long first = strtoul(fields[1], NULL, 10);
		unsigned long length = strtoul(fields[2], NULL, 10);
		if (!first || first + count > UINT32_MAX || length < count)
			continue;
		*ret = (unsigned)first;
		return true;
	}
	return false;
}

bool subids_find(unsigned count, struct subids *ret)
{
	char name[NAME_SIZE];

	*ret = (struct subids){0};
	if (access(uid_program, X_OK) < 0 || access(gid_program, X_OK) < 0)
		return false;
	find_name(name);
	if (!find_range("/etc/subuid", name, count, &ret->uid) ||
	    !find_range("/etc/subgid", name, count, &ret->gid))
		return false;
	ret->count = count;
	return true;
}

/* PROGRAM PID 0 OWN 1 1 FIRST COUNT; its process, or a negative errno. */
static pid_t start(const char *program, pid_t pid, unsigned own, unsigned first,
		   unsigned count)
{
	char numbers[4][16], path[64];
	pid_t child;

	snprintf(numbers[0], sizeof(numbers[0]), "%d", (int)pid);
	snprintf(numbers[1], sizeof(numbers[1]), "%u", own);
	snprintf(numbers[2], sizeof(numbers[2]), "%u", first);
	snprintf(numbers[3], sizeof(numbers[3]), "%u", count);
	snprintf(path, sizeof(path), "%s", program);
	char zero[] = "0", one[] = "1", *environment[] = {NULL},
	     *words[] = {path, numbers[0], zero,       numbers[1], one,
			 one,  numbers[2], numbers[3], NULL};
	int r = posix_spawn(&child, program, NULL, NULL, words, environment);
	return r ? -r : child;
}

static int wait_for(pid_t child, const char *program, struct error *err)
{
	siginfo_t info = {0};

	if (child < 0)
		return error_errno(err, -child, "cannot start %s", program);
	while (waitid(P_PID, (id_t)child, &info, WEXITED) < 0)
		if (errno != EINTR)
			return error_errno(err, errno, "cannot wait for %s", program);
	if (info.si_code == CLD_EXITED && info.si_status == 0)
		return 0;
	error_set(err, EPERM, "cannot map ids into the user namespace: %s failed",
		  program);
	return error_hint(err, "it must be set-uid root or have its file capability, and "
			       "/etc/subuid and /etc/subgid must be as it wants them");
}

int subids_write(const struct subids *subids, pid_t pid, struct error *err)
{
	pid_t users = start(uid_program, pid, getuid(), subids->uid, subids->count);
	pid_t groups = start(gid_program, pid, getgid(), subids->gid, subids->count);
	int r = wait_for(users, uid_program, err);
	int other = wait_for(groups, gid_program, r < 0 ? NULL : err);

	return r < 0 ? r : other;
}
