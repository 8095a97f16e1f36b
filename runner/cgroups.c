/* SPDX-License-Identifier: MIT */
/*
 * /proc/PID/cgroup has a line for each hierarchy: "ID:CONTROLLERS:PATH", with ID 0 and no controllers for
 * version 2. Where a hierarchy is mounted says /proc/self/mountinfo. Called by the command exec.
 */
#include "cgroups.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/cleanup.h"
#include "common/fd.h"

/* One line of /proc/PID/cgroup, in pieces. */
struct group {
	char *controllers; /* "" for version 2 */
	char *path;
};

static bool split(char *line, struct group *ret)
{
	line[strcspn(line, "\n")] = '\0';
	strsep(&line, ":");
	ret->controllers = strsep(&line, ":");
	ret->path = line;
	return line && line[0] == '/';
}

static bool has_word(const char *list, const char *word, size_t length)
{
	for (const char *at = list; (at = strstr(at, word)); at++) {
		bool begins = at == list || at[-1] == ',';

		if (begins && (at[length] == '\0' || strchr(",\n", at[length])))
			return true;
	}
	return false;
}

/* Whether the mount of this type and these options shows the hierarchy: one controller tells. */
static bool is_mount_of(const struct group *group, const char *type, const char *options)
{
	char first[64];
	size_t length = strcspn(group->controllers, ",");

	if (!length)
		return !strcmp(type, "cgroup2");
	if (strcmp(type, "cgroup") != 0 || length >= sizeof(first))
		return false;
	memcpy(first, group->controllers, length);
	first[length] = '\0';
	return has_word(options, first, length);
}

/* What of the group's path lies below the root of the mount; NULL if it lies elsewhere. */
static const char *below(const char *path, const char *root)
{
	size_t length = strcmp(root, "/") ? strlen(root) : 0;

	if (strncmp(path, root, length) != 0 || (path[length] && path[length] != '/'))
		return NULL;
	return path + length;
}

/* A line of mountinfo: "ID PARENT DEV ROOT POINT OPTIONS [TAG…] - TYPE SOURCE SUPEROPTIONS". */
static bool find_in_line(char *line, const struct group *group, char ret[PATH_MAX])
{
	const char *words[5] = {NULL}, *rest;
	char *end = strstr(line, " - "), *type;

	if (!end)
		return false;
	*end = '\0';
	for (size_t i = 0; i < 5; i++)
		words[i] = strsep(&line, " ");
	line = end + 3;
	type = strsep(&line, " ");
	strsep(&line, " ");
	if (!words[4] || !line || !is_mount_of(group, type, line))
		return false;
	rest = below(group->path, words[3]);
	return rest &&
	       snprintf(ret, PATH_MAX, "%s%s/cgroup.procs", words[4], rest) < PATH_MAX;
}

static bool find(const struct group *group, char ret[PATH_MAX])
{
	_cleanup_file_ FILE *file = fopen("/proc/self/mountinfo", "re");
	_cleanup_free_ char *line = NULL;
	size_t size = 0;
	bool found = false;

	while (file && !found && getline(&line, &size, file) > 0)
		found = find_in_line(line, group, ret);
	return found;
}

/* One that is mounted nowhere, or is no part of what is visible here, limits nobody whom this can help. */
static int join_one(const struct group *group, struct error *err)
{
	char path[PATH_MAX];

	if (!find(group, path))
		return 0;
	_cleanup_fd_ int fd = open(path, O_WRONLY | O_CLOEXEC | O_NOCTTY);
	/* 0 is whoever writes (cgroups(7)). */
	if (fd < 0 || write(fd, "0", 1) != 1)
		return error_errno(err, errno,
				   "cannot join the control group %s of the jail",
				   group->path);
	return 0;
}

static bool is_line_of(const char *line, const char *name)
{
	_cleanup_file_ FILE *file = fopen(name, "re");
	_cleanup_free_ char *own = NULL;
	size_t size = 0;

	while (file && getline(&own, &size, file) > 0)
		if (!strcmp(own, line))
			return true;
	return false;
}

int cgroups_join(pid_t pid, struct error *err)
{
	char name[48];
	_cleanup_free_ char *line = NULL;
	struct group group;
	size_t size = 0;
	int result = 0;

	snprintf(name, sizeof(name), "/proc/%d/cgroup", (int)pid);
	_cleanup_file_ FILE *file = fopen(name, "re");
	if (!file && errno == ENOENT)
		return 0; /* a kernel without them, or the jail has just ended */
	if (!file)
		return error_errno(err, errno, "cannot read %s", name);
	while (getline(&line, &size, file) > 0) {
		if (is_line_of(line, "/proc/self/cgroup") || !split(line, &group))
			continue;
		int r = join_one(&group, result ? NULL : err);
		if (result == 0)
			result = r;
	}
	return result;
}
