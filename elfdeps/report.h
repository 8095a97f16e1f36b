/* SPDX-License-Identifier: MIT */
/*
 * report: closures as text for people and for scripts: a tree, a list, what ldd prints. main calls
 * it; it prints to stdout. graph has the forms for machines.
 */
#ifndef ELFDEPS_REPORT_H
#define ELFDEPS_REPORT_H

#include <stdbool.h>

#include "common/error.h"
#include "common/ptrset.h"
#include "common/strlist.h"
#include "common/strmap.h"
#include "common/sysroot.h"
#include "elfdeps.h"

/* How a list is printed, and what it has printed: over all files a path comes once. */
struct report_list {
	const struct sysroot *root;
	bool zero;  /* NUL behind each path, nothing escaped */
	bool links; /* with every symlink that leads there, and where they lead */
	struct ptrset objects; /* by the text of their path, of which there is one */
	struct strmap seen;    /* with `links`: paths, of which these are some */
	struct strlist paths;  /* owns the keys of `seen` */
};

void report_list_free(struct report_list *list);

#define _cleanup_report_list_ __attribute__((cleanup(report_list_free)))

/* One path a line, in load order. */
int report_list(struct report_list *list, const struct elfdeps_closure *closure,
		struct error *err) _must_check_;

/*
 * Each object below the one whose need found it, once; every other mention is a line that ends
 * in " *" if there is more to see there. So the size is that of the edges, however they cross.
 */
int report_tree(const struct elfdeps_closure *closure, struct error *err) _must_check_;

/* The text of ldd(1); nothing is loaded, so that every address is 0. */
int report_ldd(const struct elfdeps_closure *closure, struct error *err) _must_check_;

#endif
