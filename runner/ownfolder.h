/* SPDX-License-Identifier: MIT */
/*
 * ownfolder: a folder that is the caller's alone, and whether that can be believed: whoever else
 * could write there could put another root filesystem under an archive's name, or another process
 * under a jail's. Called for the image cache, for the running jails and for their logs.
 */
#ifndef RUNNER_OWNFOLDER_H
#define RUNNER_OWNFOLDER_H

#include "common/error.h"

/* Which folder, and the words for it; one constant each. */
struct ownfolder_kind {
	const char *what;     /* "cache folder" */
	const char *contents; /* "images" */
	const char *variable; /* "XDG_CACHE_HOME" */
	const char *base;     /* where the variable is not set: root's, "/var/cache" */
	const char *home;     /* and below the home folder, "/.cache/jailrun" */
};

/*
 * Opens the folder, making it (mode 0700) and its parents if need be: `asked`, or if NULL
 * $VARIABLE/jailrun (an absolute path, as the XDG base directory specification wants), else
 * BASE/jailrun for root, $HOME/HOME for others. Writes its path to `ret_path` (PATH_MAX bytes, at
 * least 256 of them left over); the caller owns *ret_fd (O_PATH). -EPERM: it is a symlink, another
 * user's, or others may write to it.
 */
int ownfolder_open(const struct ownfolder_kind *kind, const char *asked, char *ret_path,
		   int *ret_fd, struct error *err) _must_check_;

#endif
