/* SPDX-License-Identifier: MIT */
/*
 * verifysettings: how the image wants to be run: the program of its entrypoint or command, its folder
 * and its user.
 */
#ifndef BUILDER_VERIFYSETTINGS_H
#define BUILDER_VERIFYSETTINGS_H

#include "checkup.h"
#include "common/error.h"

/* By the settings in the image's record; an image without one has none. */
int verifysettings_run(struct checkup *checkup, struct error *err) _must_check_;

#endif
