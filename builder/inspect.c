/* SPDX-License-Identifier: MIT */
/*
 * Reads tar archives by libarchive, and judges every name before it is kept. Called by previous,
 * for an `add` to an existing image, and by the commands that show one.
 */
#include "inspect.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/cleanup.h"
#include "common/fd.h"
#include "common/path.h"

enum {
	MAX_ITEMS = 2000000,
	MAX_RECORD = 64 << 20,
	READ_BLOCK = 1 << 17,
};
#define MAX_NAMES ((size_t)256 << 20) /* bytes of all names together */
#define MAX_DATA ((uint64_t)1 << 40)  /* bytes of all files together */

struct reading {
	struct archive *archive;
	int spool;
	uint64_t spooled; /* bytes in the spool, or that would be */
	size_t names;
	struct inspect *image;
};

static int archive_failure(struct archive *archive, struct error *err)
{
	const char *text = archive_error_string(archive);

	if (archive_errno(archive) == ENOMEM)
		return error_nomem(err);
	return error_set(err, EBADMSG, "no readable tar archive: %s",
			 text ? text : "damaged");
}

static bool has_dotdot(const char *name)
{
	for (const char *at = name; *at; at += strspn(at, "/")) {
		size_t length = strcspn(at, "/");

		if (length == 2 && at[0] == '.' && at[1] == '.')
			return true;
		at += length;
	}
	return false;
}

/* The normalized form of a name in the archive, kept in the arena; NULL with err set. */
static const char *keep_name(struct reading *reading, const char *name, struct error *err)
{
	char path[PATH_MAX], shown[256];

	if (!name) {
		error_set(err, EBADMSG, "a name in the archive cannot be read");
		return NULL;
	}
	path_escape(name, shown, sizeof(shown));
	if (has_dotdot(name)) {
		error_set(err, EBADMSG, "the name %s leaves the archive", shown);
		return NULL;
	}
	if (path_normalize(name, path, sizeof(path), err) < 0)
		return NULL;
	reading->names += strlen(path) + 1;
	if (reading->names > MAX_NAMES) {
		error_set(err, EFBIG, "the archive's names are too large");
		return NULL;
	}
	return arena_copy(&reading->image->arena, path, strlen(path), err);
}

static int read_type(struct archive_entry *header, const char *path, enum entry_type *ret,
		     struct error *err)
{
	switch (archive_entry_filetype(header)) {
	case AE_IFREG:
		*ret = ENTRY_FILE;
		return 0;
	case AE_IFDIR:
		*ret = ENTRY_FOLDER;
		return 0;
	case AE_IFLNK:
		*ret = ENTRY_LINK;
		return 0;
	case AE_IFCHR:
		*ret = ENTRY_CHAR;
		return 0;
	case AE_IFBLK:
		*ret = ENTRY_BLOCK;
		return 0;
	case AE_IFIFO:
		*ret = ENTRY_FIFO;
		return 0;
	default:
		return error_set(err, EBADMSG,
				 "%.200s in the archive is of no known type", path);
	}
}

const struct inspect_item *inspect_find(const struct inspect *image, const char *path)
{
	return strmap_get(&image->by_path, path);
}

static int read_target(struct reading *reading, struct archive_entry *header,
		       struct inspect_item *item, struct error *err)
{
	const char *target = archive_entry_symlink(header);

	if (item->type != ENTRY_LINK)
		return 0;
	if (!target || !*target || strlen(target) >= PATH_MAX)
		return error_set(err, EBADMSG, "the link %.200s points nowhere",
				 item->path);
	reading->names += strlen(target) + 1;
	if (reading->names > MAX_NAMES)
		return error_set(err, EFBIG, "the archive's names are too large");
	item->target = arena_copy(&reading->image->arena, target, strlen(target), err);
	return item->target ? 0 : -ENOMEM;
}

/* A hard link shares the bytes of a file that came before it (pax(1): "linkname"). */
static int read_hardlink(struct reading *reading, struct archive_entry *header,
			 struct inspect_item *item, struct error *err)
{
	const char *target = archive_entry_hardlink(header);

