/* SPDX-License-Identifier: MIT */
/*
 * The command `diff`: what is in one image and not, or not alike, in another. Called by main.
 */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <sys/sysmacros.h>

#include "command.h"
#include "common/cli.h"
#include "common/log.h"
#include "common/path.h"
#include "compare.h"
#include "jsontext.h"
#include "view.h"

struct values {
	struct cli_common common;
	bool json;
};

#define AT(member) offsetof(struct values, member)

static const struct cli_option options[] = {
	{"json", 0, CLI_FLAG, AT(json), NULL, "print JSON"},
};

static const struct cli_program program = {
	.name = "jailbuild diff",
	.usage = "[OPTION…] A B",
	.summary =
		"Show how image B differs from image A: + added, - removed, ~ changed.",
	.options = options,
	.option_count = sizeof(options) / sizeof(options[0]),
};

static const struct {
	unsigned bit;
	const char *name;
} aspects[] = {
	{COMPARE_TYPE, "type"},     {COMPARE_MODE, "mode"},
	{COMPARE_OWNER, "owner"},   {COMPARE_TARGET, "target"},
	{COMPARE_DEVICE, "device"}, {COMPARE_CONTENT, "content"},
};

enum { ASPECT_COUNT = sizeof(aspects) / sizeof(aspects[0]) };

static const char *type_name(enum entry_type type)
{
	static const char *const types[] = {
		[ENTRY_FILE] = "file", [ENTRY_FOLDER] = "folder", [ENTRY_LINK] = "link",
		[ENTRY_CHAR] = "char", [ENTRY_BLOCK] = "block",   [ENTRY_FIFO] = "fifo",
	};

	return types[type];
}

/* One aspect of an entry in words; returns `ret`. */
static const char *describe(const struct entry *entry, unsigned aspect, char *ret,
			    size_t size)
{
	switch (aspect) {
	case COMPARE_TYPE:
		snprintf(ret, size, "%s", type_name(entry->type));
		break;
	case COMPARE_MODE:
		snprintf(ret, size, "%04o", (unsigned)entry->mode & 07777);
		break;
	case COMPARE_OWNER:
		snprintf(ret, size, "%u:%u", entry->uid, entry->gid);
		break;
	case COMPARE_TARGET:
		path_escape(entry->target, ret, size);
		break;
	default:
		snprintf(ret, size, "%u:%u", major(entry->rdev), minor(entry->rdev));
	}
	return ret;
}

static void print_changes(const struct compare_item *item)
{
	char before[PATH_MAX], after[PATH_MAX];
	const char *mark = "\t";

	for (size_t i = 0; i < ASPECT_COUNT; i++) {
		unsigned bit = aspects[i].bit;

		if (!(item->changes & bit))
			continue;
		printf("%s%s", mark, aspects[i].name);
		if (bit != COMPARE_CONTENT)
			printf(" %s -> %s",
			       describe(item->a, bit, before, sizeof(before)),
			       describe(item->b, bit, after, sizeof(after)));
		mark = ", ";
	}
}

static void print_text(const struct compare *compare)
{
	char path[PATH_MAX];

	for (size_t i = 0; i < compare->count; i++) {
		const struct compare_item *item = &compare->items[i];
		const struct entry *entry = item->a ? item->a : item->b;

		printf("%c %s",
		       !item->a   ? '+'
		       : !item->b ? '-'
				  : '~',
		       path_escape(entry->path, path, sizeof(path)));
		if (item->a && item->b)
			print_changes(item);
		putchar('\n');
	}
	printf("%zu added, %zu removed, %zu changed\n", compare->added, compare->removed,
	       compare->changed);
}

/* Sets object[key] to what one image has; nothing for NULL. */
static int set_side(json_t *object, const char *key, const struct entry *entry,
		    struct error *err)
{
	char mode[8];

	if (!entry)
		return 0;
	describe(entry, COMPARE_MODE, mode, sizeof(mode));
	json_t *side = json_pack("{s:s, s:s, s:I, s:I}", "type", type_name(entry->type),
				 "mode", mode, "uid", (json_int_t)entry->uid, "gid",
				 (json_int_t)entry->gid);
	if (json_object_set_new(object, key, side) < 0)
		return error_nomem(err);
	if (entry->type == ENTRY_FILE &&
	    json_object_set_new(side, "size", json_integer((json_int_t)entry->size)) < 0)
		return error_nomem(err);
	return jsontext_set(side, "target", entry->target, err);
}

static int add_item(json_t *paths, const struct compare_item *item, struct error *err)
{
	const struct entry *entry = item->a ? item->a : item->b;
	const char *change = !item->a ? "added" : !item->b ? "removed" : "changed";
	json_t *json = json_pack("{s:s, s:[]}", "change", change, "aspects");

	if (json_array_append_new(paths, json) < 0)
		return error_nomem(err);
	json_t *list = json_object_get(json, "aspects");
	for (size_t i = 0; i < ASPECT_COUNT; i++)
		if ((item->changes & aspects[i].bit) &&
		    json_array_append_new(list, json_string(aspects[i].name)) < 0)
			return error_nomem(err);
	int r = jsontext_set(json, "path", entry->path, err);
	if (r == 0)
		r = set_side(json, "a", item->a, err);
	return r == 0 ? set_side(json, "b", item->b, err) : r;
}

static int print_json(const struct compare *compare, struct error *err)
{
	json_t *root = json_pack("{s:i, s:I, s:I, s:I, s:[]}", "schema", 1, "added",
				 (json_int_t)compare->added, "removed",
				 (json_int_t)compare->removed, "changed",
				 (json_int_t)compare->changed, "paths");
	int r = root ? 0 : error_nomem(err);

	for (size_t i = 0; r == 0 && i < compare->count; i++)
		r = add_item(json_object_get(root, "paths"), &compare->items[i], err);
	if (r == 0)
		r = jsontext_print(root, stdout, err);
	json_decref(root);
	return r;
}

/* 1 if the images differ, 0 if not. */
static int run(char **images, bool json, struct error *err)
{
	_cleanup_view_ struct view a = VIEW_NONE, b = VIEW_NONE;
	_cleanup_compare_ struct compare compare = {0};

	int r = view_open(images[0], NULL, VIEW_BYTES, &a, err);
	if (r == 0)
		r = view_open(images[1], NULL, VIEW_BYTES, &b, err);
	if (r == 0)
		r = compare_views(&a, &b, &compare, err);
	if (r == 0 && json)
		r = print_json(&compare, err);
	else if (r == 0)
		print_text(&compare);
	if (r == 0 && (fflush(stdout) != 0 || ferror(stdout)))
		r = error_errno(err, errno ? errno : EIO, "cannot print");
	return r == 0 ? compare.count > 0 : r;
}

int command_diff(int argc, char **argv)
{
	struct values values = {0};
	struct error err = {0};
	int first;

	int r = cli_parse(&program, argc, argv, &values, &first, &err);
	if (r == 0 && cli_answer(&program, &values.common))
		return EXIT_DONE;
	log_init("jailbuild", cli_log_level(&values.common));
	if (r == 0 && argc - first != 2)
		r = error_set(&err, EINVAL, "diff takes two images, A and B");
	if (r < 0) {
		log_error(&err);
		return EXIT_USAGE;
	}
	r = run(argv + first, values.json, &err);
	if (r < 0)
		log_error(&err);
	return r == 0 ? EXIT_DONE : EXIT_FAILED;
}
