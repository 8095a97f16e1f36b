/* SPDX-License-Identifier: MIT */
/*
 * The command `diff`: what a folder of --keep holds, compared with the image that it was made for.
 * Called by jailctl's main file.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "changes.h"
#include "common/cleanup.h"
#include "common/fd.h"
#include "common/jsontext.h"
#include "common/path.h"
#include "control.h"
#include "image.h"
#include "keep.h"

struct diff_values {
	struct cli_common common;
	bool json;
};

static const struct cli_option diff_options[] = {
	{"json", 0, CLI_FLAG, offsetof(struct diff_values, json), NULL, "print JSON"},
};

static const struct control_usage diff_usage = {
	.program = {.name = "jailctl diff",
		    .usage = "[--json] DIR",
		    .summary = "Show what is in a folder of jailrun's --keep: A added, C "
			       "changed, D deleted.",
		    .options = diff_options,
		    .option_count = sizeof(diff_options) / sizeof(diff_options[0])},
	.least = 1,
	.most = 1,
	.what = "one DIR",
};

static int open_upper(const struct keep *keep, struct error *err)
{
	int fd = openat(keep->layer_fd, "upper",
			O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

	return fd < 0 ? error_errno(err, errno, "%s: cannot open layer/upper", keep->path)
		      : fd;
}

static int open_image(const struct keep *keep, const char *path, struct image *ret,
		      struct error *err)
{
	const struct image_options options = {.progress = isatty(STDERR_FILENO)};
	_cleanup_image_ struct image image = IMAGE_NONE;
	int r = image_open(path, &options, &image, err);

	if (r == 0)
		r = keep_check(keep, path, &image.named, err);
	if (r < 0)
		return error_hint(err, "without the image it cannot be told what its "
				       "layer changes");
	*ret = image;
	image = (struct image)IMAGE_NONE;
	return 0;
}

static void print_text(const struct changes *changes)
{
	char path[4 * PATH_MAX];

	for (size_t i = 0; i < changes->count; i++)
		printf("%c %s\n", (char)changes->items[i].kind,
		       path_escape(changes->items[i].path, path, sizeof(path)));
}

static int print_json(const char *image, const struct changes *changes, struct error *err)
{
	json_t *root = json_pack("{s:i, s:[]}", "schema", 1, "changes");
	int r = root ? jsontext_set(root, "image", image, err) : error_nomem(err);

	for (size_t i = 0; r == 0 && i < changes->count; i++) {
		const struct change *change = &changes->items[i];
		json_t *row = json_pack("{s:s}", "kind",
					change->kind == CHANGE_ADDED  ? "added"
					: change->kind == CHANGE_MADE ? "changed"
								      : "deleted");

		if (json_array_append_new(json_object_get(root, "changes"), row) < 0)
			r = error_nomem(err);
		if (r == 0)
			r = jsontext_set(row, "path", change->path, err);
	}
	if (r == 0)
		r = jsontext_print(root, stdout, err);
	json_decref(root);
	return r;
}

static int diff(const char *folder, bool json, struct error *err)
{
	__attribute__((cleanup(keep_close))) struct keep keep = KEEP_NONE;
	_cleanup_image_ struct image image = IMAGE_NONE;
	_cleanup_changes_ struct changes changes = {0};
	_cleanup_free_ char *path = NULL;
	int r = keep_look(folder, &keep, &path, err);

	if (r < 0)
		return r;
	_cleanup_fd_ int upper = open_upper(&keep, err);
	r = upper < 0 ? upper : open_image(&keep, path, &image, err);
	if (r < 0)
		return r;
	r = changes_find(upper, image.root_fd, &changes, err);
	if (r < 0)
		return error_wrap(err, "%s/layer/upper", folder);
	if (json)
		r = print_json(path, &changes, err);
	else
		print_text(&changes);
	return r == 0 ? control_flush(err) : r;
}

int control_diff(int argc, char **argv)
{
	struct diff_values values = {0};
	struct error err = {0};
	int first;
	int status = control_begin(&diff_usage, argc, argv, &values, &first);

	if (status != CONTROL_GO_ON)
		return status;
	return control_end(diff(argv[first], values.json, &err), &err);
}
