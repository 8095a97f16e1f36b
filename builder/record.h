/* SPDX-License-Identifier: MIT */
/*
 * record: RECORD_PATH, the JSON inside an image that says what it was asked to be and why each
 * thing is in it. Its members (the schema is documented in jailbuild(1) and only ever grows):
 * schema, recipe, libraries, files. Names that JSON cannot hold are escaped as by path_escape.
 */
#ifndef BUILDER_RECORD_H
#define BUILDER_RECORD_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "common/alloc.h"
#include "common/error.h"
#include "common/strmap.h"
#include "libraries.h"
#include "manifest.h"
#include "recipe.h"

enum { RECORD_SCHEMA = 1 };

/* What a record says about one file. */
struct record_file {
	const char *source, *package, *sha256; /* NULL if none */
	bool has_owner; /* another than root, in a folder, which may not be able to hold it */
	uid_t uid;
	gid_t gid;
	struct reason reason;
};

struct record {
	struct recipe recipe;
	struct libraries libraries;
	struct strmap files; /* path -> struct record_file */
	bool has_owners;     /* of any of them */
	struct arena arena;
};

/*
 * The text for a finished manifest, with a newline at its end; the same input gives the same
 * bytes. On the heap; NULL with err set.
 */
char *record_write(const struct recipe *recipe, const struct libraries *libraries,
		   const struct manifest *manifest, struct error *err);

/* Sets root["files"] to the list of the manifest's entries, in its order. */
int record_set_files(json_t *root, const struct manifest *manifest,
		     struct error *err) _must_check_;

/* Reads a text, which is not trusted. -EBADMSG if it is no record, -ENOTSUP if of a later schema. */
int record_read(const char *text, size_t size, struct record *ret,
		struct error *err) _must_check_;

void record_free(struct record *record);

#define _cleanup_record_ __attribute__((cleanup(record_free)))

#endif
