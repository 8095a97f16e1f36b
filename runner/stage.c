/* SPDX-License-Identifier: MIT */
/* The names of a jail's stages. Called by status. */
#include "stage.h"

#include <stddef.h>

const char *stage_name(enum stage stage)
{
	static const char *const names[] = {
		[STAGE_OPTIONS] = "options",
		[STAGE_PREPARE] = "prepare",
		[STAGE_NAMESPACES] = "namespaces",
		[STAGE_IDMAP] = "idmap",
		[STAGE_START] = "start",
		[STAGE_ROOTFS] = "rootfs",
		[STAGE_ENTER] = "enter",
		[STAGE_TERMINAL] = "terminal",
		[STAGE_INIT] = "init",
		[STAGE_COMMAND] = "command",
		[STAGE_SUPERVISE] = "supervise",
	};
	size_t index = (size_t)stage;

	return index < sizeof(names) / sizeof(names[0]) ? names[index] : "unknown";
}
