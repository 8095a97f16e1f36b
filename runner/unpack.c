/* SPDX-License-Identifier: MIT */
/*
 * jailrun-unpack: the program that unpacks an image for jailrun. Its own program, because
 * libarchive would double jailrun's start-up, and because it can be locked in: it reads what
 * anybody may have written. Started by helper.c with the descriptors of unpack_report.h, in
 * namespaces of its own; of no use by itself.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/xattr.h>
#include <time.h>
#include <unistd.h>

#include "common/cli.h"
#include "common/kernel.h"
#include "common/log.h"
#include "confine.h"
#include "extract.h"
#include "ownerlist.h"
#include "unpack_report.h"

struct values {
	struct cli_common common;
	bool owners, list_owners;
	const char *max_bytes, *max_entries;
};

static const struct cli_option options[] = {
	{"owners", 0, CLI_FLAG, offsetof(struct values, owners), NULL,
	 "give files to the owners that the archive names"},
	{"list-owners", 0, CLI_FLAG, offsetof(struct values, list_owners), NULL,
	 "list these owners, for who can give files to them"},
	{"max-bytes", 0, CLI_STRING, offsetof(struct values, max_bytes), "N",
	 "refuse what unpacks to more"},
	{"max-entries", 0, CLI_STRING, offsetof(struct values, max_entries), "N",
	 "refuse an archive with more entries"},
};

static const struct cli_program program = {
	.name = "jailrun-unpack",
	.usage = "[OPTION…]",
	.summary = "Unpacks an image for jailrun, which starts it; of no use by itself.",
	.options = options,
	.option_count = sizeof(options) / sizeof(options[0]),
};

/* When progress was last reported, and what besides the counts goes into a report. */
struct progress {
	struct unpack_report report;
	struct timespec last;
};

static void send_report(const struct unpack_report *report)
{
	ssize_t written;

	do
		written = write(UNPACK_REPORT_FD, report, sizeof(*report));
	while (written < 0 && errno == EINTR);
}

/* Five times a second, the first time after a second. The clock is read without a system call. */
static void show_progress(void *data, const struct extract_counts *counts)
{
	struct progress *progress = data;
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	long passed = (now.tv_sec - progress->last.tv_sec) * 1000 +
		      (now.tv_nsec - progress->last.tv_nsec) / 1000000;
	if (passed < (progress->report.counts.entries ? 200 : 1000))
		return;
	progress->last = now;
	progress->report.counts = *counts;
	send_report(&progress->report);
}

static int read_number(const char *text, uint64_t *ret, struct error *err)
{
	char *end;

	if (!text)
		return 0;
	errno = 0;
	*ret = strtoumax(text, &end, 10);
	if (errno || *end || end == text || *text == '-')
		return error_set(err, EINVAL, "'%s' is not a number", text);
	return 0;
}

/* Refuses to run in anything but what helper.c prepares: a user may type its name. */
static int check_descriptors(struct error *err)
{
	struct stat archive, folder, report;

	if (fstat(UNPACK_ARCHIVE_FD, &archive) == 0 && S_ISREG(archive.st_mode) &&
	    fstat(UNPACK_FOLDER_FD, &folder) == 0 && S_ISDIR(folder.st_mode) &&
	    fstat(UNPACK_REPORT_FD, &report) == 0 && S_ISFIFO(report.st_mode))
		return 0;
	error_set(err, EBADF, "this is a part of jailrun, which starts it");
	return error_hint(err, "type: jailrun ARCHIVE COMMAND");
}

/* A folder that the caller left open would lead out of every root. */
static void close_others(void)
{
	if (syscall(SYS_close_range, UNPACK_OWNERS_FD + 1, ~0u, 0) == 0)
		return;
	for (long fd = UNPACK_OWNERS_FD + 1; fd < sysconf(_SC_OPEN_MAX); fd++)
		close((int)fd); /* before Linux 5.9 */
}

static int unpack(const struct extract_options *extract, struct progress *progress,
		  struct error *err)
{
	struct extract_counts counts;
	int r = confine_enter(UNPACK_FOLDER_FD, extract->owners,
			      &progress->report.has_landlock, err);

	if (r < 0)
		return error_wrap(err, "cannot confine the unpack helper");
	clock_gettime(CLOCK_MONOTONIC, &progress->last);
	r = extract_archive(UNPACK_ARCHIVE_FD, UNPACK_FOLDER_FD, extract, &counts, err);
	if (r == 0 && extract->list)
		r = ownerlist_write(extract->list, UNPACK_OWNERS_FD, &counts.listed, err);
	if (r == 0)
		progress->report.counts = counts;
	return r;
}

/* Nothing is left to clean up, and an exit handler of a library may want what is forbidden now. */
static _Noreturn void finish(struct progress *progress, int r, const struct error *err)
{
	progress->report.kind = r < 0 ? UNPACK_FAILED : UNPACK_DONE;
	if (r < 0)
		progress->report.err = *err;
	send_report(&progress->report);
	_exit(r < 0);
}

int main(int argc, char **argv)
{
	struct values values = {0};
	struct progress progress = {.report.kind = UNPACK_PROGRESS};
	struct extract_options extract = {.progress = show_progress, .data = &progress};
	struct ownerlist list = {0}; /* freed by the end */
	struct error err = {0};
	int first = 0;
	int r = cli_parse(&program, argc, argv, &values, &first, &err);

	log_init(program.name, LOG_NORMAL);
	if (r == 0 && cli_answer(&program, &values.common))
		return 0;
	if (r == 0)
		r = read_number(values.max_bytes, &extract.max_bytes, &err);
	if (r == 0)
		r = read_number(values.max_entries, &extract.max_entries, &err);
	if (r == 0)
		r = check_descriptors(&err);
	if (r < 0) {
		log_error(&err);
		return 2;
	}
	extract.owners = values.owners;
	extract.list = values.list_owners ? &list : NULL;
	/* Names in pax headers are UTF-8 and can be had as bytes only in a UTF-8 locale. */
	setlocale(LC_CTYPE, "C.UTF-8");
	umask(0);
	/* A default ACL, inherited from the folder above, would change modes like a umask. */
	fremovexattr(UNPACK_FOLDER_FD, "system.posix_acl_default");
	close_others();
	r = unpack(&extract, &progress, &err);
	finish(&progress, r, &err);
}
