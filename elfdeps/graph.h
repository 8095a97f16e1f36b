/* SPDX-License-Identifier: MIT */
/*
 * graph: closures for other programs: JSON (the schema is in elfdeps(1)) and the language of
 * graphviz. main fills a document file by file, then prints it.
 */
#ifndef ELFDEPS_GRAPH_H
#define ELFDEPS_GRAPH_H

#include <jansson.h>

#include "common/error.h"
#include "common/strmap.h"
#include "elfdeps.h"

/* A new document without files, or NULL with err set; json_decref frees it. */
json_t *graph_json(struct error *err);

/* Adds a file: `closure` is NULL if it failed, `failure` then says how. */
int graph_json_add(json_t *document, const char *file,
		   const struct elfdeps_closure *closure, const struct error *failure,
		   struct error *err) _must_check_;

/* The entry of the file that was added last; belongs to the document. */
json_t *graph_json_last(const json_t *document);

/* A string, or null for NULL, with bad UTF-8 escaped. */
json_t *graph_text(const char *value);

int graph_json_print(const json_t *document, struct error *err) _must_check_;

/* A graph of all closures is one: graph_dot_begin, graph_dot for each, graph_dot_end. `seen` keeps
 * objects from being drawn twice. */
void graph_dot_begin(void);
int graph_dot(const struct elfdeps_closure *closure, struct strmap *seen,
	      struct error *err) _must_check_;
void graph_dot_end(void);

#endif
