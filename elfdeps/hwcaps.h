/* SPDX-License-Identifier: MIT */
/*
 * hwcaps: the folders glibc-hwcaps/NAME with variants of libraries for better processors: which
 * names there are, which a processor takes, in which order (ld.so(8); sysdeps/…/dl-hwcaps_subdirs.c).
 */
#ifndef ELFDEPS_HWCAPS_H
#define ELFDEPS_HWCAPS_H

#include <stddef.h>
#include <stdint.h>

#include "common/error.h"

enum { HWCAPS_SETS_MAX = 16 };

/*
 * What loaders before 2.37 search as well: folders named by combinations of the legacy hwcaps of a
 * processor, and which entries of an ld.so.cache they take for it (_dl_important_hwcaps,
 * sysdeps/x86/cpu-features.c and dl-procinfo.h of 2.36).
 */
struct hwcaps_legacy {
	const char *const *folders; /* best first, NULL-terminated */
	uint64_t bits, platform;    /* of an entry's hwcap */
};

/* Lists of active names, best first and NULL-terminated; static. NULL: the base alone. */
struct hwcaps {
	const char *const *sets[HWCAPS_SETS_MAX];
	size_t count;
	const struct hwcaps_legacy
		*legacy; /* of this host's 64-bit programs; NULL: none */
};

/*
 * The lists for an option's value: none (or NULL), host (what this processor can), all (the base,
 * then each variant), or a NAME with all below it. -EINVAL for a name that no loader knows.
 */
int hwcaps_parse(const char *text, struct hwcaps *ret, struct error *err) _must_check_;

#endif
