/* SPDX-License-Identifier: MIT */
/*
 * command: finds COMMAND inside the jail and executes it, and if that fails says why in words
 * that help: execve(2) answers ENOENT also when it is the interpreter that is missing.
 */
#ifndef RUNNER_COMMAND_H
#define RUNNER_COMMAND_H

#include "common/error.h"

/*
 * Executes `arguments` with `environment`; the program is looked up in `path` (a PATH value) as
 * execvp(3) does. Returns only on failure, with *ret_status 127 (not found) or 126 (cannot be
 * executed). Allocates nothing: it runs in the last moments before exec, inside the jail.
 */
int command_execute(char *const arguments[], char *const environment[], const char *path,
		    int *ret_status, struct error *err) _must_check_;

/*
 * Refuses (-EACCES) a COMMAND whose interpreter, or the interpreter's interpreter, is the program
 * that runs here: the image would get hold of jailrun itself. `path` is as above. Only needed
 * where landlock_confine could not shut it out.
 */
int command_refuse_own(const char *name, const char *path,
		       struct error *err) _must_check_;

#endif
