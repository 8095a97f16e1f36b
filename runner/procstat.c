/* SPDX-License-Identifier: MIT */
/*
 * Reads one line of /proc. Called when a jail is registered, and by whoever looks for it later. No
 * stdio: it is part of every start.
 */
#include "procstat.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/fd.h"

enum { FIELD_STATE = 3, FIELD_PARENT = 4, FIELD_START = 22 };

/* The fields behind the name, which may hold blanks and brackets itself: so from the last one on. */
static int parse(char *text, struct procstat *ret)
{
	char *open = strchr(text, '('), *end = strrchr(text, ')'), *word;
	int field = FIELD_STATE;

	if (!open || !end || end < open)
		return -EBADMSG;
	*end = '\0';
	snprintf(ret->name, sizeof(ret->name), "%s", open + 1);
	for (char *rest = end + 1 + strspn(end + 1, " ");
	     field <= FIELD_START && (word = strsep(&rest, " \n")); field++) {
		if (field == FIELD_STATE)
			ret->state = *word;
		else if (field == FIELD_PARENT)
			ret->parent = (pid_t)strtol(word, NULL, 10);
		else if (field == FIELD_START)
			ret->start = strtoull(word, NULL, 10);
	}
	return field > FIELD_START ? 0 : -EBADMSG;
}

int procstat_read(pid_t pid, struct procstat *ret)
{
	char path[32], text[1024];

	snprintf(path, sizeof(path), "/proc/%d/stat", (int)pid);
	_cleanup_fd_ int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	ssize_t size = read(fd, text, sizeof(text) - 1);
	if (size < 0)
		return -errno;
	text[size] = '\0';
	*ret = (struct procstat){0};
	return parse(text, ret);
}
