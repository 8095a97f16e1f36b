/* SPDX-License-Identifier: MIT */
/*
 * checkup: an image on the way through all checks: what is known of it, and where findings go. The
 * verify modules take it, each for one kind of problem; checkup_run puts them in order.
 */
#ifndef BUILDER_CHECKUP_H
#define BUILDER_CHECKUP_H

#include <stdbool.h>
#include <stddef.h>

#include "common/alloc.h"
#include "common/error.h"
#include "common/strmap.h"
#include "cure.h"
#include "elfdeps/elfdeps.h"
#include "findings.h"
#include "survey.h"

/* A program of the image, or a library that one of its programs loads. */
struct usage {
	const char *name;   /* a file name: of the program, or the library's SONAME */
	const char *by;     /* path of the program: the first, by path */
	const char *folder; /* where the libc that the program loads lies; "" if none */
};

struct usages {
	struct usage *items;
	size_t count, capacity;
	struct strmap known; /* name -> not NULL */
};

struct checkup {
	struct survey *survey; /* borrowed, as findings and resolver */
	struct findings *findings;
	struct elfdeps *resolver;
	struct arena arena;
	struct strmap names;               /* file name -> the last entry that has it */
	struct usages libraries, programs; /* filled by verifyelf */
	size_t files;                      /* programs, libraries and scripts looked at */
};

/* Runs every check, and sorts the findings. *ret_files: how many files can be started or loaded. */
int checkup_run(struct survey *survey, struct findings *findings, size_t *ret_files,
		struct error *err) _must_check_;

/* Empties it; the three parts are borrowed. */
int checkup_open(struct checkup *checkup, struct survey *survey,
		 struct findings *findings, struct error *err) _must_check_;
void checkup_close(struct checkup *checkup);

#define _cleanup_checkup_ __attribute__((cleanup(checkup_close)))

/* Adds the finding with the words of its cure; `cure` may be NULL. */
int checkup_report(struct checkup *checkup, const struct finding *finding,
		   const struct cure *cure, struct error *err) _must_check_;

/* Remembers a program or a library; the first of a name stays. All is copied. */
int checkup_use(struct checkup *checkup, struct usages *usages, const struct usage *usage,
		struct error *err) _must_check_;

/* The first library or program whose name is `name` or matches the pattern; NULL if there is none. */
const struct usage *checkup_find(const struct usages *usages, const char *pattern);

#endif
