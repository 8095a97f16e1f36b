/* SPDX-License-Identifier: MIT */
/* Lines of JSON for --status-fd. Called by the main file and by supervise. */
#include "status.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int status_open(const char *word, struct error *err)
{
	char *end;

	errno = 0;
	long fd = strtol(word, &end, 10);
	if (errno || *end || end == word || fd < 0 || fd > 1 << 20)
		return error_set(err, EINVAL, "--status-fd: '%s' is no descriptor", word);
	int flags = fcntl((int)fd, F_GETFL);
	if (flags < 0 || (flags & O_ACCMODE) == O_RDONLY)
		return error_set(err, EINVAL,
				 "--status-fd: descriptor %ld is not open for writing",
				 fd);
	/* The standard ones are COMMAND's, too. */
	if (fd > 2 && fcntl((int)fd, F_SETFD, FD_CLOEXEC) < 0)
		return error_errno(err, errno, "--status-fd");
	return (int)fd;
}

/* Without a reader a write would raise SIGPIPE, which is COMMAND's affair. */
static void write_line(int fd, const char *line, size_t length)
{
	struct pollfd reader = {.fd = fd, .events = POLLOUT};

	if (poll(&reader, 1, -1) < 0 || (reader.revents & (POLLERR | POLLNVAL)))
		return;
	if (write(fd, line, length) < 0)
		return; /* see above */
}

void status_started(int fd, pid_t pid)
{
	char line[64];

	if (fd < 0)
		return;
	int length = snprintf(line, sizeof(line), "{\"event\":\"started\",\"pid\":%d}\n",
			      pid);
	write_line(fd, line, (size_t)length);
}

void status_exited(int fd, int status)
{
	char line[64];

	if (fd < 0)
		return;
	int length = snprintf(line, sizeof(line),
			      "{\"event\":\"exited\",\"status\":%d}\n", status);
	write_line(fd, line, (size_t)length);
}

/* Quoted, as RFC 8259 has it; bytes that are not ASCII stay. Returns where it ended. */
static char *quote(const char *text, char *at)
{
	*at++ = '"';
	for (; *text; text++) {
		unsigned char byte = (unsigned char)*text;

		if (byte < 0x20 || byte == 0x7f)
			at += sprintf(at, "\\u%04x", byte);
		else if (byte == '"' || byte == '\\')
			at += sprintf(at, "\\%c", byte);
		else
			*at++ = *text;
	}
	*at++ = '"';
	return at;
}

void status_failed(int fd, int status, enum stage stage, const struct error *why)
{
	/* A byte becomes six at most. */
	char line[6 * (sizeof(why->text) + sizeof(why->hint)) + 256], *at = line;

	if (fd < 0)
		return;
	at += sprintf(at,
		      "{\"event\":\"failed\",\"status\":%d,\"stage\":\"%s\",\"errno\":%d,"
		      "\"error\":",
		      status, stage_name(stage), why->code);
	at = quote(why->text, at);
	if (why->hint[0]) {
		at += sprintf(at, ",\"hint\":");
		at = quote(why->hint, at);
	}
	at += sprintf(at, "}\n");
	write_line(fd, line, (size_t)(at - line));
}
