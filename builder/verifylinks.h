/* SPDX-License-Identifier: MIT */
/*
 * verifylinks: symlinks that lead nowhere or run in a circle.
 */
#ifndef BUILDER_VERIFYLINKS_H
#define BUILDER_VERIFYLINKS_H

#include "checkup.h"
#include "common/error.h"

int verifylinks_run(struct checkup *checkup, struct error *err) _must_check_;

#endif
