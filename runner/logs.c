/* SPDX-License-Identifier: MIT */
/*
 * The command `logs`: what a detached jail has written, from its journal, also while it goes on. Called by
 * jailctl's main file.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "common/fd.h"
#include "common/log.h"
#include "control.h"
#include "journal.h"
#include "legible.h"
#include "quantity.h"

enum {
	NAP = 50, /* ms */
	TRIES = 20,
	CHUNK = 64 << 10,
};

struct values {
	struct cli_common common;
	bool follow;
	const char *lines;
};

#define AT(member) offsetof(struct values, member)

static const struct cli_option options[] = {
	{"follow", 'f', CLI_FLAG, AT(follow), NULL, "go on until the jail has ended"},
	{"lines", 'n', CLI_STRING, AT(lines), "N", "only the last N lines"},
};

static const struct control_usage usage = {
	.program = {.name = "jailctl logs",
		    .usage = "[OPTION…] NAME",
		    .summary = "Print what the command of a detached jail has written.",
		    .options = options,
		    .option_count = sizeof(options) / sizeof(options[0])},
	.least = 1,
	.most = 1,
	.what = "one NAME",
};

/* The journal as it was found: its two halves, of which the older one may not be there. */
struct reader {
	const struct jails_entry *entry;
	int folder, older, newer; /* -1: not open */
	bool is_safe;             /* stdout is a terminal, which bytes could drive */
	struct legible legible;
	char *chunk;
};

static void nap(void)
{
	nanosleep(&(struct timespec){.tv_nsec = NAP * 1000000L}, NULL);
}

