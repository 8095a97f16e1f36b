/* SPDX-License-Identifier: MIT */
/*
 * statefolder: the two folders in which jails leave traces: one for as long as they run, one for
 * what is asked about them afterwards.
 */
#ifndef RUNNER_STATEFOLDER_H
#define RUNNER_STATEFOLDER_H

#include "common/error.h"

/*
 * The registry of running jails: $XDG_RUNTIME_DIR/jailrun, else /run/jailrun for root,
 * ~/.local/state/jailrun/run for others. As ownfolder_open.
 */
int statefolder_open_runtime(char *ret_path, int *ret_fd, struct error *err) _must_check_;

/*
 * Logs of detached jails (journal.h): $XDG_STATE_HOME/jailrun, else /var/lib/jailrun for root,
 * ~/.local/state/jailrun for others. As ownfolder_open.
 */
int statefolder_open_state(char *ret_path, int *ret_fd, struct error *err) _must_check_;

#endif
