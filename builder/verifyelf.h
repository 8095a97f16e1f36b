/* SPDX-License-Identifier: MIT */
/*
 * verifyelf: every ELF program, library and script with an executable bit: whether all that it needs to start is in the image and fits together, and whether the ld.so.cache is right.
 */
#ifndef BUILDER_VERIFYELF_H
#define BUILDER_VERIFYELF_H

#include "checkup.h"
#include "common/error.h"

int verifyelf_run(struct checkup *checkup, struct error *err) _must_check_;

#endif
