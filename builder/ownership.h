/* SPDX-License-Identifier: MIT */
/*
 * ownership: whom the things in a folder image belong to. Only root can give files away, so in the
 * folder of anybody else all belongs to its maker, and the record says whose it is to be. It says so
 * whoever made the folder: the same inputs give the same record.
 */
#ifndef BUILDER_OWNERSHIP_H
#define BUILDER_OWNERSHIP_H

#include <stdbool.h>
#include <sys/stat.h>

#include "common/error.h"
#include "manifest.h"
#include "record.h"

/* Whether the entry is to belong to another than root. */
bool ownership_is_special(const struct entry *entry);

/* Whether this process can give files away, as far as it can know beforehand. */
bool ownership_can_be_set(void);

/*
 * Fills in the owner of what lies in a folder image as `st`. `top` is the folder itself, `file` what
 * the record says (NULL: nothing). What belongs to another than the folder does was given to them by
 * somebody who could; of the rest the record knows.
 */
void ownership_read(const struct stat *top, const struct stat *st,
		    const struct record_file *file, struct entry *ret);

/*
 * Gives `name` in `folder`, which may be a symlink and is not followed, the entry's owner, if that is
 * another than root and this process can: else it is no error, for the record knows. Clears the set-id
 * bits (chown(2)), so the mode has to be set after it.
 */
int ownership_write(int folder, const char *name, const struct entry *entry,
		    struct error *err) _must_check_;

/* The same for what is there already, whomever it belongs to and is to belong to. */
int ownership_renew(int folder, const char *name, const struct entry *entry,
		    struct error *err) _must_check_;

/* Whether what is there as `st` is the entry's already, or cannot be. */
bool ownership_is_right(const struct stat *st, const struct entry *entry);

/*
 * The list of all such entries for jailrun, which reads no JSON: a line for each, UID:GID and the path, in
 * which odd bytes are written as in the record. On the heap; *ret is NULL if there is none.
 */
int ownership_list(const struct manifest *manifest, char **ret,
		   struct error *err) _must_check_;

/* A note for the user about what could not be given away, if there is anything. */
int ownership_tell(struct manifest *manifest, struct error *err) _must_check_;

#endif
