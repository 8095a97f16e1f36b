/* SPDX-License-Identifier: MIT */
/* Lengths of time. Called by prepare, and by commands of jailctl that wait. */
#include "duration.h"

#include <ctype.h>
#include <errno.h>
#include <string.h>

static const int64_t longest = INT64_C(100) * 366 * 24 * 3600 * 1000;

static int64_t unit_of(const char *unit)
{
	if (!strcmp(unit, "") || !strcmp(unit, "s"))
		return 1000;
	if (!strcmp(unit, "m"))
		return 60 * 1000;
	if (!strcmp(unit, "h"))
		return 3600 * 1000;
	return !strcmp(unit, "d") ? 24 * 3600 * 1000 : 0;
}

/* The digits at *at, in thousandths; further digits than that are dropped. -1 if there are none. */
static int64_t read_thousandths(const char **at)
{
	int64_t value = 0, place = 1000;
	const char *start = *at;

	for (; isdigit((unsigned char)**at); (*at)++) {
		value = value * 10 + (**at - '0') * 1000;
		if (value > longest)
			return -1;
	}
	if (**at == '.')
		for ((*at)++; isdigit((unsigned char)**at); (*at)++) {
			place /= 10;
			value += place * (**at - '0');
		}
	return *at == start || (*at == start + 1 && *start == '.') ? -1 : value;
}

int duration_read(const char *option, const char *word, int64_t *ret_ms,
		  struct error *err)
{
	const char *at = word;
	int64_t thousandths = read_thousandths(&at), unit = unit_of(at);

	if (thousandths < 0 || !unit || thousandths > longest / unit) {
		error_set(err, EINVAL, "%s: '%s' is no length of time", option, word);
		return error_hint(err, "for example 90, 1.5m or 2h");
	}
	*ret_ms = thousandths * unit / 1000;
	return 0;
}
