/* SPDX-License-Identifier: MIT */
/*
 * skipped: files that had the right name and were passed over in silence, being of another class or
 * machine. For check: they explain why a library is missing.
 */
#ifndef ELFDEPS_SKIPPED_H
#define ELFDEPS_SKIPPED_H

#include "linkmap.h"

/*
 * The path of a file that was looked at for `name` and that the loader of this process skips; NULL if
 * there is none. It may have been looked at for another program of the same resolver. `steps` grows
 * by what was gone through. The path is the store's.
 */
const char *skipped_find(const struct linkmap *map, const char *name, uint64_t *steps);

#endif