	if (!target)
		return 0;
	const char *path = keep_name(reading, target, err);
	if (!path)
		return -err->code;
	const struct inspect_item *first = inspect_find(reading->image, path);
	if (!first || first->type != ENTRY_FILE)
		return error_set(
			err, EBADMSG,
			"%.200s is a hard link to %.200s, which is no file before it",
			item->path, path);
	item->type = ENTRY_FILE;
	item->mode = first->mode;
	item->first = first->first ? first->first : first;
	item->size = first->size;
	item->offset = first->offset;
	return 0;
}

static int fill_item(struct reading *reading, struct archive_entry *header,
		     struct inspect_item *item, struct error *err)
{
	item->mode = archive_entry_perm(header) & 07777;
	item->uid = (uid_t)archive_entry_uid(header);
	item->gid = (gid_t)archive_entry_gid(header);
	item->mtime = archive_entry_mtime(header);
	if (archive_entry_hardlink(header))
		return read_hardlink(reading, header, item, err);
	int r = read_type(header, item->path, &item->type, err);
	if (r < 0)
		return r;
	if (item->type == ENTRY_CHAR || item->type == ENTRY_BLOCK)
		item->rdev = archive_entry_rdev(header);
	if (item->type == ENTRY_FILE)
		item->size = (uint64_t)archive_entry_size(header);
	if (archive_entry_size(header) < 0 || item->size > MAX_DATA - reading->spooled)
		return error_set(err, EFBIG, "%.200s in the archive is too large",
				 item->path);
	return read_target(reading, header, item, err);
}

/* A folder may be named twice, as some writers do; anything else would hide something. */
static int keep_item(struct reading *reading, struct inspect_item *item,
		     struct error *err)
{
	struct inspect *image = reading->image;
	const struct inspect_item *old = inspect_find(image, item->path);

	if (old && old->type == ENTRY_FOLDER && item->type == ENTRY_FOLDER)
		return 0;
	if (old)
		return error_set(err, EBADMSG, "%.200s is in the archive twice",
				 item->path);
	if (image->count >= MAX_ITEMS)
		return error_set(err, EFBIG, "the archive holds more than %d things",
				 MAX_ITEMS);
	int r = alloc_grow(&image->items, &image->capacity, image->count + 1,
			   sizeof(*image->items), err);
	if (r < 0)
		return r;
	image->items[image->count++] = item;
	return strmap_put(&image->by_path, item->path, item, err);
}

static int write_at(int fd, const void *data, size_t size, uint64_t offset,
		    struct error *err)
{
	const char *at = data;

	while (size) {
		ssize_t done = pwrite(fd, at, size, (off_t)offset);

		if (done < 0 && errno == EINTR)
			continue;
		if (done < 0)
			return error_errno(err, errno, "cannot keep a file of the image");
		at += done;
		offset += (uint64_t)done;
		size -= (size_t)done;
	}
	return 0;
}

/* Hands each block of the file's data to the spool, holes left as holes. */
static int spool_data(struct reading *reading, struct inspect_item *item,
		      struct error *err)
{
	const void *block;
	size_t size;
	la_int64_t at;
	int r;

	item->offset = reading->spooled;
	while ((r = archive_read_data_block(reading->archive, &block, &size, &at)) !=
	       ARCHIVE_EOF) {
		if (r != ARCHIVE_OK && r != ARCHIVE_WARN)
			return archive_failure(reading->archive, err);
		if (at < 0 || (uint64_t)at > item->size ||
		    size > item->size - (uint64_t)at)
			return error_set(err, EBADMSG, "%.200s is larger than it claims",
					 item->path);
		if (!size)
			continue;
		r = write_at(reading->spool, block, size, item->offset + (uint64_t)at,
			     err);
		if (r < 0)
			return r;
	}
	reading->spooled += item->size;
	if (ftruncate(reading->spool, (off_t)reading->spooled) < 0)
		return error_errno(err, errno, "cannot keep a file of the image");
	return 0;
}

static int read_record(struct reading *reading, struct inspect_item *item,
		       struct error *err)
{
	struct inspect *image = reading->image;
	size_t size = (size_t)item->size;

