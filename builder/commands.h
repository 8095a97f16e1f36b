/* SPDX-License-Identifier: MIT */
/*
 * commands: what a shell script that somebody asked for will run, and is not in the image.
 */
#ifndef BUILDER_COMMANDS_H
#define BUILDER_COMMANDS_H

#include "common/error.h"
#include "intake.h"
#include "locate.h"

/*
 * Adds a note with the words to type, if the operand is a shell script in which programs of the root stand
 * where commands do, and `image` (as the user called it) has none of these names. After the rules, which
 * may bring some. What a script only may run is not added unasked.
 */
int commands_note(struct intake *intake, const struct operand *operand, const char *image,
		  struct error *err) _must_check_;

#endif
