/* SPDX-License-Identifier: MIT */
/*
 * Decides which of two things at one path stays, where a path lies in the image, and the order of
 * everything. Filled by intake, links and the rules; read by record and the image writers.
 */
#include "manifest.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "common/path.h"
#include "content.h"

enum { MAX_LINKS = 40 }; /* as the kernel, path_resolution(7) */

bool manifest_is_derived(const struct reason *reason)
{
	static const char *const derived[] = {
		RULE_BASE,     RULE_TERMINFO, RULE_CACHE,
		RULE_PACKAGES, RULE_PARENT,   RULE_RECORD,
	};

	for (size_t i = 0; i < sizeof(derived) / sizeof(derived[0]); i++)
		if (!strcmp(reason->rule, derived[i]))
			return true;
	return reason->derived;
}

const char *manifest_describe(const struct reason *reason, char *ret, size_t size)
{
	char rule[64], by[512], name[512], detail[256];

	path_escape(reason->rule, rule, sizeof(rule)); /* a record may say anything */
	path_escape(reason->by ? reason->by : "", by, sizeof(by));
	path_escape(reason->name ? reason->name : "", name, sizeof(name));
	path_escape(reason->detail ? reason->detail : "", detail, sizeof(detail));
	if (reason->by && reason->name && reason->detail)
		snprintf(ret, size, "%s: %s asks for %s (%s)", rule, by, name, detail);
	else if (reason->by && reason->name)
		snprintf(ret, size, "%s: %s asks for %s", rule, by, name);
	else if (reason->by || reason->name)
		snprintf(ret, size, "%s: %s%s", rule, reason->by ? "for " : "",
			 reason->by ? by : name);
	else
		snprintf(ret, size, "%s", rule);
	return ret;
}

struct entry *manifest_find(const struct manifest *manifest, const char *path)
{
	return strmap_get(&manifest->by_path, path);
}

bool manifest_has_folder(const struct manifest *manifest, const char *path)
{
	const struct entry *entry = manifest_find(manifest, path);

	if (entry)
		return entry->type == ENTRY_FOLDER;
	for (size_t i = 0; i < manifest->count; i++)
		if (path_is_below(manifest->entries[i]->path, path))
			return true;
	return false;
}

/* Makes *text the arena's own; NULL stays NULL. */
static int own(struct manifest *manifest, const char **text, struct error *err)
{
	if (!*text)
		return 0;
	*text = arena_copy(&manifest->arena, *text, strlen(*text), err);
	return *text ? 0 : -ENOMEM;
}

static int own_strings(struct manifest *manifest, struct entry *entry, struct error *err)
{
	const char **const strings[] = {
		&entry->path,        &entry->target,        &entry->source,
		&entry->package,     &entry->reason.rule,   &entry->reason.by,
		&entry->reason.name, &entry->reason.detail, &entry->reason.root,
		&entry->sha256,
	};

	for (size_t i = 0; i < sizeof(strings) / sizeof(strings[0]); i++) {
		int r = own(manifest, strings[i], err);

		if (r < 0)
			return r;
	}
	if (entry->origin == ORIGIN_TEXT && entry->text) {
		entry->text = arena_copy(&manifest->arena, entry->text, entry->size, err);
		return entry->text ? 0 : -ENOMEM;
	}
	return 0;
}

static int append(struct manifest *manifest, const struct entry *entry, struct error *err)
{
	struct entry *copy = arena_alloc(&manifest->arena, sizeof(*copy), err);

	if (!copy)
		return -ENOMEM;
	*copy = *entry;
	int r = own_strings(manifest, copy, err);
	if (r < 0)
		return r;
	r = alloc_grow(&manifest->entries, &manifest->capacity, manifest->count + 1,
		       sizeof(copy), err);
	if (r < 0)
		return r;
	manifest->entries[manifest->count++] = copy;
	return strmap_put(&manifest->by_path, copy->path, copy, err);
}

