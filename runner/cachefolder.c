/* SPDX-License-Identifier: MIT */
/*
 * Which of the caller's own folders the cache is. Called by cache at every start.
 */
#include "cachefolder.h"

#include "ownfolder.h"

static const struct ownfolder_kind cache = {
	.what = "cache folder",
	.contents = "images",
	.variable = "XDG_CACHE_HOME",
	.base = "/var/cache",
	.home = "/.cache/jailrun",
};

int cachefolder_open(const char *asked, char *ret_path, int *ret_fd, struct error *err)
{
	return ownfolder_open(&cache, asked, ret_path, ret_fd, err);
}
