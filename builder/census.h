/* SPDX-License-Identifier: MIT */
/*
 * census: what really lies in an image that is a folder. Its record tells only of what this program
 * put there; a user, or a jail that may write, can have added more.
 */
#ifndef BUILDER_CENSUS_H
#define BUILDER_CENSUS_H

#include "common/error.h"
#include "manifest.h"

/*
 * Adds what is below the folder `fd` (O_RDONLY or O_PATH) and not in the manifest yet, with the
 * reason RULE_FOUND, its owner and its time; what is known gets its time. Follows no symlink, enters no other
 * file system, leaves sockets out. -EFBIG beyond two million things, -EACCES and so on, with the
 * path, where it cannot look.
 */
int census_folder(int fd, struct manifest *manifest, struct error *err) _must_check_;

#endif
