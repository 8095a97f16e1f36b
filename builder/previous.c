/* SPDX-License-Identifier: MIT */
/*
 * Locks, reads and takes over. Called by the command add.
 */
#include "previous.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>

#include "common/cleanup.h"
#include "common/fd.h"
#include "common/path.h"
#include "content.h"
#include "deposit.h"
#include "ownership.h"
#include "terminfo.h"

enum { MAX_RECORD = 64 << 20, LOCK_TRIES = 1000, CHAIN_MAX = 256 };

static int lock(int fd, const char *path, previous_wait *wait, struct error *err)
{
	int r;

	if (flock(fd, LOCK_EX | LOCK_NB) == 0)
		return 0;
	if (errno == EWOULDBLOCK && !wait)
		return error_set(err, EBUSY, "another process is adding to %s", path);
	if (errno == EWOULDBLOCK)
		wait(path);
	do
		r = flock(fd, LOCK_EX);
	while (r < 0 && errno == EINTR);
	return r < 0 ? error_errno(err, errno, "cannot lock %s", path) : 0;
}

/* Whether `path` still is the file `fd`; another `add` may have put a new one in its place. */
static bool is_current(int fd, const char *path)
{
	struct stat mine, there;

	return fstat(fd, &mine) == 0 && stat(path, &there) == 0 &&
	       mine.st_dev == there.st_dev && mine.st_ino == there.st_ino;
}

static int open_image(const struct format *image, int *ret_fd, struct error *err)
{
	int flags = O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK;
	struct stat st;

	if (image->kind == FORMAT_FOLDER)
		flags |= O_DIRECTORY;
	_cleanup_fd_ int fd = open(image->path, flags);
	if (fd < 0 || fstat(fd, &st) < 0)
		return error_errno(err, errno, "cannot read %s", image->path);
	if (image->kind == FORMAT_TAR && !S_ISREG(st.st_mode))
		return error_set(err, EINVAL, "%s is no regular file", image->path);
	*ret_fd = steal_fd(&fd);
	return 0;
}

/* Leaves *ret_fd as it is if there is no image. */
static int open_locked(const struct format *image, previous_wait *wait, int *ret_fd,
		       struct error *err)
{
	for (int i = 0; i < LOCK_TRIES; i++) {
		_cleanup_fd_ int fd = -1;

		int r = open_image(image, &fd, err);
		if (r == -ENOENT)
			return 0;
		if (r == 0)
			r = lock(fd, image->path, wait, err);
		if (r < 0)
			return r;
		if (is_current(fd, image->path)) {
			*ret_fd = steal_fd(&fd);
			return 0;
		}
	}
	return error_set(err, EBUSY, "%s is being replaced all the time", image->path);
}

static int read_archive(struct previous *previous, struct error *err)
{
	int r = inspect_tar(previous->fd, previous->spool.fd, &previous->archive, err);

	if (r < 0 || !previous->archive.record)
		return r;
	previous->has_record = true;
	return record_read(previous->archive.record, previous->archive.record_size,
			   &previous->record, err);
}

static int read_folder(const struct format *image, struct previous *previous,
		       struct error *err)
{
	char *text;
	size_t size;

	int r = sysroot_open(image->path, &previous->folder, err);
	if (r < 0)
		return r;
	if (previous->folder.fd < 0)
		return error_set(err, EINVAL,
				 "the image cannot be the root folder itself");
	if (fstat(previous->fd, &previous->top) < 0)
		return error_errno(err, errno, "cannot look at the folder");
	_cleanup_fd_ int fd = deposit_open(previous->fd, RECORD_PATH,
					   O_RDONLY | O_NONBLOCK | O_NOCTTY);
	if (fd == -ENOENT)
		return 0;
	if (fd < 0)
		return error_errno(err, -fd, "cannot read %s", RECORD_PATH);
	r = fd_read_all(fd, MAX_RECORD, RECORD_PATH, &text, &size, err);
	if (r < 0)
		return r;
	previous->has_record = true;
	r = record_read(text, size, &previous->record, err);
	free(text);
	return r;
}

