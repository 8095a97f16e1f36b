/* SPDX-License-Identifier: MIT */
/*
 * object: what one file says that it needs, read once. Only the first bytes, the program headers,
 * the dynamic section and the strings it names are read: section headers are for debuggers, the
 * loader never looks at them (elf(5)). Nothing in a file is trusted.
 */
#ifndef ELFDEPS_OBJECT_H
#define ELFDEPS_OBJECT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>

#include "common/alloc.h"
#include "common/error.h"
#include "elfdeps.h"

/* Of a program or an interpreter that nobody may start. */
#define OBJECT_NO_EXECUTE "no permission to execute it is set"

enum {
	OBJECT_SHEBANG_MAX =
		256, /* BINPRM_BUF_SIZE: what the kernel reads of a #! line */
	OBJECT_NEEDED_MAX =
		4096, /* names in one file; the largest real ones have hundreds */
	OBJECT_STRING_MAX = 1 << 16, /* of one search path */
};

/* How an object asks for another one, in the order of its dynamic section. */
enum object_tag {
	OBJECT_NEEDED,
	OBJECT_AUXILIARY, /* loaded in front of it, if it is there */
	OBJECT_FILTER,    /* loaded in front of it */
};

struct object_need {
	const char *name;
	enum object_tag tag;
	struct store_name *known; /* store's own note */
};

/*
 * At which of its tests the loader stumbles over a defect: the order decides whether a file of
 * another class is skipped before its defect is seen (elf/dl-load.c, open_verify).
 */
enum object_stage {
	OBJECT_SOUND,
	OBJECT_NO_ELF, /* not a file with an ELF header at all */
	OBJECT_BAD_IDENT, /* an e_ident that the loader refuses, the kernel does not look at */
	OBJECT_BAD_HEADER, /* after the machine was found to fit */
};

struct object {
	uint64_t device, inode;
	uint32_t mode; /* st_mode */
	enum elfdeps_kind kind;
	uint16_t type, machine;    /* e_type, e_machine */
	unsigned char class, data; /* EI_CLASS, EI_DATA */
	uint16_t head_size;        /* bytes there were of the first page */
	uint32_t flags;            /* e_flags */
	uint32_t flags_1;          /* DT_FLAGS_1 */
	bool dynamic;              /* has a dynamic section */
	enum object_stage stage;   /* of the defect */
	const char *defect;        /* the first that the loader meets; NULL if sound */
	const char *fault;   /* why the kernel cannot start it either; NULL if it can */
	const char *interp;  /* PT_INTERP, NULL if none */
	const char *soname;  /* NULL if none */
	const char *rpath;   /* DT_RPATH; NULL if none or if DT_RUNPATH cancels it */
	const char *runpath; /* NULL if none, "" if empty */
	const char *shebang; /* what follows "#!", up to the end of the line */
	struct object_need *needs;
	size_t need_count;
	struct symbols *symbols; /* symbolcache's own note */
	struct link *link;       /* in the link map of mark `map`: linkmap's own note */
	uint64_t map;
	struct store_name *known_soname; /* store's own note */
	const struct hints *hints;       /* what it opens at run time: extras' own note */
	const struct loader *loader; /* what it says as a loader: linkmap's own note */
};

/*
 * Reads the open file `fd`, whose stat is `st`. What is wrong with the file becomes a defect of
 * *ret; only a failing read or no memory is an error. Strings belong to `arena`.
 */
int object_read(int fd, const struct stat *st, struct arena *arena, struct object *ret,
		struct error *err) _must_check_;

/* What the loader does with a file that it tries for a library. */
enum object_verdict {
	OBJECT_FITS,
	OBJECT_SKIPPED, /* of another class or machine: the search goes on */
	OBJECT_FATAL,   /* the loader gives up: ret_reason says why */
};

/* Judges `object` as a library of the program `main`: open_verify's tests, in its order. */
enum object_verdict object_judge(const struct object *object, const struct object *main,
				 const char **ret_reason);

#endif
