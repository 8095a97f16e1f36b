/* SPDX-License-Identifier: MIT */
/*
 * ownfiles: reading what belongs to the caller but is closed to the caller. Root of a jail passes over
 * modes, so an ordinary user's jail leaves files and folders of the user's that the user cannot open.
 */
#ifndef RUNNER_OWNFILES_H
#define RUNNER_OWNFILES_H

#include "common/error.h"

/*
 * Enters a user namespace that shows the caller's ids as they are, all others as nobody's, and keeps of
 * its capabilities CAP_DAC_READ_SEARCH, also across execve(2): the kernel then passes over the modes of
 * files whose owner and group are the caller's (user_namespaces(7)), and of no others. Nothing happens
 * for root, who has what it needs, nor where user namespaces are not to be had: what is closed stays so.
 * An error leaves the process fit for nothing but to end.
 */
int ownfiles_read_all(struct error *err) _must_check_;

#endif
