/* SPDX-License-Identifier: MIT */
/*
 * A jail inherits no variable unless asked: LD_*, GCONV_PATH and credentials of the caller would
 * otherwise reach the image. Called by jail's preparation.
 */
#include "environment.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "common/alloc.h"

static const char default_path[] =
	"/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

static size_t name_length(const char *line)
{
	return strcspn(line, "=");
}

/* Puts a NAME=VALUE line, which the list then owns, in place of an earlier one of that name. */
static int put(struct strlist *list, char *line, struct error *err)
{
	if (!line)
		return error_nomem(err);
	size_t length = name_length(line);
	for (size_t i = 0; i < list->count; i++) {
		if (name_length(list->items[i]) != length ||
		    strncmp(list->items[i], line, length) != 0)
			continue;
		free(list->items[i]);
		list->items[i] = line;
		return 0;
	}
	return strlist_take(list, line, err);
}

static int put_value(struct strlist *list, const char *name, const char *value,
		     struct error *err)
{
	return put(list, alloc_format(err, "%s=%s", name, value), err);
}

static int put_asked(struct strlist *list, const char *asked, struct error *err)
{
	if (strchr(asked, '='))
		return put(list, alloc_copy(asked, err), err);
	const char *value = getenv(asked);
	return value ? put_value(list, asked, value, err) : 0;
}

static int put_user(const struct account *account, struct strlist *list,
		    struct error *err)
{
	if (account->name[0])
		return put_value(list, "USER", account->name, err);
	if (account->uid == 0)
		return put_value(list, "USER", "root", err);
	return put(list, alloc_format(err, "USER=%u", account->uid), err);
}

static int put_defaults(const struct account *account, struct strlist *list,
			struct error *err)
{
	const char *term = getenv("TERM");
	int r = put_value(list, "PATH", default_path, err);

	if (r >= 0)
		r = put_value(list, "HOME", account->home, err);
	if (r >= 0)
		r = put_value(list, "TERM", term && *term ? term : "dumb", err);
	if (r >= 0)
		r = put_user(account, list, err);
	if (r >= 0)
		r = put_value(list, "LANG", "C.UTF-8", err);
	if (r >= 0)
		r = put_value(list, "container", "jailrun", err);
	return r;
}

int environment_build(const struct account *account, const struct strlist *settings,
		      const struct strlist *asked, struct strlist *ret, struct error *err)
{
	int r = put_defaults(account, ret, err);

	for (size_t i = 0; r >= 0 && i < settings->count; i++)
		r = put(ret, alloc_copy(settings->items[i], err), err);
	for (size_t i = 0; r >= 0 && i < asked->count; i++)
		r = put_asked(ret, asked->items[i], err);
	return r;
}

int environment_check(const struct strlist *asked, struct error *err)
{
	for (size_t i = 0; i < asked->count; i++)
		if (!name_length(asked->items[i]))
			return error_set(err, EINVAL, "--env: '%s' has no name",
					 asked->items[i]);
	return 0;
}

const char *environment_get(const struct strlist *list, const char *name)
{
	size_t length = strlen(name);

	for (size_t i = 0; i < list->count; i++)
		if (name_length(list->items[i]) == length &&
		    !strncmp(list->items[i], name, length) &&
		    list->items[i][length] == '=')
			return list->items[i] + length + 1;
	return NULL;
}
