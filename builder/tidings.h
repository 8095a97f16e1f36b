/* SPDX-License-Identifier: MIT */
/*
 * tidings: what the commands that make an image say of it on standard error.
 */
#ifndef BUILDER_TIDINGS_H
#define BUILDER_TIDINGS_H

#include "manifest.h"
#include "plan.h"

/* Another process has the lock of the image: a previous_wait. */
void tidings_wait(const char *path);

/* Each note of the manifest. */
void tidings_notes(const struct manifest *manifest);

/* With --verbose: each new entry and its reason. */
void tidings_additions(const struct manifest *manifest);

/* How much is in the image, once it is written. */
void tidings_summary(const struct plan *plan);

#endif
