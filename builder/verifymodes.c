/* SPDX-License-Identifier: MIT */
/*
 * By the mode bits alone, chmod(2). Called by checkup.
 */
#include "verifymodes.h"

#include <stddef.h>
#include <sys/stat.h>

#include "placement.h"

static int report(struct checkup *checkup, const struct entry *entry, const char *problem,
		  const char *text, struct error *err)
{
	static const struct cure cure = {
		.words = "chmod it where it comes from, and add it with --replace"};

	return checkup_report(
		checkup,
		&(struct finding){SEVERITY_WARNING, entry->path, problem, text, NULL},
		&cure, err);
}

static int check_mode(struct checkup *checkup, const struct entry *entry,
		      struct error *err)
{
	bool is_folder = entry->type == ENTRY_FOLDER, is_file = entry->type == ENTRY_FILE;
	int r = 0;

	if (placement_is_live(entry->path) || !(is_folder || is_file))
		return 0;
	if (entry->mode & S_IWOTH && !(is_folder && entry->mode & S_ISVTX))
		r = report(checkup, entry, "world-writable",
			   is_folder ? "anybody can replace what is in it: it is "
				       "world-writable without the sticky bit"
				     : "anybody can change it: it is world-writable",
			   err);
	if (r == 0 && is_file && entry->mode & S_ISUID)
		r = report(checkup, entry, "setuid",
			   "runs with its owner's rights: it is set-uid", err);
	if (r == 0 && is_file && entry->mode & S_ISGID && entry->mode & S_IXGRP)
		r = report(checkup, entry, "setgid",
			   "runs with its group's rights: it is set-gid", err);
	return r;
}

int verifymodes_run(struct checkup *checkup, struct error *err)
{
	const struct manifest *manifest = &checkup->survey->manifest;
	int r = 0;

	for (size_t i = 0; r == 0 && i < manifest->count; i++)
		r = check_mode(checkup, manifest->entries[i], err);
	return r;
}
