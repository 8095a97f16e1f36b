/* SPDX-License-Identifier: MIT */
/*
 * JSON by jansson, dot by hand. JSON text must be valid UTF-8, names in files need not be: those
 * that are not are escaped as in the text forms. Called by main.
 */
#include "graph.h"

#include <elf.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>

#include "common/path.h"

enum { ESCAPED_MAX = 4 * PATH_MAX + 1 };

json_t *graph_text(const char *value)
{
	char escaped[ESCAPED_MAX];
	json_t *string;

	if (!value)
		return json_null();
	string = json_string(value);
	return string ? string
		      : json_string(path_escape(value, escaped, sizeof(escaped)));
}

json_t *graph_json(struct error *err)
{
	json_t *document = json_pack("{s:i, s:[]}", "schema", 1, "files");

	if (!document)
		error_nomem(err);
	return document;
}

static json_t *edge_json(const struct elfdeps_edge *edge)
{
	return json_pack("{s:o, s:o, s:s, s:o, s:b, s:s, s:o}", "name",
			 graph_text(edge->name), "path",
			 graph_text(edge->object ? edge->object->path : NULL), "rule",
			 elfdeps_rule_name(edge->rule), "detail",
			 graph_text(edge->detail), "relative", edge->relative, "strength",
			 elfdeps_strength_name(edge->strength), "reason",
			 graph_text(edge->reason));
}

static json_t *edges_json(const struct elfdeps_object *object)
{
	json_t *edges = json_array();

	for (size_t i = 0; edges && i < object->edge_count; i++)
		if (json_array_append_new(edges, edge_json(&object->edges[i])) < 0) {
			json_decref(edges);
			return NULL;
		}
	return edges;
}

static json_t *object_json(const struct elfdeps_object *object)
{
	json_t *members = json_pack("{s:o, s:s, s:s}", "path", graph_text(object->path),
				    "kind",
				    object->kind == ELFDEPS_SCRIPT ? "script" : "elf",
				    "strength", elfdeps_strength_name(object->strength));

	if (object->kind == ELFDEPS_ELF)
		json_object_update_new(
			members,
			json_pack("{s:o, s:o, s:i, s:i, s:s}", "soname",
				  graph_text(object->soname), "interpreter",
				  graph_text(object->interp), "machine",
				  (int)object->machine, "class",
				  object->elf_class == ELFCLASS64 ? 64 : 32, "byte_order",
				  object->data == ELFDATA2MSB ? "big" : "little"));
	if (json_object_set_new(members, "edges", edges_json(object)) < 0) {
		json_decref(members);
		return NULL;
	}
	return members;
}

static json_t *objects_json(struct elfdeps_object *const *all, size_t count)
{
	json_t *objects = json_array();

	for (size_t i = 0; objects && i < count; i++)
		if (json_array_append_new(objects, object_json(all[i])) < 0) {
			json_decref(objects);
			return NULL;
		}
	return objects;
}

static json_t *failure_json(const struct error *failure)
{
	if (!failure)
		return json_null();
	return json_pack("{s:o, s:o}", "text", graph_text(failure->text), "hint",
			 graph_text(failure->hint[0] ? failure->hint : NULL));
}

int graph_json_add(json_t *document, const char *file,
		   const struct elfdeps_closure *closure, const struct error *failure,
		   struct error *err)
{
	static const struct elfdeps_closure nothing = {0};
	const struct elfdeps_closure *shown = closure ? closure : &nothing;
	const char *status = !closure           ? "failed"
			     : closure->missing ? "missing"
						: "complete";
	json_t *entry = json_pack("{s:o, s:s, s:I, s:o, s:o, s:o}", "file",
				  graph_text(file), "status", status, "missing",
				  (json_int_t)shown->missing, "error",
				  failure_json(failure), "objects",
				  objects_json(shown->objects, shown->count), "extras",
				  objects_json(shown->extras, shown->extra_count));

	if (json_array_append_new(json_object_get(document, "files"), entry) < 0)
		return error_nomem(err);
	return 0;
}

json_t *graph_json_last(const json_t *document)
{
	const json_t *files = json_object_get(document, "files");

	return json_array_get(files, json_array_size(files) - 1);
}

int graph_json_print(const json_t *document, struct error *err)
{
	if (json_dumpf(document, stdout, JSON_INDENT(2) | JSON_PRESERVE_ORDER) < 0)
		return error_set(err, EIO, "cannot write the JSON text");
	putchar('\n');
	return 0;
}

/* A quoted string of the dot language, where the backslash is a special byte as well. */
static void dot_string(const char *value)
{
	char escaped[ESCAPED_MAX];

	putchar('"');
	for (const char *at = path_escape(value, escaped, sizeof(escaped)); *at; at++) {
		if (*at == '"' || *at == '\\')
			putchar('\\');
		putchar(*at);
	}
	putchar('"');
}

static void dot_edge(const struct elfdeps_object *from, const struct elfdeps_edge *edge)
{
	if (!edge->object) {
		putchar('\t');
		dot_string(edge->name);
		printf(" [color=%s, style=dashed];\n",
		       elfdeps_is_missing(from, edge) ? "red" : "gray");
	}
	putchar('\t');
	dot_string(from->path);
	fputs(" -> ", stdout);
	dot_string(edge->object ? edge->object->path : edge->name);
	if (!edge->reason) {
		printf(" [label=\"%s\"];\n", elfdeps_rule_name(edge->rule));
		return;
	}
	printf(" [label=\"%s, %s\", style=dashed, tooltip=",
	       elfdeps_rule_name(edge->rule), elfdeps_strength_name(edge->strength));
	dot_string(edge->reason);
	puts("];");
}

void graph_dot_begin(void)
{
	puts("digraph elfdeps {\n\trankdir=LR;\n\tnode [shape=box];");
}

int graph_dot(const struct elfdeps_closure *closure, struct strmap *seen,
	      struct error *err)
{
	for (size_t i = 0; i < closure->count + closure->extra_count; i++) {
		struct elfdeps_object *object =
			i < closure->count ? closure->objects[i]
					   : closure->extras[i - closure->count];

		if (strmap_get(seen, object->path))
			continue;
		int r = strmap_put(seen, object->path, object, err);
		if (r < 0)
			return r;
		putchar('\t');
		dot_string(object->path);
		puts(";");
		for (size_t j = 0; j < object->edge_count; j++)
			dot_edge(object, &object->edges[j]);
	}
	return 0;
}

void graph_dot_end(void)
{
	puts("}");
}
