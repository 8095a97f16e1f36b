/* SPDX-License-Identifier: MIT */
/*
 * Reads the one variable. Called by the commands add and update.
 */
#include "epoch.h"

#include <errno.h>
#include <stdlib.h>

int epoch_read(int64_t *ret, struct error *err)
{
	const char *text = getenv("SOURCE_DATE_EPOCH");
	char *end;

	*ret = 0;
	if (!text || !*text)
		return 0;
	errno = 0;
	*ret = strtoll(text, &end, 10);
	if (errno || *end || *ret < 0 || text[0] < '0' || text[0] > '9')
		return error_set(err, EINVAL,
				 "SOURCE_DATE_EPOCH is no number of seconds: %s", text);
	return 0;
}
