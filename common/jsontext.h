/* SPDX-License-Identifier: MIT */
/*
 * jsontext: file names and other bytes as JSON strings and back. JSON holds Unicode only, names on
 * Linux are bytes: what is no UTF-8, a control byte or a backslash is written \xNN, so that every
 * name has one spelling and comes back as it was.
 */
#ifndef COMMON_JSONTEXT_H
#define COMMON_JSONTEXT_H

#include <jansson.h>
#include <stdio.h>

#include "alloc.h"
#include "error.h"
#include "strlist.h"

/* Sets object[key] to the text; a NULL text sets nothing. 0 or -ENOMEM. */
int jsontext_set(json_t *object, const char *key, const char *text,
		 struct error *err) _must_check_;

/* Sets object[key] to the list of texts; an empty list sets nothing. */
int jsontext_set_list(json_t *object, const char *key, const struct strlist *list,
		      struct error *err) _must_check_;

/*
 * The bytes of object[key], owned by the arena; *ret is NULL if the key is not there. -EBADMSG if
 * it is no string.
 */
int jsontext_get(const json_t *object, const char *key, struct arena *arena,
		 const char **ret, struct error *err) _must_check_;

/* Appends the texts of object[key], if it is there, to the list. */
int jsontext_get_list(const json_t *object, const char *key, struct strlist *ret,
		      struct error *err) _must_check_;

/* Prints the value with sorted keys, and a newline. -EIO if it cannot be written. */
int jsontext_print(const json_t *value, FILE *out, struct error *err) _must_check_;

#endif
