/* SPDX-License-Identifier: MIT */
/*
 * volume: what else is shown in the jail: files and folders of the host (-v), folders in memory
 * (--tmpfs).
 *
 * The sources are trusted (the user named them) and looked up once, before the clone. Root's
 * child has other ids and may not reach them any more, so there the parent makes detached copies
 * of the mounts. An ordinary user cannot do that: the child, which has its own mount namespace,
 * opens the path again and refuses it if it is no longer the same file.
 */
#ifndef RUNNER_VOLUME_H
#define RUNNER_VOLUME_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/stat.h>
#include <sys/types.h>

#include "common/error.h"
#include "common/strlist.h"

struct volume {
	char source[PATH_MAX]; /* absolute; empty: a folder in memory */
	char target[PATH_MAX]; /* absolute, normalized, inside the jail */
	bool read_only;
	bool is_device;         /* and not to be stopped by nodev */
	bool is_idmapped;       /* root's: owners are shifted as those of the image are */
	struct stat stat;       /* of the source */
	int mount_fd;           /* root's detached copy; -1: the child makes one */
	char size[24], mode[8]; /* of a folder in memory; empty: the kernel's default */
};

struct volume_list {
	struct volume *items;
	size_t count, capacity;
};

/* What the command line says, in three lists. */
struct volume_words {
	const struct strlist *volumes; /* SRC:DST[:ro|rw,idmap] */
	const struct strlist *tmpfs;   /* DST[:size=N,mode=M] */
	const struct strlist *devices; /* SRC[:DST] */
};

/*
 * -EINVAL for bad syntax and for two at one target (as docker), else what looking at the source gave.
 * Free with volume_list_free.
 */
int volume_read(const struct volume_words *words, struct volume_list *ret,
		struct error *err) _must_check_;

/*
 * Makes the detached copies, private and restricted, and keeps their descriptors in the items: in
 * the parent for root, in the child for anybody else.
 */
int volume_copy_mounts(const struct volume_list *list, struct error *err) _must_check_;

/*
 * The parent's, while the child waits: shifts the owners in the copies that are to be idmapped to
 * those of the user namespace of process `pid` (mount_setattr(2), ID-mapped mounts).
 */
int volume_shift_owners(const struct volume_list *list, pid_t pid,
			struct error *err) _must_check_;

/* The child's half: attaches each below the new root, parents first. Allocates nothing. */
int volume_attach(const struct volume_list *list, int root_fd,
		  struct error *err) _must_check_;

void volume_list_free(struct volume_list *list);

#endif
