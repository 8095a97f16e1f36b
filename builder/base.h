/* SPDX-License-Identifier: MIT */
/*
 * base: the rule that gives every image what programs take for granted: the folders of a root,
 * the accounts root and nobody, and the name service's own files. All of it is written by us: the
 * host's accounts and its nsswitch.conf, which names modules that the image lacks, stay outside.
 */
#ifndef BUILDER_BASE_H
#define BUILDER_BASE_H

#include "accounts.h"
#include "common/error.h"
#include "links.h"
#include "manifest.h"

/* Adds what is not there. `links` is for /bin -> usr/bin and its like, where the root has them. */
int base_add(struct manifest *manifest, struct links *links,
	     struct error *err) _must_check_;

/* Adds /etc/passwd and /etc/group, when all accounts are known. */
int base_add_accounts(struct manifest *manifest, const struct accounts *accounts,
		      struct error *err) _must_check_;

#endif
