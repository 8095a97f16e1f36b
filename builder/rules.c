/* SPDX-License-Identifier: MIT */
/*
 * Rounds over all rules, until one changes nothing. What patterns are compared with is collected once for
 * each round: an image has thousands of files, but few libraries and programs. Called by plan.
 */
#include "rules.h"

#include <errno.h>
#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>

#include "common/path.h"
#include "needs.h"

/* Something that a pattern may mean. */
struct subject {
	const struct entry *entry;
	const char *name;
	bool is_program; /* else a library */
};

struct pass {
	struct apply apply;
	struct elfdeps *resolver;
	struct catalog_item **items; /* the rules */
	size_t item_count, item_capacity;
	struct subject *subjects;
	size_t subject_count, subject_capacity;
	struct error *err;
};

/* A file in a folder bin or sbin; not a symlink, which may be a name of busybox. */
static bool is_program(const struct entry *entry, const char *name)
{
	size_t length = (size_t)(name - entry->path);

	if (entry->type != ENTRY_FILE || !(entry->mode & 0111))
		return false;
	return (length >= 5 && !strncmp(name - 5, "/bin/", 5)) ||
	       (length >= 6 && !strncmp(name - 6, "/sbin/", 6));
}

static int compare_subjects(const void *a, const void *b)
{
	const struct subject *first = a, *second = b;

	return strcmp(first->entry->path, second->entry->path);
}

/*
 * By path: whether things were added at once or one after the other must make no difference. Nor must
 * what only a rule had brought at an earlier time: it counts once a rule brings it again.
 */
static int collect_subjects(struct pass *pass)
{
	const struct manifest *manifest = pass->apply.intake->manifest;

	pass->subject_count = 0;
	for (size_t i = 0; i < manifest->count; i++) {
		const struct entry *entry = manifest->entries[i];
		const char *name = path_basename(entry->path);
		struct subject subject = {entry, name, is_program(entry, name)};

		if ((entry->type != ENTRY_FILE && entry->type != ENTRY_LINK) ||
		    entry->stale || (!subject.is_program && !strstr(name, ".so")))
			continue;
		int r = alloc_grow(&pass->subjects, &pass->subject_capacity,
				   pass->subject_count + 1, sizeof(subject), pass->err);
		if (r < 0)
			return r;
		pass->subjects[pass->subject_count++] = subject;
	}
	if (pass->subject_count)
		qsort(pass->subjects, pass->subject_count, sizeof(*pass->subjects),
		      compare_subjects);
	return 0;
}

static bool matches_any(const char *const *patterns, const struct subject *subject)
{
	for (; *patterns; patterns++) {
		const char *text = strchr(*patterns, '/') ? subject->entry->path
							  : subject->name;

		if (fnmatch(*patterns, text, 0) == 0)
			return true;
	}
	return false;
}

/* A program whose source is not there any more cannot be asked. */
static int imports_any(const struct pass *pass, const char *const *names,
		       const struct subject *subject)
{
	const struct entry *entry = subject->entry;
	struct error ignored = {0};

	if (!entry->source || entry->type != ENTRY_FILE)
		return 0;
	int r = elfdeps_imports(pass->resolver, entry->source, names, &ignored);
	if (r == -ENOMEM)
		return error_nomem(pass->err);
	return r > 0;
}

/* The first subject that meets the condition; *ret stays NULL if none does. */
static int find_cause(const struct pass *pass, const struct directive *when,
		      const struct entry **ret)
{
	bool symbol = !strcmp(when->words[0], "symbol");
	bool program = symbol || !strcmp(when->words[0], "program");

	for (size_t i = 0; i < pass->subject_count && !*ret; i++) {
		const struct subject *subject = &pass->subjects[i];
		int r = 0;

		if (subject->is_program == program)
			r = symbol ? imports_any(pass, when->words + 1, subject)
				   : matches_any(when->words + 1, subject);
		if (r < 0)
			return r;
		if (r > 0)
			*ret = subject->entry;
	}
	return 0;
}

/* Applies the rule if one of its conditions holds; 1 if so. */
static int try_rule(struct pass *pass, struct catalog_item *item)
{
	const struct entry *cause = NULL;

	for (size_t i = 0; i < item->template.count && !cause; i++) {
		const struct directive *when = &item->template.items[i];

		if (when->kind != DIRECTIVE_WHEN)
			continue;
		int r = find_cause(pass, when, &cause);
		if (r < 0)
			return r;
	}
	if (!cause)
		return 0;
	pass->apply.by = cause->path;
	int r = apply_template(&pass->apply, item, pass->err);
	return r < 0 ? r : 1;
}

static int run_round(struct pass *pass)
{
	bool changed = false;
	int r = collect_subjects(pass);

	for (size_t i = 0; r == 0 && i < pass->item_count; i++) {
		if (pass->items[i]->applied)
			continue;
		r = try_rule(pass, pass->items[i]);
		changed |= r > 0;
		if (r > 0)
			r = 0;
	}
	return r < 0 ? r : changed;
}

/* What is no template, or has a mistake, hides no other; who asks for it by name gets the error. */
static int read_rule(struct pass *pass, const char *name, struct catalog_item **ret)
{
	struct error why = {0};
	int r = catalog_find(pass->apply.catalog, name, ret, &why);

	if (r == -ENOMEM)
		return error_nomem(pass->err);
	if (r == 0)
		return 0;
	*ret = NULL;
	return manifest_note(pass->apply.intake->manifest, pass->err, "left out: %s",
			     why.text);
}

static int read_rules(struct pass *pass)
{
	_cleanup_strlist_ struct strlist names = {0};
	int r = catalog_names(pass->apply.catalog, &names, pass->err);

	for (size_t i = 0; r == 0 && i < names.count; i++) {
		struct catalog_item *item;

		r = read_rule(pass, names.items[i], &item);
		if (r < 0 || !item || !item->template.is_rule)
			continue;
		r = alloc_grow(&pass->items, &pass->item_capacity, pass->item_count + 1,
			       sizeof(item), pass->err);
		if (r == 0)
			pass->items[pass->item_count++] = item;
	}
	return r;
}

/* What nobody asked for may lack something: the image is as good as without it. */
static int note_needs(struct intake *intake, size_t before, struct error *err)
{
	int r = 0;

	for (size_t i = before; r == 0 && i < intake->need_count; i++)
		if (!needs_met(intake, &intake->needs[i]))
			r = manifest_note(intake->manifest, err,
					  "%s asks for %s, which is not found",
					  intake->needs[i].by,
					  intake->needs[i].library.name);
	intake->need_count = before;
	return r;
}

int rules_apply(const struct apply *model, struct error *err)
{
	struct intake *intake = model->intake;
	struct pass pass = {.apply = *model, .resolver = intake->resolver, .err = err};
	size_t needs = intake->need_count;
	int r = read_rules(&pass);

	intake->manifest->deriving = true;
	for (int changed = 1; r == 0 && changed;) {
		changed = run_round(&pass);
		r = changed < 0 ? changed : 0;
	}
	intake->manifest->deriving = false;
	free(pass.items);
	free(pass.subjects);
	return r < 0 ? r : note_needs(intake, needs, err);
}
