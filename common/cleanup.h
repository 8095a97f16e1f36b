/* SPDX-License-Identifier: MIT */
/*
 * cleanup: the scope-bound destructors that every module may use. A module with a type of its own
 * keeps that type's destructor and attribute in its own header, next to the type.
 */
#ifndef COMMON_CLEANUP_H
#define COMMON_CLEANUP_H

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>

static inline void cleanup_free(void *pointer)
{
	free(*(void **)pointer);
}

static inline void cleanup_file(FILE **file)
{
	if (*file)
		fclose(*file);
}

static inline void cleanup_dir(DIR **dir)
{
	if (*dir)
		closedir(*dir);
}

/* Frees the pointer when the variable leaves its scope; initialise it to NULL. */
#define _cleanup_free_ __attribute__((cleanup(cleanup_free)))
#define _cleanup_file_ __attribute__((cleanup(cleanup_file)))
#define _cleanup_dir_ __attribute__((cleanup(cleanup_dir)))

/* Gives a pointer away: returns it and leaves NULL behind, so that the cleanup does nothing. */
#define steal_pointer(place)                    \
	({                                      \
		__typeof__(place) p_ = (place); \
		__typeof__(*p_) v_ = *p_;       \
		*p_ = NULL;                     \
		v_;                             \
	})

#endif
