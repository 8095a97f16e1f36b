/* SPDX-License-Identifier: MIT */
/*
 * One line a path, or one JSON object. Called by the commands diff and update.
 */
#include "differences.h"

#include <limits.h>
#include <sys/sysmacros.h>

#include "common/path.h"
#include "common/jsontext.h"

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

static void print_changes(const struct compare_item *item, FILE *out)
{
	char before[PATH_MAX], after[PATH_MAX];
	const char *mark = "\t";

	for (size_t i = 0; i < ASPECT_COUNT; i++) {
		unsigned bit = aspects[i].bit;

		if (!(item->changes & bit))
			continue;
		fprintf(out, "%s%s", mark, aspects[i].name);
		if (bit != COMPARE_CONTENT)
			fprintf(out, " %s -> %s",
				describe(item->a, bit, before, sizeof(before)),
				describe(item->b, bit, after, sizeof(after)));
		mark = ", ";
	}
}

void differences_print(const struct compare *compare, FILE *out)
{
	char path[PATH_MAX];

	for (size_t i = 0; i < compare->count; i++) {
		const struct compare_item *item = &compare->items[i];
		const struct entry *entry = item->a ? item->a : item->b;

		fprintf(out, "%c %s",
			!item->a   ? '+'
			: !item->b ? '-'
				   : '~',
			path_escape(entry->path, path, sizeof(path)));
		if (item->a && item->b)
			print_changes(item, out);
		fputc('\n', out);
	}
	fprintf(out, "%zu added, %zu removed, %zu changed\n", compare->added,
		compare->removed, compare->changed);
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

int differences_set(json_t *root, const struct compare *compare, struct error *err)
{
	json_t *paths = json_array();

	if (json_object_set_new(root, "paths", paths) < 0 ||
	    json_object_set_new(root, "added", json_integer((json_int_t)compare->added)) <
		    0 ||
	    json_object_set_new(root, "removed",
				json_integer((json_int_t)compare->removed)) < 0 ||
	    json_object_set_new(root, "changed",
				json_integer((json_int_t)compare->changed)) < 0)
		return error_nomem(err);
	for (size_t i = 0; i < compare->count; i++) {
		int r = add_item(paths, &compare->items[i], err);

		if (r < 0)
			return r;
	}
	return 0;
}
