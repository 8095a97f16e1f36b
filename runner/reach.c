/* SPDX-License-Identifier: MIT */
/*
 * From the folder up, each by its own name: what is closed once is closed for all below it. Called
 * by prepare.
 */
#include "reach.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

bool reach_is_open(const char *path)
{
	char folder[PATH_MAX];
	struct stat st;

	if (!realpath(path, folder))
		return true;
	for (;;) {
		if (stat(folder, &st) < 0)
			return true;
		if (!(st.st_mode & S_IXOTH))
			return false;
		char *slash = strrchr(folder, '/');
		if (slash == folder && !folder[1])
			return true;
		slash[slash == folder] = '\0'; /* the root folder keeps its slash */
	}
}
