/* SPDX-License-Identifier: MIT */
/*
 * verifyneeds: what programs are known to open at run time, by what they are and by what they link.
 */
#ifndef BUILDER_VERIFYNEEDS_H
#define BUILDER_VERIFYNEEDS_H

#include "checkup.h"
#include "common/error.h"

int verifyneeds_run(struct checkup *checkup, struct error *err) _must_check_;

#endif
