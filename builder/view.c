/* SPDX-License-Identifier: MIT */
/*
 * Opens images. Called by the commands why, diff and cost.
 */
#include "view.h"

#include <errno.h>
#include <sys/stat.h>

#include "format.h"
#include "census.h"
#include "spool.h"

static int look(const struct format *image, enum view_depth depth, struct view *view,
		struct error *err)
{
	struct previous *previous = &view->previous;
	struct stat st;

	int r = depth == VIEW_BYTES ? spool_load(image, previous, err)
				    : previous_look(image, previous, err);
	if (r < 0)
		return r; /* it names the image */
	if (fstat(previous->fd, &st) < 0)
		return error_errno(err, errno, "cannot read %s", image->path);
	view->has_owners = image->kind != FORMAT_FOLDER || st.st_uid == 0 ||
			   previous->record.has_owners;
	r = previous_show(previous, &view->manifest, err);
	if (r == 0 && image->kind == FORMAT_FOLDER)
		r = census_folder(previous->fd, &view->manifest, err);
	if (r == 0)
		r = manifest_finish(&view->manifest, err);
	return r < 0 ? error_wrap(err, "cannot read %s", image->path) : 0;
}

int view_open(const char *path, const char *format, enum view_depth depth,
	      struct view *ret, struct error *err)
{
	struct format image;

	int r = format_choose(path, format, &image, err);
	if (r < 0)
		return r;
	*ret = (struct view)VIEW_NONE;
	ret->path = path;
	r = look(&image, depth, ret, err);
	if (r < 0)
		view_close(ret);
	return r;
}

struct content view_content(const struct view *view)
{
	struct content content = {.image_fd = -1};

	previous_content(&view->previous, &content);
	return content;
}

int view_need_record(const struct view *view, struct error *err)
{
	if (view->previous.has_record)
		return 0;
	error_set(err, ENODATA,
		  "%s has no record (%s): why anything is in it is not known", view->path,
		  RECORD_PATH);
	error_hint(err, "an image made by 'jailbuild add' without --bare has one");
	return -ENODATA;
}

void view_close(struct view *view)
{
	manifest_free(&view->manifest);
	previous_close(&view->previous);
}
