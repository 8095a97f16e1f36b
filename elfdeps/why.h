/* SPDX-License-Identifier: MIT */
/*
 * why: what --why tells: every place looked at for one name, of everybody who needs it, in order. It
 * listens to a resolver (elfdeps_trace) and prints, as text or JSON. main calls it.
 */
#ifndef ELFDEPS_WHY_H
#define ELFDEPS_WHY_H

#include <jansson.h>
#include <stdbool.h>

#include "common/alloc.h"
#include "common/error.h"
#include "elfdeps.h"

struct why_place {
	const char *by, *path, *reason; /* the arena's; the last two may be NULL */
	enum elfdeps_rule rule;
	enum elfdeps_verdict verdict;
};

/* Zero-initialise, set `name`, and why_free it. */
struct why {
	const char *name; /* as it is written in the file that needs it; the caller's */
	struct why_place *places; /* of the file that was resolved last */
	size_t count, capacity;
	struct arena arena;
	bool failed; /* no memory: the record is not whole */
};

/* What to give to a resolver; `why` must outlive it. */
struct elfdeps_trace why_trace(struct why *why);

/* Forgets what was heard, in front of the next file. */
void why_clear(struct why *why);

/* Whether somebody needs the name, or wants to be loaded before others by it. */
bool why_is_needed(const struct why *why);

/* A block for each of those who need it, on stdout; control bytes are escaped. */
void why_print(const struct why *why);

/* The same as member "why" of `file`, an object of graph's document: an array of {by, found,
 * places}. */
int why_json_add(const struct why *why, json_t *file, struct error *err) _must_check_;

void why_free(struct why *why);

#endif