	if (item->size > MAX_RECORD)
		return error_set(err, EFBIG, "%s is larger than %d bytes", item->path,
				 MAX_RECORD);
	/* Grows with what is there, not with what the header claims. */
	_cleanup_free_ char *text = NULL;
	size_t room = 0, used = 0;
	while (used < size) {
		int r = alloc_grow(&text, &room, used + READ_BLOCK + 1, 1, err);

		if (r < 0)
			return r;
		size_t want = size - used < READ_BLOCK ? size - used : READ_BLOCK;
		la_ssize_t done = archive_read_data(reading->archive, text + used, want);
		if (done < 0)
			return archive_failure(reading->archive, err);
		if (!done)
			return error_set(err, EBADMSG, "%s ends early", item->path);
		used += (size_t)done;
	}
	image->record_size = used;
	if (text)
		text[used] = '\0';
	image->record = steal_pointer(&text);
	/* It is made anew by whoever writes the image again: the spool needs no copy. */
	item->size = 0;
	return 0;
}

static int read_data(struct reading *reading, struct inspect_item *item,
		     struct error *err)
{
	if (item->type != ENTRY_FILE || item->first)
		return 0;
	if (!strcmp(item->path, RECORD_PATH))
		return read_record(reading, item, err);
	if (reading->spool >= 0)
		return spool_data(reading, item, err);
	reading->spooled += item->size;
	return 0;
}

static int read_item(struct reading *reading, struct archive_entry *header,
		     struct error *err)
{
	struct inspect_item *item = arena_alloc(&reading->image->arena, sizeof(*item),
						err);

	if (!item)
		return -ENOMEM;
	item->path = keep_name(reading, archive_entry_pathname(header), err);
	if (!item->path)
		return -err->code;
	if (!strcmp(item->path, "/"))
		return 0;
	if (archive_entry_xattr_count(header) > 0)
		reading->image->xattrs++;
	int r = fill_item(reading, header, item, err);
	if (r == 0)
		r = keep_item(reading, item, err);
	return r == 0 ? read_data(reading, item, err) : r;
}

static int read_all(struct reading *reading, struct error *err)
{
	struct archive_entry *header;
	int r;

	while ((r = archive_read_next_header(reading->archive, &header)) != ARCHIVE_EOF) {
		if (r != ARCHIVE_OK && r != ARCHIVE_WARN)
			return archive_failure(reading->archive, err);
		r = read_item(reading, header, err);
		if (r < 0)
			return r;
	}
	return 0;
}

static struct archive *new_reader(struct error *err)
{
	struct archive *archive = archive_read_new();

	if (!archive) {
		error_nomem(err);
		return NULL;
	}
	archive_read_support_format_tar(archive);
	archive_read_support_format_cpio(archive);
	archive_read_support_filter_gzip(archive);
	archive_read_support_filter_zstd(archive);
	archive_read_support_filter_xz(archive);
	return archive;
}

/* Reads the opened archive and frees it; `opened` is what opening it returned. */
static int read_and_free(struct archive *archive, int opened, int spool,
			 struct inspect *ret, struct error *err)
{
	_cleanup_inspect_ struct inspect image = {0};
	struct reading reading = {.archive = archive, .spool = spool, .image = &image};

	int r = opened == ARCHIVE_OK ? read_all(&reading, err)
				     : archive_failure(archive, err);
	archive_read_free(archive);
	if (r < 0)
		return r;
	*ret = image;
	image = (struct inspect){0};
	return 0;
}

int inspect_tar(int fd, int spool, struct inspect *ret, struct error *err)
{
	struct archive *archive = new_reader(err);

	if (!archive)
		return -ENOMEM;
	if (lseek(fd, 0, SEEK_SET) < 0) {
		archive_read_free(archive);
		return error_errno(err, errno, "cannot read the image");
	}
	return read_and_free(archive, archive_read_open_fd(archive, fd, READ_BLOCK),
			     spool, ret, err);
}

int inspect_memory(const void *data, size_t size, struct inspect *ret, struct error *err)
{
	struct archive *archive = new_reader(err);

	if (!archive)
		return -ENOMEM;
	return read_and_free(archive, archive_read_open_memory(archive, data, size), -1,
			     ret, err);
}

void inspect_free(struct inspect *image)
{
	free(image->items);
	free(image->record);
	strmap_free(&image->by_path);
	arena_free(&image->arena);
	*image = (struct inspect){0};
}
