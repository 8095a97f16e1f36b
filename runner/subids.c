/* SPDX-License-Identifier: MIT */
/*
 * Both programs run at the same time: each takes as long as a start of a program. By absolute path, as
 * they are set-uid, and PATH is the caller's. Called by idmap.
 */
#include "subids.h"

#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <sys/xattr.h>
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

static int advise(unsigned count, struct error *err)
{
	return error_hint(err,
			  "as root: install newuidmap (uidmap), then usermod "
			  "--add-subuids 100000-%u --add-subgids 100000-%u USER",
			  100000 + count - 1, 100000 + count - 1);
}

/* It writes maps by a privilege of its file's, which is set-uid or has capabilities. */
static int check_program(const char *program, unsigned count, struct error *err)
{
	struct stat st;

	if (access(program, X_OK) < 0 || stat(program, &st) < 0) {
		error_errno(err, errno, "subordinate ids need %s", program);
		return advise(count, err);
	}
	if ((st.st_mode & S_ISUID) ||
	    getxattr(program, "security.capability", NULL, 0) > 0)
		return 0;
	error_set(err, EPERM,
		  "subordinate ids need %s to be set-uid root, or to have cap_setuid",
		  program);
	return error_hint(err, "as root: chmod u+s %s", program);
}

int subids_find(unsigned count, struct subids *ret, struct error *err)
{
	char name[NAME_SIZE];

	*ret = (struct subids){0};
	if (prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1)
		return error_set(err, EPERM,
				 "subordinate ids cannot be had with no_new_privs");
	int r = check_program(uid_program, count, err);
	if (r == 0)
		r = check_program(gid_program, count, err);
	if (r < 0)
		return r;
	find_name(name);
	const char *file = !find_range("/etc/subuid", name, count, &ret->uid)
				   ? "/etc/subuid"
			   : !find_range("/etc/subgid", name, count, &ret->gid)
				   ? "/etc/subgid"
				   : NULL;
	if (file) {
		error_set(err, ENOENT, "%s gives %s no range of %u subordinate ids", file,
			  *name ? name : "this user", count);
		return advise(count, err);
	}
	ret->count = count;
	return 0;
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
	return error_hint(err, "/etc/subuid and /etc/subgid must be as it wants them; "
			       "--ids=single goes without");
}

int subids_write(const struct subids *subids, pid_t pid, struct error *err)
{
	pid_t users = start(uid_program, pid, getuid(), subids->uid, subids->count);
	pid_t groups = start(gid_program, pid, getgid(), subids->gid, subids->count);
	int r = wait_for(users, uid_program, err);
	int other = wait_for(groups, gid_program, r < 0 ? NULL : err);

	return r < 0 ? r : other;
}
