/* SPDX-License-Identifier: MIT */
/*
 * Merges and writes settings. Called by the command add and by record.
 */
#include "runconfig.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/alloc.h"
#include "common/cleanup.h"

bool runconfig_are_empty(const struct runconfig *settings)
{
	return !settings->entrypoint.count && !settings->cmd.count &&
	       !settings->env.count && !settings->labels.count && !settings->workdir &&
	       !settings->user;
}

static int check_pairs(const struct strlist *list, const char *what, struct error *err)
{
	for (size_t i = 0; i < list->count; i++) {
		const char *equals = strchr(list->items[i], '=');

		if (!equals || equals == list->items[i])
			return error_set(err, EINVAL, "%s '%s' is not KEY=VALUE", what,
					 list->items[i]);
	}
	return 0;
}

int runconfig_check(const struct runconfig *settings, struct error *err)
{
	int r = check_pairs(&settings->env, "--env", err);

	if (r == 0)
		r = check_pairs(&settings->labels, "--label", err);
	if (r == 0 && settings->workdir && settings->workdir[0] != '/')
		return error_set(err, EINVAL, "--workdir %s is not absolute",
				 settings->workdir);
	return r;
}

static int replace_list(struct strlist *list, const struct strlist *later,
			struct error *err)
{
	_cleanup_strlist_ struct strlist copy = {0};

	for (size_t i = 0; i < later->count; i++) {
		int r = strlist_add(&copy, later->items[i], err);

		if (r < 0)
			return r;
	}
	if (later->count) {
		struct strlist old = *list;

		*list = copy;
		copy = old;
	}
	return 0;
}

static int set_pair(struct strlist *list, const char *pair, struct error *err)
{
	size_t key = strcspn(pair, "=") + 1;

	for (size_t i = 0; i < list->count; i++) {
		if (strncmp(list->items[i], pair, key) != 0)
			continue;
		char *copy = alloc_copy(pair, err);
		if (!copy)
			return -ENOMEM;
		free(list->items[i]);
		list->items[i] = copy;
		return 0;
	}
	return strlist_add(list, pair, err);
}

static int merge_pairs(struct strlist *list, const struct strlist *later,
		       struct error *err)
{
	for (size_t i = 0; i < later->count; i++) {
		int r = set_pair(list, later->items[i], err);

		if (r < 0)
			return r;
	}
	strlist_sort(list);
	return 0;
}

static int merge_text(char **text, const char *later, struct error *err)
{
	if (!later)
		return 0;
	char *copy = alloc_copy(later, err);
	if (!copy)
		return -ENOMEM;
	free(*text);
	*text = copy;
	return 0;
}

int runconfig_merge(struct runconfig *settings, const struct runconfig *later,
		    struct error *err)
{
	int r = replace_list(&settings->entrypoint, &later->entrypoint, err);

	if (r == 0)
		r = replace_list(&settings->cmd, &later->cmd, err);
	if (r == 0)
		r = merge_pairs(&settings->env, &later->env, err);
	if (r == 0)
		r = merge_pairs(&settings->labels, &later->labels, err);
	if (r == 0)
		r = merge_text(&settings->workdir, later->workdir, err);
	return r == 0 ? merge_text(&settings->user, later->user, err) : r;
}

static void write_line(FILE *out, const char *key, const char *value)
{
	fprintf(out, "%s=", key);
	for (; *value; value++) {
		if (*value == '\n')
			fputs("\\n", out);
		else if (*value == '\\')
			fputs("\\\\", out);
		else
			fputc(*value, out);
	}
	fputc('\n', out);
}

static void write_list(FILE *out, const char *key, const struct strlist *list)
{
	for (size_t i = 0; i < list->count; i++)
		write_line(out, key, list->items[i]);
}

char *runconfig_text(const struct runconfig *settings, struct error *err)
{
	char *text = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&text, &size);

	if (!out) {
		error_nomem(err);
		return NULL;
	}
	write_list(out, "entrypoint", &settings->entrypoint);
	write_list(out, "cmd", &settings->cmd);
	write_list(out, "env", &settings->env);
	write_list(out, "label", &settings->labels);
	if (settings->workdir)
		write_line(out, "workdir", settings->workdir);
	if (settings->user)
		write_line(out, "user", settings->user);
	if (fclose(out) != 0) {
		free(text);
		error_nomem(err);
		return NULL;
	}
	return text;
}

void runconfig_free(struct runconfig *settings)
{
	strlist_free(&settings->entrypoint);
	strlist_free(&settings->cmd);
	strlist_free(&settings->env);
	strlist_free(&settings->labels);
	free(settings->workdir);
	free(settings->user);
	*settings = (struct runconfig){0};
}
