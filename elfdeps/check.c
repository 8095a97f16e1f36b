/* SPDX-License-Identifier: MIT */
/*
 * The rules over one link map: all files were found, would they go together? Nothing depends on the
 * order of the objects here: a symbol fails only where none of them has it. Called by main through
 * elfdeps.h.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "elfdeps.h"
#include "problems.h"
#include "resolver.h"
#include "skipped.h"
#include "symbolcache.h"

enum { STEPS_MAX = 1 << 27 /* looks into tables for one closure, about a second */ };

/* One object that takes part. */
struct member {
	struct link *link;
	const struct symbols *symbols;
};

/* One link map being checked. */
struct check {
	struct elfdeps *resolver;
	struct linkmap *map;
	struct member *members; /* in load order */
	size_t count, capacity;
	struct strmap names; /* that something asked for → its member */
	struct problems *problems;
	bool is_library;     /* a program is to come that has symbols, too */
	bool is_incomplete;  /* something is missing, which may have them */
	bool plain_versions; /* as musl's loader: no versions, all bound at the start */
	uint64_t steps;
	struct error *err;
};

/* Every object is the first member of a link: linkmap makes them all. */
static struct link *link_of(const struct elfdeps_object *object)
{
	struct link *link;

	memcpy(&link, &object, sizeof(link));
	return link;
}

static int add_problem(struct check *check, const struct member *member,
		       struct elfdeps_problem problem)
{
	problem.object = member->link->shown.path;
	return problems_add(check->problems, &problem, check->err);
}

/* A hostile file can make any of this take hours. */
static int spend(struct check *check)
{
	if (check->steps <= STEPS_MAX)
		return 0;
	return error_set(check->err, E2BIG, "%s: too many symbols to check",
			 check->map->main->shown.path);
}

static const char *text_of(const struct member *member, uint32_t offset)
{
	const char *text = symbols_text(member->symbols, offset);

	return text ? text : "";
}

/* The object that answers to a file name of DT_VERNEED: not by its SONAME, but because it was loaded
 * under this name (_dl_name_match_p of elf/dl-misc.c). */
static const struct member *find_provider(const struct check *check, const char *name)
{
	return strmap_get(&check->names, name);
}

static bool defines_version(const struct member *member, const struct version *need,
			    const char *name)
{
	const struct versions *versions = &member->symbols->versions;

	for (size_t i = 0; i < versions->definition_count; i++)
		if (versions->definitions[i].hash == need->hash &&
		    !strcmp(text_of(member, versions->definitions[i].name), name))
			return true;
	return false;
}

/* Whether a need is met; match_symbol of elf/dl-version.c. An object without any versions meets all:
 * it may be built without them. */
static bool meets(const struct member *provider, const struct version *need,
		  const char *name)
{
	return need->weak || !provider->symbols->versions.defines ||
	       defines_version(provider, need, name);
}

static int check_need(struct check *check, const struct member *member,
		      const struct version *need)
{
	const char *file = text_of(member, need->file),
		   *name = text_of(member, need->name);
	const struct member *provider = find_provider(check, file);
	struct elfdeps_problem problem = {
		.failure = true, .at_start = true, .version = name, .provider = file};
	char text[PROBLEMS_NAME_MAX];

	check->steps += provider ? provider->symbols->versions.definition_count : 1;
	if (provider && meets(provider, need, name))
		return 0;
	if (!provider && check->is_incomplete)
		return 0;
	problem.kind = provider ? ELFDEPS_PROBLEM_VERSION : ELFDEPS_PROBLEM_PROVIDER;
	if (provider)
		snprintf(text, sizeof(text),
			 "version %.255s of %.255s is not defined in %.2047s", name, file,
			 provider->link->shown.path);
	else
		snprintf(text, sizeof(text),
			 "asks for version %.255s of %.255s, which nothing loads by that "
			 "name: the loader aborts",
			 name, file);
	problem.text = text;
	return add_problem(check, member, problem);
}

