/* SPDX-License-Identifier: MIT */
/*
 * Adds to a tree that is there, in three steps: look at everything, write what is new aside, move
 * it into place. Only the last changes what others see, and nothing in it needs room or reads a
 * source. Called through folder.h.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/alloc.h"
#include "common/cleanup.h"
#include "common/fd.h"
#include "common/path.h"
#include "deposit.h"
#include "folder.h"
#include "interrupt.h"
#include "ownership.h"
#include "remnants.h"
#include "scratch.h"
#include "twins.h"

enum decision {
	DECIDE_KEEP,  /* it is there */
	DECIDE_WRITE, /* it is new, or takes the place of another */
	DECIDE_LEAVE, /* a device that only root can make */
};

struct merge {
	const struct manifest *manifest;
	const struct folder_options *options;
	struct deposit deposit;
	struct twins twins;
	struct scratch stage;
	struct strlist remnants; /* to be removed */
	int root;
	enum decision *decisions; /* one an entry */
};

static int conflict(const struct entry *entry, const struct folder_options *options,
		    struct error *err)
{
	error_set(err, EEXIST, "%s is in the folder already, and is not the same",
		  entry->path);
	if (options->renew && options->replace)
		return error_hint(err,
				  "a folder and what is none do not take each other's "
				  "place: make the image anew");
	return error_hint(err, "--replace lets the new one win, but for a folder");
}

/* 1 if the file that is there has the entry's bytes. */
static int has_content(struct merge *merge, const struct entry *entry, struct error *err)
{
	_cleanup_fd_ int fd = deposit_open(merge->root, entry->path,
					   O_RDONLY | O_NONBLOCK);
	_cleanup_content_ struct content_stream stream = CONTENT_NONE;
	struct stat st;

	if (fd < 0 || fstat(fd, &st) < 0)
		return error_errno(err, fd < 0 ? -fd : errno,
				   "cannot read %s of the image", entry->path);
	int r = content_open(merge->manifest->content, entry, &stream, err);
	if (r < 0)
		return r;
	struct content_stream there = {.fd = fd, .size = (uint64_t)st.st_size};
	return content_streams_equal(&there, &stream, err);
}

static int has_target(int fd, const struct entry *entry)
{
	char target[PATH_MAX];
	ssize_t length = readlinkat(fd, "", target, sizeof(target) - 1);

	return length >= 0 && (size_t)length == strlen(entry->target) &&
	       !memcmp(target, entry->target, (size_t)length);
}

/* 1 if what is there, `fd`, is what the entry would be. */
static int is_same(struct merge *merge, int fd, const struct stat *st,
		   const struct entry *entry, struct error *err)
{
	switch (entry->type) {
	case ENTRY_FILE:
		return S_ISREG(st->st_mode) ? has_content(merge, entry, err) : 0;
	case ENTRY_FOLDER:
		return S_ISDIR(st->st_mode);
	case ENTRY_LINK:
		return S_ISLNK(st->st_mode) && has_target(fd, entry);
	case ENTRY_CHAR:
		return S_ISCHR(st->st_mode) && st->st_rdev == entry->rdev;
	case ENTRY_BLOCK:
		return S_ISBLK(st->st_mode) && st->st_rdev == entry->rdev;
	case ENTRY_FIFO:
		break;
	}
	return S_ISFIFO(st->st_mode);
}

/* Whether the file that is there, though it has the right bytes, has to be made anew. */
static bool has_other_look(const struct merge *merge, const struct stat *st,
			   const struct entry *entry)
{
	return merge->options->renew && entry->type == ENTRY_FILE &&
	       strmap_get(merge->options->known, entry->path) &&
	       ((st->st_mode & 07777) != entry->mode || !ownership_is_right(st, entry));
}

/* A folder that we may not write to is found out now, not in the middle of the last step. */
static int check_parent(struct merge *merge, const struct entry *entry, struct error *err)
{
	_cleanup_fd_ int parent = deposit_open_parent(merge->root, entry->path);

	if (parent == -ENOENT)
		return 0; /* it will be ours */
	if (parent < 0)
		return error_errno(err, -parent, "cannot write %s into the image",
				   entry->path);
	if (faccessat(parent, ".", W_OK | X_OK, AT_EACCESS) < 0)
		return error_errno(err, errno, "cannot write %s into the image",
				   entry->path);
	return 0;
}

static int decide(struct merge *merge, const struct entry *entry, enum decision *ret,
		  struct error *err)
{
	const struct folder_options *options = merge->options;
	struct stat st;

