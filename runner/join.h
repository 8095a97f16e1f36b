/* SPDX-License-Identifier: MIT */
/*
 * join: makes the calling process a member of a running jail's namespaces, and certainly of those.
 */
#ifndef RUNNER_JOIN_H
#define RUNNER_JOIN_H

#include "jails.h"

/*
 * Joins all namespaces that the jail has of its own, by setns(2) with a pidfd; the pid namespace counts
 * for later children. To be called by a process of its own, which cannot be dumped (prctl(2)).
 *
 * The jail's init is protected from an ordinary user too: then COMMAND's namespaces are taken, after
 * proof that they are the jail's: each must belong to a user namespace that is a child of the caller's.
 * Nothing in a jail can make one of those. With `as_root` the jail's own user namespace is joined, not
 * the further one in which its COMMAND may be (privileges_become_user).
 */
int join_jail(const struct jails_entry *entry, bool as_root,
	      struct error *err) _must_check_;

#endif
