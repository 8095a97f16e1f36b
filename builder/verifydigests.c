/* SPDX-License-Identifier: MIT */
/*
 * Only of an image whose record has digests (`add --digests`): all files are read. This finds damage; who
 * changes an image on purpose can change its record too. Called by checkup.
 */
#include "verifydigests.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/cleanup.h"
#include "digests.h"

static const struct cure cure = {
	.words = "'jailbuild update' writes it anew from where it came"};

static int report_unread(struct checkup *checkup, const char *path, int code,
			 struct error *err)
{
	static const struct cure other = {
		.words = "check the image as the user who owns it, or as root"};
	char text[200];

	snprintf(text, sizeof(text), "its digest cannot be made: %s", error_words(code));
	return checkup_report(
		checkup,
		&(struct finding){SEVERITY_WARNING, path, "unreadable", text, NULL},
		&other, err);
}

static int compare(struct checkup *checkup, const char *path, const char *recorded,
		   const struct digest *digest, struct error *err)
{
	if (!strcmp(recorded, digest->text))
		return 0;
	if (digest->code)
		return report_unread(checkup, path, digest->code, err);
	return checkup_report(
		checkup,
		&(struct finding){SEVERITY_ERROR, path, "changed",
				  "has other bytes than those that were recorded: its "
				  "sha256 differs",
				  NULL},
		&cure, err);
}

int verifydigests_run(struct checkup *checkup, struct error *err)
{
	const struct survey *survey = checkup->survey;
	const struct manifest *manifest = &survey->manifest;

	if (!survey->previous.has_record || !survey->previous.record.recipe.digests)
		return 0;
	_cleanup_free_ struct digest *digests = calloc(manifest->count + 1,
						       sizeof(*digests));
	if (!digests)
		return error_nomem(err);
	int r = digests_make(manifest, DIGESTS_OF_READABLE, digests, err);
	for (size_t i = 0; r == 0 && i < manifest->count; i++) {
		const char *path = manifest->entries[i]->path;
		const struct record_file *file = strmap_get(
			&survey->previous.record.files, path);

		if (file && file->sha256)
			r = compare(checkup, path, file->sha256, &digests[i], err);
	}
	return r;
}
