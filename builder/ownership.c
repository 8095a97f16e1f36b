/* SPDX-License-Identifier: MIT */
/*
 * Reads and writes owners in folder images. Called by previous, census, folder, merge and plan.
 */
#include "ownership.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "common/path.h"

bool ownership_is_special(const struct entry *entry)
{
	return entry->uid != 0 || entry->gid != 0;
}

bool ownership_can_be_set(void)
{
	return geteuid() == 0;
}

void ownership_read(const struct stat *top, const struct stat *st,
		    const struct record_file *file, struct entry *ret)
{
	bool is_makers = st->st_uid == top->st_uid;

	ret->uid = st->st_uid;
	ret->gid = st->st_gid;
	if (is_makers && file && file->has_owner) {
		ret->uid = file->uid;
		ret->gid = file->gid;
	} else if (is_makers && top->st_uid != 0) {
		ret->uid = 0;
		ret->gid = 0;
	}
}

bool ownership_is_right(const struct stat *st, const struct entry *entry)
{
	return !ownership_can_be_set() ||
	       (st->st_uid == entry->uid && st->st_gid == entry->gid);
}

int ownership_renew(int folder, const char *name, const struct entry *entry,
		    struct error *err)
{
	if (!ownership_can_be_set() ||
	    fchownat(folder, name, entry->uid, entry->gid, AT_SYMLINK_NOFOLLOW) == 0)
		return 0;
	/* EINVAL: in a user namespace that has no such id (user_namespaces(7)). */
	if (errno == EPERM || errno == EINVAL)
		return 0;
	return error_errno(err, errno, "cannot set the owner of %s", entry->path);
}

int ownership_write(int folder, const char *name, const struct entry *entry,
		    struct error *err)
{
	return ownership_is_special(entry) ? ownership_renew(folder, name, entry, err)
					   : 0;
}

static void print_owner(FILE *out, const struct entry *entry)
{
	char escaped[4 * PATH_MAX + 1];

	fprintf(out, "%u:%u %s\n", (unsigned)entry->uid, (unsigned)entry->gid,
		path_escape(entry->path, escaped, sizeof(escaped)));
}

int ownership_list(const struct manifest *manifest, char **ret, struct error *err)
{
	size_t size = 0;

	*ret = NULL;
	FILE *out = open_memstream(ret, &size);
	if (!out)
		return error_nomem(err);
	for (size_t i = 0; i < manifest->count; i++)
		if (ownership_is_special(manifest->entries[i]))
			print_owner(out, manifest->entries[i]);
	bool failed = ferror(out);
	if (fclose(out) != 0 || failed || !size) {
		free(*ret);
		*ret = NULL;
	}
	return failed ? error_nomem(err) : 0;
}

int ownership_tell(struct manifest *manifest, struct error *err)
{
	size_t count = 0;

	for (size_t i = 0; i < manifest->count; i++)
		count += ownership_is_special(manifest->entries[i]);
	if (!count || ownership_can_be_set())
		return 0;
	return manifest_note(manifest, err,
			     "only root can give files to others: the owners of %zu are "
			     "kept in %s",
			     count, RECORD_PATH);
}
