/* SPDX-License-Identifier: MIT */
/*
 * Follows the chain of every entry, each step of it once: what a step belongs to is kept for all
 * that come by it. Called by the command cost.
 */
#include "shares.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "chain.h"
#include "twins.h"

struct mark;

/* Something is needed. */
struct arrow {
	struct mark *to;
	struct arrow *next;
};

/* What is known of an entry: it is on the chain that is being followed, and then has a share. */
struct mark {
	struct share *share;
	bool followed;
	bool many;          /* several shares lead here; else */
	struct share *only; /* this one, or NULL: none */
	struct arrow *arrows;
};

struct pass {
	const struct manifest *manifest;
	struct shares *shares;
	struct strmap marks; /* path -> struct mark */
	struct twins twins;
	struct mark **waiting; /* whose arrows have to be followed, once more */
	size_t waiting_count, waiting_capacity;
};

static struct share *find_share(struct shares *shares, const char *rule, const char *name,
				struct error *err)
{
	/* No rule of ours holds a newline, so no two shares have one key but by a hostile record. */
	char *key = arena_format(&shares->arena, err, "%s\n%s", rule, name ? name : "");
	if (!key)
		return NULL;
	struct share *share = strmap_get(&shares->by_key, key);
	if (share)
		return share;
	share = arena_alloc(&shares->arena, sizeof(*share), err);
	if (!share ||
	    alloc_grow(&shares->items, &shares->capacity, shares->count + 1,
		       sizeof(share), err) < 0 ||
	    strmap_put(&shares->by_key, key, share, err) < 0)
		return NULL;
	share->rule = rule;
	share->name = name;
	shares->items[shares->count++] = share;
	return share;
}

/* Whether a chain that comes to this reason goes no further. */
static bool is_end(const struct reason *reason)
{
	static const char *const ends[] = {RULE_TEMPLATE, RULE_BASE,     RULE_TERMINFO,
					   RULE_CACHE,    RULE_PACKAGES, RULE_RECORD,
					   RULE_FOUND};

	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++)
		if (!strcmp(reason->rule, ends[i]))
			return true;
	return false;
}

/* The share of a chain that ends with this entry in this way. */
static struct share *share_of_end(struct pass *pass, const struct entry *entry,
				  enum chain_end end, struct error *err)
{
	const struct reason *reason = &entry->reason;

	if (!strcmp(reason->rule, RULE_TEMPLATE))
		return find_share(pass->shares, RULE_TEMPLATE, reason->name, err);
	if (is_end(reason))
		return find_share(pass->shares, reason->rule, NULL, err);
	if (end == CHAIN_WHOLE && reason->by && !strcmp(reason->by, "/"))
		return find_share(pass->shares, RULE_ASKED, "/", err);
	if (end == CHAIN_WHOLE && !strcmp(reason->rule, RULE_ASKED))
		return find_share(pass->shares, RULE_ASKED, entry->path, err);
	return find_share(pass->shares, SHARES_UNKNOWN, NULL, err);
}

static struct mark *mark_of(struct pass *pass, const struct entry *entry,
			    struct error *err)
{
	struct mark *mark = strmap_get(&pass->marks, entry->path);

	if (mark)
		return mark;
	mark = arena_alloc(&pass->shares->arena, sizeof(*mark), err);
	if (!mark || strmap_put(&pass->marks, entry->path, mark, err) < 0)
		return NULL;
	return mark;
}

/* The share that the chain from `entry` leads to; NULL with err set. */
static struct share *follow(struct pass *pass, const struct entry *entry,
			    struct error *err)
{
	for (;;) {
		enum chain_end end = CHAIN_WHOLE;
		struct mark *mark = mark_of(pass, entry, err);

		if (!mark || mark->share)
			return mark ? mark->share : NULL;
		if (mark->followed)
			return find_share(pass->shares, SHARES_UNKNOWN, NULL, err);
		mark->followed = true;
		const struct entry *next =
			is_end(&entry->reason) ? NULL
					       : chain_next(pass->manifest, entry, &end);
		if (!next)
			return share_of_end(pass, entry, end, err);
		entry = next;
	}
}

/* Gives the share to every step of the chain that has none yet. */
static void keep(struct pass *pass, const struct entry *entry, struct share *share)
{
	while (entry) {
		struct mark *mark = strmap_get(&pass->marks, entry->path);
		enum chain_end end;

		if (!mark || mark->share)
			return;
		mark->share = share;
		entry = is_end(&entry->reason) ? NULL
					       : chain_next(pass->manifest, entry, &end);
	}
}

static int point(struct pass *pass, const struct entry *from, const struct entry *to,
		 struct error *err)
{
	struct mark *start = mark_of(pass, from, err), *end = mark_of(pass, to, err);
	struct arrow *arrow = arena_alloc(&pass->shares->arena, sizeof(*arrow), err);

	if (!start || !end || !arrow)
		return -ENOMEM;
	*arrow = (struct arrow){.to = end, .next = start->arrows};
	start->arrows = arrow;
	return 0;
}

