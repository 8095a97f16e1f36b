/* SPDX-License-Identifier: MIT */
/*
 * confine: the unpack helper's own jail, entered before the first untrusted byte is read. It
 * assumes that libarchive falls: then there is no file but those of the output folder, no program
 * to execute, no socket, no other process, and no privilege to get any of them back.
 */
#ifndef RUNNER_CONFINE_H
#define RUNNER_CONFINE_H

#include <stdbool.h>

#include "common/error.h"

enum {
	CONFINE_MEMORY = 512
}; /* MiB of address space; xz -9 takes 65, zstd at most 128 */

/*
 * Confines the calling process, which is alone, root of a user namespace and in fresh mount, pid,
 * ipc, uts, net and cgroup namespaces. `folder_fd` becomes its root. It must have opened what it
 * needs, and close whatever else leads out. Of capabilities only CAP_CHOWN and CAP_FOWNER stay
 * with `keep_owner`, else none. Everything is enforced or it is an error, but for Landlock, which
 * the kernel may lack: *ret_landlock tells.
 */
int confine_enter(int folder_fd, bool keep_owner, bool *ret_landlock,
		  struct error *err) _must_check_;

#endif
