/* SPDX-License-Identifier: MIT */
/*
 * renewal: an image made anew by the recipe in its own manifest, beside what it is now, and how the two
 * differ.
 */
#ifndef BUILDER_RENEWAL_H
#define BUILDER_RENEWAL_H

#include "common/error.h"
#include "compare.h"
#include "manifest.h"
#include "plan.h"

struct renewal {
	struct plan plan;
	struct manifest
		old; /* what the image has now; of a folder, what its manifest tells of */
	struct compare compare; /* from old to new; empty: there is nothing to write */
};

#define RENEWAL_NONE                               \
	{                                          \
		.plan = {                          \
			.previous = PREVIOUS_NONE, \
		},                                 \
	}

/*
 * Locks the image, decides what it would be now, and compares. The request must have `renew` set; no
 * more of it counts than image, root, template_path, epoch, replace and wait. -ENOENT if there is no
 * image, -ENODATA if it has no record, -EINVAL if it was made from another root and the request names
 * none. Nothing is written. Its parts point at each other: it must stay where it is. Free with
 * renewal_free always.
 */
int renewal_make(struct renewal *renewal, const struct request *request,
		 struct error *err) _must_check_;

/* Writes the image, as plan_write. */
int renewal_write(struct renewal *renewal, struct error *err) _must_check_;

void renewal_free(struct renewal *renewal);

#define _cleanup_renewal_ __attribute__((cleanup(renewal_free)))

#endif
