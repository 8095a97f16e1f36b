/* SPDX-License-Identifier: MIT */
/*
 * condition: in words what state a jail is in, and if it has ended, how.
 */
#ifndef RUNNER_CONDITION_H
#define RUNNER_CONDITION_H

#include <jansson.h>
#include <stddef.h>

#include "jails.h"

/*
 * "starting", "running", "paused"; "exited N", "signal N" (an exit status of 128+N: as in a shell the two
 * cannot be told apart), "timed out", or "lost". Returns `ret`.
 */
const char *condition_print(enum jails_state state, const struct dossier *dossier,
			    char *ret, size_t size);

/*
 * Sets "status" ("exited" for all ends but "lost"), and of what has ended "exit_status", "ended" (seconds
 * since the epoch) and, if they are so, "signal" and "timed_out".
 */
int condition_describe(enum jails_state state, const struct dossier *dossier,
		       json_t *json, struct error *err) _must_check_;

#endif
