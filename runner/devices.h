/* SPDX-License-Identifier: MIT */
/*
 * devices: a /dev of the jail's own, with the few devices that are safe to have.
 */
#ifndef RUNNER_DEVICES_H
#define RUNNER_DEVICES_H

#include <stdbool.h>

#include "common/error.h"

/*
 * Fills the empty folder `dev_fd` (a mount attached in the new root): null, zero, full, random,
 * urandom and tty of the host, pts, shm, and the usual links. `has_tty_group`: the gid 5 exists
 * in the jail, so terminals can belong to it as elsewhere.
 */
int devices_build(int dev_fd, bool has_tty_group, struct error *err) _must_check_;

/*
 * Opens a new pseudo-terminal of the jail's own devpts. `owner` is the jail's uid that it will
 * belong to. Both descriptors are close-on-exec.
 */
int devices_open_terminal(int dev_fd, unsigned owner, int *ret_master, int *ret_slave,
			  struct error *err) _must_check_;

#endif
