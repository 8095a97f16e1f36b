/* SPDX-License-Identifier: MIT */
/*
 * strlist: an ordered list of owned strings. The array is NULL-terminated as soon as it holds
 * something, so that it can be handed to execve(2).
 */
#ifndef COMMON_STRLIST_H
#define COMMON_STRLIST_H

#include <stdbool.h>
#include <stddef.h>

#include "error.h"

struct strlist {
	char **items;
	size_t count, capacity;
};

/* Appends a copy of `text`. */
int strlist_add(struct strlist *list, const char *text, struct error *err) _must_check_;

/* Appends `text` itself, which the list then owns; also frees it on failure; NULL is -ENOMEM. */
int strlist_take(struct strlist *list, char *text, struct error *err) _must_check_;

bool strlist_contains(const struct strlist *list, const char *text);

/* Sorts bytewise: the same order in every locale. */
void strlist_sort(struct strlist *list);

void strlist_free(struct strlist *list);

#define _cleanup_strlist_ __attribute__((cleanup(strlist_free)))

#endif
