/* SPDX-License-Identifier: MIT */
/*
 * A function for each word. Called by plan for what a user asked for, and by rules.
 */
#include "apply.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sysmacros.h>

#include "asked.h"
#include "common/cleanup.h"
#include "common/path.h"
#include "wildcard.h"

enum { DEPTH_MAX = 16 };

/* One directive on its way. */
struct step {
	struct apply *apply;
	const struct catalog_item *item;
	const struct directive *directive;
	struct reason reason;
	struct error *err;
};

static int include(struct step *step)
{
	struct apply below = *step->apply;

	below.depth++;
	if (below.depth == DEPTH_MAX)
		return error_set(step->err, ELOOP, "templates include each other %d deep",
				 DEPTH_MAX);
	for (size_t i = 0; i < step->directive->count; i++) {
		struct catalog_item *item;
		int r = catalog_find(below.catalog, step->directive->words[i], &item,
				     step->err);

		if (r == -ENOENT && step->directive->optional)
			continue;
		if (r == 0)
			r = apply_template(&below, item, step->err);
		if (r < 0)
			return r;
	}
	return 0;
}

static int add_operand(struct step *step, const char *path, const char *dest)
{
	_cleanup_operand_ struct operand operand = {.path = alloc_copy(path, step->err)};

	operand.dest = dest ? alloc_copy(dest, step->err) : NULL;
	if (!operand.path || (dest && !operand.dest))
		return -ENOMEM;
	return asked_add(step->apply->intake, &operand, &step->reason, step->err);
}

/* Adds what a pattern means; 1 if there is something, 0 if not. */
static int add_matches(struct step *step, const char *text)
{
	_cleanup_strlist_ struct strlist paths = {0};
	const char *colon = strstr(text, ":/");
	_cleanup_free_ char *pattern = alloc_format(
		step->err, "%.*s", colon ? (int)(colon - text) : (int)strlen(text), text);
	int r = pattern ? wildcard_expand(step->apply->intake->root, pattern, &paths,
					  step->err)
			: -ENOMEM;

	for (size_t i = 0; r == 0 && i < paths.count; i++)
		r = add_operand(step, paths.items[i], colon ? colon + 1 : NULL);
	return r < 0 ? r : paths.count > 0;
}

/* The same for PATH[:DEST], be it a name, a path or a pattern. */
static int add_word(struct step *step, const char *word)
{
	const struct sysroot *root = step->apply->intake->root;
	_cleanup_operand_ struct operand operand = {0};
	struct error why;
	struct stat st;

	if (word[0] != '/' && strchr(word, '/')) {
		error_set(step->err, EINVAL, "%s: neither a name nor an absolute path",
			  word);
		return error_hint(
			step->err,
			"'copy' takes paths that count from the template's folder");
	}
	if (wildcard_is(word))
		return add_matches(step, word);
	int r = locate(root, word, &operand, &why);
	if (r == -ENOENT)
		return 0;
	if (r < 0) {
		if (step->err)
			*step->err = why;
		return r;
	}
	if (sysroot_stat(root, operand.path, &st) < 0)
		return 0;
	r = asked_add(step->apply->intake, &operand, &step->reason, step->err);
	return r < 0 ? r : 1;
}

static int miss(const struct step *step, const char *word)
{
	if (step->directive->optional)
		return 0;
	error_set(step->err, ENOENT, "%s: not found", word);
	return error_hint(step->err, "'add?' leaves out what is not there");
}

/* Adds the first of the words up to the next one that has no | in front; *at moves behind them. */
static int add_first(struct step *step, size_t end, size_t *at)
{
	const char *const *words = step->directive->words;
	size_t first = *at;
	int r = 0;

	for (;;) {
		if (r == 0)
			r = add_word(step, words[*at]);
		if (r < 0)
			return r;
		++*at;
		if (*at + 1 >= end || strcmp(words[*at], "|") != 0)
			break;
		++*at;
	}
	return r ? 0 : miss(step, words[first]);
}

static size_t find_except(const struct directive *directive)
{
	for (size_t i = 0; i < directive->count; i++)
		if (!strcmp(directive->words[i], "except"))
			return i;
	return directive->count;
}

