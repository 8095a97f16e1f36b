/* SPDX-License-Identifier: MIT */
/*
 * One growing text. Lines are obeyed in order, so that of two for one path the later one counts. Called by
 * extract for each entry, and by the unpack helper at its end.
 */
#include "ownerlist.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/alloc.h"
#include "common/fd.h"
#include "common/path.h"
#include "idmap.h"
#include "owners.h"

static bool is_root(const struct ownerlist_owner *owner)
{
	return owner->uid == 0 && owner->gid == 0;
}

static bool can_be_id(int64_t number)
{
	return number >= 0 && number < IDMAP_COUNT;
}

bool ownerlist_see(struct ownerlist *list, const struct ownerlist_owner *owner,
		   bool replaced)
{
	if (!list->has_first) {
		list->first = *owner;
		list->has_first = true;
	}
	if (owner->uid != list->first.uid || owner->gid != list->first.gid)
		list->is_mixed = true;
	return can_be_id(owner->uid) && can_be_id(owner->gid) && !list->is_full &&
	       (replaced || !is_root(owner));
}

int ownerlist_add(struct ownerlist *list, const char *path,
		  const struct ownerlist_owner *owner, struct error *err)
{
	size_t room = 4 * strlen(path) + sizeof("65535:65535 /\n");

	if (list->size + room > OWNERS_LIMIT) {
		list->is_full = true;
		return 0;
	}
	int r = alloc_grow(&list->text, &list->capacity, list->size + room, 1, err);
	if (r < 0)
		return r;
	char *line = list->text + list->size;
	int length = sprintf(line, "%u:%u /", (unsigned)owner->uid, (unsigned)owner->gid);
	path_escape(path, line + length, room - (size_t)length);
	list->size += strlen(line) + 1;
	list->text[list->size - 1] = '\n';
	list->lines += !is_root(owner);
	return 0;
}

int ownerlist_write(const struct ownerlist *list, int fd, uint64_t *ret_lines,
		    struct error *err)
{
	*ret_lines = 0;
	if (!list->is_mixed || list->is_full || !list->lines)
		return 0;
	int r = fd_write_all(fd, list->text, list->size, "the list of owners", err);
	if (r == 0)
		*ret_lines = list->lines;
	return r;
}

void ownerlist_free(struct ownerlist *list)
{
	free(list->text);
	*list = (struct ownerlist){0};
}
