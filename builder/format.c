/* SPDX-License-Identifier: MIT */
/*
 * The table of formats. Called by the commands that make or read an image.
 */
#include "format.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>
#include <sys/stat.h>

#define KNOWN "tar, tar.gz (tgz), tar.zst, tar.xz, cpio, cpio.gz, cpio.zst, cpio.xz, dir"

static const struct row {
	const char *name; /* of --format; behind a dot, the end of a file name */
	enum format_kind kind;
	enum compression compression;
	enum layout layout;
} formats[] = {
	{"tar", FORMAT_TAR, COMPRESS_NONE, LAYOUT_TAR},
	{"tar.gz", FORMAT_TAR, COMPRESS_GZIP, LAYOUT_TAR},
	{"tgz", FORMAT_TAR, COMPRESS_GZIP, LAYOUT_TAR},
	{"tar.zst", FORMAT_TAR, COMPRESS_ZSTD, LAYOUT_TAR},
	{"tar.xz", FORMAT_TAR, COMPRESS_XZ, LAYOUT_TAR},
	{"dir", FORMAT_FOLDER, COMPRESS_NONE, LAYOUT_TAR},
	{"cpio", FORMAT_TAR, COMPRESS_NONE, LAYOUT_CPIO},
	{"cpio.gz", FORMAT_TAR, COMPRESS_GZIP, LAYOUT_CPIO},
	{"cpio.zst", FORMAT_TAR, COMPRESS_ZSTD, LAYOUT_CPIO},
	{"cpio.xz", FORMAT_TAR, COMPRESS_XZ, LAYOUT_CPIO},
};

enum { FORMAT_COUNT = sizeof(formats) / sizeof(formats[0]) };

static const struct row *by_name(const char *name)
{
	for (size_t i = 0; i < FORMAT_COUNT; i++)
		if (!strcmp(formats[i].name, name))
			return &formats[i];
	return NULL;
}

/* The one whose name, with a dot before it, `path` ends in. "x.oci.tar" is no plain tar. */
static const struct row *by_ending(const char *path)
{
	size_t length = strlen(path);

	if (length > 8 && !strcmp(path + length - 8, ".oci.tar"))
		return NULL;
	for (size_t i = 0; i < FORMAT_COUNT; i++) {
		size_t ending = strlen(formats[i].name);

		if (formats[i].kind != FORMAT_FOLDER && length > ending + 1 &&
		    path[length - ending - 1] == '.' &&
		    !strcmp(path + length - ending, formats[i].name))
			return &formats[i];
	}
	return NULL;
}

static bool is_folder(const char *path)
{
	struct stat st;

	return path[strlen(path) - 1] == '/' ||
	       (stat(path, &st) == 0 && S_ISDIR(st.st_mode));
}

int format_choose(const char *path, const char *format, struct format *ret,
		  struct error *err)
{
	const struct row *found;

	if (!*path)
		return error_set(err, EINVAL, "the image needs a name");
	if (format)
		found = by_name(format);
	else
		found = is_folder(path) ? by_name("dir") : by_ending(path);
	if (!found) {
		error_set(err, EINVAL, "unknown image format: %s",
			  format ? format : path);
		return error_hint(
			err,
			"known are %s; the name's ending or --format tells, and a "
			"folder is an existing one or a name that ends in /",
			KNOWN);
	}
	*ret = (struct format){
		.path = path,
		.kind = found->kind,
		.compression = found->compression,
		.layout = found->layout,
	};
	return 0;
}
