/* SPDX-License-Identifier: MIT */
/*
 * catalog: the templates that there are, by name: in which folders they are looked for, and each of them
 * read once.
 */
#ifndef BUILDER_CATALOG_H
#define BUILDER_CATALOG_H

#include <stdbool.h>

#include "common/alloc.h"
#include "common/error.h"
#include "common/strlist.h"
#include "common/strmap.h"
#include "template.h"

enum { CATALOG_NAMES_MAX = 4096 }; /* templates in all folders */

struct catalog {
	struct strlist folders; /* the first that has a name wins */
	struct strmap known;    /* path of a file -> struct catalog_item */
	struct arena arena;
};

/* A template that was read. */
struct catalog_item {
	const char *path; /* of the file, absolute or as it was given */
	/* What reasons call it: its name, or the real path of a file that was named by a path, as in the
	 * recipe: else the bytes would tell in which folder somebody stood. */
	const char *name;
	const char *folder; /* absolute; in which relative paths of it count */
	char *text;
	size_t size;
	struct template template;
	bool open;    /* apply is at it: an include of it would never end */
	bool applied; /* apply is done with it */
};

/*
 * The folders: those of `first`, the user's ($XDG_CONFIG_HOME or ~/.config, jailbuild/templates),
 * /etc/jailbuild/templates, and those that came with the program, found by its own place. Free with
 * catalog_close.
 */
int catalog_open(const struct strlist *first, struct catalog *ret,
		 struct error *err) _must_check_;

/*
 * The template `name`; one with a slash in it is the path of a file. -ENOENT, naming it; -EINVAL as
 * template_parse.
 */
int catalog_find(struct catalog *catalog, const char *name, struct catalog_item **ret,
		 struct error *err) _must_check_;

/* The same for the file at `path`, also one without a slash: a Jailfile. */
int catalog_read(struct catalog *catalog, const char *name, const char *path,
		 struct catalog_item **ret, struct error *err) _must_check_;

/* The names of all, sorted, each once. */
int catalog_names(const struct catalog *catalog, struct strlist *ret,
		  struct error *err) _must_check_;

void catalog_close(struct catalog *catalog);

#define _cleanup_catalog_ __attribute__((cleanup(catalog_close)))

#endif
