/* SPDX-License-Identifier: MIT */
/*
 * environment: the variables that COMMAND starts with: a clean set, then what the user asked for.
 */
#ifndef RUNNER_ENVIRONMENT_H
#define RUNNER_ENVIRONMENT_H

#include "common/strlist.h"
#include "account.h"

/*
 * Fills *ret (empty) with NAME=VALUE lines: PATH HOME TERM USER LANG container=jailrun, then the
 * image's own `settings` lines, then `asked`: NAME=VALUE sets, NAME passes the caller's value on
 * if it has one. The last setting of a name wins.
 */
int environment_build(const struct account *account, const struct strlist *settings,
		      const struct strlist *asked, struct strlist *ret,
		      struct error *err) _must_check_;

/* -EINVAL if one of `asked` has no name. */
int environment_check(const struct strlist *asked, struct error *err) _must_check_;

/* The value of `name` in such a list, NULL if it is not there. */
const char *environment_get(const struct strlist *list, const char *name);

#endif
