/* SPDX-License-Identifier: MIT */
/*
 * helper: starts jailrun-unpack in namespaces of its own and hears how it went. What it says is
 * not trusted more than the archive. Called by cache on a miss.
 */
#ifndef RUNNER_HELPER_H
#define RUNNER_HELPER_H

#include <stdint.h>

#include "cache.h"
#include "common/error.h"
#include "idmap.h"
#include "unpack_report.h"

struct helper_job {
	int archive_fd; /* read from its start */
	int folder_fd;  /* O_RDONLY | O_DIRECTORY, empty; belongs to the map's first id */
	int owners_fd;  /* an empty file for the list of owners (ownerlist.h); -1: none */
	struct idmap map;
	const struct cache_options *options; /* helper, limits, progress */
};

/*
 * Unpacks the archive into the folder and waits for the end. *ret is the last report, of kind
 * UNPACK_DONE. Errors: those of extract_archive; -ENOENT the helper is not where it should be;
 * -ECHILD it ended without a report; those of starting it.
 */
int helper_run(const struct helper_job *job, struct unpack_report *ret,
	       struct error *err) _must_check_;

/*
 * Opens the helper's program (O_PATH): `asked`, or if NULL the one that belongs to this program: next to
 * it, or where `make install` puts it.
 */
int helper_find(const char *asked, struct error *err) _must_check_;

#endif
