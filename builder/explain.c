/* SPDX-License-Identifier: MIT */
/*
 * The command `why`: why something is in an image. Called by main. (elfdeps has a module of that
 * name.)
 */
#include <errno.h>
#include <limits.h>
#include <stdio.h>

#include "chain.h"
#include "command.h"
#include "common/cli.h"
#include "common/log.h"
#include "common/path.h"
#include "common/jsontext.h"
#include "view.h"

struct values {
	struct cli_common common;
	const char *format;
	bool json;
};

#define AT(member) offsetof(struct values, member)

static const struct cli_option options[] = {
	{"format", 0, CLI_STRING, AT(format), "FORMAT",
	 "tar, tar.gz, tar.zst, tar.xz or dir, whatever the name says"},
	{"json", 0, CLI_FLAG, AT(json), NULL, "print JSON"},
};

static const struct cli_program program = {
	.name = "jailbuild why",
	.usage = "[OPTION…] IMAGE PATH",
	.summary = "Show why PATH is in an image, down to what was asked for.",
	.options = options,
	.option_count = sizeof(options) / sizeof(options[0]),
};

static void print_text(const struct chain *chain)
{
	const struct entry *first = chain->steps[0];
	char path[PATH_MAX], other[PATH_MAX], reason[1400];

	for (size_t i = 0; i < chain->count; i++) {
		const struct entry *entry = chain->steps[i];

		path_escape(entry->path, path, sizeof(path));
		path_escape(entry->target ? entry->target : "", other, sizeof(other));
		printf("%s%s%s\t%s\n", path, entry->target ? " -> " : "", other,
		       manifest_describe(&entry->reason, reason, sizeof(reason)));
	}
	if (first->source)
		printf("source\t%s\n", path_escape(first->source, path, sizeof(path)));
	if (first->package)
		printf("package\t%s\n", path_escape(first->package, path, sizeof(path)));
}

static int add_step(json_t *steps, const struct entry *entry, struct error *err)
{
	const struct reason *reason = &entry->reason;
	json_t *step = json_pack("{s:b}", "derived", (int)manifest_is_derived(reason));

	if (json_array_append_new(steps, step) < 0)
		return error_nomem(err);
	int r = jsontext_set(step, "path", entry->path, err);
	if (r == 0)
		r = jsontext_set(step, "target", entry->target, err);
	if (r == 0)
		r = jsontext_set(step, "rule", reason->rule, err);
	if (r == 0)
		r = jsontext_set(step, "by", reason->by, err);
	if (r == 0)
		r = jsontext_set(step, "name", reason->name, err);
	return r == 0 ? jsontext_set(step, "detail", reason->detail, err) : r;
}

static int fill(json_t *root, const struct chain *chain, struct error *err)
{
	json_t *steps = json_object_get(root, "chain");
	int r = jsontext_set(root, "source", chain->steps[0]->source, err);

	if (r == 0)
		r = jsontext_set(root, "package", chain->steps[0]->package, err);
	for (size_t i = 0; r == 0 && i < chain->count; i++)
		r = add_step(steps, chain->steps[i], err);
	return r;
}

static int print_json(const struct chain *chain, struct error *err)
{
	json_t *root = json_pack("{s:i, s:b, s:[]}", "schema", 1, "whole",
				 (int)(chain->end == CHAIN_WHOLE), "chain");
	int r = root ? fill(root, chain, err) : error_nomem(err);

	if (r == 0)
		r = jsontext_print(root, stdout, err);
	json_decref(root);
	return r;
}

/* What there was of a chain has been printed; this says what is wrong with it. */
static int judge(const struct chain *chain, struct error *err)
{
	const struct entry *last = chain->steps[chain->count - 1];
	char by[PATH_MAX], path[PATH_MAX];

	if (chain->end == CHAIN_WHOLE)
		return 0;
	path_escape(last->reason.by, by, sizeof(by));
	path_escape(last->path, path, sizeof(path));
	if (chain->end == CHAIN_CIRCLE)
		return error_set(err, ELOOP,
				 "the record goes in a circle: %s is there for %s", path,
				 by);
	return error_set(err, ENOENT, "%s is there for %s, which is not in the image",
			 path, by);
}

static int run(const char *image, const char *path, const struct values *values,
	       struct error *err)
{
	_cleanup_view_ struct view view = VIEW_NONE;
	_cleanup_chain_ struct chain chain = {0};

	int r = view_open(image, values->format, VIEW_NAMES, &view, err);
	if (r < 0)
		return r;
	r = chain_find(&view.manifest, path, &chain, err);
	if (r < 0)
		return error_wrap(err, "%s", image);
	r = view_need_record(&view, err);
	if (r == 0 && values->json)
		r = print_json(&chain, err);
	else if (r == 0)
		print_text(&chain);
	if (r == 0 && (fflush(stdout) != 0 || ferror(stdout)))
		r = error_errno(err, errno ? errno : EIO, "cannot print");
	return r == 0 ? judge(&chain, err) : r;
}

int command_why(int argc, char **argv)
{
	struct values values = {0};
	struct error err = {0};
	int first;

	int r = cli_parse(&program, argc, argv, &values, &first, &err);
	if (r == 0 && cli_answer(&program, &values.common))
		return EXIT_DONE;
	log_init("jailbuild", cli_log_level(&values.common));
	if (r == 0 && argc - first != 2)
		r = error_set(&err, EINVAL, "why takes one IMAGE and one PATH");
	if (r < 0) {
		log_error(&err);
		return EXIT_USAGE;
	}
	if (run(argv[first], argv[first + 1], &values, &err) < 0) {
		log_error(&err);
		return EXIT_FAILED;
	}
	return EXIT_DONE;
}