static int add(struct step *step)
{
	const struct directive *directive = step->directive;
	struct intake *intake = step->apply->intake;
	size_t end = find_except(directive);
	int r = 0;

	intake->except = end < directive->count ? directive->words + end + 1 : NULL;
	for (size_t i = 0; r == 0 && i < end;)
		r = add_first(step, end, &i);
	intake->except = NULL;
	return r;
}

/* As Dockerfile's: a relative source lies beside the file that names it. */
static int copy(struct step *step)
{
	const char *source = step->directive->words[0];
	const struct sysroot *root = step->apply->intake->root;
	char joined[PATH_MAX], path[PATH_MAX];
	struct stat st;
	int r;

	if (source[0] != '/' && root->fd >= 0)
		return error_set(step->err, EINVAL,
				 "%s: with --root there are absolute paths only", source);
	r = source[0] == '/' ? snprintf(joined, sizeof(joined), "%s", source)
			     : path_join(step->item->folder, source, joined,
					 sizeof(joined), step->err);
	if (r >= 0)
		r = path_normalize(joined, path, sizeof(path), step->err);
	if (r < 0)
		return r;
	if (sysroot_stat(root, path, &st) < 0)
		return miss(step, source);
	return add_operand(step, path, step->directive->words[1]);
}

static int read_mode(const struct step *step, size_t at, mode_t usual, mode_t *ret)
{
	const char *text = at < step->directive->count ? step->directive->words[at]
						       : NULL;
	char *end;
	unsigned long mode;

	*ret = usual;
	if (!text)
		return 0;
	mode = strtoul(text, &end, 8);
	if (*end || end == text || mode > 01777)
		return error_set(step->err, EINVAL, "%s: no octal mode up to 1777", text);
	*ret = (mode_t)mode;
	return 0;
}

/* Adds an entry that we make, at the first word; words 1 and 2 are mode and owner where it has them. */
static int add_made(struct step *step, const struct entry *model, mode_t mode)
{
	const struct directive *directive = step->directive;
	struct entry entry = *model;
	char place[PATH_MAX];
	bool has_mode = entry.type == ENTRY_FOLDER || entry.type == ENTRY_FILE;
	int r = 0;

	if (directive->words[0][0] != '/')
		return error_set(step->err, EINVAL, "%s: not an absolute path",
				 directive->words[0]);
	if (has_mode)
		r = read_mode(step, 1, mode, &entry.mode);
	if (r == 0 && has_mode && directive->count > 2)
		r = accounts_owner(&step->apply->recipe->accounts, directive->words[2],
				   &entry.uid, &entry.gid, step->err);
	if (r == 0)
		r = asked_place(step->apply->intake, directive->words[0], &step->reason,
				place, step->err);
	if (r < 0)
		return r;
	entry.path = place;
	entry.origin = ORIGIN_TEXT;
	entry.reason = step->reason;
	return manifest_add(step->apply->intake->manifest, &entry, step->err);
}

static int make_folder(struct step *step)
{
	struct entry entry = {.type = ENTRY_FOLDER};

	return add_made(step, &entry, 0755);
}

static int make_file(struct step *step)
{
	struct entry entry = {.type = ENTRY_FILE,
			      .text = step->directive->text,
			      .size = strlen(step->directive->text)};

	return add_made(step, &entry, 0644);
}

static int make_link(struct step *step)
{
	struct entry entry = {
		.type = ENTRY_LINK, .mode = 0777, .target = step->directive->words[1]};

	if (!entry.target[0])
		return error_set(step->err, EINVAL, "a link to nothing");
	return add_made(step, &entry, 0777);
}

static int read_number(const struct step *step, const char *text, unsigned *ret)
{
	char *end;
	unsigned long value = strtoul(text, &end, 10);

	if (*end || end == text || value > 0xfffff)
		return error_set(step->err, EINVAL, "%s: no device number", text);
	*ret = (unsigned)value;
	return 0;
}

