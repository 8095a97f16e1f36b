/* SPDX-License-Identifier: MIT */
/*
 * script: what a #! line asks for: the kernel's reading of it (fs/binfmt_script.c) and env's
 * (coreutils, env -S). Pure text; resolver looks for the files.
 */
#ifndef ELFDEPS_SCRIPT_H
#define ELFDEPS_SCRIPT_H

#include "common/error.h"
#include "common/strlist.h"

enum { SCRIPT_LEVELS_MAX = 5 }; /* scripts that are each other's interpreter: fs/exec.c */

/* Where a program without a slash is looked for: what a clean login has. */
#define SCRIPT_PATH "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

struct script_line {
	char interp[256];
	char argument[256]; /* all that follows, one word to the kernel; empty if none */
};

/*
 * Reads what stands behind "#!" (up to OBJECT_SHEBANG_MAX - 2 bytes of the file). -ENOEXEC if the
 * kernel would refuse it: no name, or a name that may go on behind those bytes.
 */
int script_parse(const char *text, struct script_line *ret,
		 struct error *err) _must_check_;

/* What env makes of its argument. */
struct script_env {
	char *program; /* heap; NULL: env would run nothing, or the script again */
	char *path;    /* heap: PATH=… among the assignments; NULL: unchanged */
};

int script_parse_env(const char *argument, struct script_env *ret,
		     struct error *err) _must_check_;
void script_env_free(struct script_env *env);

#define _cleanup_script_env_ __attribute__((cleanup(script_env_free)))

/* Splits text as `env -S` does: blanks, quotes, backslashes, # comments. Variables stay as they
 * are written. -EINVAL for an open quote. */
int script_split(const char *text, struct strlist *ret, struct error *err) _must_check_;

#endif
