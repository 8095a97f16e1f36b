/* SPDX-License-Identifier: MIT */
/*
 * Follows every symlink as the kernel would in the image. Links to what only a running jail has are
 * fine. Called by checkup.
 */
#include "verifylinks.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "placement.h"

static int report(struct checkup *checkup, const struct entry *entry, int code,
		  const char *end, struct error *err)
{
	char text[2 * PATH_MAX];
	bool matters = code == -ELOOP || placement_is_command(entry->path) ||
		       placement_is_library(entry->path);

	if (code == -ELOOP)
		snprintf(text, sizeof(text), "the symlink to %s runs in a circle",
			 entry->target);
	else if (!strcmp(end, entry->target))
		snprintf(text, sizeof(text),
			 "the symlink points at %s, which is not there", entry->target);
	else
		snprintf(text, sizeof(text),
			 "the symlink to %.4000s leads to %.4000s, which is not there",
			 entry->target, end);
	return checkup_report(
		checkup,
		&(struct finding){matters ? SEVERITY_ERROR : SEVERITY_WARNING,
				  entry->path, code == -ELOOP ? "loop" : "dangling", text,
				  NULL},
		code == -ELOOP ? &(struct cure){.add = entry->path, .replace = true}
			       : &(struct cure){.add = end},
		err);
}

static int check_link(struct checkup *checkup, const struct entry *entry,
		      struct error *err)
{
	char end[PATH_MAX], last[PATH_MAX];

	int r = survey_follow(checkup->survey, entry->path, end, last);
	if (r >= 0 || r == -EACCES || placement_is_live(last) ||
	    placement_is_live(entry->path) || survey_is_exhausted(checkup->survey))
		return 0;
	if (r == -ENOMEM)
		return error_nomem(err);
	return report(checkup, entry, r, last, err);
}

int verifylinks_run(struct checkup *checkup, struct error *err)
{
	const struct manifest *manifest = &checkup->survey->manifest;
	int r = 0;

	for (size_t i = 0; r == 0 && i < manifest->count; i++)
		if (manifest->entries[i]->type == ENTRY_LINK)
			r = check_link(checkup, manifest->entries[i], err);
	return r;
}