static int check_versions(struct check *check, const struct member *member)
{
	const struct versions *versions = &member->symbols->versions;
	int r = 0;

	for (size_t i = 0; i < versions->need_count && r == 0; i++)
		r = check_need(check, member, &versions->needs[i]);
	return r < 0 ? r : spend(check);
}

/* Whether one of the members before `end` defines it. A copy is not looked for in the program. */
static bool is_defined_before(struct check *check, const struct symbols_query *query,
			      bool is_copy, const struct member *end)
{
	for (const struct member *member = check->members; member < end; member++) {
		check->steps++;
		if (is_copy && member->link == check->map->main)
			continue;
		if (symbols_define(member->symbols, query, &check->steps))
			return true;
	}
	return false;
}

/* How a symbol is found. */
enum found { UNDEFINED, DEFINED, ABORTED };

/*
 * Looks in the likely object first: which one defines it does not matter. One thing does: a file that
 * is asked for a version, has the symbol and has no versions at all makes check_match abort, if the
 * search comes there (elf/dl-lookup.c). A file that asks for any version itself has some.
 */
static enum found find(struct check *check, const struct symbols_query *query,
		       const struct member *provider, bool is_copy)
{
	const struct member *end = check->members + check->count;

	if (provider && is_copy && provider->link == check->map->main)
		provider = NULL;
	if (!provider || !symbols_define(provider->symbols, query, &check->steps))
		return is_defined_before(check, query, is_copy, end) ? DEFINED
								     : UNDEFINED;
	if (provider->symbols->has_versyms || check->plain_versions ||
	    is_defined_before(check, query, is_copy, provider))
		return DEFINED;
	return ABORTED;
}

static int add_undefined(struct check *check, const struct member *member,
			 const struct symbol *want, enum found found,
			 struct elfdeps_problem problem)
{
	char text[PROBLEMS_NAME_MAX];
	int used;

	problem.kind = ELFDEPS_PROBLEM_SYMBOL;
	problem.at_start = (want->marks & (RELOCS_START | RELOCS_COPY)) ||
			   member->symbols->bind_now || check->plain_versions;
	used = snprintf(text, sizeof(text), "%ssymbol %.2047s",
			found == ABORTED ? "" : "undefined ", problem.name);
	if (problem.version)
		used += snprintf(text + used, sizeof(text) - (size_t)used,
				 ", version %.255s", problem.version);
	if (problem.provider)
		used += snprintf(text + used, sizeof(text) - (size_t)used, " of %.255s",
				 problem.provider);
	snprintf(text + used, sizeof(text) - (size_t)used, "%s%s",
		 found == ABORTED ? ", which has no versions: the loader aborts" : "",
		 !problem.failure   ? " (of the program that loads it)"
		 : problem.at_start ? " (at start)"
				    : " (when called)");
	problem.text = text;
	return add_problem(check, member, problem);
}

/*
 * Looks for one symbol. What is clear already is not said once more for each symbol: a missing version,
 * a missing file. A library's undefined symbols are its program's business, unless they are of a
 * version, and so of a file that is known.
 */
static int check_want(struct check *check, const struct member *member,
		      const struct symbol *want)
{
	struct symbols_query query = {
		.name = text_of(member, want->name),
		.hash = want->hash,
		.call = want->marks & RELOCS_CALL,
		.plain_versions = check->plain_versions,
	};
	struct elfdeps_problem problem = {.name = query.name};
	const struct member *provider = NULL;

	if (member->symbols->has_versyms && !check->plain_versions)
		query.version = versions_at(&member->symbols->versions, want->versym);
	if (query.version) {
		problem.version = query.version_name = text_of(member,
							       query.version->name);
		if (query.version->file != VERSIONS_OWN) {
			problem.provider = text_of(member, query.version->file);
			provider = find_provider(check, problem.provider);
		}
	}
	bool is_copy = want->marks & RELOCS_COPY;
	enum found found = find(check, &query, provider, is_copy);
	if (found == DEFINED)
		return 0;
	if (found == UNDEFINED && problem.provider &&
	    (!provider || (!query.version->weak &&
			   !meets(provider, query.version, query.version_name))))
		return 0;
	if (!problem.provider && check->is_incomplete)
		return 0;
	problem.failure = problem.provider || !check->is_library;
	return add_undefined(check, member, want, found, problem);
}

