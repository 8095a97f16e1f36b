/* SPDX-License-Identifier: MIT */
/*
 * capabilities: their names, as in capabilities(7) and docker run, and the sets that --cap-add and
 * --cap-drop make of the default one. A set is a bit mask: bit N is the capability N.
 */
#ifndef RUNNER_CAPABILITIES_H
#define RUNNER_CAPABILITIES_H

#include <stddef.h>
#include <stdint.h>

#include "common/error.h"
#include "common/strlist.h"

/*
 * What COMMAND keeps if its uid in the jail is 0, over the jail's own ids and namespaces only:
 * CHOWN DAC_OVERRIDE FOWNER FSETID KILL SETGID SETUID NET_BIND_SERVICE SYS_CHROOT.
 */
uint64_t capabilities_default(void);

/*
 * The default set, changed by lists of names (with or without CAP_, any case; ALL; several with
 * commas between). As in docker, ALL first, then each name; what is both added and dropped is
 * dropped. *ret_added is what was asked for by name or ALL, and not dropped. -EINVAL names a word
 * that is no capability.
 */
int capabilities_read(const struct strlist *add, const struct strlist *drop,
		      uint64_t *ret_set, uint64_t *ret_added,
		      struct error *err) _must_check_;

/* Those of `set` that this process has not itself, so cannot leave to another (capabilities(7)). */
uint64_t capabilities_lacking(uint64_t set);

/* The names in `set`, lower case, with blanks between; "none" for the empty set. Returns `text`. */
const char *capabilities_print(uint64_t set, char *text, size_t size);

#endif
