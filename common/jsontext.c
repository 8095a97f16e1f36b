/* SPDX-License-Identifier: MIT */
/*
 * Bytes to JSON strings and back. Called by record and by the commands that print JSON.
 */
#include "jsontext.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cleanup.h"
#include "path.h"

/* A new reference; NULL if memory ran out. */
static json_t *to_json(const char *text)
{
	size_t size = strlen(text) * 4 + 1;
	_cleanup_free_ char *escaped = malloc(size);

	if (!escaped)
		return NULL;
	return json_string(path_escape(text, escaped, size));
}

int jsontext_set(json_t *object, const char *key, const char *text, struct error *err)
{
	if (!text)
		return 0;
	return json_object_set_new(object, key, to_json(text)) < 0 ? error_nomem(err) : 0;
}

int jsontext_set_list(json_t *object, const char *key, const struct strlist *list,
		      struct error *err)
{
	if (!list->count)
		return 0;
	json_t *array = json_array();
	for (size_t i = 0; array && i < list->count; i++) {
		if (json_array_append_new(array, to_json(list->items[i])) < 0) {
			json_decref(array);
			array = NULL;
		}
	}
	return json_object_set_new(object, key, array) < 0 ? error_nomem(err) : 0;
}

int jsontext_get(const json_t *object, const char *key, struct arena *arena,
		 const char **ret, struct error *err)
{
	const json_t *value = json_object_get(object, key);

	*ret = NULL;
	if (!value)
		return 0;
	if (!json_is_string(value))
		return error_set(err, EBADMSG, "the member %s is no string", key);
	char *text = arena_copy(arena, json_string_value(value),
				json_string_length(value), err);
	if (!text)
		return -ENOMEM;
	path_unescape(text);
	*ret = text;
	return 0;
}

int jsontext_get_list(const json_t *object, const char *key, struct strlist *ret,
		      struct error *err)
{
	const json_t *array = json_object_get(object, key);

	if (array && !json_is_array(array))
		return error_set(err, EBADMSG, "the member %s is no list", key);
	for (size_t i = 0; i < json_array_size(array); i++) {
		const json_t *value = json_array_get(array, i);

		if (!json_is_string(value))
			return error_set(err, EBADMSG,
					 "the list %s holds something else than text",
					 key);
		char *text = alloc_copy(json_string_value(value), err);
		if (!text)
			return -ENOMEM;
		path_unescape(text);
		int r = strlist_take(ret, text, err);
		if (r < 0)
			return r;
	}
	return 0;
}

int jsontext_print(const json_t *value, FILE *out, struct error *err)
{
	if (json_dumpf(value, out, JSON_INDENT(1) | JSON_SORT_KEYS) < 0 ||
	    fputc('\n', out) == EOF)
		return error_set(err, EIO, "cannot print");
	return 0;
}
