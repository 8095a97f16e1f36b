/* SPDX-License-Identifier: MIT */
/*
 * epoch: the time that everything in an image has, so that it does not depend on when it was made.
 */
#ifndef BUILDER_EPOCH_H
#define BUILDER_EPOCH_H

#include <stdint.h>

#include "common/error.h"

/*
 * What SOURCE_DATE_EPOCH says (reproducible-builds.org/specs/source-date-epoch): seconds since 1970, in
 * decimal; 0 if it is not set. -EINVAL if it is no such number.
 */
int epoch_read(int64_t *ret, struct error *err) _must_check_;

#endif
