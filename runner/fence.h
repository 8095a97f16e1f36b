/* SPDX-License-Identifier: MIT */
/*
 * fence: restricts the unpack helper by Landlock to writing files below one folder. A second wall
 * behind the empty root: it holds for descriptors too that were not meant to be there. Stricter
 * than the jail's own (landlock.h), which must let programs run. Called by confine.
 */
#ifndef RUNNER_FENCE_H
#define RUNNER_FENCE_H

#include <stdbool.h>

#include "common/error.h"

/*
 * From now on the process may make, read, write, link and remove files, folders, links and FIFOs
 * below `folder_fd` and nothing anywhere else; nor execute, make devices, use TCP, signal or
 * connect to anybody outside, as far as the kernel's version of Landlock knows these. Needs
 * no_new_privs. *ret_active is false where the kernel has no Landlock, or (before Linux 5.19) one
 * that forbids every hard link between two folders.
 */
int fence_raise(int folder_fd, bool *ret_active, struct error *err) _must_check_;

#endif
