/* SPDX-License-Identifier: MIT */
/*
 * account: who COMMAND runs as, by the image's own /etc/passwd and /etc/group. The image is
 * hostile: its files are read through descriptors, size-limited, and are only believed for names
 * and numbers inside the jail.
 */
#ifndef RUNNER_ACCOUNT_H
#define RUNNER_ACCOUNT_H

#include <sys/types.h>

#include "common/error.h"

enum { ACCOUNT_GROUPS_MAX = 64 };

struct account {
	uid_t uid;
	gid_t gid;
	gid_t groups[ACCOUNT_GROUPS_MAX]; /* supplementary, from the image's /etc/group */
	size_t group_count;
	char name[64];     /* empty if the image has no such account */
	const char *home;  /* "/" if the image says nothing */
	const char *shell; /* empty if the image says nothing */
	char *passwd;      /* the image's file, into which the two may point; owned */
};

/* -EINVAL if `user` cannot be a USER[:GROUP], whatever the image says. */
int account_check(const char *user, struct error *err) _must_check_;

/*
 * Looks up `user`, "NAME|UID[:GROUP|GID]" as in docker run; NULL is root. A number needs no
 * account. -ENOENT: the image has no such name; -EINVAL: not a valid id. Free with account_free.
 */
int account_find(int root_fd, const char *user, struct account *ret,
		 struct error *err) _must_check_;

void account_free(struct account *account);

#define _cleanup_account_ __attribute__((cleanup(account_free)))

#endif
