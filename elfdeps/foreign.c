/* SPDX-License-Identifier: MIT */
/*
 * From the caller's functions to the ones that sysroot calls. A struct stat has other members on
 * other machines and with other macros, so it is no part of elfdeps.h. Called by resolver.
 */
#include "foreign.h"

#include <errno.h>

static int foreign_stat(void *data, const char *path, struct stat *ret)
{
	const struct foreign *foreign = data;
	struct elfdeps_file file = {0};
	int r = foreign->source.stat(foreign->data, path, &file);

	if (r < 0)
		return r;
	*ret = (struct stat){
		.st_dev = file.device, .st_ino = file.inode, .st_mode = file.mode};
	return 0;
}

static int foreign_readlink(void *data, const char *path, char *ret, size_t size)
{
	const struct foreign *foreign = data;

	return foreign->source.readlink(foreign->data, path, ret, size);
}

static int foreign_open(void *data, const char *path)
{
	const struct foreign *foreign = data;

	return foreign->source.open(foreign->data, path);
}

int foreign_init(struct foreign *foreign, const struct elfdeps_files *source, void *data,
		 struct error *err)
{
	if (!source->stat || !source->readlink || !source->open)
		return error_set(err, EINVAL, "files without stat, readlink or open");
	*foreign = (struct foreign){
		.files = {.stat = foreign_stat,
			  .readlink = foreign_readlink,
			  .open = foreign_open,
			  .data = foreign},
		.source = *source,
		.data = data,
	};
	return 0;
}
