/* SPDX-License-Identifier: MIT */
/*
 * Reading and writing sizes. Called by jailrun's preparation and by jailctl.
 */
#include "quantity.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char units[] = "kmgt";

/* How many powers of 1024 the rest of the text stands for; -1 if it is no unit. */
static int power_of(const char *rest)
{
	const char *found;

	if (!*rest)
		return 0;
	found = strchr(units, *rest | 0x20);
	if (!found || !(rest[1] == '\0' || ((rest[1] | 0x20) == 'b' && !rest[2])))
		return -1;
	return (int)(found - units) + 1;
}

int quantity_read(const char *option, const char *text, bool is_size, uint64_t *ret,
		  struct error *err)
{
	size_t digits = strspn(text, "0123456789");
	int power = is_size ? power_of(text + digits) : text[digits] ? -1 : 0;
	uint64_t value;

	errno = 0;
	value = strtoumax(text, NULL, 10);
	if (!digits || power < 0 || (!value && !errno)) {
		error_set(err, EINVAL, "--%s: '%s' is no %s", option, text,
			  is_size ? "size" : "number");
		return error_hint(err, is_size ? "a number, perhaps with k, m, g or t "
						 "behind it: 500m"
					       : "a number above 0");
	}
	if (errno || value > UINT64_MAX >> (10 * power))
		return error_set(err, EINVAL, "--%s: %s is too much", option, text);
	*ret = value << (10 * power);
	return 0;
}

const char *quantity_write(uint64_t bytes, char *ret, size_t size)
{
	static const char *const names[] = {"B", "KiB", "MiB", "GiB", "TiB", "PiB"};
	size_t unit = 0;
	uint64_t tenths = bytes < UINT64_MAX / 10 ? bytes * 10 : UINT64_MAX;

	while (tenths >= 10240 && unit < sizeof(names) / sizeof(names[0]) - 1) {
		tenths /= 1024;
		unit++;
	}
	if (unit == 0 || tenths >= 1000)
		snprintf(ret, size, "%llu %s", (unsigned long long)tenths / 10,
			 names[unit]);
	else
		snprintf(ret, size, "%llu.%llu %s", (unsigned long long)tenths / 10,
			 (unsigned long long)tenths % 10, names[unit]);
	return ret;
}

bool quantity_list(const char *text, unsigned long long *ret, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		char *end;

		text += strspn(text, " \t\n");
		if (*text < '0' || *text > '9')
			return false;
		errno = 0;
		ret[i] = strtoull(text, &end, 10);
		if (errno)
			return false;
		text = end;
	}
	return text[strspn(text, " \t\n")] == '\0';
}
