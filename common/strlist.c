/* SPDX-License-Identifier: MIT */
/*
 * The list of strings: option values, environments, search paths.
 */
#include "strlist.h"

#include <stdlib.h>
#include <string.h>

#include "alloc.h"

int strlist_take(struct strlist *list, char *text, struct error *err)
{
	if (!text)
		return error_nomem(err);
	int r = alloc_grow(&list->items, &list->capacity, list->count + 2, sizeof(char *),
			   err);
	if (r < 0) {
		free(text);
		return r;
	}
	list->items[list->count++] = text;
	list->items[list->count] = NULL;
	return 0;
}

int strlist_add(struct strlist *list, const char *text, struct error *err)
{
	return strlist_take(list, strdup(text), err);
}

bool strlist_contains(const struct strlist *list, const char *text)
{
	for (size_t i = 0; i < list->count; i++)
		if (!strcmp(list->items[i], text))
			return true;
	return false;
}

static int compare(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

void strlist_sort(struct strlist *list)
{
	if (list->count)
		qsort(list->items, list->count, sizeof(char *), compare);
}

void strlist_free(struct strlist *list)
{
	for (size_t i = 0; i < list->count; i++)
		free(list->items[i]);
	free(list->items);
	*list = (struct strlist){0};
}