static int open_half(int folder, const char *name)
{
	return openat(folder, name,
		      O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
}

static bool is_same(int fd, int other)
{
	struct stat a, b;

	return fstat(fd, &a) == 0 && fstat(other, &b) == 0 && a.st_dev == b.st_dev &&
	       a.st_ino == b.st_ino;
}

/* The supervisor may be about to rename them: then they are looked for again. */
static int open_halves(struct reader *reader, struct error *err)
{
	for (int tries = 0; tries < TRIES; tries++) {
		_cleanup_fd_ int newer = open_half(reader->folder, "log");
		_cleanup_fd_ int older = open_half(reader->folder, "log.1");

		if (newer >= 0 && (older < 0 || !is_same(newer, older))) {
			reader->newer = steal_fd(&newer);
			reader->older = steal_fd(&older);
			return 0;
		}
		nap();
	}
	return error_errno(err, errno, "cannot open the log in %s",
			   reader->entry->dossier.log);
}

static void print(struct reader *reader, size_t size)
{
	if (reader->is_safe)
		legible_print(&reader->legible, reader->chunk, size, stdout);
	else
		fwrite(reader->chunk, 1, size, stdout);
}

/* From where the descriptor stands to the end, as it is now. */
static int copy(struct reader *reader, int fd, struct error *err)
{
	ssize_t size;

	while ((size = read(fd, reader->chunk, CHUNK)) != 0) {
		if (size < 0 && errno != EINTR)
			return error_errno(err, errno, "cannot read the log in %s",
					   reader->entry->dossier.log);
		if (size > 0)
			print(reader, (size_t)size);
	}
	return 0;
}

/* The offset behind the newline that has *lines of them behind it, then *lines is UINT64_MAX; or 0. */
static off_t find_line(struct reader *reader, int fd, uint64_t *lines)
{
	off_t at = lseek(fd, 0, SEEK_END);

	while (at > 0) {
		off_t from = at > CHUNK ? at - CHUNK : 0;
		ssize_t size = pread(fd, reader->chunk, (size_t)(at - from), from);

		for (ssize_t i = size; i-- > 0;)
			if (reader->chunk[i] == '\n' && (*lines)-- == 0)
				return from + i + 1;
		at = size > 0 ? from : 0;
	}
	return 0;
}

/* A last line without a newline is one, too: the newline at the very end counts for nothing. */
static bool ends_a_line(int fd)
{
	off_t size = lseek(fd, 0, SEEK_END);
	char last;

	return size > 0 && pread(fd, &last, 1, size - 1) == 1 && last == '\n';
}

/* Leaves both at the place from which on they are to be printed. */
static void skip_to(struct reader *reader, uint64_t lines)
{
	bool is_empty = lseek(reader->newer, 0, SEEK_END) == 0;
	int last = is_empty && reader->older >= 0 ? reader->older : reader->newer;

	if (reader->older >= 0)
		lseek(reader->older, 0, SEEK_END);
	if (!lines)
		return;
	uint64_t left = lines - !ends_a_line(last);
	lseek(reader->newer, find_line(reader, reader->newer, &left), SEEK_SET);
	if (reader->older >= 0 && left != UINT64_MAX)
		lseek(reader->older, find_line(reader, reader->older, &left), SEEK_SET);
}

/* Whether the supervisor has let go of the registration. */
static bool has_ended(const struct reader *reader)
{
	if (flock(reader->entry->fd, LOCK_SH | LOCK_NB) < 0)
		return false;
	flock(reader->entry->fd, LOCK_UN);
	return true;
}

/* The log that goes on where this one ended, once it is the older half, or even that no more; else -1. */
static int open_next(const struct reader *reader)
{
	_cleanup_fd_ int newer = open_half(reader->folder, "log");

	if (newer < 0 || is_same(newer, reader->newer))
		return -1;
	_cleanup_fd_ int older = open_half(reader->folder, "log.1");
	if (older >= 0 && !is_same(older, reader->newer))
		return steal_fd(&older);
	return steal_fd(&newer);
}

/* Prints what has come; true if there may be more of it at once. */
static bool go_on(struct reader *reader, int *ret, struct error *err)
{
	*ret = copy(reader, reader->newer, err);
	if (*ret < 0)
		return false;
	_cleanup_fd_ int next = open_next(reader);
	if (next < 0)
		return false;
	/* Nothing comes to this one any more, but something may have come meanwhile. */
	*ret = copy(reader, reader->newer, err);
	close(reader->newer);
	reader->newer = steal_fd(&next);
	return *ret == 0;
}

static int follow(struct reader *reader, struct error *err)
{
	int r = 0;

	for (;;) {
		bool is_last = has_ended(reader); /* before the look at what it wrote */

		while (go_on(reader, &r, err))
			;
		if (r == 0)
			r = control_flush(err);
		if (r < 0 || is_last)
			return r;
		nap();
	}
}

static int read_all(struct reader *reader, const struct values *values, uint64_t lines,
		    struct error *err)
{
	int r = open_halves(reader, err);

	if (r == 0 && values->lines)
		skip_to(reader, lines);
	if (r == 0 && reader->older >= 0)
		r = copy(reader, reader->older, err);
	if (r == 0)
		r = values->follow ? follow(reader, err)
				   : copy(reader, reader->newer, err);
	legible_end(&reader->legible, stdout);
	return r == 0 ? control_flush(err) : r;
}

static int print_log(const struct jails_entry *entry, const struct values *values,
		     uint64_t lines, struct error *err)
{
	struct reader reader = {.entry = entry, .older = -1, .newer = -1};
	const char *name = entry->dossier.name;

	if (!entry->dossier.detached || !entry->dossier.log) {
		error_set(err, ENODATA, "jail %s has no log: it was not detached", name);
		return error_hint(err, "what it writes goes where its jailrun's output "
				       "goes; 'jailrun --detach' keeps a log");
	}
	reader.folder = journal_open(entry->dossier.log, err);
	if (reader.folder < 0)
		return reader.folder;
	reader.is_safe = isatty(STDOUT_FILENO);
	reader.chunk = malloc(CHUNK);
	int r = reader.chunk ? read_all(&reader, values, lines, err) : error_nomem(err);
	free(reader.chunk);
	cleanup_fd(&reader.older);
	cleanup_fd(&reader.newer);
	close(reader.folder);
	if (r == 0 && entry->dossier.log_lost)
		log_warning("of what jail %s wrote, %lld bytes found no room in its log",
			    name, (long long)entry->dossier.log_lost);
	return r;
}

static int read_lines(const char *text, uint64_t *ret, struct error *err)
{
	unsigned long long value;

	if (!text)
		return 0;
	if (!quantity_list(text, &value, 1) || value > INT64_MAX)
		return error_set(err, EINVAL, "--lines: '%s' is no number", text);
	*ret = value;
	return 0;
}

int control_logs(int argc, char **argv)
{
	_cleanup_jails_ struct jails jails = {.folder_fd = -1};
	_cleanup_jails_entry_ struct jails_entry entry = JAILS_ENTRY_NONE;
	struct values values = {0};
	struct error err = {0};
	uint64_t lines = 0;
	int first;
	int status = control_begin(&usage, argc, argv, &values, &first);

	if (status != CONTROL_GO_ON)
		return status;
	if (read_lines(values.lines, &lines, &err) < 0) {
		log_error(&err);
		return CONTROL_USAGE;
	}
	int r = jails_open(&jails, &err);
	if (r == 0)
		r = jails_find_known(&jails, argv[first], &entry, &err);
	if (r == 0)
		r = print_log(&entry, &values, lines, &err);
	return control_end(r, &err);
}
