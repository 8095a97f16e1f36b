/* SPDX-License-Identifier: MIT */
/*
 * The store remembers every place that was looked at, so that nothing is searched twice. Called by
 * check.
 */
#include "skipped.h"

#include <string.h>

#include "common/path.h"

const char *skipped_find(const struct linkmap *map, const char *name, uint64_t *steps)
{
	const struct strmap *files = &map->store->names;
	const char *first = NULL, *reason;

	*steps += files->size;
	for (size_t i = 0; i < files->size; i++) {
		const char *path = files->slots[i].key;
		const struct store_name *file = files->slots[i].value;

		if (!path || !file || !file->object ||
		    strcmp(path_basename(path), name) != 0 ||
		    object_judge(file->object, map->main->object, &reason) !=
			    OBJECT_SKIPPED)
			continue;
		/* The order of the table is random; the answer is not. */
		if (!first || strcmp(path, first) < 0)
			first = path;
	}
	return first;
}
