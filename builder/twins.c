/* SPDX-License-Identifier: MIT */
/*
 * Hard links by device and inode. Called by the image writers.
 */
#include "twins.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

int twins_find(struct twins *twins, const struct entry *entry, const struct entry **ret,
	       struct error *err)
{
	char key[64];
	union { /* the map holds what it is given; nobody writes to it */
		const struct entry *entry;
		void *value;
	} self = {.entry = entry};

	*ret = NULL;
	if (!entry->device && !entry->inode)
		return 0;
	snprintf(key, sizeof(key), "%llx:%llx", (unsigned long long)entry->device,
		 (unsigned long long)entry->inode);
	*ret = strmap_get(&twins->first, key);
	if (*ret)
		return 0;
	const char *kept = arena_copy(&twins->arena, key, strlen(key), err);
	return kept ? strmap_put(&twins->first, kept, self.value, err) : -ENOMEM;
}

void twins_free(struct twins *twins)
{
	strmap_free(&twins->first);
	arena_free(&twins->arena);
}