	*ret = DECIDE_KEEP;
	if (entry->origin == ORIGIN_IMAGE)
		return 0;
	_cleanup_fd_ int fd = deposit_open(merge->root, entry->path, O_PATH | O_NOFOLLOW);
	if (fd < 0 && fd != -ENOENT)
		return error_errno(err, -fd, "cannot write %s into the image",
				   entry->path);
	if (fd >= 0 && fstat(fd, &st) < 0)
		return error_errno(err, errno, "cannot look at %s in the image",
				   entry->path);
	int same = fd >= 0 ? is_same(merge, fd, &st, entry, err) : 0;
	if (same < 0 || (same > 0 && !has_other_look(merge, &st, entry)))
		return same < 0 ? same : 0;
	bool ours = options->replace || strmap_get(options->known, entry->path) ||
		    !strcmp(entry->reason.rule, RULE_RECORD);
	if (fd >= 0 && (!ours || S_ISDIR(st.st_mode) || entry->type == ENTRY_FOLDER))
		return conflict(entry, options, err);
	*ret = DECIDE_WRITE;
	return check_parent(merge, entry, err);
}

static int decide_all(struct merge *merge, struct error *err)
{
	const struct manifest *manifest = merge->manifest;
	const struct entry *twin;

	for (size_t i = 0; i < manifest->count; i++) {
		int r = decide(merge, manifest->entries[i], &merge->decisions[i], err);

		/* What is there already is the file that new hard links will share. */
		if (r == 0 && merge->decisions[i] == DECIDE_KEEP)
			r = twins_find(&merge->twins, manifest->entries[i], &twin, err);
		if (r < 0)
			return r;
	}
	return merge->options->renew ? remnants_find(merge->root, merge->options->known,
						     manifest, &merge->remnants, err)
				     : 0;
}

static void stage_name(size_t index, char ret[24])
{
	snprintf(ret, 24, "%zu", index);
}

static size_t index_of(const struct manifest *manifest, const struct entry *entry)
{
	size_t i = 0;

	while (manifest->entries[i] != entry)
		i++;
	return i;
}

static int stage_twin(struct merge *merge, const struct entry *twin, const char *name,
		      struct error *err)
{
	size_t index = index_of(merge->manifest, twin);
	char twin_name[24];
	int r;

	if (merge->decisions[index] == DECIDE_WRITE) {
		stage_name(index, twin_name);
		r = linkat(merge->stage.fd, twin_name, merge->stage.fd, name, 0);
	} else {
		_cleanup_fd_ int parent = deposit_open_parent(merge->root, twin->path);

		r = linkat(parent, path_basename(twin->path), merge->stage.fd, name, 0);
	}
	return r < 0 ? error_errno(err, errno, "cannot link to %s", twin->path) : 0;
}

/*
 * With its mode from the start: killed later, this process leaves a folder in the image that the next
 * one takes for somebody's own, and keeps as it is. Writing into it is still to come.
 */
static int stage_folder(struct merge *merge, size_t index, struct error *err)
{
	const struct entry *entry = merge->manifest->entries[index];
	char name[24];

	stage_name(index, name);
	if (mkdirat(merge->stage.fd, name, 0700) < 0)
		return error_errno(err, errno, "cannot create %s", entry->path);
	int r = ownership_write(merge->stage.fd, name, entry, err);
	if (r == 0 && fchmodat(merge->stage.fd, name, entry->mode | 0700, 0) < 0)
		r = error_errno(err, errno, "cannot set the mode of %s", entry->path);
	return r;
}

static int stage_entry(struct merge *merge, size_t index, struct error *err)
{
	const struct entry *entry = merge->manifest->entries[index];
	const struct entry *twin = NULL;
	char name[24];

	int r = interrupt_check(err);
	if (r == 0 && entry->type == ENTRY_FILE)
		r = twins_find(&merge->twins, entry, &twin, err);
	if (r < 0)
		return r;
	stage_name(index, name);
	if (twin)
		return stage_twin(merge, twin, name, err);
	r = deposit_make(&merge->deposit, merge->stage.fd, name, entry, err);
	if (r <= 0)
		return r;
	merge->decisions[index] = DECIDE_LEAVE;
	return strlist_take(
		merge->options->notes,
		alloc_format(err, "%s is a device, which only root can make: left out",
			     entry->path),
		err);
}

static int stage_all(struct merge *merge, struct error *err)
{
	const struct manifest *manifest = merge->manifest;

	for (size_t i = 0; i < manifest->count; i++) {
		int r = 0;

		if (merge->decisions[i] == DECIDE_WRITE)
			r = manifest->entries[i]->type == ENTRY_FOLDER
				    ? stage_folder(merge, i, err)
				    : stage_entry(merge, i, err);
		if (r < 0)
			return r;
	}
	return 0;
}

