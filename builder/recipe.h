/* SPDX-License-Identifier: MIT */
/*
 * recipe: what an image was asked to be, over all the times that something was added to it.
 */
#ifndef BUILDER_RECIPE_H
#define BUILDER_RECIPE_H

#include <stdbool.h>
#include <stddef.h>

#include "accounts.h"
#include "common/alloc.h"
#include "common/error.h"
#include "common/strlist.h"
#include "common/strmap.h"
#include "locate.h"
#include "runconfig.h"

struct recipe {
	struct operand
		*operands; /* in the order in which they were asked for, until sorted */
	size_t count, capacity;
	struct strmap known; /* "path" or "path:dest" -> not NULL */
	struct arena arena;  /* its keys */
	bool rules;          /* fitting parts are added */
	bool digests;        /* the record has the sha256 of every file */
	bool package_db;     /* scanners find out what packages it is made of */
	bool sysroot;        /* something was taken from a root that is not the host's */
	struct strlist templates; /* names, and paths of Jailfiles, sorted */
	struct accounts accounts;
	struct strlist terms; /* values of TERM that the image has entries for, sorted */
	struct runconfig settings;
};

/* Adds a copy of the operand, unless it is there. */
int recipe_add(struct recipe *recipe, const struct operand *operand,
	       struct error *err) _must_check_;

/* Adds a value of TERM, unless it is there. */
int recipe_add_term(struct recipe *recipe, const char *term,
		    struct error *err) _must_check_;

/* Adds the name of a template, unless it is there. */
int recipe_add_template(struct recipe *recipe, const char *name,
			struct error *err) _must_check_;

/* Sorts the operands: in the image they stand in an order that does not depend on when each was added. */
void recipe_sort(struct recipe *recipe);

void recipe_free(struct recipe *recipe);

#define _cleanup_recipe_ __attribute__((cleanup(recipe_free)))

#endif
