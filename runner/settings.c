/* SPDX-License-Identifier: MIT */
/*
 * Parses /.jail/config. A plain format of our own beside the manifest, so that jailrun needs no
 * JSON. Called by jail's preparation.
 */
#include "settings.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "common/cleanup.h"
#include "image.h"

enum { CONFIG_LIMIT = 1 << 20 };

static const char config_path[] = "/.jail/config";

/* Replaces the escapes in place; false if one is not known. */
static bool unescape(char *text)
{
	char *to = text;

	for (const char *from = text; *from; from++) {
		if (*from != '\\') {
			*to++ = *from;
			continue;
		}
		from++;
		if (*from != 'n' && *from != '\\')
			return false;
		*to++ = *from == 'n' ? '\n' : '\\';
	}
	*to = '\0';
	return true;
}

/* The last one wins, as for an option. */
static int set_text(char **place, const char *value, struct error *err)
{
	char *copy = strdup(value);

	if (!copy)
		return error_nomem(err);
	free(*place);
	*place = copy;
	return 0;
}

static int set(struct settings *settings, const char *name, const char *value,
	       struct error *err)
{
	if (!strcmp(name, "entrypoint"))
		return strlist_add(&settings->entrypoint, value, err);
	if (!strcmp(name, "cmd"))
		return strlist_add(&settings->command, value, err);
	if (!strcmp(name, "env") && !strchr(value, '='))
		return error_set(err, EINVAL, "the image's %s: env=%s is not NAME=VALUE",
				 config_path, value);
	if (!strcmp(name, "env"))
		return strlist_add(&settings->environment, value, err);
	if (!strcmp(name, "workdir"))
		return set_text(&settings->workdir, value, err);
	if (!strcmp(name, "user"))
		return set_text(&settings->user, value, err);
	return 0;
}

static int parse(char *text, struct settings *settings, struct error *err)
{
	char *line;

	for (int number = 1; (line = strsep(&text, "\n")); number++) {
		if (!*line)
			continue;
		char *value = strchr(line, '=');
		if (!value || !unescape(value + 1))
			return error_set(err, EINVAL,
					 "the image's %s, line %d: not NAME=VALUE",
					 config_path, number);
		*value++ = '\0';
		int r = set(settings, line, value, err);
		if (r < 0)
			return r;
	}
	return 0;
}

int settings_read(int root_fd, struct settings *ret, struct error *err)
{
	_cleanup_free_ char *text = NULL;
	int r = image_read_file(root_fd, config_path, CONFIG_LIMIT, &text, err);

	return r < 0 ? r : parse(text, ret, err);
}

void settings_free(struct settings *settings)
{
	strlist_free(&settings->entrypoint);
	strlist_free(&settings->command);
	strlist_free(&settings->environment);
	free(settings->workdir);
	free(settings->user);
	*settings = (struct settings){0};
}
