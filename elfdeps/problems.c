/* SPDX-License-Identifier: MIT */
/*
 * Words and copies. Called by check and cacheaudit.
 */
#include "problems.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

const char *elfdeps_problem_name(enum elfdeps_problem_kind kind)
{
	static const char *const names[] = {
		[ELFDEPS_PROBLEM_MISSING] = "missing",
		[ELFDEPS_PROBLEM_VERSION] = "version",
		[ELFDEPS_PROBLEM_PROVIDER] = "provider",
		[ELFDEPS_PROBLEM_SYMBOL] = "symbol",
		[ELFDEPS_PROBLEM_MALFORMED] = "malformed",
		[ELFDEPS_PROBLEM_CACHE] = "cache",
	};

	return names[kind];
}

static int keep(struct problems *problems, const char **text, struct error *err)
{
	if (*text)
		*text = arena_copy(problems->arena, *text,
				   strnlen(*text, PROBLEMS_NAME_MAX), err);
	else
		return 0;
	return *text ? 0 : -1;
}

int problems_add(struct problems *problems, const struct elfdeps_problem *problem,
		 struct error *err)
{
	struct elfdeps_problem kept = *problem;
	size_t *count = problem->failure ? &problems->failures : &problems->notes;
	int r;

	if ((*count)++ >= PROBLEMS_MAX)
		return 0;
	r = alloc_grow(&problems->items, &problems->capacity, problems->count + 1,
		       sizeof(problems->items[0]), err);
	if (r < 0)
		return r;
	if (keep(problems, &kept.name, err) < 0 ||
	    keep(problems, &kept.version, err) < 0 ||
	    keep(problems, &kept.provider, err) < 0 ||
	    keep(problems, &kept.text, err) < 0)
		return error_nomem(err);
	problems->items[problems->count++] = kept;
	return 0;
}

int problems_finish(struct problems *problems, struct elfdeps_problems *ret,
		    struct error *err)
{
	size_t size = problems->count * sizeof(problems->items[0]);
	struct elfdeps_problem *items = arena_alloc(problems->arena, size, err);

	if (!items)
		return -ENOMEM;
	if (size)
		memcpy(items, problems->items, size);
	*ret = (struct elfdeps_problems){
		.items = items,
		.count = problems->count,
		.failures = problems->failures,
		.notes = problems->notes,
	};
	return 0;
}

void problems_free(struct problems *problems)
{
	free(problems->items);
}
