/* SPDX-License-Identifier: MIT */
/*
 * By names alone. Called by the verify modules.
 */
#include "placement.h"

#include <stddef.h>
#include <string.h>

#include "common/path.h"

bool placement_is_command(const char *path)
{
	static const char *const folders[] = {"/bin/", "/sbin/", "/games/"};
	size_t above = (size_t)(path_basename(path) - path);

	for (size_t i = 0; i < sizeof(folders) / sizeof(folders[0]); i++) {
		size_t length = strlen(folders[i]);

		if (above >= length && !memcmp(path + above - length, folders[i], length))
			return true;
	}
	return false;
}

bool placement_is_library(const char *path)
{
	const char *at = strstr(path_basename(path), ".so");

	return at && (at[3] == '\0' || at[3] == '.');
}

bool placement_is_live(const char *path)
{
	static const char *const folders[] = {"/dev", "/proc",    "/run",
					      "/sys", "/var/run", "/var/lock"};

	for (size_t i = 0; i < sizeof(folders) / sizeof(folders[0]); i++)
		if (path_is_below(path, folders[i]))
			return true;
	return false;
}