static int read_image(const struct format *image, struct previous *previous,
		      struct error *err)
{
	int r = image->kind == FORMAT_TAR ? read_archive(previous, err)
					  : read_folder(image, previous, err);

	return r < 0 ? error_wrap(err, "cannot read %s", image->path) : 0;
}

int previous_load(const struct format *image, int spool, struct previous *ret,
		  struct error *err)
{
	_cleanup_previous_ struct previous previous = PREVIOUS_NONE;

	int r = open_image(image, &previous.fd, err);
	if (r < 0)
		return r;
	previous.spool.fd = spool;
	r = read_image(image, &previous, err);
	if (r < 0) {
		previous.spool.fd = -1; /* stays the caller's */
		return r;
	}
	*ret = previous;
	previous = (struct previous)PREVIOUS_NONE;
	return 0;
}

int previous_look(const struct format *image, struct previous *ret, struct error *err)
{
	return previous_load(image, -1, ret, err);
}

int previous_open(const struct format *image, previous_wait *wait, struct previous *ret,
		  struct error *err)
{
	_cleanup_previous_ struct previous previous = PREVIOUS_NONE;

	int r = open_locked(image, wait, &previous.fd, err);
	/* Without a name and beside the image: the disk that the new image will be on. */
	if (r == 0 && previous.fd >= 0 && image->kind == FORMAT_TAR)
		r = tempfile_create(image->path, &previous.spool, err);
	if (r == 0 && previous.fd >= 0)
		r = read_image(image, &previous, err);
	if (r < 0)
		return r;
	*ret = previous;
	previous = (struct previous)PREVIOUS_NONE;
	return 0;
}

/* Whether the entry is made anew by each `add`, so that the old one is of no use. */
static bool is_remade(const struct entry *entry)
{
	const char *rule = entry->reason.rule;

	return !strcmp(entry->path, RECORD_PATH) || !strcmp(entry->path, SETTINGS_PATH) ||
	       !strcmp(entry->path, OWNERS_PATH) ||
	       (!strcmp(rule, RULE_PARENT) && entry->type == ENTRY_FOLDER) ||
	       (!strcmp(rule, RULE_PACKAGES) && !entry->source) ||
	       (!strcmp(rule, RULE_CACHE) && entry->type == ENTRY_FILE);
}

/* The thing asked for for whose sake `path` is there. A record may lie: its chain may be a circle. */
static const char *find_root(const struct strmap *files, const char *path)
{
	for (int steps = 0; steps < CHAIN_MAX; steps++) {
		const struct record_file *file = strmap_get(files, path);

		if (!file || !file->reason.by || !strcmp(file->reason.by, path))
			break;
		path = file->reason.by;
	}
	return path;
}

static void explain(const struct previous *previous, struct entry *entry)
{
	const struct record_file *file = strmap_get(&previous->record.files, entry->path);

	entry->reason = (struct reason){.rule = RULE_FOUND};
	if (!file)
		return;
	entry->reason = file->reason;
	entry->reason.root = find_root(&previous->record.files, entry->path);
	entry->source = file->source;
	entry->package = file->package;
}

/*
 * A file whose source has several names gets that source's identity if it still has its bytes: a
 * new entry that is another name of it becomes a hard link, as if both had been added at once.
 */
static void find_identity(const struct manifest *manifest, struct entry *entry)
{
	const struct sysroot *root = manifest->content->root;
	struct entry now = *entry;
	struct error ignored;
	struct stat st;

	if (entry->type != ENTRY_FILE || !entry->source ||
	    sysroot_stat(root, entry->source, &st) < 0 || !S_ISREG(st.st_mode) ||
	    st.st_nlink < 2)
		return;
	now.origin = ORIGIN_ROOT;
	if (content_equal(manifest->content, entry, &now, &ignored) != 1)
		return;
	entry->device = st.st_dev;
	entry->inode = st.st_ino;
}

/* What becomes of each entry that is found in the image. */
typedef int take_entry(const struct previous *previous, struct manifest *manifest,
		       struct entry *entry, struct error *err);

