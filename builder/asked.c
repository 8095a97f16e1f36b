/* SPDX-License-Identifier: MIT */
/*
 * From an operand to a place in the image, and on to tree.c for a folder or needs.c for a file.
 * Called by plan and by apply.
 */
#include "asked.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "common/path.h"
#include "needs.h"
#include "tree.h"

/*
 * A DEST of /bin/x belongs into /usr/bin where the root is usr-merged: the image follows the root
 * in the folders at the top, and its own symlinks everywhere.
 */
int asked_place(struct intake *intake, const char *dest, const struct reason *reason,
		char *ret, struct error *err)
{
	struct links_end end;
	char normal[PATH_MAX], top[PATH_MAX];
	struct error ignored;

	int r = path_normalize(dest, normal, sizeof(normal), err);
	if (r < 0)
		return r;
	int length = 1 + (int)strcspn(normal + 1, "/");
	snprintf(top, sizeof(top), "%.*s", length, normal);
	if (normal[length] &&
	    links_parent(&intake->links, top, NULL, &end, &ignored) == 0 &&
	    S_ISLNK(end.st.st_mode)) {
		r = links_follow(&intake->links, top, reason, &end, err);
		if (r < 0)
			return r;
	}
	return manifest_place(intake->manifest, normal, ret, err);
}

/* A DEST that ends in a slash, or is a folder of the image, takes the file under its own name. */
static int name_dest(struct intake *intake, const struct operand *operand, bool is_folder,
		     const struct reason *reason, char *ret, struct error *err)
{
	char inside[PATH_MAX];
	size_t length = strlen(operand->dest);
	bool into = length && operand->dest[length - 1] == '/';

	int r = asked_place(intake, operand->dest, reason, ret, err);
	if (r < 0)
		return r;
	if (is_folder || !(into || manifest_has_folder(intake->manifest, ret)))
		return 0;
	r = path_join(operand->dest, path_basename(operand->path), inside, sizeof(inside),
		      err);
	if (r < 0)
		return r;
	return asked_place(intake, inside, reason, ret, err);
}

/* Every symlink on the way to it is there for what it leads to. */
static int add_links(struct intake *intake, const char *path, const struct reason *reason,
		     struct links_end *end, struct error *err)
{
	struct reason towards = *reason;
	char last[PATH_MAX];

	int r = links_follow(&intake->links, path, NULL, end, err);
	if (r < 0 || !strcmp(end->path, path))
		return r;
	/* A copy: the walk below writes to *end at each step. */
	snprintf(last, sizeof(last), "%s", end->path);
	towards.by = last;
	towards.root = last;
	return links_follow(&intake->links, path, &towards, end, err);
}

static int add(struct intake *intake, const struct operand *operand,
	       const struct taken *taken, struct error *err)
{
	if (S_ISDIR(taken->st->st_mode))
		return tree_add(intake, taken, err);
	if (!S_ISREG(taken->st->st_mode))
		return intake_special(intake, taken, err);
	int r = intake_file(intake, taken, err);
	if (r < 0)
		return r;
	return needs_add(intake, taken, operand->dest ? taken->path : operand->path, err);
}

int asked_add(struct intake *intake, const struct operand *operand,
	      const struct reason *reason, struct error *err)
{
	char path[PATH_MAX];
	struct links_end end;

	int r = operand->dest
			? links_follow(&intake->links, operand->path, NULL, &end, err)
			: add_links(intake, operand->path, reason, &end, err);
	if (r < 0)
		return error_wrap(err, "cannot add %s", operand->path);
	snprintf(path, sizeof(path), "%s", end.path);
	if (operand->dest)
		r = name_dest(intake, operand, S_ISDIR(end.st.st_mode), reason, path,
			      err);
	if (r < 0)
		return error_wrap(err, "cannot place %s", operand->path);
	const struct taken taken = {
		.source = end.path, .path = path, .st = &end.st, .reason = *reason};
	intake->manifest->root = path;
	r = add(intake, operand, &taken, err);
	intake->manifest->root = NULL;
	return r;
}
