/* SPDX-License-Identifier: MIT */
/*
 * The text forms. All but the NUL-separated list escape control bytes: names come from files that
 * may want to drive the reader's terminal. Called by main.
 */
#include "report.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/alloc.h"
#include "common/cleanup.h"
#include "common/path.h"
#include "musllist.h"

enum {
	ESCAPED_MAX = 4 * PATH_MAX + 1,
	INDENT = 4,
	INDENT_LEVELS =
		40, /* deeper ones stay there: a hostile chain must not print gigabytes */
};

static void print(const char *text)
{
	char escaped[ESCAPED_MAX];

	fputs(path_escape(text, escaped, sizeof(escaped)), stdout);
}

/* The objects, and behind them the extras. */
static struct elfdeps_object *object_at(const struct elfdeps_closure *closure, size_t i)
{
	return i < closure->count ? closure->objects[i]
				  : closure->extras[i - closure->count];
}

void report_list_free(struct report_list *list)
{
	ptrset_free(&list->objects);
	strmap_free(&list->seen);
	strlist_free(&list->paths);
}

static void print_item(const struct report_list *list, const char *path)
{
	if (list->zero)
		fputs(path, stdout);
	else
		print(path);
	putchar(list->zero ? '\0' : '\n');
}

static int list_path(struct report_list *list, const char *path, struct error *err)
{
	int r;

	if (strmap_get(&list->seen, path))
		return 0;
	r = strlist_add(&list->paths, path, err);
	if (r < 0)
		return r;
	char *kept = list->paths.items[list->paths.count - 1];
	print_item(list, kept);
	return strmap_put(&list->seen, kept, kept, err);
}

static int list_link(void *data, const char *path, const char *target, struct error *err)
{
	(void)target;
	return list_path(data, path, err);
}

static int list_links(struct report_list *list, const char *path, struct error *err)
{
	const struct sysroot_visitor visitor = {.link = list_link, .data = list};
	_cleanup_free_ char *absolute = NULL;
	char canonical[PATH_MAX];
	int r;

	if (path[0] != '/') { /* sysroot_resolve counts from the root */
		_cleanup_free_ char *here = list->root->fd < 0 ? getcwd(NULL, 0)
							       : strdup("");

		absolute = here ? alloc_format(err, "%s/%s", here, path) : NULL;
		if (!absolute)
			return error_nomem(err);
		path = absolute;
	}
	r = sysroot_resolve(list->root, path, &visitor, canonical, err);
	return r < 0 ? r : list_path(list, canonical, err);
}

static int list_with_links(struct report_list *list, const char *path, struct error *err)
{
	int r = list_path(list, path, err);

	return r < 0 ? r : list_links(list, path, err);
}

int report_list(struct report_list *list, const struct elfdeps_closure *closure,
		struct error *err)
{
	for (size_t i = 0; i < closure->count + closure->extra_count; i++) {
		const char *path = object_at(closure, i)->path;
		int r = ptrset_add(&list->objects, path, err);

		if (r > 0 && !list->links)
			print_item(list, path);
		else if (r > 0)
			r = list_with_links(list, path, err);
		if (r < 0)
			return r;
	}
	return 0;
}

/* How much of an edge is wanted, if the loader does not load it at the start. */
static void print_strength(const struct elfdeps_edge *edge)
{
	if (!edge->reason)
		return;
	printf(" (%s: ", elfdeps_strength_name(edge->strength));
	print(edge->reason);
	putchar(')');
}

static void print_edge(const struct elfdeps_edge *edge, size_t depth, bool again)
{
	size_t level = depth < INDENT_LEVELS ? depth : INDENT_LEVELS;

	printf("%*s", (int)(level * INDENT), "");
	if (!edge->object || strcmp(edge->name, edge->object->path) != 0) {
		print(edge->name);
		fputs(" => ", stdout);
	}
	if (!edge->object) {
		fputs("not found", stdout);
		if (edge->detail) {
			fputs(" [", stdout);
			print(edge->detail);
			putchar(']');
		}
		print_strength(edge);
		putchar('\n');
		return;
	}
	print(edge->object->path);
	printf(" [%s", elfdeps_rule_name(edge->rule));
	if (edge->detail) {
		fputs(": ", stdout);
		print(edge->detail);
	}
	if (edge->relative)
		fputs("; depends on the current folder", stdout);
	putchar(']');
	print_strength(edge);
	puts(again && edge->object->edge_count ? " *" : "");
}

