/* SPDX-License-Identifier: MIT */
/*
 * findings: what is wrong with an image, each thing once, with its cause and its cure; as lines for
 * people and as JSON for programs. A hostile image can make no more than FINDINGS_MAX of a severity.
 */
#ifndef BUILDER_FINDINGS_H
#define BUILDER_FINDINGS_H

#include <stddef.h>
#include <stdio.h>

#include "common/alloc.h"
#include "common/error.h"
#include "common/strmap.h"

enum { FINDINGS_MAX = 500, FINDINGS_SCHEMA = 1 };

enum severity {
	SEVERITY_ERROR,   /* something in the image does not start, or is no use */
	SEVERITY_WARNING, /* some use of it fails */
};

enum { SEVERITY_COUNT = 2 };

struct finding {
	enum severity severity;
	const char *path;    /* in the image, of what has the problem */
	const char *problem; /* its kind, a word that programs may rely on */
	const char *text;    /* the cause, without `path` */
	const char *fix;     /* what to type or to do; NULL if nothing is known */
};

/* Zero-initialise it. */
struct findings {
	struct arena arena;
	struct finding **items; /* of the arena */
	size_t count, capacity;
	struct strmap known;           /* path and text -> its finding */
	size_t counts[SEVERITY_COUNT]; /* kept, of each severity */
	size_t dropped;                /* that were too many */
};

/*
 * Adds a copy. What has the same path and text is one finding, of the worse severity. `problem` must
 * live on.
 */
int findings_add(struct findings *findings, const struct finding *finding,
		 struct error *err) _must_check_;

/* Sorts bytewise by path and text, so that a tar and a folder give the same lines. */
void findings_sort(struct findings *findings);

/* A line a finding, escaped: "PATH: CAUSE; fix: WORDS", a warning as "PATH: warning: CAUSE…". */
void findings_print(const struct findings *findings, FILE *out);

/*
 * One JSON object: "schema": 1, "problems", each with severity, path, problem, text and fix, and
 * "dropped", how many there were besides. -EIO if it cannot be written.
 */
int findings_print_json(const struct findings *findings, FILE *out,
			struct error *err) _must_check_;

void findings_free(struct findings *findings);

#define _cleanup_findings_ __attribute__((cleanup(findings_free)))

#endif
