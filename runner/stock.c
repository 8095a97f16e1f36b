/* SPDX-License-Identifier: MIT */
/*
 * The command `cache`: shows the caller's unpacked images, and removes those that no jail uses. Called
 * by jailctl's main file.
 */
#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "cache.h"
#include "cachefolder.h"
#include "common/cleanup.h"
#include "common/jsontext.h"
#include "control.h"
#include "inventory.h"
#include "quantity.h"

struct values {
	struct cli_common common;
	bool json, all;
	const char *max_size;
};

#define AT(member) offsetof(struct values, member)

static const struct cli_option options[] = {
	{"json", 0, CLI_FLAG, AT(json), NULL, "print JSON (list)"},
	{"max-size", 0, CLI_STRING, AT(max_size), "SIZE",
	 "remove the longest unused until the rest fits (prune); default 10g"},
	{"all", 0, CLI_FLAG, AT(all), NULL, "remove all that no jail uses (prune)"},
};

static const struct control_usage usage = {
	.program = {.name = "jailctl cache",
		    .usage = "list|prune [OPTION…]",
		    .summary = "Show the unpacked images of archives, or remove some.",
		    .options = options,
		    .option_count = sizeof(options) / sizeof(options[0])},
	.least = 1,
	.most = 1,
	.what = "'list' or 'prune'",
};

static const char *state_of(const struct inventory_entry *entry)
{
	if (entry->in_use)
		return entry->is_leftover ? "unpacking" : "in use";
	return entry->is_leftover ? "left over" : "unused";
}

static void print_text(const struct inventory *inventory)
{
	char size[32], used[32];
	struct tm when;

	printf("%-10s  %-9s  %-16s  ARCHIVE\n", "SIZE", "STATE", "LAST USED");
	for (size_t i = inventory->count; i-- > 0;) {
		const struct inventory_entry *entry = &inventory->items[i];

		if (!localtime_r(&entry->used.tv_sec, &when) ||
		    !strftime(used, sizeof(used), "%Y-%m-%d %H:%M", &when))
			snprintf(used, sizeof(used), "?");
		printf("%-10s  %-9s  %-16s  %s\n",
		       quantity_write(entry->bytes, size, sizeof(size)), state_of(entry),
		       used, entry->archive ? entry->archive : "?");
	}
}

static int add_row(json_t *list, const struct inventory_entry *entry, struct error *err)
{
	json_t *json = json_pack(
		"{s:s, s:I, s:I, s:I, s:b, s:b}", "key", entry->key, "size",
		(json_int_t)entry->bytes, "entries", (json_int_t)entry->files, "used",
		(json_int_t)entry->used.tv_sec, "in_use", (int)entry->in_use, "left_over",
		(int)entry->is_leftover);

	if (json_array_append_new(list, json) < 0)
		return error_nomem(err);
	if (!entry->archive)
		return 0;
	/* Escaped already, as jsontext would. */
	if (json_object_set_new(json, "archive", json_string(entry->archive)) < 0)
		return error_nomem(err);
	return 0;
}

static int print_json(const struct inventory *inventory, struct error *err)
{
	json_t *root = json_pack("{s:i, s:[]}", "schema", 1, "images");
	int r = root ? 0 : error_nomem(err);

	for (size_t i = inventory->count; r == 0 && i-- > 0;)
		r = add_row(json_object_get(root, "images"), &inventory->items[i], err);
	if (r == 0)
		r = jsontext_print(root, stdout, err);
	json_decref(root);
	return r;
}

static int show(int folder_fd, const struct values *values, struct error *err)
{
	_cleanup_inventory_ struct inventory inventory = {.items = NULL};
	int r = inventory_read(folder_fd, &inventory, err);

	if (r == 0 && values->json)
		r = print_json(&inventory, err);
	else if (r == 0)
		print_text(&inventory);
	return r == 0 ? control_flush(err) : r;
}

static int prune(int folder_fd, const struct values *values, uint64_t max_bytes,
		 struct error *err)
{
	struct inventory_freed freed;
	char size[32];
	int r = inventory_prune(folder_fd, values->all ? 0 : max_bytes, NULL, &freed,
				err);

	if (r < 0 || values->common.quiet)
		return r;
	printf("removed %lu, %s\n", freed.entries,
	       quantity_write(freed.bytes, size, sizeof(size)));
	return control_flush(err);
}

static int check_words(const char *word, const struct values *values, struct error *err)
{
	bool is_list = !strcmp(word, "list");

	if (!is_list && strcmp(word, "prune") != 0) {
		error_set(err, EINVAL, "cache: unknown command %s", word);
		return error_hint(err, "jailctl cache list, or jailctl cache prune");
	}
	if (is_list ? values->all || values->max_size : values->json)
		return error_set(err, EINVAL, "cache %s has no option --%s", word,
				 values->json  ? "json"
				 : values->all ? "all"
					       : "max-size");
	if (values->all && values->max_size)
		return error_set(err, EINVAL, "--all and --max-size exclude each other");
	return 0;
}

int control_cache(int argc, char **argv)
{
	struct values values = {0};
	struct error err = {0};
	char path[PATH_MAX];
	_cleanup_fd_ int folder_fd = -1;
	uint64_t max_bytes = CACHE_BYTES;
	int first;
	int status = control_begin(&usage, argc, argv, &values, &first);

	if (status != CONTROL_GO_ON)
		return status;
	int r = check_words(argv[first], &values, &err);
	if (r == 0 && values.max_size)
		r = quantity_read("max-size", values.max_size, true, &max_bytes, &err);
	if (r < 0) {
		control_end(r, &err);
		return CONTROL_USAGE;
	}
	r = cachefolder_open(NULL, path, &folder_fd, &err);
	if (r == 0 && !strcmp(argv[first], "list"))
		r = show(folder_fd, &values, &err);
	else if (r == 0)
		r = prune(folder_fd, &values, max_bytes, &err);
	return control_end(r, &err);
}
