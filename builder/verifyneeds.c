/* SPDX-License-Identifier: MIT */
/*
 * Holds the table of runneeds against what the programs of the image are and load. Called by checkup.
 */
#include "verifyneeds.h"

#include <fnmatch.h>
#include <stdio.h>
#include <string.h>

#include "runneeds.h"

/* Only what is in the table is a pattern, never a name from the image. */
static bool is_pattern(const char *text)
{
	return strchr(text, '*') != NULL;
}

static bool has_match(struct survey *survey, const char *pattern)
{
	const struct manifest *manifest = &survey->manifest;

	for (size_t i = 0; i < manifest->count; i++) {
		const struct entry *entry = manifest->entries[i];

		if (fnmatch(pattern, entry->path, FNM_EXTMATCH) == 0 &&
		    (entry->type != ENTRY_LINK || survey_has(survey, entry->path)))
			return true;
	}
	return false;
}

static bool is_met(struct survey *survey, const struct runneed *need,
		   const struct usage *usage)
{
	char path[PATH_MAX];

	for (size_t i = 0; i < RUNNEEDS_PATHS && need->paths[i]; i++) {
		if (is_pattern(need->paths[i])) {
			if (has_match(survey, need->paths[i]))
				return true;
		} else if (runneeds_expand(need->paths[i], usage, path) &&
			   survey_has(survey, path)) {
			return true;
		}
	}
	return false;
}

static int report(struct checkup *checkup, const struct runneed *need,
		  const struct usage *usage, struct error *err)
{
	struct cure cure = {.add = usage->by};
	char text[2 * NAME_MAX], add[PATH_MAX], first[PATH_MAX];

	if (need->library)
		snprintf(text, sizeof(text), "loads %.255s: %.200s", usage->name,
			 need->text);
	else
		snprintf(text, sizeof(text), "%s", need->text);
	if (need->add) {
		cure.add = runneeds_expand(need->add, usage, add) ? add : NULL;
		cure.is_glob = is_pattern(need->add);
	}
	if (need->first && runneeds_expand(need->first, usage, first))
		cure.first = first;
	const struct finding finding = {need->severity, usage->by, need->problem, text,
					NULL};
	return checkup_report(checkup, &finding, &cure, err);
}

/* One line for a need, but where the paths differ from program to program. 1 if one was reported. */
static int check_need(struct checkup *checkup, const struct runneed *need,
		      struct error *err)
{
	const struct usages *usages = need->library ? &checkup->libraries
						    : &checkup->programs;
	const char *pattern = need->library ? need->library : need->program;
	int reported = 0;

	for (size_t i = 0; i < usages->count; i++) {
		const struct usage *usage = &usages->items[i];

		if (fnmatch(pattern, usage->name, FNM_EXTMATCH) != 0 ||
		    (need->glibc_only && !*usage->folder))
			continue;
		if (reported && !strchr(need->paths[0], '{'))
			break;
		if (is_met(checkup->survey, need, usage))
			continue;
		int r = report(checkup, need, usage, err);
		if (r < 0)
			return r;
		reported = 1;
	}
	return reported;
}

/* Whether a stricter row has said the same already. */
static bool is_said(const bool *reported, size_t row)
{
	for (size_t i = 0; i < row; i++)
		if (reported[i] && !strchr(runneeds[i].paths[0], '{') &&
		    !strcmp(runneeds[i].paths[0], runneeds[row].paths[0]) &&
		    !strcmp(runneeds[i].problem, runneeds[row].problem))
			return true;
	return false;
}

int verifyneeds_run(struct checkup *checkup, struct error *err)
{
	bool reported[64] = {false};

	for (size_t i = 0; i < runneed_count; i++) {
		if (is_said(reported, i))
			continue;
		int r = check_need(checkup, &runneeds[i], err);
		if (r < 0)
			return r;
		reported[i] = r > 0;
	}
	return 0;
}
