/* SPDX-License-Identifier: MIT */
/*
 * The order of the checks: verifyelf learns what the programs use, and the others ask for it. Called
 * by the command check.
 */
#include "checkup.h"

#include <errno.h>
#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>

#include "common/path.h"
#include "record.h"
#include "verifydigests.h"
#include "verifyelf.h"
#include "verifylinks.h"
#include "verifymodes.h"
#include "verifynames.h"
#include "verifyneeds.h"
#include "verifypam.h"
#include "verifysettings.h"

static int index_names(struct checkup *checkup, struct error *err)
{
	const struct manifest *manifest = &checkup->survey->manifest;
	int r = 0;

	for (size_t i = 0; r == 0 && i < manifest->count; i++)
		r = strmap_put(&checkup->names, path_basename(manifest->entries[i]->path),
			       manifest->entries[i], err);
	return r;
}

int checkup_open(struct checkup *checkup, struct survey *survey,
		 struct findings *findings, struct error *err)
{
	struct elfdeps_options options = survey_elfdeps(survey);

	*checkup = (struct checkup){.survey = survey, .findings = findings};
	options.optional = ELFDEPS_OPTIONAL_RECOMMENDED;
	int r = elfdeps_new(&options, &checkup->resolver, err);
	return r == 0 ? index_names(checkup, err) : r;
}

static void free_usages(struct usages *usages)
{
	free(usages->items);
	strmap_free(&usages->known);
}

void checkup_close(struct checkup *checkup)
{
	free_usages(&checkup->libraries);
	free_usages(&checkup->programs);
	strmap_free(&checkup->names);
	elfdeps_free(checkup->resolver);
	arena_free(&checkup->arena);
	*checkup = (struct checkup){0};
}

/* Where the record says that `path` came from; NULL if it does not say. */
static const char *source_of(const struct checkup *checkup, const char *path)
{
	const struct previous *previous = &checkup->survey->previous;
	const struct record_file *file =
		previous->has_record ? strmap_get(&previous->record.files, path) : NULL;

	return file ? file->source : NULL;
}

int checkup_report(struct checkup *checkup, const struct finding *finding,
		   const struct cure *cure, struct error *err)
{
	struct finding whole = *finding;

	if (cure) {
		const char *source = cure->add ? source_of(checkup, cure->add) : NULL;
		int r = cure_tell(cure, &checkup->findings->arena, checkup->survey->image,
				  source, &whole.fix, err);

		if (r < 0)
			return r;
	}
	return findings_add(checkup->findings, &whole, err);
}

static int own(struct checkup *checkup, const char **text, struct error *err)
{
	*text = arena_copy(&checkup->arena, *text, strlen(*text), err);
	return *text ? 0 : -ENOMEM;
}

int checkup_use(struct checkup *checkup, struct usages *usages, const struct usage *usage,
		struct error *err)
{
	struct usage copy = *usage;

	if (strmap_get(&usages->known, usage->name))
		return 0;
	int r = own(checkup, &copy.name, err);
	if (r == 0)
		r = own(checkup, &copy.by, err);
	if (r == 0)
		r = own(checkup, &copy.folder, err);
	if (r == 0)
		r = alloc_grow(&usages->items, &usages->capacity, usages->count + 1,
			       sizeof(*usages->items), err);
	if (r < 0)
		return r;
	usages->items[usages->count++] = copy;
	return strmap_put(&usages->known, copy.name, checkup, err);
}

const struct usage *checkup_find(const struct usages *usages, const char *pattern)
{
	for (size_t i = 0; i < usages->count; i++)
		if (fnmatch(pattern, usages->items[i].name, FNM_EXTMATCH) == 0)
			return &usages->items[i];
	return NULL;
}

static const struct finding exhausted = {
	SEVERITY_ERROR, "/", "unchecked",
	"its symlinks are too long and too many to follow: not all was looked at", NULL};

int checkup_run(struct survey *survey, struct findings *findings, size_t *ret_files,
		struct error *err)
{
	static int (*const checks[])(struct checkup *, struct error *) = {
		verifyelf_run, verifylinks_run, verifyneeds_run,    verifynames_run,
		verifypam_run, verifymodes_run, verifysettings_run, verifydigests_run,
	};
	_cleanup_checkup_ struct checkup checkup = {0};

	int r = checkup_open(&checkup, survey, findings, err);
	for (size_t i = 0; r == 0 && i < sizeof(checks) / sizeof(checks[0]); i++)
		r = checks[i](&checkup, err);
	if (r == 0 && survey_is_exhausted(survey))
		r = checkup_report(&checkup, &exhausted, NULL, err);
	if (r < 0)
		return r;
	findings_sort(findings);
	*ret_files = checkup.files;
	return 0;
}
