/* SPDX-License-Identifier: MIT */
/* Signals by name. Called by prepare, outline and commands of jailctl. */
#include "signals.h"

#include <ctype.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/*
 * glibc hands out 34 to 64. musl keeps one more for itself; but these numbers are for COMMAND, and what
 * systemd, say, takes for RTMIN+3 is 37.
 */
enum { RTMIN = 34, RTMAX = 64 };

static const char *const names[RTMIN] = {
	[SIGHUP] = "HUP",       [SIGINT] = "INT",       [SIGQUIT] = "QUIT",
	[SIGILL] = "ILL",       [SIGTRAP] = "TRAP",     [SIGABRT] = "ABRT",
	[SIGBUS] = "BUS",       [SIGFPE] = "FPE",       [SIGKILL] = "KILL",
	[SIGUSR1] = "USR1",     [SIGSEGV] = "SEGV",     [SIGUSR2] = "USR2",
	[SIGPIPE] = "PIPE",     [SIGALRM] = "ALRM",     [SIGTERM] = "TERM",
	[SIGSTKFLT] = "STKFLT", [SIGCHLD] = "CHLD",     [SIGCONT] = "CONT",
	[SIGSTOP] = "STOP",     [SIGTSTP] = "TSTP",     [SIGTTIN] = "TTIN",
	[SIGTTOU] = "TTOU",     [SIGURG] = "URG",       [SIGXCPU] = "XCPU",
	[SIGXFSZ] = "XFSZ",     [SIGVTALRM] = "VTALRM", [SIGPROF] = "PROF",
	[SIGWINCH] = "WINCH",   [SIGPOLL] = "POLL",     [SIGPWR] = "PWR",
	[SIGSYS] = "SYS",
};

/* RTMIN+N and RTMAX-N; libc keeps the first ones of signal(7) for itself. */
static int find_realtime(const char *word)
{
	bool from_start = !strncasecmp(word, "RTMIN", 5);
	char sign = from_start ? '+' : '-', *end;
	long offset = 0;

	if (!from_start && strncasecmp(word, "RTMAX", 5) != 0)
		return -1;
	if (word[5]) {
		if (word[5] != sign || !isdigit((unsigned char)word[6]))
			return -1;
		offset = strtol(word + 6, &end, 10);
		if (*end || offset > RTMAX - RTMIN)
			return -1;
	}
	return (int)(from_start ? RTMIN + offset : RTMAX - offset);
}

int signals_find(const char *word)
{
	char *end;

	if (isdigit((unsigned char)*word)) {
		long number = strtol(word, &end, 10);

		return *end || number < 1 || number > RTMAX ? -1 : (int)number;
	}
	if (!strncasecmp(word, "SIG", 3))
		word += 3;
	for (int i = 1; i < RTMIN; i++)
		if (names[i] && !strcasecmp(names[i], word))
			return i;
	return find_realtime(word);
}

const char *signals_name(int signal, char *text, size_t size)
{
	if (signal > 0 && signal < RTMIN && names[signal])
		snprintf(text, size, "%s", names[signal]);
	else if (signal >= RTMIN && signal <= RTMAX)
		snprintf(text, size, "RTMIN+%d", signal - RTMIN);
	else
		snprintf(text, size, "%d", signal);
	return text;
}

void signals_fill(sigset_t *set)
{
	enum { BITS = 8 * sizeof(unsigned long) };
	unsigned long *words = (unsigned long *)set;

	sigfillset(set);
	words[(RTMIN - 1) / BITS] |= 1UL << (RTMIN - 1) % BITS;
}
