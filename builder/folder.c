/* SPDX-License-Identifier: MIT */
/*
 * Builds a new tree. The bytes are not synced to the disk: a new image loses nothing that was
 * there before, and can be made again. Called by the command add; merge.c adds to a tree.
 */
#include "folder.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/alloc.h"
#include "common/fd.h"
#include "common/path.h"
#include "deposit.h"
#include "interrupt.h"
#include "ownership.h"
#include "scratch.h"
#include "twins.h"

struct build {
	const struct manifest *manifest;
	const struct folder_options *options;
	struct deposit deposit;
	struct twins twins;
	int root;
	int parent; /* of the entry before this one, and its path: entries are sorted */
	char parent_path[PATH_MAX];
};

static int enter_parent(struct build *build, const struct entry *entry, struct error *err)
{
	size_t length = (size_t)(path_basename(entry->path) - entry->path);

	if (build->parent >= 0 && strlen(build->parent_path) == length &&
	    !strncmp(build->parent_path, entry->path, length))
		return 0;
	cleanup_fd(&build->parent);
	build->parent = deposit_open_parent(build->root, entry->path);
	if (build->parent < 0)
		return error_errno(err, -build->parent, "cannot write %s", entry->path);
	snprintf(build->parent_path, sizeof(build->parent_path), "%.*s", (int)length,
		 entry->path);
	return 0;
}

/* 1 if the entry is made as a hard link of one that is there. */
static int make_twin(struct build *build, const struct entry *entry, struct error *err)
{
	const struct entry *twin;

	int r = twins_find(&build->twins, entry, &twin, err);
	if (r < 0 || !twin)
		return r;
	if (linkat(build->root, twin->path + 1, build->parent, path_basename(entry->path),
		   0) < 0)
		return error_errno(err, errno, "cannot create %s in the image",
				   entry->path);
	return 1;
}

static int make_entry(struct build *build, const struct entry *entry, struct error *err)
{
	const char *name = path_basename(entry->path);

	int r = interrupt_check(err);
	if (r == 0)
		r = enter_parent(build, entry, err);
	if (r < 0)
		return r;
	if (entry->type == ENTRY_FOLDER) {
		if (mkdirat(build->parent, name, 0700) < 0)
			return error_errno(err, errno, "cannot create %s", entry->path);
		return ownership_write(build->parent, name, entry, err);
	}
	if (entry->type == ENTRY_FILE)
		r = make_twin(build, entry, err);
	if (r != 0)
		return r < 0 ? r : 0;
	r = deposit_make(&build->deposit, build->parent, name, entry, err);
	if (r <= 0)
		return r;
	return strlist_take(
		build->options->notes,
		alloc_format(err, "%s is a device, which only root can make: left out",
			     entry->path),
		err);
}

/* The record last: what it says may be found out only while the others are copied. */
static int make_entries(struct build *build, struct error *err)
{
	const struct manifest *manifest = build->manifest;
	const struct folder_options *options = build->options;
	const struct entry *record = manifest_find(manifest, RECORD_PATH);
	int r = 0;

	for (size_t i = 0; r == 0 && i < manifest->count; i++)
		if (manifest->entries[i] != record)
			r = make_entry(build, manifest->entries[i], err);
	if (r == 0 && record && options->complete)
		r = options->complete(options->data, err);
	return r == 0 && record ? make_entry(build, record, err) : r;
}

static int fill(struct build *build, struct error *err)
{
	const struct manifest *manifest = build->manifest;
	int64_t epoch = build->options->epoch;

	int r = make_entries(build, err);
	if (r < 0)
		return r;
	/* From the inside out: a folder's mode may forbid to enter it, and its time must stay. */
	for (size_t i = manifest->count; i > 0; i--) {
		const struct entry *entry = manifest->entries[i - 1];

		if (entry->type == ENTRY_FOLDER)
			r = deposit_finish_folder(build->root, entry->path, entry->mode,
						  epoch, err);
		if (r < 0)
			return r;
	}
	return deposit_finish_folder(build->root, "/", 0755, epoch, err);
}

static int build_tree(int root, const struct manifest *manifest,
		      const struct folder_options *options, struct error *err)
{
	struct build build = {
		.manifest = manifest,
		.options = options,
		.deposit = {.content = manifest->content, .epoch = options->epoch},
		.root = root,
		.parent = -1,
	};

	int r = fill(&build, err);
	cleanup_fd(&build.parent);
	twins_free(&build.twins);
	return r;
}

/* Splits "a/b/c///" into its folder, opened, and "c". */
static int open_place(const char *path, char *ret_name, struct error *err)
{
	char whole[PATH_MAX], folder[PATH_MAX];
	size_t length = strlen(path);

	while (length > 1 && path[length - 1] == '/')
		length--;
	if (length >= sizeof(whole) - 2)
		return error_errno(err, ENAMETOOLONG, "cannot create %.200s…", path);
	snprintf(whole, sizeof(whole), "%.*s", (int)length, path);
	const char *name = path_basename(whole);
	if (!*name || strlen(name) > NAME_MAX)
		return error_set(err, EINVAL, "cannot create %s", path);
	snprintf(ret_name, NAME_MAX + 1, "%s", name);
	snprintf(folder, sizeof(folder), "%.*s.", (int)(name - whole), whole);
	int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return fd < 0 ? error_errno(err, errno, "cannot create %s: folder", path) : fd;
}

int folder_create(const char *path, const struct manifest *manifest,
		  const struct folder_options *options, struct error *err)
{
	char name[NAME_MAX + 1];
	_cleanup_fd_ int place = open_place(path, name, err);
	_cleanup_scratch_ struct scratch scratch = SCRATCH_NONE;

	if (place < 0)
		return place;
	int r = scratch_create(place, name, &scratch, err);
	if (r < 0)
		return r;
	r = build_tree(scratch.fd, manifest, options, err);
	if (r < 0)
		return r;
	if (renameat2(place, scratch.name, place, name, RENAME_NOREPLACE) < 0)
		return error_errno(err, errno, "cannot create %s", path);
	scratch.name[0] = '\0'; /* it has become the image */
	return 0;
}
