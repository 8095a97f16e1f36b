/* SPDX-License-Identifier: MIT */
/*
 * The command `diff`: what is in one image and not, or not alike, in another. Called by main.
 */
#include <errno.h>
#include <stdio.h>

#include "command.h"
#include "common/cli.h"
#include "common/log.h"
#include "compare.h"
#include "differences.h"
#include "common/jsontext.h"
#include "view.h"

struct values {
	struct cli_common common;
	bool json;
};

#define AT(member) offsetof(struct values, member)

static const struct cli_option options[] = {
	{"json", 0, CLI_FLAG, AT(json), NULL, "print JSON"},
};

static const struct cli_program program = {
	.name = "jailbuild diff",
	.usage = "[OPTION…] A B",
	.summary =
		"Show how image B differs from image A: + added, - removed, ~ changed.",
	.options = options,
	.option_count = sizeof(options) / sizeof(options[0]),
};

static int print_json(const struct compare *compare, struct error *err)
{
	json_t *root = json_pack("{s:i}", "schema", 1);
	int r = root ? differences_set(root, compare, err) : error_nomem(err);

	if (r == 0)
		r = jsontext_print(root, stdout, err);
	json_decref(root);
	return r;
}

/* 1 if the images differ, 0 if not. */
static int run(char **images, bool json, struct error *err)
{
	_cleanup_view_ struct view a = VIEW_NONE, b = VIEW_NONE;
	_cleanup_compare_ struct compare compare = {0};

	int r = view_open(images[0], NULL, VIEW_BYTES, &a, err);
	if (r == 0)
		r = view_open(images[1], NULL, VIEW_BYTES, &b, err);
	if (r == 0)
		r = compare_views(&a, &b, &compare, err);
	if (r == 0 && json)
		r = print_json(&compare, err);
	else if (r == 0)
		differences_print(&compare, stdout);
	if (r == 0 && (fflush(stdout) != 0 || ferror(stdout)))
		r = error_errno(err, errno ? errno : EIO, "cannot print");
	return r == 0 ? compare.count > 0 : r;
}

int command_diff(int argc, char **argv)
{
	struct values values = {0};
	struct error err = {0};
	int first;

	int r = cli_parse(&program, argc, argv, &values, &first, &err);
	if (r == 0 && cli_answer(&program, &values.common))
		return EXIT_DONE;
	log_init("jailbuild", cli_log_level(&values.common));
	if (r == 0 && argc - first != 2)
		r = error_set(&err, EINVAL, "diff takes two images, A and B");
	if (r < 0) {
		log_error(&err);
		return EXIT_USAGE;
	}
	r = run(argv + first, values.json, &err);
	if (r < 0)
		log_error(&err);
	return r == 0 ? EXIT_DONE : EXIT_FAILED;
}
