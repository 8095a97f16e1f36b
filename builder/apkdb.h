/* SPDX-License-Identifier: MIT */
/*
 * apkdb: what apk, Alpine's package manager, has installed in a root.
 */
#ifndef BUILDER_APKDB_H
#define BUILDER_APKDB_H

#include "common/error.h"
#include "common/sysroot.h"

struct apkdb_item {
	const char *package, *version, *arch;
	const char
		*path; /* absolute, of a file of the package; NULL: the package itself */
};

/* Called for each file of a package, then for the package; what it is given lasts as long as the call. */
typedef int apkdb_visit(void *data, const struct apkdb_item *item, struct error *err);

/* The database of the root, opened; -ENOENT and so on if there is none. */
int apkdb_open(const struct sysroot *root);

/*
 * Goes through the database `fd`: text of one letter, a colon and a value a line, an empty line between
 * packages (apk-package(5)). Lines that are none are skipped: it is not trusted. -EFBIG if it is absurdly
 * large; else what `visit` returns, if that is negative.
 */
int apkdb_read(int fd, apkdb_visit *visit, void *data, struct error *err) _must_check_;

#endif
