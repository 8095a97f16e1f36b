/* SPDX-License-Identifier: MIT */
/*
 * The list of wishes. Filled by the command add and by record.
 */
#include "recipe.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

int recipe_add(struct recipe *recipe, const struct operand *operand, struct error *err)
{
	_cleanup_operand_ struct operand copy = {0};
	char *key = arena_format(&recipe->arena, err, "%s%s%s", operand->path,
				 operand->dest ? ":" : "",
				 operand->dest ? operand->dest : "");

	if (!key)
		return -ENOMEM;
	if (strmap_get(&recipe->known, key))
		return 0;
	int r = alloc_grow(&recipe->operands, &recipe->capacity, recipe->count + 1,
			   sizeof(copy), err);
	if (r < 0)
		return r;
	copy.path = alloc_copy(operand->path, err);
	copy.dest = operand->dest ? alloc_copy(operand->dest, err) : NULL;
	if (!copy.path || (operand->dest && !copy.dest))
		return -ENOMEM;
	recipe->operands[recipe->count++] = copy;
	copy = (struct operand){0};
	return strmap_put(&recipe->known, key, key, err);
}

int recipe_add_term(struct recipe *recipe, const char *term, struct error *err)
{
	if (strlist_contains(&recipe->terms, term))
		return 0;
	int r = strlist_add(&recipe->terms, term, err);
	if (r < 0)
		return r;
	strlist_sort(&recipe->terms);
	return 0;
}

int recipe_add_template(struct recipe *recipe, const char *name, struct error *err)
{
	if (strlist_contains(&recipe->templates, name))
		return 0;
	int r = strlist_add(&recipe->templates, name, err);
	if (r < 0)
		return r;
	strlist_sort(&recipe->templates);
	return 0;
}

static int compare_operands(const void *a, const void *b)
{
	const struct operand *first = a, *second = b;
	int order = strcmp(first->path, second->path);

	if (order)
		return order;
	return strcmp(first->dest ? first->dest : "", second->dest ? second->dest : "");
}

void recipe_sort(struct recipe *recipe)
{
	if (recipe->count)
		qsort(recipe->operands, recipe->count, sizeof(*recipe->operands),
		      compare_operands);
}

void recipe_free(struct recipe *recipe)
{
	for (size_t i = 0; i < recipe->count; i++)
		locate_free(&recipe->operands[i]);
	free(recipe->operands);
	strmap_free(&recipe->known);
	arena_free(&recipe->arena);
	strlist_free(&recipe->terms);
	strlist_free(&recipe->templates);
	accounts_free(&recipe->accounts);
	runconfig_free(&recipe->settings);
	*recipe = (struct recipe){0};
}
