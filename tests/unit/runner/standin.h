/* SPDX-License-Identifier: MIT */
/*
 * standin: lets a test program be its own unpack helper. It hands helper or cache the path of
 * itself; executed under the helper's name, main calls what the test wants to happen in there.
 */
#ifndef TESTS_UNIT_STANDIN_H
#define TESTS_UNIT_STANDIN_H

#include <stdbool.h>
#include <string.h>
#include <unistd.h>

#include "runner/unpack_report.h"

static inline bool standin_is_called(char *const argv[])
{
	return !strcmp(argv[0], "jailrun-unpack");
}

/* The path of this program: helper opens it before its own namespaces begin. */
static inline const char *standin_path(void)
{
	return "/proc/self/exe";
}

static inline void standin_send(const struct unpack_report *report)
{
	if (write(UNPACK_REPORT_FD, report, sizeof(*report)) != (ssize_t)sizeof(*report))
		_exit(99);
}

#endif
