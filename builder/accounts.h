/* SPDX-License-Identifier: MIT */
/*
 * accounts: the users and groups that an image has beside root and nobody, and the text of /etc/passwd
 * and /etc/group.
 */
#ifndef BUILDER_ACCOUNTS_H
#define BUILDER_ACCOUNTS_H

#include <stddef.h>
#include <sys/types.h>

#include "common/error.h"

struct account {
	char *name, *home, *shell;
	uid_t uid;
	gid_t gid;
};

/* Sorted by uid, then by name. Zero-initialise it. */
struct accounts {
	struct account *items;
	size_t count, capacity;
};

/*
 * Adds an account from its words, as in `account NAME UID[:GID] [HOME [SHELL]]`; the group has the user's
 * name. -EINVAL: no name as useradd(8) takes it, no number, a colon or a newline in a path; -EEXIST: the
 * name has other ids, or the uid another name. The same once more is no error.
 */
int accounts_add(struct accounts *accounts, const char *const *words, size_t count,
		 struct error *err) _must_check_;

/*
 * Reads "OWNER[:GROUP]": numbers, or names of accounts that there are; root is always. Without a group it
 * is that of the owner. -EINVAL, naming what is not known.
 */
int accounts_owner(const struct accounts *accounts, const char *text, uid_t *ret_uid,
		   gid_t *ret_gid, struct error *err) _must_check_;

/* passwd(5) and group(5); on the heap, NULL with err set. */
char *accounts_passwd(const struct accounts *accounts, struct error *err);
char *accounts_group(const struct accounts *accounts, struct error *err);

void accounts_free(struct accounts *accounts);

#define _cleanup_accounts_ __attribute__((cleanup(accounts_free)))

#endif
