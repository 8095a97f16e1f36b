/* SPDX-License-Identifier: MIT */
/*
 * Prints manifests. Called by the commands list and add (for --dry-run).
 */
#include "listing.h"

#include <errno.h>
#include <jansson.h>
#include <limits.h>

#include "common/path.h"
#include "record.h"

void listing_print(const struct manifest *manifest, FILE *out)
{
	char path[PATH_MAX], target[PATH_MAX], reason[1400];

	for (size_t i = 0; i < manifest->count; i++) {
		const struct entry *entry = manifest->entries[i];

		path_escape(entry->path, path, sizeof(path));
		path_escape(entry->target ? entry->target : "", target, sizeof(target));
		fprintf(out, "%s%s%s\t%s\n", path, entry->target ? " -> " : "", target,
			manifest_describe(&entry->reason, reason, sizeof(reason)));
	}
}

/* What the record leaves to the image itself. */
static int add_numbers(json_t *file, const struct entry *entry, struct error *err)
{
	char mode[8];

	snprintf(mode, sizeof(mode), "%04o", (unsigned)entry->mode & 07777);
	if (json_object_set_new(file, "mode", json_string(mode)) < 0 ||
	    json_object_set_new(file, "uid", json_integer(entry->uid)) < 0 ||
	    json_object_set_new(file, "gid", json_integer(entry->gid)) < 0)
		return error_nomem(err);
	if (entry->type == ENTRY_FILE &&
	    json_object_set_new(file, "size", json_integer((json_int_t)entry->size)) < 0)
		return error_nomem(err);
	return 0;
}

static int fill(json_t *root, const struct manifest *manifest, struct error *err)
{
	int r = record_set_files(root, manifest, err);
	const json_t *files = json_object_get(root, "files");

	for (size_t i = 0; r == 0 && i < manifest->count; i++)
		r = add_numbers(json_array_get(files, i), manifest->entries[i], err);
	return r;
}

int listing_print_json(const struct manifest *manifest, FILE *out, struct error *err)
{
	json_t *root = json_pack("{s:i}", "schema", RECORD_SCHEMA);

	if (!root)
		return error_nomem(err);
	int r = fill(root, manifest, err);
	if (r == 0 && (json_dumpf(root, out, JSON_INDENT(1) | JSON_SORT_KEYS) < 0 ||
		       fputc('\n', out) == EOF))
		r = error_set(err, EIO, "cannot print");
	json_decref(root);
	return r;
}
