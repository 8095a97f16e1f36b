/* SPDX-License-Identifier: MIT */
/*
 * landlock: shuts the processes of a jail in below its root also for files that they reach by
 * other ways than a path: the magic links of /proc lead to jailrun's own program (a script with
 * "#!/proc/self/exe" would run it inside, CVE-2019-5736) and to the files behind stdin, stdout
 * and stderr, which could be opened anew with more rights than were given.
 */
#ifndef RUNNER_LANDLOCK_H
#define RUNNER_LANDLOCK_H

#include <stdbool.h>

#include "common/error.h"

/*
 * Where the jail shares the network or the pid namespace, Landlock does a part of their work: no
 * connection to an abstract socket, no signal to a process outside (since 6.12).
 *
 * Restricts this process and all it starts to the tree below its root, and to its three standard
 * descriptors with the rights that they were opened with (landlock(7)). Needs no_new_privs.
 * *ret_confined is false on a kernel without it (before 5.19, or switched off): then the caller
 * has to look at what it executes.
 */
int landlock_confine(bool shares_net, bool shares_pid, bool *ret_confined,
		     struct error *err) _must_check_;

#endif
