/* SPDX-License-Identifier: MIT */
/*
 * protection: what holds COMMAND in, beside the namespaces: capabilities, resource limits, Landlock
 * and the seccomp filter. init puts it on COMMAND, and `jailctl exec` on what joins the jail, in the
 * order of these functions:
 *
 *   protection_leave_keyring
 *   protection_limit    what an exec could give, no_new_privs: needs CAP_SETPCAP
 *   (become the user)   needs CAP_SETUID and CAP_SETGID
 *   protection_drop     capabilities
 *   (enter the folder)
 *   protection_shut_in  Landlock, which needs the final root; resource limits; then the filter
 */
#ifndef RUNNER_PROTECTION_H
#define RUNNER_PROTECTION_H

#include <stdbool.h>
#include <stdint.h>

#include "common/error.h"
#include "options.h"
#include "rlimits.h"

struct protection {
	uint64_t capabilities; /* what uid 0 keeps, and all that an exec can give */
	uint64_t added;        /* of these: asked for by name, so any uid has them */
	bool no_filter, no_landlock;
	bool shares_net,
		shares_pid; /* for which Landlock has to do the namespace's work */
	struct rlimits limits;
};

/* Takes it from the options. -EINVAL is a usage error. `namespaces` are the jail's (CLONE_NEW*). */
int protection_read(const struct options *options, uint64_t namespaces,
		    struct protection *ret, struct error *err) _must_check_;

/*
 * A session keyring of its own: keyrings are not namespaced, and COMMAND could else use the caller's
 * (keyrings(7)). -EDQUOT: the caller has as many keys as a user may have, and --seccomp=off was asked for;
 * the filter keeps COMMAND from every keyring, as does a kernel or a container without keyctl(2).
 */
int protection_leave_keyring(const struct protection *protection,
			     struct error *err) _must_check_;

int protection_limit(const struct protection *protection, struct error *err) _must_check_;

int protection_drop(const struct protection *protection, bool is_root,
		    struct error *err) _must_check_;

/*
 * `is_filtered`: this process is under the filter already, its parent was. *ret_landlock is false
 * where the kernel has no Landlock, or it was switched off: the caller then has to look at what it
 * executes (command_refuse_own).
 */
int protection_shut_in(const struct protection *protection, bool is_filtered,
		       bool *ret_landlock, struct error *err) _must_check_;

#endif