static int check_wants(struct check *check, const struct member *member)
{
	const struct symbols *symbols = member->symbols;
	int r = 0;

	/* The loader has relocated itself before it looks at anything. */
	if (member->link == check->map->interp)
		return 0;
	for (size_t i = 0; i < symbols->want_count && r == 0; i++) {
		r = check_want(check, member, &symbols->wants[i]);
		if (r == 0)
			r = spend(check);
	}
	return r;
}

/* What ld.so.cache leads to, where the loader went on: it says nothing of it. */
static int check_cached(struct check *check, const struct member *member,
			const struct elfdeps_edge *edge)
{
	const struct linkmap *map = check->map;
	struct ldcache_query query = {
		.name = edge->name,
		.flags = map->loader.cache_flags,
		.other = map->loader.cache_other,
		.hwcaps = map->hwcaps,
	};
	const char *path = map->cache ? ldcache_find(map->cache, &query) : NULL;
	struct store_name *file;
	const char *reason;
	char text[PROBLEMS_NAME_MAX];
	int r;

	if (!path)
		return 0;
	r = store_look(map->store, path, &file, check->err);
	if (r < 0)
		return r;
	if (!file->error &&
	    object_judge(file->object, map->main->object, &reason) != OBJECT_SKIPPED)
		return 0;
	snprintf(text, sizeof(text),
		 "ld.so.cache leads %.255s to %.2047s (%s), and the loader goes on",
		 edge->name, path,
		 file->error ? error_words(file->error) : "of another class or machine");
	return add_problem(check, member,
			   (struct elfdeps_problem){.kind = ELFDEPS_PROBLEM_CACHE,
						    .name = edge->name,
						    .provider = path,
						    .text = text});
}

static int check_edge(struct check *check, const struct member *member,
		      const struct elfdeps_edge *edge)
{
	struct elfdeps_problem problem = {
		.kind = ELFDEPS_PROBLEM_MISSING, .failure = true, .at_start = true};
	const char *skipped = NULL;
	char text[PROBLEMS_NAME_MAX];
	int r = 0;

	if (!strchr(edge->name, '/') &&
	    (edge->rule == ELFDEPS_RULE_MISSING || edge->rule == ELFDEPS_RULE_DEFAULT))
		r = check_cached(check, member, edge);
	if (r < 0 || edge->object)
		return r;
	check->is_incomplete = true;
	if (!strchr(edge->name, '/'))
		skipped = skipped_find(check->map, edge->name, &check->steps);
	snprintf(text, sizeof(text), "needs %.1023s, which is not found%s%.1023s%s",
		 edge->name, skipped ? " (" : "", skipped ? skipped : "",
		 skipped ? " is of another class or machine)" : "");
	problem.name = edge->name;
	problem.provider = skipped;
	problem.text = text;
	return add_problem(check, member, problem);
}

static int check_edges(struct check *check, const struct member *member)
{
	const struct elfdeps_object *object = &member->link->shown;
	int r = 0;

	for (size_t i = 0; i < object->edge_count && r == 0; i++)
		r = check_edge(check, member, &object->edges[i]);
	return r < 0 ? r : spend(check);
}

static int check_readable(struct check *check, const struct member *member)
{
	struct elfdeps_problem problem = {.kind = ELFDEPS_PROBLEM_MALFORMED,
					  .failure = true,
					  .text = member->symbols->defect};

	return problem.text ? add_problem(check, member, problem) : 0;
}

static int add_name(struct check *check, const char *name, struct member *member)
{
	if (!name || !member || strmap_get(&check->names, name))
		return 0;
	return strmap_put(&check->names, name, member, check->err);
}

/* The names that an object was asked for by. The loader itself has its SONAME, too (dl_main of
 * elf/rtld.c). */
