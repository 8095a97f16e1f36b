/* SPDX-License-Identifier: MIT */
/*
 * dpkgstatus: the files by which scanners know what Debian packages an image without dpkg is made of:
 * /var/lib/dpkg/status.d, as distroless images have it.
 */
#ifndef BUILDER_DPKGSTATUS_H
#define BUILDER_DPKGSTATUS_H

#include "common/error.h"
#include "common/sysroot.h"
#include "manifest.h"

/*
 * Adds, for each package that an entry of the manifest was taken from, a file of that name with what the
 * root's dpkg says of it, and one with the MD5 sums of those of its files that are in the image. A note
 * says if the root has no dpkg, or does not know a package. The packages must have been found.
 */
int dpkgstatus_add(struct manifest *manifest, const struct sysroot *root,
		   struct error *err) _must_check_;

#endif
