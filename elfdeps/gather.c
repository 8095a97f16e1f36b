/* SPDX-License-Identifier: MIT */
/*
 * Files that start each other: scripts, their interpreters, what env looks up. Each program has a
 * link map of its own; here their objects become one list. Called by resolver.
 */
#include "gather.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/path.h"
#include "resolver.h"
#include "script.h"
#include "search.h"

enum {
	CHAIN_LEVELS =
		8, /* more than SCRIPT_LEVELS_MAX: the unit in which env's programs count */
	CHAIN_MAX =
		40, /* programs that env starts one from the other: more are a circle */
};

/* Links, each path once. */
struct gathered {
	struct link **links;
	size_t count, capacity;
	uint64_t mark; /* of their paths */
};

/* One closure being strung together. */
struct gather {
	struct elfdeps *resolver;
	struct gathered loaded, extras;
};

/* A file to start, opened. `depth` counts scripts that interpret each other below CHAIN_LEVELS, and programs
 * that env started in steps of it. */
struct source {
	struct store_name *file;
	unsigned depth;
};

/* Adds a link whose path is not there yet: two programs of a chain share most libraries. */
static int gather_link(struct gather *gather, struct link *link, struct error *err)
{
	struct gathered *gathered = link->extra ? &gather->extras : &gather->loaded;
	uint64_t *mark = &link->file->gathered;

	if (*mark == gathered->mark || *mark == gather->loaded.mark)
		return 0;
	int r = alloc_grow(&gathered->links, &gathered->capacity, gathered->count + 1,
			   sizeof(gathered->links[0]), err);
	if (r < 0)
		return r;
	gathered->links[gathered->count++] = link;
	*mark = gathered->mark;
	return 0;
}

/* Adds a program's closure, and with --hwcaps all those of its variants; *ret is its first object. What
 * a library that is asked for filters stands in front of it, but a closure begins with the file. */
static int gather_program(struct gather *gather, const struct source *source,
			  struct elfdeps_object **ret, struct error *err)
{
	struct elfdeps *resolver = gather->resolver;
	struct store_name *file = source->file;
	struct linkmap *map = file->round == resolver->round ? file->program : NULL;
	int r = 0;

	for (size_t i = 0; i < resolver->hwcaps.count && r == 0; i++) {
		/* Whoever listens wants to hear it for each file. */
		if (i || !map || resolver->trace.look)
			r = resolver_build(resolver, file, resolver->hwcaps.sets[i], &map,
					   err);
		if (r == 0 && i == 0) {
			*ret = &map->main->shown;
			file->program = map;
			file->round = resolver->round;
		}
		if (r == 0)
			r = gather_link(gather, map->main, err);
		for (struct link *link = map ? map->first : NULL; link && r == 0;
		     link = link->next)
			r = gather_link(gather, link, err);
	}
	return r;
}

static int gather_file(struct gather *gather, const char *path, unsigned depth,
		       struct elfdeps_object **ret, struct error *err);

/* What an edge of a script leads to, and what it will say. */
struct target {
	const char *name, *path, *detail; /* path NULL: not found */
	enum elfdeps_rule rule;
};

/* To the kernel a carriage return in front of the newline is part of the interpreter's name. */
static const char *why_missing(const struct store *store, const struct elfdeps_edge *edge)
{
	size_t length = strlen(edge->name);

	if (length && edge->name[length - 1] == '\r')
		return "the #! line ends in CR LF";
	return edge->relative && !store_has_current(store) ? SEARCH_NO_CURRENT : NULL;
}

static int gather_target(struct gather *gather, struct link *script,
			 const struct target *target, unsigned depth, struct error *err)
{
	struct elfdeps_edge edge = {.rule = target->rule, .detail = target->detail};
	struct store *store = &gather->resolver->store;
	struct store_name *file = NULL;
	int r = 0;

	edge.name = arena_copy(script->map->arena, target->name, strlen(target->name),
			       err);
	if (!edge.name)
		return -ENOMEM;
	edge.relative = target->path && target->path[0] != '/';
	if (target->path && (!edge.relative || store_has_current(store)))
		r = store_look(store, target->path, &file, err);
	bool refused = r == 0 && file && !file->error && !(file->object->mode & 0111);
	if (r == 0 && file && !file->error && !refused) {
		r = gather_file(gather, target->path, depth, &edge.object, err);
		if (r < 0)
			error_wrap(err, "%s", script->shown.path);
	} else {
		edge.rule = ELFDEPS_RULE_MISSING;
		edge.detail = refused ? OBJECT_NO_EXECUTE : why_missing(store, &edge);
		edge.relative = false;
	}
	return r < 0 ? r : linkmap_edge(script->map, script, &edge, err);
}

/* Looks `program` up in `path` as execvp(3) does; an empty element is the current folder. */
static int find_program(struct elfdeps *resolver, const char *program, const char *path,
			struct target *ret, struct error *err)
{
	char candidate[PATH_MAX];

	for (const char *at = path;; at++) {
		size_t length = strcspn(at, ":");
		int used = snprintf(candidate, sizeof(candidate), "%.*s%s%s", (int)length,
				    at, length ? "/" : "", program);

		if (used > 0 && (size_t)used < sizeof(candidate) &&
		    store_is_executable(&resolver->store, candidate)) {
			ret->path = arena_copy(&resolver->arena, candidate, (size_t)used,
					       err);
			ret->detail = arena_copy(&resolver->arena, at, length, err);
			return ret->path && ret->detail ? 0 : -ENOMEM;
		}
		at += length;
		if (!*at)
			return 0;
	}
}

