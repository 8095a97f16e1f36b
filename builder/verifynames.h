/* SPDX-License-Identifier: MIT */
/*
 * verifynames: what glibc looks up by /etc/passwd, /etc/group and /etc/nsswitch.conf.
 */
#ifndef BUILDER_VERIFYNAMES_H
#define BUILDER_VERIFYNAMES_H

#include "checkup.h"
#include "common/error.h"

int verifynames_run(struct checkup *checkup, struct error *err) _must_check_;

#endif
