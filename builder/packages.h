/* SPDX-License-Identifier: MIT */
/*
 * packages: which packages the files of an image were taken from, by the names in its record, and what
 * the root that they came from says of these packages.
 */
#ifndef BUILDER_PACKAGES_H
#define BUILDER_PACKAGES_H

#include <stddef.h>

#include "common/alloc.h"
#include "common/error.h"
#include "common/strmap.h"
#include "common/sysroot.h"
#include "manifest.h"

struct package {
	const char *key;     /* as in the record: "bash", "libc6:amd64" */
	const char *name;    /* without the architecture */
	const char *version; /* NULL: not known, as arch */
	const char *arch;
	/* What else dpkg says of it, as it stands there; NULL: nothing, or not known. */
	const char *source, *maintainer;
	size_t files; /* of it in the image, links included */
};

/* All of it belongs to the arena. */
struct packages {
	struct package **items; /* sorted bytewise by key */
	size_t count, capacity;
	size_t loose; /* files taken from a root that belong to no package */
	const char
		*vendor; /* of the root, as in os-release(5): "debian"; NULL: not known */
	const char *type; /* as in a package URL: "deb" or "apk" */
	struct strmap by_key;
	struct arena arena;
};

/* Collects the packages of a manifest. */
int packages_of(const struct manifest *manifest, struct packages *ret,
		struct error *err) _must_check_;

/*
 * Looks up vendor, versions and architectures in `root`: os-release and dpkg's status file (deb822(5)), or
 * apk's database.
 * 0 also if it has neither; -EFBIG if one is absurdly large. They are not trusted.
 */
int packages_look_up(struct packages *packages, const struct sysroot *root,
		     struct error *err) _must_check_;

void packages_free(struct packages *packages);

#define _cleanup_packages_ __attribute__((cleanup(packages_free)))

#endif
