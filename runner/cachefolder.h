/* SPDX-License-Identifier: MIT */
/*
 * cachefolder: where unpacked images are kept, and whether that place can be trusted: whoever else
 * could write there could put another root filesystem under an archive's name. Called by cache.
 */
#ifndef RUNNER_CACHEFOLDER_H
#define RUNNER_CACHEFOLDER_H

#include "common/error.h"

/*
 * Opens the cache folder, making it (mode 0700) and its parents if need be: `asked`, or if NULL
 * XDG_CACHE_HOME/jailrun (an absolute path, as its specification wants), else /var/cache/jailrun
 * for root, $HOME/.cache/jailrun for others. Writes its path to `ret_path` (PATH_MAX bytes); the
 * caller owns *ret_fd (O_PATH). -EPERM: it is a symlink, another user's, or others may write to it.
 */
int cachefolder_open(const char *asked, char *ret_path, int *ret_fd,
		     struct error *err) _must_check_;

#endif
