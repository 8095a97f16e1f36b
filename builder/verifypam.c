/* SPDX-License-Identifier: MIT */
/*
 * The configuration of PAM, pam.conf(5): a line names a type, a control, a module and its arguments,
 * or includes another service. Called by checkup.
 */
#include "verifypam.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/cleanup.h"
#include "common/path.h"

enum { FILE_MAX = 1 << 20 };

static const char folder[] = "/etc/pam.d";

/* The next word, which ends at blanks or, in brackets, at the closing one; NULL at the end. */
static char *next_word(char **line)
{
	char *word = *line + strspn(*line, " \t");
	char *end;

	if (!*word)
		return NULL;
	end = *word == '[' ? strchr(word, ']') : NULL;
	end = end ? end + 1 : word + strcspn(word, " \t");
	*line = *end ? end + 1 : end;
	*end = '\0';
	return word;
}

static int report(struct checkup *checkup, const char *path, const char *text,
		  const char *add, struct error *err)
{
	return checkup_report(checkup,
			      &(struct finding){SEVERITY_ERROR, path, "pam", text, NULL},
			      &(struct cure){.add = add}, err);
}

static int check_service(struct checkup *checkup, const char *path, const char *name,
			 struct error *err)
{
	char other[PATH_MAX], text[2 * PATH_MAX];

	if (strchr(name, '/') || strlen(name) > NAME_MAX)
		return 0;
	snprintf(other, sizeof(other), "%s/%s", folder, name);
	if (survey_has(checkup->survey, other))
		return 0;
	snprintf(text, sizeof(text), "includes %s, which is not there", other);
	return report(checkup, path, text, other, err);
}

/* A module without a slash lies in the security folder beside the libraries. */
static int check_module(struct checkup *checkup, const char *path, const char *module,
			struct error *err)
{
	const struct usage *pam = checkup_find(&checkup->libraries, "libpam.so.*");
	char file[PATH_MAX], text[2 * PATH_MAX];

	if (strlen(module) > NAME_MAX)
		return 0;
	bool there = module[0] == '/'
			     ? survey_has(checkup->survey, module)
			     : strmap_get(&checkup->names, path_basename(module)) != NULL;
	if (there)
		return 0;
	snprintf(file, sizeof(file), "%.3000s%s%s",
		 module[0] == '/' || !pam ? "" : pam->folder,
		 module[0] == '/' ? "" : "/security/", module);
	snprintf(text, sizeof(text), "names the module %s, which is not there", module);
	return report(checkup, path, text, file, err);
}

static int check_line(struct checkup *checkup, const char *path, char *line,
		      struct error *err)
{
	line[strcspn(line, "#")] = '\0';
	const char *type = next_word(&line), *control = next_word(&line);
	if (!type || !control)
		return 0;
	if (!strcmp(type, "@include"))
		return check_service(checkup, path, control, err);
	const char *module = next_word(&line);
	if (!module || type[0] == '-') /* which may be missing */
		return 0;
	if (!strcmp(control, "include") || !strcmp(control, "substack"))
		return check_service(checkup, path, module, err);
	return check_module(checkup, path, module, err);
}

static int check_file(struct checkup *checkup, const char *path, struct error *err)
{
	_cleanup_free_ char *text = NULL;
	char *rest = NULL;

	int r = survey_text(checkup->survey, path, FILE_MAX, &text, err);
	if (r < 0 || !text)
		return r;
	for (char *line = strtok_r(text, "\n", &rest); line && r == 0;
	     line = strtok_r(NULL, "\n", &rest))
		r = check_line(checkup, path, line, err);
	return r;
}

int verifypam_run(struct checkup *checkup, struct error *err)
{
	const struct usage *pam = checkup_find(&checkup->libraries, "libpam.so.*");
	const struct manifest *manifest = &checkup->survey->manifest;
	int r = 0;

	if (!pam)
		return 0;
	if (!survey_has(checkup->survey, folder))
		return report(checkup, pam->by, "lets nobody in without /etc/pam.d",
			      folder, err);
	for (size_t i = 0; i < manifest->count && r == 0; i++)
		if (path_is_below(manifest->entries[i]->path, folder))
			r = check_file(checkup, manifest->entries[i]->path, err);
	return r;
}
