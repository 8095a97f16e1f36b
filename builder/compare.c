/* SPDX-License-Identifier: MIT */
/*
 * Goes through two sorted manifests side by side. Called by the command diff and by renewal.
 */
#include "compare.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "common/alloc.h"
#include "common/strmap.h"
#include "content.h"

struct pass {
	const struct compare_side *a, *b;
	const struct compare_filter *filter;
	struct compare *compare;
	/* Which pairs of files were read. Else an archive with many hard links to a large file would
	 * have it read again for each. */
	struct strmap pairs;
	struct arena arena;
};

static int answer_equal, answer_other;

static int read_both(const struct pass *pass, const struct entry *a,
		     const struct entry *b, struct error *err)
{
	_cleanup_content_ struct content_stream first = CONTENT_NONE,
						second = CONTENT_NONE;

	int r = content_open(pass->a->content, a, &first, err);
	if (r < 0)
		return error_wrap(err, "%s", pass->a->name);
	r = content_open(pass->b->content, b, &second, err);
	if (r < 0)
		return error_wrap(err, "%s", pass->b->name);
	r = content_streams_equal(&first, &second, err);
	return r < 0 ? error_wrap(err, "%s", a->path) : r;
}

/* Of what is still to be taken from a root the size is not known before it is opened. */
static bool has_size(const struct entry *entry)
{
	return entry->origin != ORIGIN_ROOT;
}

/* 1 if both files have the same bytes, 0 if not. */
static int has_same_bytes(struct pass *pass, const struct entry *a, const struct entry *b,
			  struct error *err)
{
	/* Both in the file of one image, whose offset two streams cannot share. */
	if (pass->a->content == pass->b->content && a->origin == ORIGIN_IMAGE &&
	    b->origin == ORIGIN_IMAGE)
		return a->offset == b->offset && a->size == b->size;
	if (has_size(a) && has_size(b) && a->size != b->size)
		return 0;
	char *key = arena_format(&pass->arena, err,
				 "%" PRIu64 ":%" PRIu64 ":%" PRIu64 ":%" PRIu64,
				 a->device, a->inode, b->device, b->inode);
	if (!key)
		return -ENOMEM;
	const int *known = a->inode && b->inode ? strmap_get(&pass->pairs, key) : NULL;
	if (known)
		return known == &answer_equal;
	int equal = read_both(pass, a, b, err);
	if (equal < 0)
		return equal;
	int r = strmap_put(&pass->pairs, key, equal ? &answer_equal : &answer_other, err);
	return r < 0 ? r : equal;
}

/* The bits of what differs, or an error. */
static int find_changes(struct pass *pass, const struct entry *a, const struct entry *b,
			struct error *err)
{
	bool has_owners = pass->a->has_owners && pass->b->has_owners;
	int changes = 0;

	if (has_owners && (a->uid != b->uid || a->gid != b->gid))
		changes |= COMPARE_OWNER;
	if (a->type != ENTRY_LINK && b->type != ENTRY_LINK && a->mode != b->mode)
		changes |= COMPARE_MODE;
	if (a->type != b->type)
		return changes | COMPARE_TYPE;
	if (a->type == ENTRY_LINK && strcmp(a->target, b->target) != 0)
		changes |= COMPARE_TARGET;
	if ((a->type == ENTRY_CHAR || a->type == ENTRY_BLOCK) && a->rdev != b->rdev)
		changes |= COMPARE_DEVICE;
	if (a->type != ENTRY_FILE)
		return changes;
	int equal = has_same_bytes(pass, a, b, err);
	if (equal < 0)
		return equal;
	return equal ? changes : changes | COMPARE_CONTENT;
}

static int add(struct pass *pass, const struct entry *a, const struct entry *b,
	       unsigned changes, struct error *err)
{
	const struct compare_item item = {.a = a, .b = b, .changes = changes};
	struct compare *compare = pass->compare;

	if (pass->filter && !pass->filter->counts(&item, pass->filter->data))
		return 0;
	int r = alloc_grow(&compare->items, &compare->capacity, compare->count + 1,
			   sizeof(item), err);
	if (r < 0)
		return r;
	compare->items[compare->count++] = item;
	if (!a)
		compare->added++;
	else if (!b)
		compare->removed++;
	else
		compare->changed++;
	return 0;
}

static int add_pair(struct pass *pass, const struct entry *a, const struct entry *b,
		    struct error *err)
{
	int changes = find_changes(pass, a, b, err);

	if (changes <= 0)
		return changes;
	return add(pass, a, b, (unsigned)changes, err);
}

static int go_through(struct pass *pass, struct error *err)
{
	const struct manifest *a = pass->a->manifest, *b = pass->b->manifest;
	size_t i = 0, j = 0;
	int r = 0;

	while (r == 0 && (i < a->count || j < b->count)) {
		const struct entry *left = i < a->count ? a->entries[i] : NULL;
		const struct entry *right = j < b->count ? b->entries[j] : NULL;
		int order = !left ? 1 : !right ? -1 : strcmp(left->path, right->path);

		if (order < 0)
			r = add(pass, left, NULL, 0, err);
		else if (order > 0)
			r = add(pass, NULL, right, 0, err);
		else
			r = add_pair(pass, left, right, err);
		i += order <= 0;
		j += order >= 0;
	}
	return r;
}

int compare_sides(const struct compare_side *a, const struct compare_side *b,
		  const struct compare_filter *filter, struct compare *ret,
		  struct error *err)
{
	struct pass pass = {.a = a, .b = b, .filter = filter, .compare = ret};

	*ret = (struct compare){0};
	int r = go_through(&pass, err);
	strmap_free(&pass.pairs);
	arena_free(&pass.arena);
	if (r < 0)
		compare_free(ret);
	return r;
}

static struct compare_side side_of(const struct view *view, const struct content *content)
{
	return (struct compare_side){
		.name = view->path,
		.manifest = &view->manifest,
		.content = content,
		.has_owners = view->has_owners,
	};
}

int compare_views(const struct view *a, const struct view *b, struct compare *ret,
		  struct error *err)
{
	const struct content content_a = view_content(a), content_b = view_content(b);
	const struct compare_side side_a = side_of(a, &content_a);
	const struct compare_side side_b = side_of(b, &content_b);

	return compare_sides(&side_a, &side_b, NULL, ret, err);
}

void compare_free(struct compare *compare)
{
	free(compare->items);
	*compare = (struct compare){0};
}
