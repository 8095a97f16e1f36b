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
#include "epoch.h"
#include "format.h"
#include "listing.h"
#include "packages.h"
#include "previous.h"
#include "sbom.h"

struct values {
	struct cli_common common;
	const char *format, *root, *sbom;
	bool json;
};

#define AT(member) offsetof(struct values, member)

static const struct cli_option options[] = {
	{"format", 0, CLI_STRING, AT(format), "FORMAT",
	 "tar, cpio (each also .gz, .zst, .xz) or dir, whatever the name says"},
	{"json", 0, CLI_FLAG, AT(json), NULL, "print JSON"},
	{"sbom", 0, CLI_STRING, AT(sbom), "KIND",
	 "print the packages in it: spdx (2.3) or cyclonedx (1.5), as JSON"},
	{"root", 0, CLI_STRING, AT(root), "DIR",
	 "for --sbom: the sysroot that everything was taken from"},
};

static const struct cli_program program = {
	.name = "jailbuild list",
	.usage = "[OPTION…] IMAGE",
	.summary = "Show what is in an image, a path a line, and why it is there.",
	.options = options,
	.option_count = sizeof(options) / sizeof(options[0]),
};

static void tell_unknown(const struct packages *packages)
{
	size_t unknown = 0;

	for (size_t i = 0; i < packages->count; i++)
		unknown += !packages->items[i]->version;
	if (unknown)
		log_note("the versions of %zu of %zu packages are not known; --root DIR "
			 "names the root that they came from",
			 unknown, packages->count);
}

static int print_bill(const struct manifest *manifest, const struct values *values,
		      const char *image, struct error *err)
{
	_cleanup_packages_ struct packages packages = {0};
	_cleanup_sysroot_ struct sysroot root = {.fd = -1};
	struct sbom sbom = {.image = image, .packages = &packages};

	int r = sbom_choose(values->sbom, &sbom.kind, err);
	if (r == 0)
		r = epoch_read(&sbom.epoch, err);
	if (r == 0)
		r = sysroot_open(values->root, &root, err);
	if (r == 0)
		r = packages_of(manifest, &packages, err);
	if (r == 0)
		r = packages_look_up(&packages, &root, err);
	if (r < 0)
		return r;
	tell_unknown(&packages);
	return sbom_print(&sbom, stdout, err);
}

static int print(struct manifest *manifest, const struct values *values,
		 const char *image, struct error *err)
{
	int r = manifest_finish(manifest, err);

	if (r == 0 && values->sbom)
		r = print_bill(manifest, values, image, err);
	else if (r == 0 && values->json)
		r = listing_print_json(manifest, stdout, err);
	else if (r == 0)
		listing_print(manifest, stdout);
	if (r == 0 && (fflush(stdout) != 0 || ferror(stdout)))
		r = error_errno(err, errno ? errno : EIO, "cannot print");
	return r;
}

static int need_record(const char *path, struct error *err)
{
	error_set(err, ENODATA,
		  "%s has no record (%s): which packages are in it is not known", path,
		  RECORD_PATH);
	return error_hint(err, "an image made by 'jailbuild add' without --bare has one");
}

static int check_usage(const struct values *values, int operands, struct error *err)
{
	enum sbom_kind kind;

	if (operands != 1)
		return error_set(err, EINVAL, "list takes one IMAGE");
	if (values->root && !values->sbom)
		return error_set(err, EINVAL, "--root is for --sbom");
	if (values->json && values->sbom)
		return error_set(err, EINVAL, "--sbom is JSON already, but not --json's");
	return values->sbom ? sbom_choose(values->sbom, &kind, err) : 0;
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
	if (r == 0 && values->sbom && !previous.has_record)
		r = need_record(path, err);
	return r == 0 ? print(&manifest, values, path, err) : r;
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
	if (r == 0)
		r = check_usage(&values, argc - first, &err);
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
