/* SPDX-License-Identifier: MIT */
/*
 * loader: what differs from one dynamic loader to the next: its folders, the words for $LIB and
 * $PLATFORM, the flags of its cache entries. Known per machine; the folders are read from the
 * loader's own file where that is at hand, as every distribution compiles in its own.
 */
#ifndef ELFDEPS_LOADER_H
#define ELFDEPS_LOADER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/error.h"
#include "object.h"
#include "store.h"

enum {
	LOADER_FOLDERS_MAX = 8,
	LOADER_FILE_MAX =
		8 << 20, /* bytes of a loader that are searched for its folders */
};

struct loader {
	const char *
		interp; /* the usual path of the loader; NULL if the machine is unknown */
	const char *platform; /* AT_PLATFORM of the kernel; NULL if unknown */
	int32_t cache_flags;  /* of an ld.so.cache entry that it takes; -1 if unknown */
	int32_t cache_other;  /* flags that it takes too; -1: none */
	const char *lib;      /* what $LIB stands for */
	struct {
		const char *path;
		size_t length; /* without the slash at the end */
	} folders[LOADER_FOLDERS_MAX];
	size_t folder_count;
	unsigned version; /* of glibc, 236 for 2.36; 0: unknown, as current ones */
};

/* What is known of the loader of `object`'s machine. */
struct loader loader_of(const struct object *object);

/*
 * Reads the loader file `interp` (inside the root) for the folders that it searches by itself and
 * replaces the usual ones in *loader. Leaves them where it finds none.
 */
int loader_read_folders(struct store *store, const char *interp, struct loader *loader,
			struct error *err) _must_check_;

/* The text that `bytes` hold of system_dirs: strings, each with '/' at both ends and a NUL. *ret
 * points into bytes; answers its size, 0 if there is none. Source: elf/dl-load.c, system_dirs. */
size_t loader_find_folders(const char *bytes, size_t size, const char **ret);

/* The version of glibc that a loader's bytes tell, 236 for 2.36: in the text of --version, which is
 * there since 2.33, or else by the marks of older ones; 0 if there are none. */
unsigned loader_find_version(const char *bytes, size_t size);

/* Whether `path` starts with one of its folders. */
bool loader_is_default(const struct loader *loader, const char *path);

#endif
