/* SPDX-License-Identifier: MIT */
/*
 * privileges: what the processes of a jail may do. Order matters: the bounding set needs
 * CAP_SETPCAP, the ids need CAP_SETUID, so both go before the capabilities. The bounding set and
 * no_new_privs say only what an exec may give (capabilities(7), prctl(2)), so they come first.
 *
 * Which capabilities COMMAND keeps is decided by protection. They count over the jail's own ids and
 * namespaces only; with --share user they are real, as the flag says.
 */
#ifndef RUNNER_PRIVILEGES_H
#define RUNNER_PRIVILEGES_H

#include <stdbool.h>
#include <stdint.h>

#include "account.h"
#include "common/error.h"

/* Becomes root of the user namespace, whose maps are written: else files made have no owner. */
int privileges_become_root(bool may_set_groups, struct error *err) _must_check_;

/*
 * For both init and COMMAND: drops all capabilities but `kept` (bit N: capability N) from the bounding
 * set, and sets no_new_privs.
 */
int privileges_limit(uint64_t kept, struct error *err) _must_check_;

/*
 * Becomes the account's user and groups. With `only_root` (a map with a single id, which is 0) a
 * further user namespace shows that one id under the wanted number; its bounding set, which is full at
 * first, is made smaller again by privileges_limit. The
 * capabilities are still there afterwards.
 */
int privileges_become_user(const struct account *account, bool only_root,
			   bool may_set_groups, struct error *err) _must_check_;

/* Whether privileges_become_user makes that further user namespace. */
bool privileges_renames_root(const struct account *account, bool only_root);

/*
 * COMMAND's: keeps `set` and no other capability. An exec gives another uid than 0 none, unless they
 * are also in `ambient` (capabilities(7)).
 */
int privileges_drop(uint64_t set, uint64_t ambient, struct error *err) _must_check_;

/* init's: none but CAP_KILL, to signal a COMMAND of another uid; nobody can trace or open it. */
int privileges_drop_for_init(struct error *err) _must_check_;

#endif