static int show_entry(const struct previous *previous, struct manifest *manifest,
		      struct entry *entry, struct error *err)
{
	const struct record_file *file = strmap_get(&previous->record.files, entry->path);

	explain(previous, entry);
	entry->sha256 = file ? file->sha256 : NULL;
	/* inspect keeps it apart, and not in the spool. */
	if (previous->archive.record && !strcmp(entry->path, RECORD_PATH)) {
		entry->origin = ORIGIN_TEXT;
		entry->text = previous->archive.record;
		entry->size = previous->archive.record_size;
	}
	return manifest_add(manifest, entry, err);
}

static int keep_entry(const struct previous *previous, struct manifest *manifest,
		      struct entry *entry, struct error *err)
{
	explain(previous, entry);
	if (is_remade(entry))
		return 0;
	find_identity(manifest, entry);
	entry->stale = entry->reason.derived;
	return manifest_add(manifest, entry, err);
}

static int take_archive(const struct previous *previous, take_entry *take,
			struct manifest *manifest, struct error *err)
{
	for (size_t i = 0; i < previous->archive.count; i++) {
		const struct inspect_item *item = previous->archive.items[i];
		struct entry entry = {
			.path = item->path,
			.type = item->type,
			.mode = item->mode,
			.uid = item->uid,
			.gid = item->gid,
			.mtime = item->mtime,
			.rdev = item->rdev,
			.target = item->target,
			.origin = ORIGIN_IMAGE,
			.size = item->size,
			.offset = item->offset,
		};

		if (item->type == ENTRY_FILE) {
			/* An identity that no file of the root has. */
			entry.device = UINT64_MAX;
			entry.inode = (uintptr_t)(item->first ? item->first : item);
		}
		int r = take(previous, manifest, &entry, err);
		if (r < 0)
			return r;
	}
	return 0;
}

static int type_of(const struct stat *st, enum entry_type *ret)
{
	switch (st->st_mode & S_IFMT) {
	case S_IFREG:
		*ret = ENTRY_FILE;
		return 0;
	case S_IFDIR:
		*ret = ENTRY_FOLDER;
		return 0;
	case S_IFLNK:
		*ret = ENTRY_LINK;
		return 0;
	case S_IFCHR:
		*ret = ENTRY_CHAR;
		return 0;
	case S_IFBLK:
		*ret = ENTRY_BLOCK;
		return 0;
	case S_IFIFO:
		*ret = ENTRY_FIFO;
		return 0;
	default:
		return -EINVAL;
	}
}

/* What the record says is in the folder, as it is now; what is gone is gone. */
static int take_path(const struct previous *previous, take_entry *take, const char *path,
		     struct manifest *manifest, struct error *err)
{
	char target[PATH_MAX], normal[PATH_MAX];
	struct entry entry = {.path = normal, .origin = ORIGIN_IMAGE};
	struct stat st;

	int r = path_normalize(path, normal, sizeof(normal), err);
	if (r < 0 || !strcmp(normal, "/"))
		return r;
	_cleanup_fd_ int fd = deposit_open(previous->fd, normal, O_PATH | O_NOFOLLOW);
	if (fd < 0 || fstat(fd, &st) < 0 || type_of(&st, &entry.type) < 0)
		return 0;
	ssize_t length = entry.type == ENTRY_LINK
				 ? readlinkat(fd, "", target, sizeof(target) - 1)
				 : 0;
	if (length < 0)
		return error_errno(err, errno, "%s", normal);
	target[length] = '\0';
	entry.target = entry.type == ENTRY_LINK ? target : NULL;
	entry.mode = st.st_mode & 07777;
	entry.rdev = st.st_rdev;
	entry.size = (uint64_t)st.st_size;
	ownership_read(&previous->top, &st, strmap_get(&previous->record.files, path),
		       &entry);
	if (entry.type == ENTRY_FILE) {
		entry.device = UINT64_MAX;
		entry.inode = st.st_ino;
	}
	return take(previous, manifest, &entry, err);
}