static int add_names(struct check *check)
{
	int r = 0;

	for (size_t i = 0; i < check->count && r == 0; i++) {
		struct member *member = &check->members[i];

		r = add_name(check, member->link->shown.path, member);
		if (r == 0 && member->link == check->map->interp)
			r = add_name(check, member->link->shown.soname, member);
	}
	for (size_t i = 0; i < check->count; i++) {
		const struct elfdeps_object *object = &check->members[i].link->shown;

		for (size_t j = 0; j < object->edge_count && r == 0; j++)
			if (object->edges[j].object)
				r = add_name(check, object->edges[j].name,
					     strmap_get(&check->names,
							object->edges[j].object->path));
	}
	return r;
}

static int add_member(struct check *check, struct link *link)
{
	struct member member = {.link = link};
	int r = alloc_grow(&check->members, &check->capacity, check->count + 1,
			   sizeof(member), check->err);

	if (r < 0)
		return r;
	r = symbolcache_get(&check->resolver->symbols, check->map->store,
			    link->shown.path, link->object, &member.symbols, check->err);
	if (r < 0)
		return r;
	check->members[check->count++] = member;
	check->steps += member.symbols->work;
	return spend(check);
}

/* All that is loaded. The loader is, too, if nothing needs it. */
static int add_members(struct check *check)
{
	int r = 0;

	/* What is only opened at run time defines nothing for what is there from the start. */
	for (struct link *link = check->map->first; link && r == 0; link = link->next)
		if (!link->extra)
			r = add_member(check, link);
	if (r == 0 && check->map->interp && !check->map->interp->listed)
		r = add_member(check, check->map->interp);
	return r;
}

static int check_members(struct check *check)
{
	static int (*const rules[])(struct check *, const struct member *) = {
		check_edges, check_readable, check_versions, check_wants};
	int r = 0;

	for (size_t rule = 0; rule < sizeof(rules) / sizeof(rules[0]); rule++) {
		if (rules[rule] == check_versions && check->plain_versions)
			continue;
		for (size_t i = 0; i < check->count && r == 0; i++)
			r = rules[rule](check, &check->members[i]);
	}
	return r;
}

static int check_map(struct elfdeps *resolver, struct linkmap *map,
		     struct problems *problems, struct error *err)
{
	struct check check = {
		.resolver = resolver,
		.map = map,
		.problems = problems,
		.is_library = !map->main->object->interp,
		/* musl's loader knows no versions and binds all at the start (ldso/dynlink.c). */
		.plain_versions = map->musl != NULL,
		.err = err,
	};
	int r = add_members(&check);

	if (r == 0)
		r = add_names(&check);
	if (r == 0)
		r = check_members(&check);
	strmap_free(&check.names);
	free(check.members);
	/* No other closure has a program in it. */
	if (map->main->object->interp)
		symbolcache_drop(&resolver->symbols, map->main->object);
	return r;
}

/* A script has edges, but nothing that is loaded. */
static int check_script(struct link *script, struct problems *problems, struct error *err)
{
	struct check check = {.map = script->map, .problems = problems, .err = err};
	const struct member member = {.link = script};

	return check_edges(&check, &member);
}

int elfdeps_check(struct elfdeps *resolver, const struct elfdeps_closure *closure,
		  struct elfdeps_problems *ret, struct error *err)
{
	_cleanup_problems_ struct problems problems = {.arena = &resolver->arena};
	const struct linkmap *last = NULL;
	int r = 0;

	if (resolver->symbols.bytes > SYMBOLCACHE_MAX / 2)
		symbolcache_free(&resolver->symbols);
	for (size_t i = 0; i < closure->count && r == 0; i++) {
		struct link *link = link_of(closure->objects[i]);

		if (link->object->kind == ELFDEPS_SCRIPT)
			r = check_script(link, &problems, err);
		else if (link->map != last)
			r = check_map(resolver, link->map, &problems, err);
		last = link->map;
	}
	return r < 0 ? r : problems_finish(&problems, ret, err);
}
