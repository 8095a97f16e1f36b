/* SPDX-License-Identifier: MIT */
/*
 * What the loader does at one place. Every answer is told to the listener of --why as well, which
 * costs nothing while there is none. Called by search.
 */
#include "candidate.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

void candidate_trace(const struct search *search, enum elfdeps_rule rule,
		     const char *path, enum elfdeps_verdict verdict, const char *reason)
{
	linkmap_trace(search->by, rule, path, verdict, reason);
}

bool candidate_is_older(const struct search *search, unsigned version)
{
	const struct loader *loader;

	return linkmap_loader(search->map, &loader, NULL) == 0 && loader->version &&
	       loader->version < version;
}

static int fatal(struct search *search, const char *path, enum elfdeps_rule rule,
		 const char *reason)
{
	candidate_trace(search, rule, path, ELFDEPS_FATAL, reason);
	error_set(search->err, ELIBBAD, "%s: %s", path, reason);
	error_hint(search->err,
		   "%s needs %s, and the loader ends the program at this file",
		   search->by->shown.path, search->name);
	return -ELIBBAD;
}

/*
 * Whether an error other than "not there" ends the list of folders: not if the folder itself is not
 * there, which the loader looks up for absolute ones only (open_path and fillin_rpath).
 */
static bool ends_list(const struct search *search, int error, struct store_folder *folder)
{
	if (!folder || error == ENOENT || error == EACCES)
		return false;
	if (folder->path[0] == '/' && !store_has_folder(search->map->store, folder))
		return false;
	return error != ENOTDIR || candidate_is_older(search, ENOTDIR_GOES_ON_IN);
}

static int miss(const struct search *search, const char *path, enum elfdeps_rule rule,
		int error, struct store_folder *folder)
{
	bool end = ends_list(search, error, folder);

	if (search->map->trace)
		candidate_trace(search, rule, path, end ? ELFDEPS_ENDS : ELFDEPS_ABSENT,
				error == ENOENT ? NULL : strerrordesc_np(error));
	return end ? END_OF_LIST : GO_ON;
}

static int take(struct search *search, enum elfdeps_rule rule, struct store_name *file)
{
	const char *path = file->text;

	*search->found = (struct search_result){
		.file = file,
		.rule = rule,
		.relative = path[0] != '/',
	};
	candidate_trace(search, rule, path, ELFDEPS_FOUND,
			path[0] != '/' ? "depends on the current folder" : NULL);
	return FOUND;
}

/* A file that is there. What is loaded already is the same object under one more name, whatever it
 * is. */
static int judge(struct search *search, enum elfdeps_rule rule, struct store_name *file)
{
	const struct object *object = file->object;
	const char *path = file->text;
	const struct object *main = search->map->main->object;
	const char *reason;

	if (linkmap_of(search->map, object))
		return take(search, rule, file);
	switch (object_judge(object, main, &reason)) {
	case OBJECT_SKIPPED:
		reason = object->class == main->class ? "made for another machine"
						      : "of another class";
		candidate_trace(search, rule, path, ELFDEPS_SKIPPED, reason);
		return GO_ON;
	case OBJECT_FATAL:
		return fatal(search, path, rule, reason);
	case OBJECT_FITS:
		break;
	}
	/* A name with a slash is opened as it is, open_path alone looks at the mode. */
	if (search->map->must_be_setuid && rule != ELFDEPS_RULE_PATH &&
	    !(object->mode & S_ISUID)) {
		candidate_trace(
			search, rule, path, ELFDEPS_SKIPPED,
			"not set-user-ID, as a preload of a set-id program must be");
		return GO_ON;
	}
	return take(search, rule, file);
}

/* Tries one file, as open_verify and open_path do. `folder` is that of a path list, or NULL. */
int candidate_file(struct search *search, const char *path, enum elfdeps_rule rule,
		   struct store_folder *folder)
{
	struct store *store = search->map->store;
	struct store_name *file;
	int r;

	if (path[0] != '/' && !store_has_current(store)) {
		search->saw_relative = true;
		candidate_trace(search, rule, path, ELFDEPS_SKIPPED, SEARCH_NO_CURRENT);
		return GO_ON;
	}
	r = store_look(store, path, &file, search->err);
	if (r < 0)
		return r;
	return file->error ? miss(search, path, rule, file->error, folder)
			   : judge(search, rule, file);
}

