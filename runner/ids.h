/* SPDX-License-Identifier: MIT */
/*
 * ids: how many ids a jail has, and whether what its image says of owners is obeyed: --ids. Root's jail
 * always has a range. An ordinary user's has the caller's one id, which costs nothing; a range takes
 * subordinate ids, and two more programs at each start. So it has one where the image asks for it, by
 * naming other owners than root, or where the user does.
 */
#ifndef RUNNER_IDS_H
#define RUNNER_IDS_H

#include "common/error.h"

struct jail;
struct options;

/* -EINVAL if `word` (NULL: auto) is none of --ids, or is nothing for such a jail. Before any image is opened. */
int ids_check(const char *word, const struct jail *jail, struct error *err) _must_check_;

/*
 * Sets jail->map and jail->owners, once the image is open. With --ids=range the errors of idmap_widen; else
 * a user who has no range gets the single id, in which all files are root's.
 */
int ids_choose(const struct options *options, struct jail *jail,
	       struct error *err) _must_check_;

#endif
