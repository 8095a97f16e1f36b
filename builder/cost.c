/* SPDX-License-Identifier: MIT */
/*
 * The command `cost`: how much of an image is there for what. Called by main.
 */
#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>

#include "command.h"
#include "common/cli.h"
#include "common/log.h"
#include "common/path.h"
#include "common/jsontext.h"
#include "shares.h"
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
	.name = "jailbuild cost",
	.usage = "[OPTION…] IMAGE",
	.summary = "Show how many bytes and files of an image are there for what.",
	.options = options,
	.option_count = sizeof(options) / sizeof(options[0]),
};

static void print_text(const struct shares *shares)
{
	char name[PATH_MAX];

	printf("%12s %8s %12s  %s\n", "BYTES", "FILES", "ALONE", "FOR");
	for (size_t i = 0; i < shares->count; i++) {
		const struct share *share = shares->items[i];

		path_escape(share->name ? share->name : "", name, sizeof(name));
		printf("%12" PRIu64 " %8zu %12" PRIu64 "  %s%s%s\n", share->bytes,
		       share->files, share->alone_bytes, share->rule,
		       share->name ? " " : "", name);
	}
	printf("%12" PRIu64 " %8zu %12s  total\n", shares->bytes, shares->files, "");
}

static int add_share(json_t *list, const struct share *share, struct error *err)
{
	json_t *json = json_pack(
		"{s:I, s:I, s:I, s:I}", "bytes", (json_int_t)share->bytes, "files",
		(json_int_t)share->files, "alone_bytes", (json_int_t)share->alone_bytes,
		"alone_files", (json_int_t)share->alone_files);

	if (json_array_append_new(list, json) < 0)
		return error_nomem(err);
	int r = jsontext_set(json, "rule", share->rule, err);
	return r == 0 ? jsontext_set(json, "name", share->name, err) : r;
}

static int print_json(const struct shares *shares, struct error *err)
{
	json_t *root = json_pack("{s:i, s:I, s:I, s:[]}", "schema", 1, "bytes",
				 (json_int_t)shares->bytes, "files",
				 (json_int_t)shares->files, "shares");
	int r = root ? 0 : error_nomem(err);

	for (size_t i = 0; r == 0 && i < shares->count; i++)
		r = add_share(json_object_get(root, "shares"), shares->items[i], err);
	if (r == 0)
		r = jsontext_print(root, stdout, err);
	json_decref(root);
	return r;
}

static int run(const char *image, const struct values *values, struct error *err)
{
	_cleanup_view_ struct view view = VIEW_NONE;
	_cleanup_shares_ struct shares shares = {0};
	_cleanup_uses_ struct uses uses = {0};

	int r = view_open(image, values->format, VIEW_BYTES, &view, err);
	if (r == 0)
		r = view_need_record(&view, err);
	if (r == 0)
		r = uses_find(&view, &uses, err);
	if (r == 0)
		r = shares_of(&view.manifest, &uses, &shares, err);
	if (r == 0 && values->json)
		r = print_json(&shares, err);
	else if (r == 0)
		print_text(&shares);
	if (r == 0 && (fflush(stdout) != 0 || ferror(stdout)))
		r = error_errno(err, errno ? errno : EIO, "cannot print");
	return r;
}

int command_cost(int argc, char **argv)
{
	struct values values = {0};
	struct error err = {0};
	int first;

	int r = cli_parse(&program, argc, argv, &values, &first, &err);
	if (r == 0 && cli_answer(&program, &values.common))
		return EXIT_DONE;
	log_init("jailbuild", cli_log_level(&values.common));
	if (r == 0 && argc - first != 1)
		r = error_set(&err, EINVAL, "cost takes one IMAGE");
	if (r < 0) {
		log_error(&err);
		return EXIT_USAGE;
	}
	if (run(argv[first], &values, &err) < 0) {
		log_error(&err);
		return EXIT_FAILED;
	}
	return EXIT_DONE;
}
