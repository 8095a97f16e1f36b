/* SPDX-License-Identifier: MIT */
/*
 * idmap: which ids of the host stand behind the ids of a new user namespace, and how they are
 * written (user_namespaces(7), "User and group ID mappings"). The jail and the unpack helper use
 * the same map, so that unpacked files belong to whoever is root inside.
 */
#ifndef RUNNER_IDMAP_H
#define RUNNER_IDMAP_H

#include <stdbool.h>
#include <sys/types.h>

#include "common/error.h"
#include "subids.h"

enum {
	/* systemd keeps 524288-1879048191 for containers (systemd.io/UIDS-GIDS): nobody's ids. */
	IDMAP_RANGE = 524288,
	IDMAP_COUNT = 65536,
};

struct idmap {
	bool is_range;        /* several ids, starting at 0 inside; else one id */
	unsigned inside;      /* first id inside, of users and of groups */
	unsigned host, count; /* first user id on the host, and how many */
	unsigned host_gid;    /* first group id on the host */
	bool deny_setgroups; /* the kernel's condition for a map written without privilege */
	struct subids subids; /* of an ordinary user with a range: what is behind 0 */
};

/*
 * Chooses the map for whoever calls. Root: 0 65536 ids from `root_range` on (0: IDMAP_RANGE), so
 * that root inside is nobody outside. Anybody else: 0 is the caller's own id, nothing more is
 * mapped. A root to whom that range does not belong (inside another user namespace) gets the
 * single id too: the caller sees it by `is_range` being false.
 */
void idmap_choose(unsigned root_range, struct idmap *ret);

/*
 * Makes an ordinary user's map one of IDMAP_COUNT ids, if the administrator has given the user as many
 * subordinate ones; else it stays as it is, and the error (of subids_find; -EPERM for a root without the
 * range) says what is missing. Such a map takes two more programs to write, longer than
 * all the rest of a start.
 */
int idmap_widen(struct idmap *map, struct error *err);

/*
 * Writes the map of process `pid`, which waits in a new user namespace of the caller's; the caller
 * must be dumpable when it makes the process, or /proc/PID belongs to root (proc(5)). An error
 * tells the cause and, where one is known, the fix.
 */
int idmap_write(const struct idmap *map, pid_t pid, struct error *err) _must_check_;

/*
 * Says why clone3 or unshare with CLONE_NEWUSER failed with errno `code`: the same few numbers
 * stand for a dozen causes, told apart by the machine's settings. Returns -code.
 */
int idmap_refused(int code, struct error *err);

/*
 * Shifts the owners that the mount `mount_fd` shows (detached, and all below it) by the map of the user
 * namespace of process `pid`. Needs CAP_SYS_ADMIN over the file systems; -EINVAL where one of them
 * cannot (mount_setattr(2)).
 */
int idmap_mount(int mount_fd, pid_t pid, struct error *err) _must_check_;

#endif
