/* SPDX-License-Identifier: MIT */
/*
 * verifyorigin: programs that find their libraries by $ORIGIN. The loader learns where the program
 * lies from /proc/self/exe, so they need a /proc: jailrun mounts one, a plain chroot has none.
 * Source: _dl_get_origin, sysdeps/unix/sysv/linux/dl-origin.c.
 */
#ifndef BUILDER_VERIFYORIGIN_H
#define BUILDER_VERIFYORIGIN_H

#include "checkup.h"
#include "common/error.h"

/* `closure` is of a program. */
int verifyorigin_run(struct checkup *checkup, const struct elfdeps_closure *closure,
		     struct error *err) _must_check_;

#endif
