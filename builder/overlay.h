/* SPDX-License-Identifier: MIT */
/*
 * overlay: an image and a layer that a jail has written over it, put together as overlayfs shows them. The
 * layer is not trusted (common/layer). Called by the command commit.
 */
#ifndef BUILDER_OVERLAY_H
#define BUILDER_OVERLAY_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "common/error.h"
#include "manifest.h"

struct overlay_options {
	int layer_fd; /* its root folder, O_RDONLY */
	uid_t uid;    /* on the host, of the jail's root: */
	gid_t gid;    /* 65536 ids from there on are 0 and up in the image */
	bool keep_setuid;
	bool remakes_settings; /* SETTINGS_PATH comes from the recipe */
	int64_t epoch;         /* the time of what the layer brings */
};

/*
 * Adds to the empty manifest `ret` what `base`, a finished one, has and the layer lets be seen, and what
 * the layer has, with the reason RULE_FOUND, for no recipe tells of it. Set-id bits are dropped with a
 * note, and so are file capabilities; devices, FIFOs and sockets are left out with one, and all of the
 * layer's /.jail: the record is taken at its word. Errors as layer_walk.
 */
int overlay_compose(const struct manifest *base, const struct overlay_options *options,
		    struct manifest *ret, struct error *err) _must_check_;

#endif
