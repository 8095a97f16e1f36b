/* SPDX-License-Identifier: MIT */
/* outline: what --plan prints: every step that would make the jail, in order, and who takes it. */
#ifndef RUNNER_OUTLINE_H
#define RUNNER_OUTLINE_H

#include <stdio.h>

#include "jail.h"

/*
 * Prints a prepared jail to `out`, a line a step: who takes it (parent, child, init, command), what
 * it is about, and what is done. Control bytes are escaped. An image that would have to be unpacked
 * first has no root_fd, and its own settings are not known.
 */
void outline_print(const struct jail *jail, const struct options *options, FILE *out);

#endif