static int make_device(struct step *step)
{
	const char *const *words = step->directive->words;
	struct entry entry = {.type = words[1][0] == 'c' ? ENTRY_CHAR : ENTRY_BLOCK};
	unsigned major_number = 0, minor_number = 0;

	if (strcmp(words[1], "c") != 0 && strcmp(words[1], "b") != 0)
		return error_set(step->err, EINVAL, "%s: a device is c or b", words[1]);
	int r = read_number(step, words[2], &major_number);
	if (r == 0)
		r = read_number(step, words[3], &minor_number);
	if (r == 0)
		r = read_mode(step, 4, 0666, &entry.mode);
	if (r < 0)
		return r;
	entry.rdev = makedev(major_number, minor_number);
	return add_made(step, &entry, 0666);
}

static int add_words(const struct step *step, struct strlist *list)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < step->directive->count; i++)
		r = strlist_add(list, step->directive->words[i], step->err);
	return r;
}

/* How the image is run is for whoever asked, not for a rule. */
static int set(struct step *step)
{
	struct runconfig *settings = &step->apply->recipe->settings;
	_cleanup_runconfig_ struct runconfig one = {0};
	struct strlist *const lists[] = {
		[DIRECTIVE_ENV] = &one.env,
		[DIRECTIVE_LABEL] = &one.labels,
		[DIRECTIVE_ENTRYPOINT] = &one.entrypoint,
		[DIRECTIVE_CMD] = &one.cmd,
	};
	enum directive_kind kind = step->directive->kind;
	int r = 0;

	if (step->apply->by)
		return 0;
	if (kind == DIRECTIVE_USER || kind == DIRECTIVE_WORKDIR) {
		char **text = kind == DIRECTIVE_USER ? &one.user : &one.workdir;

		*text = alloc_copy(step->directive->words[0], step->err);
		r = *text ? 0 : -ENOMEM;
	} else {
		r = add_words(step, lists[kind]);
	}
	if (r == 0)
		r = runconfig_check(&one, step->err);
	return r == 0 ? runconfig_merge(settings, &one, step->err) : r;
}

static int note(struct step *step)
{
	char text[1024];
	size_t used = 0;

	for (size_t i = 0; i < step->directive->count && used < sizeof(text); i++)
		used += (size_t)snprintf(text + used, sizeof(text) - used, "%s%s",
					 i ? " " : "", step->directive->words[i]);
	return manifest_note(step->apply->intake->manifest, step->err, "%s: %s",
			     step->item->template.name, text);
}

static int do_directive(struct step *step)
{
	const struct directive *directive = step->directive;

	switch (directive->kind) {
	case DIRECTIVE_DESCRIPTION:
	case DIRECTIVE_WHEN:
		return 0;
	case DIRECTIVE_INCLUDE:
		return include(step);
	case DIRECTIVE_ADD:
		return add(step);
	case DIRECTIVE_COPY:
		return copy(step);
	case DIRECTIVE_DIR:
		return make_folder(step);
	case DIRECTIVE_FILE:
		return make_file(step);
	case DIRECTIVE_LINK:
		return make_link(step);
	case DIRECTIVE_ACCOUNT:
		return accounts_add(&step->apply->recipe->accounts, directive->words,
				    directive->count, step->err);
	case DIRECTIVE_DEVICE:
		return make_device(step);
	case DIRECTIVE_ENV:
	case DIRECTIVE_LABEL:
	case DIRECTIVE_USER:
	case DIRECTIVE_WORKDIR:
	case DIRECTIVE_ENTRYPOINT:
	case DIRECTIVE_CMD:
		return set(step);
	case DIRECTIVE_NOTE:
		return note(step);
	}
	return 0;
}

static int apply_all(struct apply *apply, struct catalog_item *item, struct error *err)
{
	struct step step = {
		.apply = apply,
		.item = item,
		.reason = {.rule = RULE_TEMPLATE, .by = apply->by, .name = item->name},
		.err = err,
	};

	for (size_t i = 0; i < item->template.count; i++) {
		step.directive = &item->template.items[i];
		int r = do_directive(&step);
		if (r < 0)
			return template_blame(&item->template, step.directive, err);
	}
	return 0;
}

int apply_template(struct apply *apply, struct catalog_item *item, struct error *err)
{
	if (item->open) {
		error_set(err, ELOOP, "template %s includes itself", item->template.name);
		return -ELOOP;
	}
	if (item->applied)
		return 0;
	item->open = true;
	int r = apply_all(apply, item, err);
	item->open = false;
	item->applied = r == 0;
	return r;
}
