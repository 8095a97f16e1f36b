/* SPDX-License-Identifier: MIT */
/*
 * sbom: a bill of materials: the packages in an image, for the programs that look for known
 * vulnerabilities and licenses. Same packages, same name, same bytes.
 */
#ifndef BUILDER_SBOM_H
#define BUILDER_SBOM_H

#include <stdint.h>
#include <stdio.h>

#include "common/error.h"
#include "packages.h"

enum sbom_kind {
	SBOM_SPDX,      /* SPDX 2.3, spdx.github.io/spdx-spec/v2.3 */
	SBOM_CYCLONEDX, /* CycloneDX 1.5, cyclonedx.org/docs/1.5/json */
};

struct sbom {
	enum sbom_kind kind;
	const char *image; /* its name, which may be a path */
	const struct packages *packages;
	int64_t epoch; /* when it was made, as it says: seconds since 1970 */
};

/* "spdx" or "cyclonedx"; -EINVAL, naming them, for anything else. */
int sbom_choose(const char *name, enum sbom_kind *ret, struct error *err) _must_check_;

/* Prints JSON. -EIO if that fails, -ERANGE for a time that no calendar has. */
int sbom_print(const struct sbom *sbom, FILE *out, struct error *err) _must_check_;

#endif
