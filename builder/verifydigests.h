/* SPDX-License-Identifier: MIT */
/*
 * verifydigests: files that have other bytes than those that were recorded.
 */
#ifndef BUILDER_VERIFYDIGESTS_H
#define BUILDER_VERIFYDIGESTS_H

#include "checkup.h"
#include "common/error.h"

int verifydigests_run(struct checkup *checkup, struct error *err) _must_check_;

#endif
