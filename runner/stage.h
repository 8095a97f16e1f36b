/* SPDX-License-Identifier: MIT */
/*
 * stage: where in a jail's making something failed, as --status-fd says it. The names are the ones
 * of the table in jail.c.
 */
#ifndef RUNNER_STAGE_H
#define RUNNER_STAGE_H

enum stage {
	STAGE_OPTIONS,
	STAGE_PREPARE,
	STAGE_NAMESPACES,
	STAGE_IDMAP,
	STAGE_START,
	STAGE_ROOTFS,
	STAGE_ENTER,
	STAGE_TERMINAL,
	STAGE_INIT,
	STAGE_COMMAND,
	STAGE_SUPERVISE,
};

/* Lower case, one word; also for a number that is no stage. */
const char *stage_name(enum stage stage);

#endif
