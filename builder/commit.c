/* SPDX-License-Identifier: MIT */
/*
 * The command `commit`: an image and the layer that a jail has written over it become a new image. Called
 * by main; mostly for jailctl commit, which finds the layer and whose ids are in it.
 */
#include <errno.h>
#include <stdlib.h>
#include <stdbool.h>
#include <limits.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "command.h"
#include "common/alloc.h"
#include "common/cli.h"
#include "common/fd.h"
#include "common/log.h"
#include "epoch.h"
#include "interrupt.h"
#include "overlay.h"
#include "plan.h"
#include "tidings.h"
#include "view.h"

struct values {
	struct cli_common common;
	const char *output, *format, *id_base;
	bool keep_setuid;
};

#define AT(member) offsetof(struct values, member)

static const struct cli_option options[] = {
	{"output", 'o', CLI_STRING, AT(output), "NEW", "the image to make"},
	{"format", 0, CLI_STRING, AT(format), "FORMAT",
	 "tar, cpio (each also .gz, .zst, .xz) or dir, whatever the name says"},
	{"id-base", 0, CLI_STRING, AT(id_base), "UID[:GID]",
	 "whom the jail's root is on this system; default 0"},
	{"keep-setuid", 0, CLI_FLAG, AT(keep_setuid), NULL,
	 "keep set-uid and set-gid bits that the jail has set"},
};

static const struct cli_program program = {
	.name = "jailbuild commit",
	.usage = "[OPTION…] IMAGE LAYER -o NEW",
	.summary =
		"Make a new image of IMAGE and of LAYER, what a jail has written over it "
		"(DIR/layer/upper of jailrun --keep DIR).",
	.options = options,
	.option_count = sizeof(options) / sizeof(options[0]),
};

static bool read_id(const char **at, unsigned *ret)
{
	char *end;

	if (**at < '0' || **at > '9')
		return false;
	errno = 0;
	unsigned long value = strtoul(*at, &end, 10);
	*at = end;
	*ret = (unsigned)value;
	return !errno && value < UINT_MAX;
}

static int read_ids(const char *text, struct overlay_options *ret, struct error *err)
{
	const char *at = text;

	if (!text)
		return 0;
	bool is_good = read_id(&at, &ret->uid);
	ret->gid = ret->uid;
	if (is_good && *at == ':') {
		at++;
		is_good = read_id(&at, &ret->gid);
	}
	if (!is_good || *at)
		return error_set(err, EINVAL, "--id-base %s: not UID[:GID]", text);
	return 0;
}

static int refuse_existing(const char *path, struct error *err)
{
	struct stat st;

	if (!path)
		return error_set(err, EINVAL, "no new image named");
	if (lstat(path, &st) < 0)
		return errno == ENOENT
			       ? 0
			       : error_errno(err, errno, "cannot look at %s", path);
	error_set(err, EEXIST, "%s is there already", path);
	return error_hint(err, "commit makes a new image: choose another name");
}

static int fill(struct plan *plan, const struct view *view,
		struct overlay_options *overlay, struct error *err)
{
	const struct previous *previous = &view->previous;
	int r = 0;

	overlay->remakes_settings = previous->has_record;
	if (previous->archive.xattrs)
		r = manifest_note(&plan->manifest, err,
				  "extended attributes of %zu files are dropped",
				  previous->archive.xattrs);
	if (r == 0)
		r = previous_take_recipe(previous, &plan->libraries, &plan->recipe, err);
	if (r == 0)
		r = overlay_compose(&view->manifest, overlay, &plan->manifest, err);
	return r == 0 ? plan_place_record(plan, err) : r;
}

static int write_image(struct plan *plan, struct error *err)
{
	const char *path = plan->request->image.path;
	sigset_t old;

	interrupt_hold(&old);
	int r = plan_write(plan, err);
	interrupt_release(&old);
	if (r < 0)
		return error_wrap(err, "cannot write %s", path);
	tidings_notes(&plan->manifest);
	tidings_summary(plan);
	return 0;
}

static int commit(const struct request *request, char **words,
		  struct overlay_options *overlay, struct error *err)
{
	_cleanup_view_ struct view view = VIEW_NONE;
	_cleanup_sysroot_ struct sysroot layer = {.fd = -1};
	_cleanup_plan_ struct plan plan = {
		.request = request,
		.previous = PREVIOUS_NONE,
		.has_owners = true, /* nothing comes from this system */
	};
	_cleanup_fd_ int fd = open(words[1],
				   O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

	if (fd < 0)
		return error_errno(err, errno, "cannot read the layer %s", words[1]);
	int r = refuse_existing(request->image.path, err);
	if (r == 0)
		r = view_open(words[0], NULL, VIEW_BYTES, &view, err);
	if (r < 0)
		return r;
	layer.fd = fd;
	overlay->layer_fd = steal_fd(&fd);
	layer.path = alloc_copy(words[1], err);
	if (!layer.path)
		return -ENOMEM;
	plan.content = view_content(&view);
	plan.content.layer = &layer;
	plan.manifest.content = &plan.content;
	r = fill(&plan, &view, overlay, err);
	return r < 0 ? error_wrap(err, "%s", words[1]) : write_image(&plan, err);
}

static int check_usage(const struct values *values, int count, struct request *ret,
		       struct overlay_options *overlay, struct error *err)
{
	if (count != 2 || !values->output) {
		error_set(err, EINVAL, "commit takes IMAGE, LAYER and -o NEW");
		return error_hint(err, "'jailctl commit' finds the layer itself");
	}
	*ret = (struct request){.record = true};
	*overlay = (struct overlay_options){.keep_setuid = values->keep_setuid};
	int r = read_ids(values->id_base, overlay, err);
	if (r == 0)
		r = epoch_read(&ret->epoch, err);
	overlay->epoch = ret->epoch;
	return r == 0 ? format_choose(values->output, values->format, &ret->image, err)
		      : r;
}

int command_commit(int argc, char **argv)
{
	struct values values = {0};
	struct overlay_options overlay = {0};
	struct request request = {0};
	struct error err = {0};
	int first, status = EXIT_DONE;

	int r = cli_parse(&program, argc, argv, &values, &first, &err);
	if (r == 0 && cli_answer(&program, &values.common))
		return EXIT_DONE;
	log_init("jailbuild", cli_log_level(&values.common));
	if (r == 0)
		r = check_usage(&values, argc - first, &request, &overlay, &err);
	if (r < 0)
		status = EXIT_USAGE;
	else if ((r = commit(&request, argv + first, &overlay, &err)) < 0)
		status = EXIT_FAILED;
	if (r < 0)
		log_error(&err);
	return status;
}
