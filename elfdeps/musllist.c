/* SPDX-License-Identifier: MIT */
/*
 * The list follows the edges, not the objects: one line has the name by which an object was first
 * asked for. Called by report.
 */
#include "musllist.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "common/path.h"
#include "common/strmap.h"
#include "musl.h"

enum { ESCAPED_MAX = 4 * PATH_MAX + 1 };

/* A list being printed. */
struct list {
	const struct elfdeps_object *loader;
	struct strmap seen; /* paths of objects, and reserved names up to their dot */
	struct error *err;
};

static void print(const char *text)
{
	char escaped[ESCAPED_MAX];

	fputs(path_escape(text, escaped, sizeof(escaped)), stdout);
}

const struct elfdeps_object *musllist_find_loader(const struct elfdeps_closure *closure)
{
	for (size_t i = 1; i < closure->count; i++)
		if (musl_is_loader(closure->objects[i]->path))
			return closure->objects[i];
	return NULL;
}

static void print_line(const char *name, const char *path)
{
	putchar('\t');
	if (name) {
		print(name);
		fputs(" => ", stdout);
	}
	print(path);
	puts(" (0x0000000000000000)");
}

static int see(struct list *list, const char *key)
{
	static char mark;

	return strmap_put(&list->seen, key, &mark, list->err);
}

/* libc.so and libc.musl-x86_64.so.1 are one name, of which the loader tells the first. */
static int print_loader(struct list *list, const char *name)
{
	const char *kind = musl_reserved(name);

	/* Another file of a libc stands for libc.so. */
	if (!kind && strcmp(name, list->loader->path) != 0)
		kind = musl_reserved(name = "libc.so");
	if (!kind || strmap_get(&list->seen, kind))
		return 0;
	print_line(name, list->loader->path);
	return see(list, kind);
}

static int print_edge(struct list *list, const struct elfdeps_object *object,
		      const struct elfdeps_edge *edge)
{
	if (edge->rule == ELFDEPS_RULE_INTERP)
		return 0;
	if (elfdeps_is_missing(object, edge)) {
		putchar('\t');
		print(edge->name);
		puts(" => not found");
	}
	if (!edge->object)
		return 0;
	if (edge->object == list->loader)
		return print_loader(list, edge->name);
	if (strmap_get(&list->seen, edge->object->path))
		return 0;
	print_line(edge->name, edge->object->path);
	return see(list, edge->object->path);
}

static int print_edges(struct list *list, const struct elfdeps_object *object,
		       bool required)
{
	int r = 0;

	for (size_t i = 0; i < object->edge_count && r == 0; i++)
		if ((object->edges[i].strength == ELFDEPS_REQUIRED) == required)
			r = print_edge(list, object, &object->edges[i]);
	return r;
}

int musllist_print(const struct elfdeps_closure *closure,
		   const struct elfdeps_object *loader, struct error *err)
{
	struct list list = {.loader = loader, .err = err};
	int r = see(&list, closure->objects[0]->path);

	print_line(NULL, loader->path);
	for (size_t i = 0; i < closure->count && r == 0; i++)
		r = print_edges(&list, closure->objects[i], true);
	/* The loader knows nothing of the rest: it stands at the end, as if it were loaded last. */
	for (size_t i = 0; i < closure->count && r == 0; i++)
		r = print_edges(&list, closure->objects[i], false);
	for (size_t i = 0; i < closure->extra_count && r == 0; i++) {
		r = print_edges(&list, closure->extras[i], true);
		if (r == 0)
			r = print_edges(&list, closure->extras[i], false);
	}
	strmap_free(&list.seen);
	return r;
}
