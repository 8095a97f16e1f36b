/* SPDX-License-Identifier: MIT */
/*
 * The command `add`: reads the options, runs a plan, and says what came of it. Called by main.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "command.h"
#include "common/alloc.h"
#include "common/cleanup.h"
#include "common/cli.h"
#include "common/log.h"
#include "epoch.h"
#include "interrupt.h"
#include "listing.h"
#include "locate.h"
#include "plan.h"
#include "tidings.h"

struct values {
	struct cli_common common;
	const char *output, *format, *root, *workdir, *user;
	bool replace, no_rules, bare, digests, package_db, dry_run;
	struct strlist entrypoint, cmd, env, labels;
	struct strlist templates, jailfiles, template_path;
};

#define AT(member) offsetof(struct values, member)

static const struct cli_option options[] = {
	{"output", 'o', CLI_STRING, AT(output), "IMAGE",
	 "the image to make or to add to"},
	{"template", 't', CLI_LIST, AT(templates), "TEMPLATE",
	 "add what a template says; 'jailbuild templates' lists them"},
	{"file", 'f', CLI_LIST, AT(jailfiles), "JAILFILE",
	 "the same for a template in a file of your own"},
	{"template-path", 0, CLI_LIST, AT(template_path), "DIR",
	 "look for templates in DIR first"},
	{"format", 0, CLI_STRING, AT(format), "FORMAT",
	 "tar, cpio (each also .gz, .zst, .xz) or dir, whatever the name says"},
	{"root", 0, CLI_STRING, AT(root), "DIR", "take everything from the sysroot DIR"},
	{"replace", 0, CLI_FLAG, AT(replace), NULL,
	 "let what is new win over other content"},
	{"no-rules", 0, CLI_FLAG, AT(no_rules), NULL,
	 "no base files, ld.so.cache or terminfo; only what is asked for"},
	{"bare", 0, CLI_FLAG, AT(bare), NULL,
	 "nothing but the closure: no manifest either"},
	{"digests", 0, CLI_FLAG, AT(digests), NULL,
	 "record the sha256 of every file, for 'jailbuild check'"},
	{"package-db", 0, CLI_FLAG, AT(package_db), NULL,
	 "let scanners find out what packages it is made of"},
	{"entrypoint", 0, CLI_LIST, AT(entrypoint), "ARG",
	 "a word of the entrypoint; once for each"},
	{"cmd", 0, CLI_LIST, AT(cmd), "ARG",
	 "a word of the default command; once for each"},
	{"env", 'e', CLI_LIST, AT(env), "KEY=VALUE", "a variable for the command"},
	{"workdir", 'w', CLI_STRING, AT(workdir), "DIR",
	 "the folder that the command starts in"},
	{"user", 'u', CLI_STRING, AT(user), "USER[:GROUP]", "who the command runs as"},
	{"label", 0, CLI_LIST, AT(labels), "KEY=VALUE", "a label of the image"},
	{"dry-run", 0, CLI_FLAG, AT(dry_run), NULL,
	 "print what would be in the image, and why"},
};

static const struct cli_program program = {
	.name = "jailbuild add",
	.usage = "[-t TEMPLATE]… [-f JAILFILE]… [OPTION…] [PATH[:DEST]]… -o IMAGE",
	.summary = "Put programs, scripts, libraries, files and folders into an image, "
		   "each with all "
		   "that it needs.",
	.notes = "A name without a slash is looked up in PATH. An image that exists is "
		 "added to.\n",
	.options = options,
	.option_count = sizeof(options) / sizeof(options[0]),
};

static void free_values(struct values *values)
{
	strlist_free(&values->entrypoint);
	strlist_free(&values->cmd);
	strlist_free(&values->env);
	strlist_free(&values->labels);
	strlist_free(&values->templates);
	strlist_free(&values->jailfiles);
	strlist_free(&values->template_path);
}
#define _cleanup_values_ __attribute__((cleanup(free_values)))

struct operands {
	struct operand *items;
	size_t count, capacity;
};

static void free_operands(struct operands *operands)
{
	for (size_t i = 0; i < operands->count; i++)
		locate_free(&operands->items[i]);
	free(operands->items);
}
#define _cleanup_operands_ __attribute__((cleanup(free_operands)))

static int locate_all(const struct sysroot *root, char **texts, struct operands *ret,
		      struct error *err)
{
	for (; *texts; texts++) {
		int r = alloc_grow(&ret->items, &ret->capacity, ret->count + 1,
				   sizeof(*ret->items), err);

		if (r == 0)
			r = locate(root, *texts, &ret->items[ret->count], err);
		if (r < 0)
			return r;
		ret->count++;
	}
	return 0;
}

/* One attempt; 1 if somebody made the image meanwhile, so that it has to be added to. */
static int attempt(const struct request *request, bool dry_run, struct error *err)
{
	_cleanup_plan_ struct plan plan = {.previous = PREVIOUS_NONE};

	int r = plan_make(&plan, request, err);
	if (r < 0)
		return r;
	if (dry_run) {
		tidings_notes(&plan.manifest);
		listing_print(&plan.manifest, stdout);
		return fflush(stdout) != 0 ? error_errno(err, errno, "cannot print") : 0;
	}
	bool is_new = plan.previous.fd < 0;
	sigset_t old;
	interrupt_hold(
		&old); /* not before: until now nothing was made that must be removed */
	r = plan_write(&plan, err);
	interrupt_release(&old);
	if (r == -EEXIST && is_new)
		return 1;
	if (r < 0)
		return error_wrap(err, "cannot write %s", request->image.path);
	tidings_additions(&plan.manifest);
	tidings_notes(&plan.manifest);
	tidings_summary(&plan);
	return 0;
}

