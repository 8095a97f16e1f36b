/* SPDX-License-Identifier: MIT */
/*
 * Where the contract puts the state of jails. Called by registry and by what jailctl looks at.
 */
#include "statefolder.h"

#include <stddef.h>

#include "ownfolder.h"

static const struct ownfolder_kind runtime = {
	.what = "runtime folder",
	.contents = "jails",
	.variable = "XDG_RUNTIME_DIR",
	.base = "/run",
	.home = "/.local/state/jailrun/run",
};

static const struct ownfolder_kind state = {
	.what = "state folder",
	.contents = "logs",
	.variable = "XDG_STATE_HOME",
	.base = "/var/lib",
	.home = "/.local/state/jailrun",
};

int statefolder_open_runtime(char *ret_path, int *ret_fd, struct error *err)
{
	return ownfolder_open(&runtime, NULL, ret_path, ret_fd, err);
}

int statefolder_open_state(char *ret_path, int *ret_fd, struct error *err)
{
	return ownfolder_open(&state, NULL, ret_path, ret_fd, err);
}
