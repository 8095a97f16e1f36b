/* SPDX-License-Identifier: MIT */
/*
 * differences: what compare has found, as text and as JSON (see jailbuild(1), DIFF).
 */
#ifndef BUILDER_DIFFERENCES_H
#define BUILDER_DIFFERENCES_H

#include <jansson.h>
#include <stdio.h>

#include "common/error.h"
#include "compare.h"

/* A line a path, names escaped, and a last line that counts them. */
void differences_print(const struct compare *compare, FILE *out);

/* Sets added, removed, changed and paths of the object. 0 or -ENOMEM. */
int differences_set(json_t *root, const struct compare *compare,
		    struct error *err) _must_check_;

#endif