/* Tries the name in one folder; in a path list's own folder, no variant of it, errors may end it. */
static int try_folder(struct search *search, struct store_folder *folder,
		      enum elfdeps_rule rule, bool variant)
{
	char path[PATH_MAX];
	size_t length = strlen(folder->path),
	       slash = length && folder->path[length - 1] != '/';
	struct store_folder *own = variant ? NULL : folder;

	if (length + slash + search->name_length >= sizeof(path))
		return miss(search, folder->path, rule, ENAMETOOLONG, own);
	memcpy(path, folder->path, length);
	path[length] = '/';
	memcpy(path + length + slash, search->name, search->name_length + 1);
	if (folder->state == FOLDER_ABSENT) {
		candidate_trace(search, rule, path, ELFDEPS_ABSENT, "no such folder");
		return GO_ON;
	}
	int r = candidate_file(search, path, rule, own);
	if (r == GO_ON && folder->state == FOLDER_UNKNOWN && folder->path[0] == '/')
		store_has_folder(search->map->store, folder);
	if (r == FOUND)
		search->found->detail = length ? folder->path : ".";
	return r;
}

/* The struct of the folder `below` of `folder`; *ret is NULL if no file there could be named. */
static int below(struct search *search, const struct store_folder *folder,
		 const char *name, struct store_folder **ret)
{
	const char *end = !folder->path[0] || !strcmp(folder->path, "/") ? "" : "/";
	char path[PATH_MAX];
	int used = snprintf(path, sizeof(path), "%s%s%s", folder->path, end, name);

	*ret = NULL;
	if (used < 0 || (size_t)used >= sizeof(path))
		return 0;
	return store_folder(search->map->store, path, (size_t)used, ret, search->err);
}

static int try_variant(struct search *search, const struct store_folder *folder,
		       const char *name, enum elfdeps_rule rule)
{
	struct store_folder *sub;
	int r = below(search, folder, name, &sub);

	if (r < 0 || !sub)
		return r;
	/* Only a listener wants to hear of what is not there. */
	if (!store_has_folder(search->map->store, sub) && !search->map->trace)
		return GO_ON;
	return try_folder(search, sub, rule, true);
}

/* glibc-hwcaps/NAME (ld.so(8)). If their common folder is not there, one look is enough. */
static int try_named(struct search *search, const struct store_folder *folder,
		     enum elfdeps_rule rule)
{
	const char *const *names = search->map->hwcaps;
	struct store_folder *parent;
	char name[64];
	int r = GO_ON;

	if (!names || candidate_is_older(search, HWCAPS_SINCE))
		return GO_ON;
	r = below(search, folder, "glibc-hwcaps", &parent);
	if (r < 0 || !parent ||
	    (!store_has_folder(search->map->store, parent) && !search->map->trace))
		return r;
	for (size_t i = 0; names[i] && r == GO_ON; i++) {
		snprintf(name, sizeof(name), "glibc-hwcaps/%s", names[i]);
		r = try_variant(search, folder, name, rule);
	}
	return r;
}

/* The variants for better processors stand below the folder; loaders before 2.37 have more of them,
 * in folders named by the legacy hwcaps. */
static int try_hwcaps(struct search *search, const struct store_folder *folder,
		      enum elfdeps_rule rule)
{
	const struct hwcaps_legacy *legacy = search->map->legacy;
	int r;

	if (folder->path[0] != '/' && !store_has_current(search->map->store))
		return GO_ON;
	r = try_named(search, folder, rule);
	if (!legacy || r != GO_ON || !candidate_is_older(search, LEGACY_GONE))
		return r;
	for (size_t i = 0; legacy->folders[i] && r == GO_ON; i++)
		r = try_variant(search, folder, legacy->folders[i], rule);
	return r;
}

int candidate_folder(struct search *search, struct store_folder *folder,
		     enum elfdeps_rule rule)
{
	int r = GO_ON;

	if (folder->state != FOLDER_ABSENT)
		r = try_hwcaps(search, folder, rule);
	return r == GO_ON ? try_folder(search, folder, rule, false) : r;
}
