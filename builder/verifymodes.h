/* SPDX-License-Identifier: MIT */
/*
 * verifymodes: what anybody may write to, and what runs with somebody else's rights.
 */
#ifndef BUILDER_VERIFYMODES_H
#define BUILDER_VERIFYMODES_H

#include "checkup.h"
#include "common/error.h"

int verifymodes_run(struct checkup *checkup, struct error *err) _must_check_;

#endif
