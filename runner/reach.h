/* SPDX-License-Identifier: MIT */
/*
 * reach: whether other users of the host get to a folder. What root's jail writes into one of the
 * host's own folders may be a set-id program of root; it is harmless where nobody can start it.
 */
#ifndef RUNNER_REACH_H
#define RUNNER_REACH_H

#include <stdbool.h>

/*
 * Whether `path`, a folder (symlinks are followed), can be searched by everybody, and so can all above
 * it. Only the mode counts; true where that cannot be told.
 */
bool reach_is_open(const char *path);

#endif
