/* SPDX-License-Identifier: MIT */
/*
 * foreign: the files that a caller of elfdeps.h brings (struct elfdeps_files), as the root that
 * common/sysroot walks. resolver puts it below its store.
 */
#ifndef ELFDEPS_FOREIGN_H
#define ELFDEPS_FOREIGN_H

#include "common/error.h"
#include "common/sysroot.h"
#include "elfdeps.h"

/* Must stay where it is while `files` is in use: they point to it. */
struct foreign {
	struct sysroot_files files;
	struct elfdeps_files source;
	void *data;
};

/* Copies `source`; `data` stays the caller's. -EINVAL if one of the functions is missing. */
int foreign_init(struct foreign *foreign, const struct elfdeps_files *source, void *data,
		 struct error *err) _must_check_;

#endif