static int overwrite(struct manifest *manifest, struct entry *old,
		     const struct entry *entry, struct error *err)
{
	struct entry copy = *entry;
	int r = own_strings(manifest, &copy, err);

	if (r < 0)
		return r;
	copy.path = old->path; /* the key of the map */
	*old = copy;
	return 0;
}

static const char *type_name(enum entry_type type)
{
	static const char *const names[] = {
		[ENTRY_FILE] = "a file",    [ENTRY_FOLDER] = "a folder",
		[ENTRY_LINK] = "a link",    [ENTRY_CHAR] = "a device",
		[ENTRY_BLOCK] = "a device", [ENTRY_FIFO] = "a FIFO",
	};

	return names[type];
}

/* 1 if both are the same thing, 0 if not; an error where a file cannot be read. */
static int is_same(const struct manifest *manifest, const struct entry *old,
		   const struct entry *entry, struct error *err)
{
	if (old->type != entry->type)
		return 0;
	switch (entry->type) {
	case ENTRY_FOLDER:
	case ENTRY_FIFO:
		return 1;
	case ENTRY_LINK:
		return !strcmp(old->target, entry->target);
	case ENTRY_CHAR:
	case ENTRY_BLOCK:
		return old->rdev == entry->rdev;
	case ENTRY_FILE:
		break;
	}
	return content_equal(manifest->content, old, entry, err);
}

static int conflict(const struct entry *old, const struct entry *entry, struct error *err)
{
	if (old->type == entry->type)
		error_set(err, EEXIST,
			  "%s is in the image already, with other content%s%s",
			  entry->path, old->source ? ", from " : "",
			  old->source ? old->source : "");
	else
		error_set(err, EEXIST,
			  "%s is in the image already, as %s, and would become %s",
			  entry->path, type_name(old->type), type_name(entry->type));
	return error_hint(err, "--replace lets the new one win");
}

/* A rule brings what it, or another, has brought before. */
static int renew(struct manifest *manifest, struct entry *old,
		 const struct reason *reason, struct error *err)
{
	struct entry kept = *old;

	if (old->reason.derived && !old->stale)
		return 0;
	kept.reason = *reason;
	kept.stale = false;
	return overwrite(manifest, old, &kept, err);
}

static const char *root_of(const struct entry *entry)
{
	return entry->reason.root ? entry->reason.root : entry->path;
}

/* The same thing for two reasons: the image must not tell which was added first. */
static int choose_reason(struct manifest *manifest, struct entry *old,
			 const struct entry *entry, struct error *err)
{
	struct entry kept = *old;

	if (strcmp(root_of(entry), root_of(old)) >= 0)
		return 0;
	kept.reason = entry->reason;
	return overwrite(manifest, old, &kept, err);
}

static int meet(struct manifest *manifest, struct entry *old, const struct entry *entry,
		struct error *err)
{
	bool old_derived = manifest_is_derived(&old->reason);
	bool new_derived = manifest_is_derived(&entry->reason);

	if (new_derived && !old_derived)
		return 0;
	/* A rule's own text follows the rule; what a rule took from the root stays as it was. Of two
	 * reasons of one time the first stays, as it does for what is asked for. */
	if (new_derived && entry->origin != ORIGIN_TEXT && old->type == entry->type)
		return renew(manifest, old, &entry->reason, err);
	if (old_derived)
		return overwrite(manifest, old, entry, err);
	int same = is_same(manifest, old, entry, err);
	if (same != 0)
		return same < 0 ? same : choose_reason(manifest, old, entry, err);
	if (!manifest->replace || old->type == ENTRY_FOLDER ||
	    entry->type == ENTRY_FOLDER)
		return conflict(old, entry, err);
	return overwrite(manifest, old, entry, err);
}

int manifest_add(struct manifest *manifest, const struct entry *entry, struct error *err)
{
	struct entry *old = manifest_find(manifest, entry->path);

	if (!strcmp(entry->path,
		    "/")) /* every image has it; see tarball.c why no entry */
		return 0;
	struct entry marked = *entry;
	marked.reason.derived |= manifest->deriving;
	if (!marked.reason.root)
		marked.reason.root = manifest->root;
	if (old)
		return meet(manifest, old, &marked, err);
	return append(manifest, &marked, err);
}