/* The share leads to the mark, too; NULL: more than one do. Each mark changes twice at most. */
static int reach(struct pass *pass, struct mark *mark, struct share *share,
		 struct error *err)
{
	if (mark->many || (share && mark->only == share))
		return 0;
	mark->many = !share || mark->only;
	mark->only = share;
	int r = alloc_grow(&pass->waiting, &pass->waiting_capacity,
			   pass->waiting_count + 1, sizeof(struct mark *), err);
	if (r == 0)
		pass->waiting[pass->waiting_count++] = mark;
	return r;
}

/* Draws the arrow to an entry from what its reason names; or it is where its share begins. */
static int begin(struct pass *pass, const struct entry *entry, struct error *err)
{
	struct mark *mark = strmap_get(&pass->marks, entry->path);
	enum chain_end end;
	const struct entry *by = is_end(&entry->reason)
					 ? NULL
					 : chain_next(pass->manifest, entry, &end);
	bool is_lost = !strcmp(mark->share->rule, SHARES_UNKNOWN);
	int r = by ? point(pass, by, entry, err) : 0;

	return r == 0 && (!by || is_lost) ? reach(pass, mark, mark->share, err) : r;
}

static int spread(struct pass *pass, const struct uses *uses, struct error *err)
{
	const struct manifest *manifest = pass->manifest;
	int r = 0;

	for (size_t i = 0; r == 0 && i < uses->count; i++)
		r = point(pass, uses->items[i].by, uses->items[i].used, err);
	for (size_t i = 0; r == 0 && i < manifest->count; i++)
		r = begin(pass, manifest->entries[i], err);
	while (r == 0 && pass->waiting_count) {
		const struct mark *mark = pass->waiting[--pass->waiting_count];
		struct share *share = mark->many ? NULL : mark->only;

		for (struct arrow *arrow = mark->arrows; r == 0 && arrow;
		     arrow = arrow->next)
			r = reach(pass, arrow->to, share, err);
	}
	return r;
}

/* Counts what only one share leads to. */
static int count_alone(struct pass *pass, struct error *err)
{
	const struct manifest *manifest = pass->manifest;

	for (size_t i = 0; i < manifest->count; i++) {
		const struct entry *entry = manifest->entries[i], *first = NULL;
		const struct mark *mark = strmap_get(&pass->marks, entry->path);

		if (mark->many || !mark->only || entry->type == ENTRY_FOLDER)
			continue;
		mark->only->alone_files++;
		int r = entry->type == ENTRY_FILE
				? twins_find(&pass->twins, entry, &first, err)
				: 0;
		if (r < 0)
			return r;
		/* Each is known to twins by now: the first of them finds itself. */
		if (entry->type == ENTRY_FILE && (!first || first == entry))
			mark->only->alone_bytes += entry->size;
	}
	return 0;
}

static int count(struct pass *pass, const struct entry *entry, struct error *err)
{
	const struct entry *first = NULL;
	struct share *share = follow(pass, entry, err);

	if (!share)
		return -ENOMEM;
	keep(pass, entry, share);
	if (entry->type == ENTRY_FOLDER)
		return 0;
	share->files++;
	pass->shares->files++;
	if (entry->type != ENTRY_FILE)
		return 0;
	int r = twins_find(&pass->twins, entry, &first, err);
	if (r == 0 && first)
		r = point(pass, entry, first, err); /* which has the bytes of both */
	if (r < 0 || first)
		return r;
	share->bytes += entry->size;
	pass->shares->bytes += entry->size;
	return 0;
}

static int compare_texts(const char *a, const char *b)
{
	return strcmp(a ? a : "", b ? b : "");
}

static int compare_shares(const void *a, const void *b)
{
	const struct share *first = *(struct share *const *)a;
	const struct share *second = *(struct share *const *)b;

	if (first->bytes != second->bytes)
		return first->bytes > second->bytes ? -1 : 1;
	if (first->files != second->files)
		return first->files > second->files ? -1 : 1;
	int order = strcmp(first->rule, second->rule);
	return order ? order : compare_texts(first->name, second->name);
}

int shares_of(const struct manifest *manifest, const struct uses *uses,
	      struct shares *ret, struct error *err)
{
	struct pass pass = {.manifest = manifest, .shares = ret};
	int r = 0;

	*ret = (struct shares){0};
	for (size_t i = 0; r == 0 && i < manifest->count; i++)
		r = count(&pass, manifest->entries[i], err);
	if (r == 0)
		r = spread(&pass, uses, err);
	if (r == 0)
		r = count_alone(&pass, err);
	free(pass.waiting);
	strmap_free(&pass.marks);
	twins_free(&pass.twins);
	if (r < 0) {
		shares_free(ret);
		return r;
	}
	if (ret->count)
		qsort(ret->items, ret->count, sizeof(struct share *), compare_shares);
	return 0;
}

void shares_free(struct shares *shares)
{
	free(shares->items);
	strmap_free(&shares->by_key);
	arena_free(&shares->arena);
	*shares = (struct shares){0};
}
