/* SPDX-License-Identifier: MIT */
/*
 * The command `check`: says what in an image cannot start, why, and what to do. Called by main.
 */
#include <errno.h>
#include <stdio.h>

#include "checkup.h"
#include "command.h"
#include "common/cli.h"
#include "common/log.h"
#include "findings.h"
#include "format.h"
#include "survey.h"

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
	.name = "jailbuild check",
	.usage = "[OPTION…] IMAGE",
	.summary = "Tell whether everything in an image can start; nothing of it is run.",
	.options = options,
	.option_count = sizeof(options) / sizeof(options[0]),
};

static int print(const struct findings *findings, bool json, struct error *err)
{
	int r = 0;

	if (json)
		r = findings_print_json(findings, stdout, err);
	else
		findings_print(findings, stdout);
	if (r == 0 && (fflush(stdout) != 0 || ferror(stdout)))
		r = error_errno(err, errno ? errno : EIO, "cannot print");
	return r;
}

static void sum_up(const char *path, const struct findings *findings, size_t files)
{
	size_t errors = findings->counts[SEVERITY_ERROR];

	if (findings->dropped)
		log_warning("%s: %zu more problems are not shown", path,
			    findings->dropped);
	log_note("%s: %zu programs, libraries and scripts looked at: %zu errors, "
		 "%zu warnings",
		 path, files, errors, findings->counts[SEVERITY_WARNING]);
}

/* 1 if something is wrong with the image. */
static int run(const char *path, const struct values *values, struct error *err)
{
	_cleanup_findings_ struct findings findings = {0};
	_cleanup_survey_ struct survey survey = SURVEY_NONE;
	struct format image;
	size_t files = 0;

	int r = format_choose(path, values->format, &image, err);
	if (r == 0)
		r = survey_open(&survey, &image, &findings, err);
	if (r == 0)
		r = checkup_run(&survey, &findings, &files, err);
	if (r == 0)
		r = print(&findings, values->json, err);
	if (r < 0)
		return r;
	sum_up(path, &findings, files);
	return findings.counts[SEVERITY_ERROR] ? 1 : 0;
}

int command_check(int argc, char **argv)
{
	struct values values = {0};
	struct error err = {0};
	int first;

	int r = cli_parse(&program, argc, argv, &values, &first, &err);
	if (r == 0 && cli_answer(&program, &values.common))
		return EXIT_DONE;
	log_init("jailbuild", cli_log_level(&values.common));
	if (r == 0 && argc - first != 1)
		r = error_set(&err, EINVAL, "check takes one IMAGE");
	if (r < 0) {
		log_error(&err);
		return EXIT_USAGE;
	}
	r = run(argv[first], &values, &err);
	if (r < 0)
		log_error(&err);
	return r == 0 ? EXIT_DONE : EXIT_FAILED;
}
