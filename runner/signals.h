/* SPDX-License-Identifier: MIT */
/* signals: signals by the names that kill(1) takes. */
#ifndef RUNNER_SIGNALS_H
#define RUNNER_SIGNALS_H

#include <signal.h>
#include <stddef.h>

/*
 * The number of a signal: TERM, SIGTERM, sigterm, RTMIN+3, RTMAX-1, or a number from 1 to 64.
 * -1 if there is none such.
 */
int signals_find(const char *word);

/* "TERM" and the like, "RTMIN+3", or the number. Returns `text`. */
const char *signals_name(int signal, char *text, size_t size);

/* sigfillset(3) with the one that musl leaves out for itself: every signal there is can be forwarded. */
void signals_fill(sigset_t *set);

#endif
