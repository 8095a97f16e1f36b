/* SPDX-License-Identifier: MIT */
/*
 * One round for each strength; a round ends when no link has a hint of that strength left. A file's
 * hints are read once for all closures. Called by closure.
 */
#include "extras.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#include "common/cleanup.h"
#include "common/fd.h"
#include "hints.h"
#include "search.h"

/* Failing looks of one closure behind which no more hints are followed, far below STORE_MISSES_MAX: a
 * hostile file must not keep us busy with what is only optional. */
enum { MISSES_MAX = 1 << 15 };

struct extras {
	const struct closure_settings *settings;
	struct linkmap *map;
	struct link *libc; /* glibc's; NULL: there is none */
	enum elfdeps_strength round;
	struct error *err;
};

/* The file may have changed since it was resolved, or be out of reach: then it has no hints. */
static int read_hints(struct extras *extras, struct link *link)
{
	struct store *store = extras->map->store;
	struct hints *hints = arena_alloc(&store->arena, sizeof(*hints), extras->err);
	uint64_t size;
	int r = 0;

	if (!hints)
		return -ENOMEM;
	_cleanup_fd_ int fd = store_reopen(store, link->shown.path, link->object, &size,
					   NULL);
	if (fd >= 0)
		r = hints_read(fd, size, extras->settings->strings, &store->arena, hints,
			       extras->err);
	link->object->hints = hints;
	return r < 0 ? error_wrap(extras->err, "%s", link->shown.path) : 0;
}

/* Who calls dlopen: glibc itself for libgcc_s (misc/unwind-link.c); for auditors the loader, in the
 * name of the program, whose RUNPATH counts (load_audit_module of elf/rtld.c, and tried); else the one
 * that has the hint. NULL: nobody. */
static struct link *caller_of(const struct extras *extras, struct link *link,
			      const struct hint *hint)
{
	const struct linkmap *map = extras->map;

	switch (hint->kind) {
	case HINT_UNWIND:
		return link == extras->libc ? NULL : extras->libc;
	case HINT_AUDIT:
		return link == map->main && link->shown.interp && !map->musl ? link
									     : NULL;
	case HINT_NOTE:
	case HINT_STRING:
		break;
	}
	return link;
}

static bool has_edge(const struct link *from, const struct link *to)
{
	for (size_t i = 0; i < from->shown.edge_count; i++)
		if (from->shown.edges[i].object == &to->shown)
			return true;
	return false;
}

/* Whether a hint tells something new. A string or a function of glibc does not where the loader loads
 * the library anyway, a string not where it is missing. */
static bool is_news(const struct link *from, const struct hint *hint,
		    const struct link *to)
{
	if (hint->kind == HINT_STRING)
		return to && to != from && to->extra && !has_edge(from, to);
	return hint->kind != HINT_UNWIND || !to || to->extra;
}

static int add_edge(struct extras *extras, struct link *link, const struct hint *hint,
		    const struct elfdeps_edge *model)
{
	struct elfdeps_edge edge = *model;

	edge.strength = hint->strength;
	edge.reason = hint->reason;
	return linkmap_edge(extras->map, link, &edge, extras->err);
}

static int follow(struct extras *extras, struct link *link, const struct hint *hint)
{
	struct closure_request request = {.by = caller_of(extras, link, hint),
					  .strength = extras->round};
	struct search_result found = {.rule = ELFDEPS_RULE_MISSING}, first = found;
	struct link *target = NULL;
	size_t i = 0;

	if (!request.by)
		return 0;
	for (; i < hint->name_count && !target; i++) {
		request.name = hint->names[i];
		int r = closure_open(extras->settings, &request, &found, &target,
				     extras->err);
		if (r < 0)
			return r;
		if (i == 0)
			first = found;
	}
	if (!is_news(link, hint, target))
		return 0;
	if (!target)
		found = first;
	return add_edge(extras, link, hint,
			&(struct elfdeps_edge){
				.name = target ? request.name : hint->names[0],
				.object = target ? &target->shown : NULL,
				.rule = found.rule,
				.detail = found.detail,
				.relative = found.relative,
				.again = found.again,
			});
}

/* What a suggested library requires is suggested. */
static enum elfdeps_strength weaker(enum elfdeps_strength a, enum elfdeps_strength b)
{
	return a > b ? a : b;
}

static int follow_all(struct extras *extras, struct link *link)
{
	int r = link->object->hints ? 0 : read_hints(extras, link);

	link->hinted = (unsigned)extras->round + 1;
	for (size_t i = 0; r == 0 && i < link->object->hints->count &&
			   extras->map->store->misses < MISSES_MAX;
	     i++) {
		const struct hint *hint = &link->object->hints->items[i];

		if (weaker(link->shown.strength, hint->strength) == extras->round)
			r = follow(extras, link, hint);
	}
	return r;
}

static struct link *next_link(const struct extras *extras)
{
	struct link *link = extras->map->first;

	while (link && link->hinted > (unsigned)extras->round)
		link = link->next;
	return link;
}

/* glibc's; *ret is NULL if there is none. */
static int find_libc(const struct linkmap *map, struct link **ret, struct error *err)
{
	static const char *const names[] = {"libc.so.6", "libc.so.6.1"}; /* alpha, ia64 */
	struct store_name *name;

	*ret = NULL;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]) && !*ret; i++) {
		int r = store_name(map->store, names[i], &name, err);

		if (r < 0)
			return r;
		*ret = linkmap_find(map, name);
	}
	return 0;
}

int extras_add(const struct closure_settings *settings, struct linkmap *map,
	       struct error *err)
{
	struct extras extras = {.settings = settings, .map = map, .err = err};
	struct link *link;
	int r;

	r = find_libc(map, &extras.libc, err);
	if (r < 0)
		return r;
	for (int level = ELFDEPS_OPTIONAL_REQUIRED; level <= (int)settings->optional;
	     level++) {
		extras.round = (enum elfdeps_strength)(level - ELFDEPS_OPTIONAL_REQUIRED);
		while ((link = next_link(&extras))) {
			r = follow_all(&extras, link);
			if (r < 0)
				return r;
		}
	}
	return 0;
}
