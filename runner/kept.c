/* SPDX-License-Identifier: MIT */
/*
 * The commands about a folder of --keep: `diff`, what it holds, compared with the image that it was made
 * for, and `commit`, which lets jailbuild make a new image of both. Called by jailctl's main file.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "changes.h"
#include "common/cleanup.h"
#include "common/fd.h"
#include "common/jsontext.h"
#include "common/path.h"
#include "control.h"
#include "image.h"
#include "keep.h"
#include "ownfiles.h"

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
	r = ownfiles_read_all(err);
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

struct commit_values {
	struct cli_common common;
	const char *format;
	bool keep_setuid;
};

static const struct cli_option commit_options[] = {
	{"format", 0, CLI_STRING, offsetof(struct commit_values, format), "FORMAT",
	 "of NEWIMAGE, whatever its name says; as for jailbuild add"},
	{"keep-setuid", 0, CLI_FLAG, offsetof(struct commit_values, keep_setuid), NULL,
	 "keep set-uid and set-gid bits that the jail has set"},
};

static const struct control_usage commit_usage = {
	.program =
		{.name = "jailctl commit",
		 .usage = "[OPTION…] DIR [IMAGE] NEWIMAGE",
		 .summary =
			 "Make a new image of IMAGE (else the one that it was made for) "
			 "and of what a folder of jailrun's --keep holds.",
		 .options = commit_options,
		 .option_count = sizeof(commit_options) / sizeof(commit_options[0])},
	.least = 2,
	.most = 3,
	.what = "DIR, perhaps IMAGE, and NEWIMAGE",
};

/* The path of jailbuild, which is installed beside this program and built there. */
static int find_builder(char *ret, size_t size, struct error *err)
{
	ssize_t length = readlink("/proc/self/exe", ret, size - sizeof("jailbuild"));

	if (length < 0)
		return error_errno(err, errno, "cannot read /proc/self/exe");
	ret[length] = '\0';
	snprintf(strrchr(ret, '/') + 1, sizeof("jailbuild"), "jailbuild");
	return 0;
}

/*
 * Becomes jailbuild. The lock on the folder goes along: it is the descriptor's (flock(2)), so no jail
 * can write meanwhile.
 */
static int become_builder(const struct commit_values *values, const struct keep *keep,
			  const char *image, char *new_image, struct error *err)
{
	char program[PATH_MAX];
	_cleanup_free_ char *layer = alloc_format(err, "%s/layer/upper", keep->path);
	_cleanup_free_ char *ids = alloc_format(err, "--id-base=%u:%u", keep->stat.st_uid,
						keep->stat.st_gid);
	_cleanup_free_ char *output = alloc_format(err, "--output=%s", new_image);
	_cleanup_strlist_ struct strlist words = {0};
	const char *fixed[] = {"jailbuild", "commit", ids, output};
	const char *operands[] = {"--", image, layer};
	int r = layer && ids && output ? find_builder(program, sizeof(program), err)
				       : -ENOMEM;

	for (int i = 0; r == 0 && i < 4; i++)
		r = strlist_add(&words, fixed[i], err);
	if (r == 0 && values->common.quiet)
		r = strlist_add(&words, "--quiet", err);
	for (int i = 0; r == 0 && i < values->common.verbose; i++)
		r = strlist_add(&words, "--verbose", err);
	if (r == 0 && values->keep_setuid)
		r = strlist_add(&words, "--keep-setuid", err);
	if (r == 0 && values->format)
		r = strlist_take(&words, alloc_format(err, "--format=%s", values->format),
				 err);
	for (int i = 0; r == 0 && i < 3; i++)
		r = strlist_add(&words, operands[i], err);
	if (r == 0 && fcntl(keep->fd, F_SETFD, 0) < 0)
		r = error_errno(err, errno, "cannot pass the lock on");
	if (r < 0)
		return r;
	execv(program, words.items);
	error_errno(err, errno, "cannot execute %s", program);
	return error_hint(err, "jailbuild belongs next to jailctl");
}

static int commit(const struct commit_values *values, char **operands, int count,
		  struct error *err)
{
	__attribute__((cleanup(keep_close))) struct keep keep = KEEP_NONE;
	_cleanup_free_ char *remembered = NULL;
	const char *image = count == 3 ? operands[1] : NULL;
	struct stat named;
	int r = keep_look(operands[0], &keep, &remembered, err);

	if (r < 0)
		return r;
	_cleanup_fd_ int upper = open_upper(&keep, err);
	if (upper < 0)
		return upper;
	bool is_named = image;
	if (!is_named)
		image = remembered;
	r = stat(image, &named) < 0 ? error_errno(err, errno, "image %s", image)
	    : is_named              ? 0
				    : keep_check(&keep, image, &named, err);
	if (r < 0 && !is_named)
		error_hint(err, "name the image: jailctl commit DIR IMAGE NEWIMAGE");
	/* In there the owners of a folder's files would be nobody. */
	if (r == 0 && !S_ISDIR(named.st_mode))
		r = ownfiles_read_all(err);
	return r < 0 ? r : become_builder(values, &keep, image, operands[count - 1], err);
}

int control_commit(int argc, char **argv)
{
	struct commit_values values = {0};
	struct error err = {0};
	int first;
	int status = control_begin(&commit_usage, argc, argv, &values, &first);

	if (status != CONTROL_GO_ON)
		return status;
	return control_end(commit(&values, argv + first, argc - first, &err), &err);
}