static int publish(struct merge *merge, size_t index, struct error *err)
{
	const struct entry *entry = merge->manifest->entries[index];
	const char *name = path_basename(entry->path);
	char staged[24];

	_cleanup_fd_ int parent = deposit_open_parent(merge->root, entry->path);
	if (parent < 0)
		return error_errno(err, -parent, "cannot write %s into the image",
				   entry->path);
	stage_name(index, staged);
	if (renameat(merge->stage.fd, staged, parent, name) < 0)
		return error_errno(err, errno, "cannot write %s into the image",
				   entry->path);
	return 0;
}

static int publish_all(struct merge *merge, struct error *err)
{
	const struct manifest *manifest = merge->manifest;
	size_t record = manifest->count;

	for (size_t i = 0; i < manifest->count; i++) {
		int r = 0;

		if (!strcmp(manifest->entries[i]->path, RECORD_PATH))
			record = i;
		else if (merge->decisions[i] == DECIDE_WRITE)
			r = publish(merge, i, err);
		if (r < 0)
			return r;
	}
	int r = remnants_remove(merge->root, &merge->remnants, err);
	if (r < 0)
		return r;
	/* Only now does the image say that it holds all this, and only this. */
	if (record < manifest->count && merge->decisions[record] == DECIDE_WRITE)
		return publish(merge, record, err);
	return 0;
}

/* A folder that the image had before keeps its mode, but gets the owner that the recipe now says. */
static int renew_owner(struct merge *merge, const struct entry *entry, struct error *err)
{
	struct stat st;

	if (!merge->options->renew || !strmap_get(merge->options->known, entry->path))
		return 0;
	_cleanup_fd_ int parent = deposit_open_parent(merge->root, entry->path);
	const char *name = path_basename(entry->path);
	if (parent < 0 || fstatat(parent, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return error_errno(err, parent < 0 ? -parent : errno,
				   "cannot look at %s in the image", entry->path);
	return ownership_is_right(&st, entry) ? 0
					      : ownership_renew(parent, name, entry, err);
}

static int finish_folders(struct merge *merge, struct error *err)
{
	const struct manifest *manifest = merge->manifest;

	for (size_t i = manifest->count; i > 0; i--) {
		const struct entry *entry = manifest->entries[i - 1];
		bool made = merge->decisions[i - 1] == DECIDE_WRITE;
		int r = 0;

		if (entry->type == ENTRY_FOLDER && !made)
			r = renew_owner(merge, entry, err);
		if (r == 0 && entry->type == ENTRY_FOLDER)
			r = deposit_finish_folder(merge->root, entry->path,
						  made ? entry->mode : DEPOSIT_KEEP_MODE,
						  merge->options->epoch, err);
		if (r < 0)
			return r;
	}
	return 0;
}

static int stage_and_publish(struct merge *merge, struct error *err)
{
	scratch_sweep(merge->root,
		      "jailbuild"); /* the image is locked: nobody's at work */
	int r = scratch_create(merge->root, "jailbuild", &merge->stage, err);
	if (r == 0)
		r = stage_all(merge, err);
	if (r == 0)
		r = publish_all(merge, err);
	scratch_close(&merge->stage);
	return r;
}

static int merge_all(struct merge *merge, struct error *err)
{
	struct stat before;

	int r = decide_all(merge, err);
	if (r == 0 && fstat(merge->root, &before) < 0)
		r = error_errno(err, errno, "cannot look at the folder");
	if (r < 0)
		return r;
	r = stage_and_publish(merge, err);
	if (r < 0) {
		/* The folder for what was put aside came and went: nobody need see that. */
		const struct timespec times[2] = {before.st_atim, before.st_mtim};

		(void)!futimens(merge->root, times);
		return r;
	}
	r = finish_folders(merge, err);
	return r < 0 ? r
		     : deposit_finish_folder(merge->root, "/", DEPOSIT_KEEP_MODE,
					     merge->options->epoch, err);
}

int folder_merge(int fd, const struct manifest *manifest,
		 const struct folder_options *options, struct error *err)
{
	_cleanup_free_ enum decision *decisions = calloc(manifest->count + 1,
							 sizeof(*decisions));
	struct merge merge = {
		.manifest = manifest,
		.options = options,
		.deposit = {.content = manifest->content, .epoch = options->epoch},
		.stage = SCRATCH_NONE,
		.root = fd,
		.decisions = decisions,
	};

	if (!decisions)
		return error_nomem(err);
	int r = merge_all(&merge, err);
	twins_free(&merge.twins);
	strlist_free(&merge.remnants);
	return r;
}
