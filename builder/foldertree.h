/* SPDX-License-Identifier: MIT */
/*
 * foldertree: everything that lies in a folder, as a manifest: for a folder image, of which the record
 * knows only what jailbuild put there.
 */
#ifndef BUILDER_FOLDERTREE_H
#define BUILDER_FOLDERTREE_H

#include "common/error.h"
#include "findings.h"
#include "manifest.h"

/*
 * Adds all below the folder `root` to an empty manifest, without following any symlink and without
 * entering what is mounted there. A folder that cannot be read becomes a finding, and so does a name
 * that is too long. Sockets are passed over. -EFBIG beyond two million things.
 */
int foldertree_read(int root, struct manifest *manifest, struct findings *findings,
		    struct error *err) _must_check_;

#endif