static int own(struct strmap *owners, const struct elfdeps_edge *edge, struct error *err)
{
	void *value;

	if (!edge->object || strmap_get(owners, edge->object->path))
		return 0;
	memcpy(&value, &edge, sizeof(value));
	return strmap_put(owners, edge->object->path, value, err);
}

/* Notes for each path the edge below which it is shown: the one that found it, or else the first
 * that names it (a library that has the usual loader has no such edge). */
static int add_owners(const struct elfdeps_closure *closure, bool finders,
		      struct strmap *owners, struct error *err)
{
	for (size_t i = 0; i < closure->count + closure->extra_count; i++) {
		const struct elfdeps_object *object = object_at(closure, i);

		for (size_t j = 0; j < object->edge_count; j++) {
			const struct elfdeps_edge *edge = &object->edges[j];
			bool finds = edge->rule != ELFDEPS_RULE_LOADED && !edge->again;

			if (finds == finders && own(owners, edge, err) < 0)
				return -ENOMEM;
		}
	}
	return 0;
}

/* The file itself is at the top and below nothing: with an edge of its own the tree would not end. */
static int find_owners(const struct elfdeps_closure *closure, struct strmap *owners,
		       struct error *err)
{
	struct elfdeps_object *top = closure->objects[0];
	int r = strmap_put(owners, top->path, top, err);

	if (r == 0)
		r = add_owners(closure, true, owners, err);
	return r < 0 ? r : add_owners(closure, false, owners, err);
}

/* One object whose edges are being printed. */
struct level {
	const struct elfdeps_object *object;
	size_t next;
};

/* A walk with a stack of its own: chains may be deeper than the process' stack. */
static int print_below(const struct elfdeps_object *object, const struct strmap *owners,
		       struct error *err)
{
	_cleanup_free_ struct level *stack = NULL;
	size_t capacity = 0, depth = 0;
	int r = alloc_grow(&stack, &capacity, 1, sizeof(*stack), err);

	if (r < 0)
		return r;
	stack[depth++] = (struct level){.object = object};
	while (depth) {
		struct level *level = &stack[depth - 1];

		if (level->next == level->object->edge_count) {
			depth--;
			continue;
		}
		const struct elfdeps_edge *edge = &level->object->edges[level->next++];
		bool here = edge->object &&
			    strmap_get(owners, edge->object->path) == edge;
		print_edge(edge, depth, !here);
		if (!here)
			continue;
		r = alloc_grow(&stack, &capacity, depth + 1, sizeof(*stack), err);
		if (r < 0)
			return r;
		stack[depth++] = (struct level){.object = edge->object};
	}
	return 0;
}

int report_tree(const struct elfdeps_closure *closure, struct error *err)
{
	_cleanup_strmap_ struct strmap owners = {0};
	int r = find_owners(closure, &owners, err);

	if (r < 0)
		return r;
	print(closure->objects[0]->path);
	putchar('\n');
	return print_below(closure->objects[0], &owners, err);
}

/* What is known while ldd's text is printed. */
struct ldd {
	const struct elfdeps_closure *closure;
	struct strmap
		owners; /* path → the edge that found it: has the name that ldd shows */
	struct strmap places;      /* path → its pointer in closure->objects */
	size_t printed, mentioned; /* objects so far, by their place in load order */
	const struct elfdeps_object
		*interp; /* of the program, while nothing else needs it */
};

static int ldd_open(struct ldd *ldd, struct error *err)
{
	const struct elfdeps_closure *closure = ldd->closure;
	int r = find_owners(closure, &ldd->owners, err);

	for (size_t i = 0; i < closure->count && r == 0; i++) {
		const struct elfdeps_object *const object = closure->objects[i];
		void *place;
		struct elfdeps_object *const *at = &closure->objects[i];

		memcpy(&place, &at, sizeof(place));
		r = strmap_put(&ldd->places, object->path, place, err);
	}
	return r;
}

static void ldd_close(struct ldd *ldd)
{
	strmap_free(&ldd->owners);
	strmap_free(&ldd->places);
}

