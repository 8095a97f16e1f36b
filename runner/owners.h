/* SPDX-License-Identifier: MIT */
/*
 * owners: whom the files of an image are to belong to, where its maker could not give them away: the list
 * of a directory image, written by `jailbuild add`, or of an archive, by the unpack helper (ownerlist.h).
 * A line is UID:GID, a space and a path, in which a backslash, what is no UTF-8 and control bytes are
 * written \xNN (path_escape).
 */
#ifndef RUNNER_OWNERS_H
#define RUNNER_OWNERS_H

#include "common/error.h"
#include "idmap.h"
#include "image.h"

enum { OWNERS_LIMIT = 16 << 20 }; /* bytes of a list */

/*
 * Reads the list; *ret is NULL if the image has none. The caller frees it. -EFBIG and so on as
 * image_read_file, which does not trust the image.
 */
int owners_read(const struct image *image, char **ret, struct error *err) _must_check_;

/*
 * Gives what is below `root_fd`, where writes go to a layer that is thrown away, to whom the list (taken
 * apart in place) says. Lines that are none, files that are not there or on another mount, and ids that
 * `map` does not have are passed over. For root of the jail, in its namespaces.
 */
int owners_apply(char *list, int root_fd, const struct idmap *map,
		 struct error *err) _must_check_;

#endif
