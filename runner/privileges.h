/* SPDX-License-Identifier: MIT */
/*
 * privileges: what the processes of a jail may do. Order matters: the bounding set needs
 * CAP_SETPCAP, the ids need CAP_SETUID, so both go before the capabilities. The bounding set and
 * no_new_privs say only what an exec may give (capabilities(7), prctl(2)), so they come first.
 *
 * COMMAND keeps, if its uid in the jail is 0, over the jail's own ids and namespaces only:
 * CHOWN DAC_OVERRIDE FOWNER FSETID KILL SETGID SETUID NET_BIND_SERVICE SYS_CHROOT.
 * With another uid it has none. With --share user they are real, as the flag says.
 */
#ifndef RUNNER_PRIVILEGES_H
#define RUNNER_PRIVILEGES_H

#include <stdbool.h>

#include "account.h"
#include "common/error.h"

/* Becomes root of the user namespace, whose maps are written: else files made have no owner. */
int privileges_become_root(bool may_set_groups, struct error *err) _must_check_;

/*
 * For both init and COMMAND: drops all capabilities but the documented set from the bounding set,
 * and sets no_new_privs.
 */
int privileges_limit(struct error *err) _must_check_;

/*
 * Becomes the account's user and groups. With `only_root` (a map with a single id, which is 0) a
 * further user namespace shows that one id under the wanted number.
 */
int privileges_become_user(const struct account *account, bool only_root,
			   bool may_set_groups, struct error *err) _must_check_;

/* COMMAND's last step: no capability beyond the documented set, none for another uid than 0. */
int privileges_drop(bool is_root, struct error *err) _must_check_;

/* init's: none but CAP_KILL, to signal a COMMAND of another uid; nobody can trace or open it. */
int privileges_drop_for_init(struct error *err) _must_check_;

#endif
