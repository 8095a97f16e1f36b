/* SPDX-License-Identifier: MIT */
/*
 * status: what --status-fd tells, a line of JSON for each event, for programs that start jails:
 *
 *   {"event":"started","pid":N}           COMMAND was executed; N is the jail's init, as seen here
 *   {"event":"exited","status":N}         and ended; N is jailrun's exit status
 *   {"event":"failed","status":N,"stage":"…","errno":N,"error":"…","hint":"…"}
 *
 * Either "exited" or "failed" is the last line; the hint is there if one is known.
 */
#ifndef RUNNER_STATUS_H
#define RUNNER_STATUS_H

#include <sys/types.h>

#include "common/error.h"
#include "stage.h"

/*
 * Reads the number of --status-fd, makes that descriptor close-on-exec, and returns it: the jail does
 * not get it. -EINVAL if it is no number, or not open for writing.
 */
int status_open(const char *word, struct error *err) _must_check_;

/*
 * Each writes its line to `fd`, in one write; nothing if `fd` is negative. A reader that is gone is no
 * failure: it does not want to know.
 */
void status_started(int fd, pid_t pid);
void status_exited(int fd, int status);
void status_failed(int fd, int status, enum stage stage, const struct error *why);

#endif
