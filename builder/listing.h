/* SPDX-License-Identifier: MIT */
/*
 * listing: a manifest as text for people and as JSON for programs.
 */
#ifndef BUILDER_LISTING_H
#define BUILDER_LISTING_H

#include <stdio.h>

#include "common/error.h"
#include "manifest.h"

/* A line an entry: its path, " -> target" of a symlink, a tab, the reason. Names are escaped. */
void listing_print(const struct manifest *manifest, FILE *out);

/*
 * One JSON object: "schema": 1 and "files", each with path, type, mode (octal text), target,
 * source, package, size and reason, where there is one. -EIO if it cannot be written.
 */
int listing_print_json(const struct manifest *manifest, FILE *out,
		       struct error *err) _must_check_;

#endif
