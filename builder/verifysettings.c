/* SPDX-License-Identifier: MIT */
/*
 * What jailrun and OCI engines would stumble over when they start the image as it asks. Called by
 * checkup.
 */
#include "verifysettings.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/cleanup.h"
#include "runconfig.h"

enum { FILE_MAX = 1 << 20 };

/* What jailrun sets where the image does not: runner/environment.c. */
static const char usual_path[] =
	"/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

static int report(struct checkup *checkup, const char *text, const struct cure *cure,
		  struct error *err)
{
	return checkup_report(
		checkup,
		&(struct finding){SEVERITY_ERROR, SETTINGS_PATH, "settings", text, NULL},
		cure, err);
}

static const char *path_of(const struct runconfig *settings)
{
	for (size_t i = 0; i < settings->env.count; i++)
		if (!strncmp(settings->env.items[i], "PATH=", 5))
			return settings->env.items[i] + 5;
	return usual_path;
}

static bool is_in_path(struct survey *survey, const char *list, const char *name)
{
	char path[PATH_MAX];

	while (*list) {
		size_t length = strcspn(list, ":");

		snprintf(path, sizeof(path), "%.*s/%s", (int)length, list, name);
		if (length > 0 && survey_has(survey, path))
			return true;
		list += length + (list[length] == ':');
	}
	return false;
}

/* A name with a slash that is not absolute counts from the workdir. */
static bool has_program(struct survey *survey, const struct runconfig *settings,
			const char *name)
{
	char path[PATH_MAX];

	if (!strchr(name, '/'))
		return is_in_path(survey, path_of(settings), name);
	snprintf(path, sizeof(path), "%s/%s",
		 name[0] == '/' || !settings->workdir ? "" : settings->workdir, name);
	return survey_has(survey, path);
}

static int check_program(struct checkup *checkup, const struct runconfig *settings,
			 struct error *err)
{
	const struct strlist *words = settings->entrypoint.count ? &settings->entrypoint
								 : &settings->cmd;
	char text[PATH_MAX];

	if (!words->count || has_program(checkup->survey, settings, words->items[0]))
		return 0;
	snprintf(text, sizeof(text), "starts %.2000s, which is not there",
		 words->items[0]);
	return report(checkup, text, &(struct cure){.add = words->items[0]}, err);
}

static int check_workdir(struct checkup *checkup, const char *workdir, struct error *err)
{
	char text[PATH_MAX];

	if (!workdir || survey_has(checkup->survey, workdir))
		return 0;
	snprintf(text, sizeof(text), "starts in the folder %.2000s, which is not there",
		 workdir);
	return report(checkup, text,
		      &(struct cure){.words = "add something into that folder, or give "
					      "another one by --workdir"},
		      err);
}

/* "NAME[:GROUP]"; numbers need no account. */
static int check_user(struct checkup *checkup, const char *user, struct error *err)
{
	_cleanup_free_ char *accounts = NULL, *line = NULL;
	char text[300];

	if (!user || isdigit((unsigned char)user[0]))
		return 0;
	int r = survey_text(checkup->survey, "/etc/passwd", FILE_MAX, &accounts, err);
	if (r < 0)
		return r;
	int length = (int)strcspn(user, ":");
	line = alloc_format(err, "\n%.*s:", length, user);
	char *all = line ? alloc_format(err, "\n%s", accounts ? accounts : "") : NULL;
	if (!all)
		return -ENOMEM;
	bool there = strstr(all, line) != NULL;
	free(all);
	if (there)
		return 0;
	snprintf(text, sizeof(text), "runs as the user %.*s, who is not in /etc/passwd",
		 length < 200 ? length : 200, user);
	return report(checkup, text,
		      &(struct cure){.words = "put the user into a passwd file of your "
					      "own, and add it as FILE:/etc/passwd"},
		      err);
}

int verifysettings_run(struct checkup *checkup, struct error *err)
{
	const struct previous *previous = &checkup->survey->previous;
	const struct runconfig *settings = &previous->record.recipe.settings;

	if (!previous->has_record)
		return 0;
	int r = check_program(checkup, settings, err);
	if (r == 0)
		r = check_workdir(checkup, settings->workdir, err);
	return r == 0 ? check_user(checkup, settings->user, err) : r;
}