int manifest_add_text(struct manifest *manifest, const char *path, const char *text,
		      const struct reason *reason, struct error *err)
{
	const struct entry entry = {
		.path = path,
		.type = ENTRY_FILE,
		.mode = 0644,
		.origin = ORIGIN_TEXT,
		.text = text,
		.size = strlen(text),
		.reason = *reason,
	};

	return manifest_add(manifest, &entry, err);
}

/* Replaces the prefix of `path` that is a symlink by its target; 0 if there is none. */
static int follow_first_link(const struct manifest *manifest, char *path,
			     struct error *err)
{
	char folder[PATH_MAX], joined[2 * PATH_MAX];

	for (char *slash = strchr(path + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
		snprintf(folder, sizeof(folder), "%.*s", (int)(slash - path), path);
		const struct entry *entry = manifest_find(manifest, folder);
		if (!entry || entry->type != ENTRY_LINK)
			continue;
		size_t parent = (size_t)(path_basename(folder) - folder);
		snprintf(joined, sizeof(joined), "%.*s/%s%s",
			 entry->target[0] == '/' ? 0 : (int)parent, folder, entry->target,
			 slash);
		int r = path_normalize(joined, path, PATH_MAX, err);
		return r < 0 ? r : 1;
	}
	return 0;
}

int manifest_place(const struct manifest *manifest, const char *path, char *ret,
		   struct error *err)
{
	char at[PATH_MAX];

	int r = path_normalize(path, at, sizeof(at), err);
	if (r < 0)
		return r;
	for (int links = 0; links < MAX_LINKS; links++) {
		r = follow_first_link(manifest, at, err);
		if (r < 0)
			return r;
		if (r == 0) {
			snprintf(ret, PATH_MAX, "%s", at);
			return 0;
		}
	}
	return error_errno(err, ELOOP, "%s in the image", path);
}

int manifest_note(struct manifest *manifest, struct error *err, const char *format, ...)
{
	char text[2 * PATH_MAX];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	return strlist_add(&manifest->notes, text, err);
}

static int compare_paths(const void *a, const void *b)
{
	const struct entry *const *first = a, *const *second = b;

	return strcmp((*first)->path, (*second)->path);
}

static void sort(struct manifest *manifest)
{
	if (manifest->count)
		qsort(manifest->entries, manifest->count, sizeof(*manifest->entries),
		      compare_paths);
}

static int add_parents(struct manifest *manifest, const char *path, struct error *err)
{
	char folder[PATH_MAX];
	size_t length = (size_t)(path_basename(path) - path);

	while (length > 1) {
		snprintf(folder, sizeof(folder), "%.*s", (int)length - 1, path);
		const struct entry *there = manifest_find(manifest, folder);
		if (there && there->type != ENTRY_FOLDER)
			return error_set(err, ENOTDIR,
					 "%s would lie below %s, which is %s", path,
					 folder, type_name(there->type));
		if (there)
			return 0;
		const struct entry parent = {
			.path = folder,
			.type = ENTRY_FOLDER,
			.mode = 0755,
			.origin = ORIGIN_TEXT,
			.reason = {.rule = RULE_PARENT, .by = path},
		};
		int r = append(manifest, &parent, err);
		if (r < 0)
			return r;
		length = (size_t)(path_basename(folder) - folder);
	}
	return 0;
}

int manifest_finish(struct manifest *manifest, struct error *err)
{
	size_t count = manifest->count;

	sort(manifest); /* so that a folder's reason is the first thing in it, in whatever order */
	for (size_t i = 0; i < count; i++) {
		int r = add_parents(manifest, manifest->entries[i]->path, err);

		if (r < 0)
			return r;
	}
	sort(manifest);
	return 0;
}

void manifest_free(struct manifest *manifest)
{
	free(manifest->entries);
	strmap_free(&manifest->by_path);
	strlist_free(&manifest->notes);
	arena_free(&manifest->arena);
	*manifest = (struct manifest){0};
}