static void ldd_object(const struct ldd *ldd, const struct elfdeps_object *object)
{
	const struct elfdeps_edge *owner = strmap_get(&ldd->owners, object->path);

	if (object == ldd->interp)
		return;
	putchar('\t');
	/* A name with a slash is itself the path, once its tokens are replaced; a preload's are shown as
	 * they were. What nobody searched for is the loader of a library: known by its path. */
	if (owner && owner->rule != ELFDEPS_RULE_LOADED &&
	    (owner->rule == ELFDEPS_RULE_PRELOAD || !strchr(owner->name, '/')) &&
	    strcmp(owner->name, object->path) != 0) {
		print(owner->name);
		fputs(" => ", stdout);
	}
	print(object->path);
	puts(" (0x0000000000000000)");
}

static bool is_loader(const struct ldd *ldd, size_t place)
{
	const struct elfdeps_edge *owner;

	if (place >= ldd->closure->count)
		return false;
	owner = strmap_get(&ldd->owners, ldd->closure->objects[place]->path);
	return owner &&
	       (owner->rule == ELFDEPS_RULE_INTERP || owner->rule == ELFDEPS_RULE_LOADED);
}

/*
 * Prints the objects in load order, up to and with place `last`; the file itself is not shown. The
 * loader puts itself right behind the object in front of it, so before what is missing (dl_main of
 * elf/rtld.c: r_list, which has no entries for those).
 */
static void ldd_objects(struct ldd *ldd, size_t last)
{
	if (is_loader(ldd, last + 1))
		last++;
	while (ldd->printed < last) {
		ldd->printed++;
		ldd_object(ldd, ldd->closure->objects[ldd->printed]);
	}
}

/* What is missing stands where it would have been loaded: behind all that was mentioned before. */
static void ldd_edge(struct ldd *ldd, const struct elfdeps_object *object,
		     const struct elfdeps_edge *edge)
{
	struct elfdeps_object *const *place =
		edge->object ? strmap_get(&ldd->places, edge->object->path) : NULL;

	if (place && edge->rule != ELFDEPS_RULE_INTERP) {
		size_t index = (size_t)(place - ldd->closure->objects);

		ldd->mentioned = index > ldd->mentioned ? index : ldd->mentioned;
	} else if (elfdeps_is_missing(object, edge)) {
		ldd_objects(ldd, ldd->mentioned);
		putchar('\t');
		print(edge->name);
		puts(" => not found");
	}
}

/* ldd knows nothing of them: they stand at the end, as if they were loaded last. */
static void ldd_extras(struct ldd *ldd)
{
	const struct elfdeps_closure *closure = ldd->closure;

	for (size_t i = 0; i < closure->extra_count; i++) {
		const struct elfdeps_object *object = closure->extras[i];

		ldd_object(ldd, object);
		for (size_t j = 0; j < object->edge_count; j++)
			ldd_edge(ldd, object, &object->edges[j]);
	}
}

/* The loader is shown only if something needs it, as in ldd: to be a preload is not enough
 * (rtld_multiple_ref of elf/rtld.c). */
static const struct elfdeps_object *find_unneeded_interp(
	const struct elfdeps_closure *closure)
{
	const struct elfdeps_object *interp = NULL;

	for (size_t i = 0; i < closure->count; i++)
		for (size_t j = 0; j < closure->objects[i]->edge_count; j++) {
			const struct elfdeps_edge *edge = &closure->objects[i]->edges[j];

			if (edge->rule == ELFDEPS_RULE_INTERP && i == 0)
				interp = edge->object;
			else if (edge->object && edge->object == interp &&
				 edge->rule != ELFDEPS_RULE_PRELOAD)
				return NULL;
		}
	return interp;
}

int report_ldd(const struct elfdeps_closure *closure, struct error *err)
{
	const struct elfdeps_object *musl = musllist_find_loader(closure);

	if (musl)
		return musllist_print(closure, musl, err);

	struct ldd ldd = {.closure = closure, .interp = find_unneeded_interp(closure)};
	int r = ldd_open(&ldd, err);

	for (size_t i = 0; i < closure->count && r == 0; i++)
		for (size_t j = 0; j < closure->objects[i]->edge_count; j++)
			ldd_edge(&ldd, closure->objects[i],
				 &closure->objects[i]->edges[j]);
	if (r == 0) {
		ldd_objects(&ldd, closure->count - 1);
		ldd_extras(&ldd);
		if (!closure->missing && closure->count == (ldd.interp ? 2 : 1))
			puts("\tstatically linked");
	}
	ldd_close(&ldd);
	return r;
}
