/* SPDX-License-Identifier: MIT */
/*
 * plan: one `add` from the request to the image: what is there, what was asked for, what the rules
 * add, in this order; then all of it as bytes.
 */
#ifndef BUILDER_PLAN_H
#define BUILDER_PLAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "catalog.h"
#include "common/error.h"
#include "common/sysroot.h"
#include "content.h"
#include "elfdeps/elfdeps.h"
#include "format.h"
#include "intake.h"
#include "libraries.h"
#include "manifest.h"
#include "owner.h"
#include "previous.h"
#include "recipe.h"
#include "runconfig.h"

/* What a user asks for; everything borrowed. */
struct request {
	struct format image;
	const struct sysroot *root;
	const char *root_path; /* as typed; NULL: the host */
	bool root_is_named;    /* the host was, too: for `renew` */
	const struct operand *operands;
	size_t operand_count;
	const struct strlist *templates;     /* names and paths, in order */
	const struct strlist *jailfiles;     /* paths */
	const struct strlist *template_path; /* folders to look in first */
	const struct runconfig *settings;
	const char *term; /* the user's TERM; NULL if there is none */
	int64_t epoch;
	bool replace, rules;
	bool package_db; /* for scanners; as with digests, it stays */
	bool digests; /* the record has the sha256 of every file; once it has, it always has */
	bool record; /* the image says what is in it and why */
	/* The image must be there, and is made anew: what is asked for, and whether there are rules and a
	 * record, is what its own recipe says. */
	bool renew;
	previous_wait *wait;
};

struct plan {
	const struct request *request;
	struct request renewed; /* the request that a recipe makes */
	struct elfdeps *resolver;
	struct previous previous;
	struct content content;
	struct manifest manifest;
	struct libraries libraries;
	struct recipe recipe;
	struct catalog catalog;
	struct intake intake;
	bool has_owners, has_record, is_complete;
	struct owner_search *owners;
	uint64_t written; /* bytes of the archive, once it is written */
};

/* Decides everything that goes into the image; the record has its place, but no text. Nothing is written. Free with plan_free always. */
int plan_make(struct plan *plan, const struct request *request,
	      struct error *err) _must_check_;

/* The last step of plan_make, for who has filled a plan in another way: the record's place and its like. */
int plan_place_record(struct plan *plan, struct error *err) _must_check_;

/* Gives the record its text already, for who wants to look at it. Else plan_write does it. */
int plan_complete(struct plan *plan, struct error *err) _must_check_;

/*
 * Writes the image. -EEXIST, if there was none before, means that somebody else has made one
 * meanwhile: plan again. On any error the image is as it was.
 */
int plan_write(struct plan *plan, struct error *err) _must_check_;

void plan_free(struct plan *plan);

#define _cleanup_plan_ __attribute__((cleanup(plan_free)))

#endif
