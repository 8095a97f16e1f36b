/* SPDX-License-Identifier: MIT */
/*
 * ldconf: /etc/ld.so.conf, which ldconfig reads and no loader does. It serves one purpose: to say of
 * a library that is missing that it lies in a folder whose entry in ld.so.cache was never made.
 * Source: glibc elf/ldconfig.c (parse_conf, parse_conf_include, add_dir_1).
 */
#ifndef ELFDEPS_LDCONF_H
#define ELFDEPS_LDCONF_H

#include <stddef.h>

#include "common/alloc.h"
#include "common/error.h"
#include "common/sysroot.h"
#include "folderlist.h"
#include "object.h"
#include "store.h"

enum {
	LDCONF_FILE_MAX = 1 << 18,
	LDCONF_FILES_MAX = 256,    /* read for one root; more are ignored */
	LDCONF_FOLDERS_MAX = 1024, /* as well */
	LDCONF_DEPTH_MAX = 16,     /* files that include each other */
};

struct ldconf_folder {
	const char *path;               /* absolute, without a slash at its end */
	const char *source;             /* the file that names it */
	const struct folderlist *names; /* what is in it; NULL: not listed yet */
};

/* Zero-initialise; all of it belongs to the arena it was read with. */
struct ldconf {
	struct ldconf_folder *folders; /* in order, each once */
	size_t count;
	size_t listed; /* names in all that were listed */
};

/* Reads /etc/ld.so.conf inside the root and what it includes. What cannot be read is passed over, as
 * ldconfig does; only no memory is an error. Nothing outside the root is looked at. */
int ldconf_read(const struct sysroot *root, struct arena *arena, struct ldconf *ret,
		struct error *err) _must_check_;

/*
 * What to tell about the missing library `name` of the program `main`: "ldconfig would find … (…)", or
 * NULL if no folder has it. Reads the files once for a store. *ret is the arena's.
 */
int ldconf_advise(struct store *store, const char *name, const struct object *main,
		  const char **ret, struct error *err) _must_check_;

#endif