static int take_folder(const struct previous *previous, take_entry *take,
		       struct manifest *manifest, struct error *err)
{
	const struct strmap *files = &previous->record.files;

	for (size_t i = 0; i < files->size; i++) {
		int r = files->slots[i].key
				? take_path(previous, take, files->slots[i].key, manifest,
					    err)
				: 0;

		if (r < 0)
			return r;
	}
	return 0;
}

static int take_all(const struct previous *previous, take_entry *take,
		    struct manifest *manifest, struct error *err)
{
	if (previous->folder.fd >= 0)
		return take_folder(previous, take, manifest, err);
	return take_archive(previous, take, manifest, err);
}

int previous_show(const struct previous *previous, struct manifest *manifest,
		  struct error *err)
{
	return take_all(previous, show_entry, manifest, err);
}

static int take_account(struct recipe *recipe, const struct account *account,
			struct error *err)
{
	_cleanup_free_ char *ids = alloc_format(err, "%u:%u", account->uid, account->gid);
	const char *words[] = {account->name, ids, account->home, account->shell};

	return ids ? accounts_add(&recipe->accounts, words, 4, err) : -ENOMEM;
}

static int take_terms(struct recipe *recipe, const struct recipe *old, struct error *err)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < old->terms.count; i++)
		if (terminfo_is_name(old->terms.items[i])) /* it becomes part of a path */
			r = recipe_add_term(recipe, old->terms.items[i], err);
	return r;
}

int previous_take_recipe(const struct previous *previous, struct libraries *libraries,
			 struct recipe *recipe, struct error *err)
{
	const struct record *record = &previous->record;
	const struct recipe *old = &record->recipe;
	int r = runconfig_merge(&recipe->settings, &old->settings, err);

	recipe->rules = old->rules;
	recipe->digests = old->digests;
	recipe->package_db = old->package_db;
	recipe->sysroot = old->sysroot;
	for (size_t i = 0; r == 0 && i < old->count; i++)
		r = recipe_add(recipe, &old->operands[i], err);
	for (size_t i = 0; r == 0 && i < old->templates.count; i++)
		r = recipe_add_template(recipe, old->templates.items[i], err);
	for (size_t i = 0; r == 0 && i < old->accounts.count; i++)
		r = take_account(recipe, &old->accounts.items[i], err);
	if (r == 0)
		r = take_terms(recipe, old, err);
	for (size_t i = 0; r == 0 && i < record->libraries.count; i++)
		r = libraries_add(libraries, record->libraries.items[i], err);
	return r;
}

int previous_take(struct previous *previous, struct manifest *manifest,
		  struct libraries *libraries, struct recipe *recipe, struct error *err)
{
	int r = previous_take_recipe(previous, libraries, recipe, err);

	if (r == 0 && previous->archive.xattrs)
		r = manifest_note(manifest, err,
				  "extended attributes of %zu files are dropped",
				  previous->archive.xattrs);
	return r == 0 ? take_all(previous, keep_entry, manifest, err) : r;
}

static int keep_found(const struct previous *previous, struct manifest *manifest,
		      struct entry *entry, struct error *err)
{
	explain(previous, entry);
	return strcmp(entry->reason.rule, RULE_FOUND) != 0
		       ? 0
		       : manifest_add(manifest, entry, err);
}

int previous_renew(const struct previous *previous, struct manifest *manifest,
		   struct recipe *recipe, struct error *err)
{
	int r = take_terms(recipe, &previous->record.recipe, err);

	return r == 0 ? take_all(previous, keep_found, manifest, err) : r;
}

void previous_content(const struct previous *previous, struct content *content)
{
	content->image_fd = previous->spool.fd;
	content->image_folder = previous->folder.fd >= 0 ? &previous->folder : NULL;
}

void previous_close(struct previous *previous)
{
	cleanup_fd(&previous->fd);
	tempfile_close(&previous->spool);
	sysroot_close(&previous->folder);
	inspect_free(&previous->archive);
	record_free(&previous->record);
}