static int run(const struct values *values, const struct runconfig *settings,
	       const struct request *model, char **texts, struct error *err)
{
	struct request request = *model;
	_cleanup_sysroot_ struct sysroot root = {.fd = -1};
	_cleanup_operands_ struct operands operands = {0};

	int r = sysroot_open(values->root, &root, err);
	if (r == 0)
		r = locate_all(&root, texts, &operands, err);
	if (r < 0)
		return r;
	request.root = &root;
	request.root_path = root.fd >= 0 ? values->root : NULL;
	request.operands = operands.items;
	request.operand_count = operands.count;
	request.settings = settings;
	request.wait = tidings_wait;
	request.term = getenv("TERM");
	do
		r = attempt(&request, values->dry_run, err);
	while (r > 0);
	return r;
}

/* The settings as asked for; lists and strings stay the values' own. */
static struct runconfig borrow_settings(const struct values *values)
{
	union {
		const char *constant;
		char *text;
	} workdir = {.constant = values->workdir}, user = {.constant = values->user};

	return (struct runconfig){
		.entrypoint = values->entrypoint,
		.cmd = values->cmd,
		.env = values->env,
		.labels = values->labels,
		.workdir = workdir.text,
		.user = user.text,
	};
}

static int check_usage(const struct values *values, const struct runconfig *settings,
		       bool any, struct request *ret, struct error *err)
{
	if (!values->output)
		return error_set(err, EINVAL, "no image given: -o IMAGE is missing");
	if (!any && !values->templates.count && !values->jailfiles.count &&
	    runconfig_are_empty(settings))
		return error_set(err, EINVAL,
				 "nothing to add: no PATH and no template given");
	if (values->bare && !runconfig_are_empty(settings))
		return error_set(err, EINVAL, "--bare leaves no place for settings");
	if (values->bare && (values->digests || values->package_db))
		return error_set(err, EINVAL, "--bare leaves no place for %s",
				 values->digests ? "digests" : "a package database");
	*ret = (struct request){
		.replace = values->replace,
		.digests = values->digests,
		.package_db = values->package_db,
		.rules = !values->no_rules && !values->bare,
		.record = !values->bare,
		.templates = &values->templates,
		.jailfiles = &values->jailfiles,
		.template_path = &values->template_path,
	};
	int r = runconfig_check(settings, err);
	if (r == 0)
		r = epoch_read(&ret->epoch, err);
	return r == 0 ? format_choose(values->output, values->format, &ret->image, err)
		      : r;
}

int command_add(int argc, char **argv)
{
	_cleanup_values_ struct values values = {0};
	struct error err = {0};
	struct request request;
	int first;

	int r = cli_parse(&program, argc, argv, &values, &first, &err);
	if (r == 0 && cli_answer(&program, &values.common))
		return EXIT_DONE;
	log_init("jailbuild", cli_log_level(&values.common));
	struct runconfig settings = borrow_settings(&values);
	if (r == 0)
		r = check_usage(&values, &settings, first < argc, &request, &err);
	if (r < 0) {
		log_error(&err);
		return EXIT_USAGE;
	}
	if (run(&values, &settings, &request, argv + first, &err) < 0) {
		log_error(&err);
		return EXIT_FAILED;
	}
	return EXIT_DONE;
}
