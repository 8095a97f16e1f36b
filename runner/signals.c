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
		if (*end || offset > SIGRTMAX - SIGRTMIN)
			return -1;
	}
	return (int)(from_start ? SIGRTMIN + offset : SIGRTMAX - offset);
}

int signals_find(const char *word)
{
	char *end;

	if (isdigit((unsigned char)*word)) {
		long number = strtol(word, &end, 10);

		return *end || number < 1 || number > SIGRTMAX ? -1 : (int)number;
	}
	if (!strncasecmp(word, "SIG", 3))
		word += 3;
	for (int i = 1; i < SIGRTMIN; i++) {
		const char *name = sigabbrev_np(i);

		if (name && !strcasecmp(name, word))
			return i;
	}
	return find_realtime(word);
}

const char *signals_name(int signal, char *text, size_t size)
{
	const char *name = sigabbrev_np(signal);

	if (name)
		snprintf(text, size, "%s", name);
	else if (signal >= SIGRTMIN && signal <= SIGRTMAX)
		snprintf(text, size, "RTMIN+%d", signal - SIGRTMIN);
	else
		snprintf(text, size, "%d", signal);
	return text;
}
