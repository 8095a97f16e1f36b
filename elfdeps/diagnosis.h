/* SPDX-License-Identifier: MIT */
/*
 * diagnosis: what a check found, as text for people and as JSON. main calls it; the text goes to stdout.
 */
#ifndef ELFDEPS_DIAGNOSIS_H
#define ELFDEPS_DIAGNOSIS_H

#include <jansson.h>
#include <stddef.h>

#include "common/error.h"
#include "elfdeps.h"

/* A line for each problem, "FILE: OBJECT: cause", and one that sums up. */
void diagnosis_file(const char *file, const struct elfdeps_closure *closure,
		    const struct elfdeps_problems *problems);

/* A line for each problem of no FILE, "OBJECT: cause"; nothing if there is none. */
void diagnosis_cache(const struct elfdeps_problems *problems);

/* Adds the member "problems" to an object of the JSON document. */
int diagnosis_json(json_t *object, const struct elfdeps_problems *problems,
		   struct error *err) _must_check_;

#endif
