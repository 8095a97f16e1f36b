/* SPDX-License-Identifier: MIT */
/*
 * The commands `stop`, `kill` and `wait`: how jails end. Signals go to the jail's init by its pidfd;
 * it hands them to COMMAND. Called by jailctl's main file.
 */
#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "common/log.h"
#include "control.h"
#include "signals.h"

enum { GRACE = 10, GRACE_MAX = 24 * 60 * 60 };

struct values {
	struct cli_common common;
	const char *time, *signal;
};

#define AT(member) offsetof(struct values, member)

static const struct cli_option stop_options[] = {
	{"time", 't', CLI_STRING, AT(time), "SECONDS",
	 "how long to wait before SIGKILL (10)"},
};

static const struct cli_option kill_options[] = {
	{"signal", 's', CLI_STRING, AT(signal), "SIGNAL", "what to send (KILL)"},
};

static const struct control_usage stop_usage = {
	.program = {.name = "jailctl stop",
		    .usage = "[OPTION…] NAME…",
		    .summary = "End jails: SIGTERM, and SIGKILL for what is still there.",
		    .options = stop_options,
		    .option_count = 1},
	.least = 1,
	.most = -1,
	.what = "NAMEs of jails",
};

static const struct control_usage kill_usage = {
	.program = {.name = "jailctl kill",
		    .usage = "[OPTION…] NAME…",
		    .summary = "Send a signal to the command of jails.",
		    .options = kill_options,
		    .option_count = 1},
	.least = 1,
	.most = -1,
	.what = "NAMEs of jails",
};

static const struct control_usage wait_usage = {
	.program = {.name = "jailctl wait",
		    .usage = "[OPTION…] NAME…",
		    .summary =
			    "Wait for the end of jails and print their exit statuses."},
	.least = 1,
	.most = -1,
	.what = "NAMEs of jails",
};

/* An end that has come meanwhile (ESRCH) is what was wanted, or too late to matter. */
static int send(const struct jails_entry *entry, int signal, struct error *err)
{
	if (syscall(SYS_pidfd_send_signal, entry->pidfd, signal, NULL, 0) == 0 ||
	    errno == ESRCH)
		return 0;
	return error_errno(err, errno, "cannot send signal %d to jail %s", signal,
			   entry->dossier.name);
}

/* Whether init has ended within `timeout` milliseconds (-1: any time). */
static bool has_ended(const struct jails_entry *entry, int timeout)
{
	struct pollfd poll_for = {.fd = entry->pidfd, .events = POLLIN};
	int r;

	do
		r = poll(&poll_for, 1, timeout);
	while (r < 0 && errno == EINTR);
	return r > 0;
}

static int stop_one(struct jails_entry *entry, void *data, struct error *err)
{
	const int *grace = data;
	int r = entry->state == JAILS_PAUSED ? control_resume_jail(entry, err) : 0;

	if (r == 0)
		r = send(entry, SIGTERM, err);
	if (r < 0 || has_ended(entry, *grace * 1000))
		return r;
	r = send(entry, SIGKILL, err);
	if (r == 0)
		has_ended(entry, -1);
	return r;
}

static int read_seconds(const char *text, int *ret, struct error *err)
{
	char *end;

	if (!text)
		return 0;
	errno = 0;
	unsigned long value = strtoul(text, &end, 10);
	if (errno || *end || *text < '0' || *text > '9' || value > GRACE_MAX)
		return error_set(err, EINVAL, "--time: '%s' is no number of seconds",
				 text);
	*ret = (int)value;
	return 0;
}

/* "TERM", "SIGTERM" or "15"; real-time signals by number. */
static int read_signal(const char *text, int *ret, struct error *err)
{
	*ret = signals_find(text);
	if (*ret > 0)
		return 0;
	error_set(err, EINVAL, "--signal: '%s' is no signal", text);
	return error_hint(err, "a name as in 'kill -l', or a number");
}

int control_stop(int argc, char **argv)
{
	struct values values = {0};
	struct error err = {0};
	int first, grace = GRACE;
	int status = control_begin(&stop_usage, argc, argv, &values, &first);

	if (status != CONTROL_GO_ON)
		return status;
	if (read_seconds(values.time, &grace, &err) < 0) {
		log_error(&err);
		return CONTROL_USAGE;
	}
	return control_each(argv + first, stop_one, &grace);
}

static int kill_one(struct jails_entry *entry, void *data, struct error *err)
{
	const int *signal = data;

	return send(entry, *signal, err);
}

int control_kill(int argc, char **argv)
{
	struct values values = {.signal = "KILL"};
	struct error err = {0};
	int first, signal;
	int status = control_begin(&kill_usage, argc, argv, &values, &first);

	if (status != CONTROL_GO_ON)
		return status;
	if (read_signal(values.signal, &signal, &err) < 0) {
		log_error(&err);
		return CONTROL_USAGE;
	}
	return control_each(argv + first, kill_one, &signal);
}

/* The supervisor notes the status in the file before it lets go of it. */
static int wait_for_one(struct jails_entry *entry, void *data, struct error *err)
{
	_cleanup_dossier_ struct dossier end = DOSSIER_NONE;
	int *ret_status = data, r;

	do
		r = flock(entry->fd, LOCK_SH);
	while (r < 0 && errno == EINTR);
	if (r < 0 || lseek(entry->fd, 0, SEEK_SET) < 0)
		return error_errno(err, errno, "cannot wait for jail %s",
				   entry->dossier.name);
	r = jails_read(entry->fd, entry->dossier.name, &end, err);
	if (r < 0)
		return r;
	if (end.exit_status < 0 || end.exit_status > 255)
		return error_set(
			err, ENODATA,
			"jail %s has ended, but its jailrun was killed and could not "
			"note how",
			end.name);
	*ret_status = (int)end.exit_status;
	printf("%d\n", *ret_status);
	return control_flush(err);
}

int control_wait(int argc, char **argv)
{
	struct values values = {0};
	int first, last = CONTROL_DONE;
	int status = control_begin(&wait_usage, argc, argv, &values, &first);

	if (status != CONTROL_GO_ON)
		return status;
	status = control_each_known(argv + first, wait_for_one, &last);
	return status == CONTROL_DONE ? last : status;
}