/* env runs what its argument names: the script's true interpreter. */
static int gather_env(struct gather *gather, struct link *script, const char *argument,
		      unsigned depth, struct error *err)
{
	_cleanup_script_env_ struct script_env env = {0};
	struct target target = {.rule = ELFDEPS_RULE_ENV};
	int r = script_parse_env(argument, &env, err);

	if (r < 0)
		return error_wrap(err, "%s: env would refuse the #! line",
				  script->shown.path);
	if (!env.program)
		return 0;
	target.name = env.program;
	if (strchr(env.program, '/'))
		target.path = env.program;
	else
		r = find_program(gather->resolver, env.program,
				 env.path ? env.path : SCRIPT_PATH, &target, err);
	return r < 0 ? r : gather_target(gather, script, &target, depth, err);
}

/* A script has a link map of its own, with nothing but itself in it. */
static struct link *new_script(struct elfdeps *resolver, struct store_name *file,
			       struct error *err)
{
	struct linkmap *map = linkmap_new(&resolver->store, &resolver->arena, err);

	if (!map)
		return NULL;
	map->loader = loader_of(file->object);
	map->loader_read = true;
	return linkmap_add(map, file, NULL, err);
}

static int gather_script(struct gather *gather, const struct source *source,
			 struct elfdeps_object **ret, struct error *err)
{
	struct target target = {.rule = ELFDEPS_RULE_SCRIPT};
	struct script_line line;
	struct link *script;
	int r = script_parse(source->file->object->shebang, &line, err);

	if (r < 0) {
		error_wrap(err, "%s", source->file->text);
		return r;
	}
	script = new_script(gather->resolver, source->file, err);
	if (!script)
		return -ENOMEM;
	r = gather_link(gather, script, err);
	target.name = target.path = line.interp;
	if (r == 0)
		r = gather_target(gather, script, &target, source->depth + 1, err);
	/* env starts a program of its own: the kernel counts its scripts anew. */
	if (r == 0 && line.argument[0] && !strcmp(path_basename(line.interp), "env"))
		r = gather_env(gather, script, line.argument,
			       (source->depth / CHAIN_LEVELS + 1) * CHAIN_LEVELS, err);
	*ret = &script->shown;
	return r;
}

static int gather_file(struct gather *gather, const char *path, unsigned depth,
		       struct elfdeps_object **ret, struct error *err)
{
	struct source source = {.depth = depth};
	int r = resolver_open(gather->resolver, path, &source.file, err);

	if (r < 0)
		return r;
	if (source.file->object->kind == ELFDEPS_ELF)
		return gather_program(gather, &source, ret, err);
	if (source.file->object->kind == ELFDEPS_OTHER)
		return error_set(err, ENOEXEC, "%s: %s", path,
				 S_ISREG(source.file->object->mode)
					 ? "neither an ELF file nor a script"
					 : source.file->object->defect);
	if (depth % CHAIN_LEVELS >= SCRIPT_LEVELS_MAX ||
	    depth / CHAIN_LEVELS >= CHAIN_MAX)
		return error_set(
			err, ELOOP,
			"%s: scripts that interpret each other, more than %d deep", path,
			SCRIPT_LEVELS_MAX);
	return gather_script(gather, &source, ret, err);
}

static size_t count_missing(const struct gathered *gathered)
{
	size_t missing = 0;

	for (size_t i = 0; i < gathered->count; i++) {
		const struct elfdeps_object *object = &gathered->links[i]->shown;

		for (size_t j = 0; j < object->edge_count; j++)
			missing += elfdeps_is_missing(object, &object->edges[j]);
	}
	return missing;
}

/* What another program of the chain loads is no extra. */
static void drop_loaded(struct gather *gather)
{
	struct gathered *extras = &gather->extras;
	size_t kept = 0;

	for (size_t i = 0; i < extras->count; i++)
		if (extras->links[i]->file->gathered != gather->loaded.mark)
			extras->links[kept++] = extras->links[i];
	extras->count = kept;
}

static int keep(const struct gather *gather, const struct gathered *gathered,
		struct elfdeps_object *const **ret, struct error *err)
{
	struct elfdeps_object **objects = arena_alloc(
		&gather->resolver->arena, gathered->count * sizeof(objects[0]), err);

	if (!objects)
		return -ENOMEM;
	for (size_t i = 0; i < gathered->count; i++)
		objects[i] = &gathered->links[i]->shown;
	*ret = objects;
	return 0;
}

static int finish(struct gather *gather, struct elfdeps_closure *ret, struct error *err)
{
	struct elfdeps_closure closure = {.count = gather->loaded.count};
	int r = keep(gather, &gather->loaded, &closure.objects, err);

	drop_loaded(gather);
	closure.extra_count = gather->extras.count;
	if (r == 0 && closure.extra_count)
		r = keep(gather, &gather->extras, &closure.extras, err);
	if (r < 0)
		return r;
	closure.missing = count_missing(&gather->loaded) + count_missing(&gather->extras);
	*ret = closure;
	return 0;
}

int gather_closure(struct elfdeps *resolver, const char *path,
		   struct elfdeps_closure *ret, struct error *err)
{
	struct gather gather = {.resolver = resolver};
	struct elfdeps_object *first;
	int r;

	gather.loaded.mark = store_mark(&resolver->store);
	gather.extras.mark = store_mark(&resolver->store);
	r = gather_file(&gather, path, 0, &first, err);
	if (r == 0)
		r = finish(&gather, ret, err);
	free(gather.loaded.links);
	free(gather.extras.links);
	return r;
}
