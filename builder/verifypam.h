/* SPDX-License-Identifier: MIT */
/*
 * verifypam: the services of /etc/pam.d and the modules they name.
 */
#ifndef BUILDER_VERIFYPAM_H
#define BUILDER_VERIFYPAM_H

#include "checkup.h"
#include "common/error.h"

int verifypam_run(struct checkup *checkup, struct error *err) _must_check_;

#endif
