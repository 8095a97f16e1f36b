/* SPDX-License-Identifier: MIT */
/* Resource limits by name. Called by protection, and by jail for what only root can raise. */
#include "rlimits.h"

#include <ctype.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct {
	const char *name;
	int number;
} known[] = {
	{"as", RLIMIT_AS},
	{"core", RLIMIT_CORE},
	{"cpu", RLIMIT_CPU},
	{"data", RLIMIT_DATA},
	{"fsize", RLIMIT_FSIZE},
	{"locks", RLIMIT_LOCKS},
	{"memlock", RLIMIT_MEMLOCK},
	{"msgqueue", RLIMIT_MSGQUEUE},
	{"nice", RLIMIT_NICE},
	{"nofile", RLIMIT_NOFILE},
	{"nproc", RLIMIT_NPROC},
	{"rss", RLIMIT_RSS},
	{"rtprio", RLIMIT_RTPRIO},
	{"rttime", RLIMIT_RTTIME},
	{"sigpending", RLIMIT_SIGPENDING},
	{"stack", RLIMIT_STACK},
};

enum { KNOWN_COUNT = sizeof(known) / sizeof(known[0]) };

const char *rlimits_name(size_t index)
{
	for (size_t i = 0; i < KNOWN_COUNT; i++)
		if ((size_t)known[i].number == index)
			return known[i].name;
	return NULL;
}

static int find(const char *name, size_t length)
{
	for (size_t i = 0; i < KNOWN_COUNT; i++)
		if (strlen(known[i].name) == length &&
		    !strncmp(known[i].name, name, length))
			return known[i].number;
	return -1;
}

static unsigned shift_of(char unit)
{
	switch (tolower((unsigned char)unit)) {
	case 'k':
		return 10;
	case 'm':
		return 20;
	case 'g':
		return 30;
	default:
		return 0;
	}
}

/* One number, up to `stop` or the end; false if it is none. */
static bool read_value(const char **at, char stop, rlim_t *ret)
{
	static const char unlimited[] = "unlimited";
	char *end;

	if (!strncmp(*at, unlimited, sizeof(unlimited) - 1)) {
		*at += sizeof(unlimited) - 1;
		*ret = RLIM_INFINITY;
		return !**at || **at == stop;
	}
	if (!isdigit((unsigned char)**at))
		return false;
	errno = 0;
	unsigned long long value = strtoull(*at, &end, 10);
	unsigned shift = shift_of(*end);
	end += shift != 0;
	if (errno || value > (RLIM_INFINITY - 1) >> shift || (*end && *end != stop))
		return false;
	*ret = (rlim_t)value << shift;
	*at = end;
	return true;
}

static int read_word(const char *word, struct rlimits *ret, struct error *err)
{
	size_t length = strcspn(word, "=");
	int number = find(word, length);
	struct rlimit value;
	const char *at = word + length + 1;

	if (number < 0) {
		error_set(err, EINVAL, "--rlimit: there is no limit '%.*s'", (int)length,
			  word);
		return error_hint(err, "known are as, core, cpu, data, fsize, locks, "
				       "memlock, msgqueue, nice, nofile, nproc, rss, "
				       "rtprio, rttime, sigpending and stack");
	}
	if (!word[length] || !read_value(&at, ':', &value.rlim_cur))
		return error_set(err, EINVAL, "--rlimit: '%s' is not NAME=SOFT[:HARD]",
				 word);
	value.rlim_max = value.rlim_cur;
	if (*at && (at++, !read_value(&at, '\0', &value.rlim_max)))
		return error_set(err, EINVAL, "--rlimit: '%s' is not NAME=SOFT[:HARD]",
				 word);
	if (value.rlim_cur > value.rlim_max)
		return error_set(err, EINVAL,
				 "--rlimit: '%s': the soft limit is above the hard one",
				 word);
	ret->asked |= 1U << number;
	ret->values[number] = value;
	return 0;
}

int rlimits_read(const struct strlist *words, struct rlimits *ret, struct error *err)
{
	int r = 0;

	*ret = (struct rlimits){0};
	for (size_t i = 0; r == 0 && i < words->count; i++)
		r = read_word(words->items[i], ret, err);
	return r;
}

static int raise_one(pid_t pid, size_t number, rlim_t wanted, struct error *err)
{
	int resource = (int)number;
	struct rlimit value;

	if (prlimit(pid, resource, NULL, &value) < 0)
		return error_errno(err, errno, "cannot read the limit '%s'",
				   rlimits_name(number));
	rlim_t old = value.rlim_max;
	if (wanted <= old)
		return 0;
	value.rlim_max = wanted;
	if (prlimit(pid, resource, &value, NULL) == 0)
		return 0;
	error_errno(err, errno, "--rlimit: cannot raise the limit '%s'",
		    rlimits_name(number));
	return error_hint(err,
			  "the caller's hard limit is %llu, and only root, with "
			  "CAP_SYS_RESOURCE, can go above",
			  (unsigned long long)old);
}

int rlimits_raise(const struct rlimits *limits, pid_t pid, struct error *err)
{
	int r = 0;

	for (size_t i = 0; r == 0 && limits->asked >> i; i++)
		if (limits->asked >> i & 1)
			r = raise_one(pid, i, limits->values[i].rlim_max, err);
	return r;
}

int rlimits_apply(const struct rlimits *limits, struct error *err)
{
	for (size_t i = 0; limits->asked >> i; i++)
		if ((limits->asked >> i & 1) &&
		    prlimit(0, (int)i, &limits->values[i], NULL) < 0)
			return error_errno(err, errno, "cannot set the limit '%s'",
					   rlimits_name(i));
	return 0;
}
