/* SPDX-License-Identifier: MIT */
/*
 * shares: what of an image is there for what. Each entry counts once: for the first of these that
 * its chain of reasons (see chain) comes to: what was asked for, a template, or a rule of ours. Beside
 * this, how much would go with each of them, because nothing else in the image needs it.
 */
#ifndef BUILDER_SHARES_H
#define BUILDER_SHARES_H

#include <stddef.h>
#include <stdint.h>

#include "common/alloc.h"
#include "common/error.h"
#include "common/strmap.h"
#include "manifest.h"
#include "uses.h"

/* The rule of the share of what has no end: of a circle, or of what is not in the image. */
#define SHARES_UNKNOWN "unknown"

struct share {
	const char *rule; /* as in reasons; or SHARES_UNKNOWN */
	const char *name; /* the path asked for, or the template; NULL: the rule is all */
	size_t files;     /* everything but folders */
	uint64_t bytes;   /* of files; hard links of one file count where the first is */
	size_t alone_files; /* the same of what no other share leads to */
	uint64_t alone_bytes;
};

struct shares {
	struct share **items; /* the largest first, then by rule and name */
	size_t count, capacity;
	size_t files; /* of all */
	uint64_t bytes;
	struct strmap by_key;
	struct arena arena;
};

/* Divides a finished manifest, which must outlive *ret. `uses` are all the needs that are known, besides
 * those in the reasons. */
int shares_of(const struct manifest *manifest, const struct uses *uses,
	      struct shares *ret, struct error *err) _must_check_;

void shares_free(struct shares *shares);

#define _cleanup_shares_ __attribute__((cleanup(shares_free)))

#endif
