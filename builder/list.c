/* SPDX-License-Identifier: MIT */
/*
 * The command `list`: shows what is in an image, with the reasons that its record gives. Called by
 * main.
 */
#include <errno.h>
#include <stdio.h>

#include "command.h"
#include "common/cli.h"
#include "common/log.h"
#include "content.h"
#include "format.h"
#include "listing.h"
#include "previous.h"

struct values {
	struct cli_common common;
	const char *format;
	bool json;
};

#define AT(member) offsetof(struct values, member)

static const struct cli_option options[] = {
	{"format", 0, CLI_STRING, AT(format), "FORMAT",
	 "tar, cpio (each also .gz, .zst, .xz) or dir, whatever the name says"},
	{"json", 0, CLI_FLAG, AT(json), NULL, "print JSON"},
};

static const struct cli_program program = {
	.name = "jailbuild list",
	.usage = "[OPTION…] IMAGE",
	.summary = "Show what is in an image, a path a line, and why it is there.",
	.options = options,
	.option_count = sizeof(options) / sizeof(options[0]),
};

static int print(struct manifest *manifest, bool json, struct error *err)
{
	int r = manifest_finish(manifest, err);

	if (r == 0 && json)
		r = listing_print_json(manifest, stdout, err);
	else if (r == 0)
		listing_print(manifest, stdout);
	if (r == 0 && (fflush(stdout) != 0 || ferror(stdout)))
		r = error_errno(err, errno ? errno : EIO, "cannot print");
	return r;
}

static int run(const char *path, const struct values *values, struct error *err)
{
	_cleanup_previous_ struct previous previous = PREVIOUS_NONE;
	_cleanup_manifest_ struct manifest manifest = {0};
	struct format image;

	int r = format_choose(path, values->format, &image, err);
	if (r == 0)
		r = previous_look(&image, &previous, err);
	if (r == 0)
		r = previous_show(&previous, &manifest, err);
	return r == 0 ? print(&manifest, values->json, err) : r;
}

int command_list(int argc, char **argv)
{
	struct values values = {0};
	struct error err = {0};
	int first;

	int r = cli_parse(&program, argc, argv, &values, &first, &err);
	if (r == 0 && cli_answer(&program, &values.common))
		return EXIT_DONE;
	log_init("jailbuild", cli_log_level(&values.common));
	if (r == 0 && argc - first != 1)
		r = error_set(&err, EINVAL, "list takes one IMAGE");
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
