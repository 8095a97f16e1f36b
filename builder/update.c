/* SPDX-License-Identifier: MIT */
/*
 * The command `update`: makes an image anew by its own recipe and says what has changed. Called by
 * main.
 */
#include <errno.h>
#include <stdio.h>

#include "command.h"
#include "common/cli.h"
#include "common/log.h"
#include "differences.h"
#include "epoch.h"
#include "interrupt.h"
#include "common/jsontext.h"
#include "renewal.h"
#include "tidings.h"

struct values {
	struct cli_common common;
	const char *format, *root;
	struct strlist template_path;
	bool replace, dry_run, json;
};

#define AT(member) offsetof(struct values, member)

static const struct cli_option options[] = {
	{"format", 0, CLI_STRING, AT(format), "FORMAT",
	 "tar, tar.gz, tar.zst, tar.xz, the same for cpio, or dir, whatever the name "
	 "says"},
	{"root", 0, CLI_STRING, AT(root), "DIR", "take everything from the sysroot DIR"},
	{"template-path", 0, CLI_LIST, AT(template_path), "DIR",
	 "look for templates in DIR first"},
	{"replace", 0, CLI_FLAG, AT(replace), NULL,
	 "let what comes later win over other content"},
	{"dry-run", 0, CLI_FLAG, AT(dry_run), NULL,
	 "print what would change, and write nothing"},
	{"json", 0, CLI_FLAG, AT(json), NULL, "print JSON"},
};

static const struct cli_program program = {
	.name = "jailbuild update",
	.usage = "[OPTION…] IMAGE",
	.summary = "Make an image anew by the recipe in it, and show what changes: + "
		   "added, - "
		   "removed, ~ changed.",
	.options = options,
	.option_count = sizeof(options) / sizeof(options[0]),
};

static int print_json(const struct compare *compare, bool written, struct error *err)
{
	json_t *root = json_pack("{s:i, s:b}", "schema", 1, "written", (int)written);
	int r = root ? differences_set(root, compare, err) : error_nomem(err);

	if (r == 0)
		r = jsontext_print(root, stdout, err);
	json_decref(root);
	return r;
}

static int print(const struct compare *compare, const struct values *values, bool written,
		 struct error *err)
{
	int r = 0;

	if (values->json)
		r = print_json(compare, written, err);
	else
		differences_print(compare, stdout);
	if (r == 0 && (fflush(stdout) != 0 || ferror(stdout)))
		r = error_errno(err, errno ? errno : EIO, "cannot print");
	return r;
}

static int write_image(struct renewal *renewal, struct error *err)
{
	const char *path = renewal->plan.request->image.path;
	sigset_t old;

	interrupt_hold(&old);
	int r = renewal_write(renewal, err);
	interrupt_release(&old);
	return r < 0 ? error_wrap(err, "cannot write %s", path) : 0;
}

static int update(const struct request *request, const struct values *values,
		  struct error *err)
{
	_cleanup_renewal_ struct renewal renewal = RENEWAL_NONE;
	const struct plan *plan = &renewal.plan;

	int r = renewal_make(&renewal, request, err);
	if (r < 0)
		return r;
	bool written = renewal.compare.count > 0 && !values->dry_run;
	if (written)
		r = write_image(&renewal, err);
	if (r < 0)
		return r;
	if (renewal.compare.count)
		tidings_notes(&plan->manifest);
	if (written)
		tidings_summary(plan);
	else if (!renewal.compare.count)
		log_note("%s: nothing has changed, it stays as it is",
			 request->image.path);
	return print(&renewal.compare, values, written, err);
}

static int run(const struct request *model, const struct values *values,
	       struct error *err)
{
	_cleanup_sysroot_ struct sysroot root = {.fd = -1};
	struct request request = *model;

	int r = sysroot_open(values->root, &root, err);
	if (r < 0)
		return r;
	request.root = &root;
	request.root_path = root.fd >= 0 ? values->root : NULL;
	request.root_is_named = values->root != NULL;
	return update(&request, values, err);
}

static int check_usage(const struct values *values, char **images, int count,
		       struct request *ret, struct error *err)
{
	if (count != 1)
		return error_set(err, EINVAL, "update takes one IMAGE");
	*ret = (struct request){
		.template_path = &values->template_path,
		.replace = values->replace,
		.renew = true,
		.wait = tidings_wait,
	};
	int r = epoch_read(&ret->epoch, err);
	return r == 0 ? format_choose(images[0], values->format, &ret->image, err) : r;
}

int command_update(int argc, char **argv)
{
	struct values values = {0};
	struct error err = {0};
	struct request request;
	int first, status = EXIT_DONE;

	int r = cli_parse(&program, argc, argv, &values, &first, &err);
	if (r == 0 && cli_answer(&program, &values.common))
		return EXIT_DONE;
	log_init("jailbuild", cli_log_level(&values.common));
	if (r == 0)
		r = check_usage(&values, argv + first, argc - first, &request, &err);
	if (r < 0)
		status = EXIT_USAGE;
	else if ((r = run(&request, &values, &err)) < 0)
		status = EXIT_FAILED;
	if (r < 0)
		log_error(&err);
	strlist_free(&values.template_path);
	return status;
}
