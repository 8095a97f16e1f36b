/* SPDX-License-Identifier: MIT */
/*
 * asked: takes one thing that a user asked for, and all that it needs to start, into the manifest.
 */
#ifndef BUILDER_ASKED_H
#define BUILDER_ASKED_H

#include "common/error.h"
#include "intake.h"
#include "locate.h"

/*
 * Takes one operand: a program, script, library or file with its closure, or a folder with
 * everything in it. Errors name the file: -ENOENT, -EACCES, -ENOEXEC (malformed ELF), -EEXIST …
 * Libraries that are missing are no error yet: see needs_check.
 */
int asked_add(struct intake *intake, const struct operand *operand,
	      struct error *err) _must_check_;

#endif
