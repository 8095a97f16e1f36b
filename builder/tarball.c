/* SPDX-License-Identifier: MIT */
/*
 * libarchive makes the headers, the sink moves the data. libarchive would copy every byte through
 * its own buffers; so it is told each file's size and given no data, what it then writes in the
 * data's place (zeros) is thrown away, and the file goes to the sink directly.
 * Called by the command add.
 *
 * There is no entry for the root folder itself: unpacking one would change the mode and the time of
 * the folder that the user unpacks into.
 */
#include "tarball.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "common/strmap.h"
#include "interrupt.h"
#include "twins.h"

enum { TAR_BLOCK = 512, CPIO_BLOCK = 4 };

struct tarball {
	struct archive *archive;
	struct archive_entry *entry; /* used again for each header */
	struct sink *sink;
	bool discard; /* what libarchive writes now stands for data */
	const struct manifest *manifest;
	const struct tarball_options *options;
	struct twins twins;
	struct strmap
		names; /* path of an entry -> how many names more its file has: cpio only */
	struct strmap inodes; /* path of such an entry -> its number */
	uintptr_t inode;      /* the last number given out */
	struct error *err;    /* of a failed write inside libarchive */
};

static la_ssize_t take(struct archive *archive, void *data, const void *buffer,
		       size_t size)
{
	struct tarball *tarball = data;

	(void)archive;
	if (!tarball->discard &&
	    sink_write(tarball->sink, buffer, size, tarball->err) < 0)
		return -1;
	return (la_ssize_t)size;
}

static int fail(struct tarball *tarball, const char *path, struct error *err)
{
	const char *text = archive_error_string(tarball->archive);

	if (err->code) /* the sink has said why */
		return -err->code;
	return error_set(err, EINVAL, "cannot write %s to the image: %s", path,
			 text ? text : "unknown error");
}

static int open_archive(struct tarball *tarball, struct error *err)
{
	tarball->archive = archive_write_new();
	tarball->entry = archive_entry_new();
	if (!tarball->archive || !tarball->entry)
		return error_nomem(err);
	if (tarball->options->layout == LAYOUT_CPIO) {
		archive_write_set_format_cpio_newc(tarball->archive);
	} else {
		/* "restricted": ustar unless something does not fit; and no access or change
		 * times. */
		archive_write_set_format_pax_restricted(tarball->archive);
		archive_write_set_options(tarball->archive, "xattrheader=SCHILY");
	}
	archive_write_set_bytes_per_block(tarball->archive, 0);
	if (archive_write_open(tarball->archive, tarball, NULL, take, NULL) != ARCHIVE_OK)
		return fail(tarball, "the archive", err);
	return 0;
}

static unsigned file_type(enum entry_type type)
{
	static const unsigned types[] = {
		[ENTRY_FILE] = AE_IFREG,  [ENTRY_FOLDER] = AE_IFDIR,
		[ENTRY_LINK] = AE_IFLNK,  [ENTRY_CHAR] = AE_IFCHR,
		[ENTRY_BLOCK] = AE_IFBLK, [ENTRY_FIFO] = AE_IFIFO,
	};

	return types[type];
}

static void fill_header(struct tarball *tarball, const struct entry *entry)
{
	struct archive_entry *header = archive_entry_clear(tarball->entry);
	bool foreign = !strcmp(entry->reason.rule, RULE_FOUND);

	archive_entry_set_pathname(header, entry->path + 1);
	archive_entry_set_filetype(header, file_type(entry->type));
	archive_entry_set_perm(header, (__LA_MODE_T)entry->mode);
	archive_entry_set_uid(header, entry->uid);
	archive_entry_set_gid(header, entry->gid);
	archive_entry_set_size(header, 0);
	archive_entry_set_mtime(header, foreign ? entry->mtime : tarball->options->epoch,
				0);
	if (entry->type == ENTRY_LINK)
		archive_entry_set_symlink(header, entry->target);
	if (entry->type == ENTRY_CHAR || entry->type == ENTRY_BLOCK)
		archive_entry_set_rdev(header, entry->rdev);
}

static int put_header(struct tarball *tarball, const struct entry *entry,
		      struct error *err)
{
	int r = archive_write_header(tarball->archive, tarball->entry);

	/* A warning is a name that is no UTF-8: it is written as it is, and marked so. */
	return r == ARCHIVE_OK || r == ARCHIVE_WARN ? 0 : fail(tarball, entry->path, err);
}

static int put_data(struct tarball *tarball, const struct entry *entry,
		    const struct content_stream *stream, struct error *err)
{
	static const char zeros[TAR_BLOCK];
	size_t block = tarball->options->layout == LAYOUT_CPIO ? CPIO_BLOCK : TAR_BLOCK;
	size_t over = stream->size % block;
	int r;

	if (stream->fd < 0)
		r = sink_write(tarball->sink, stream->text, stream->size, err);
	else
		r = sink_copy(tarball->sink, stream->fd, stream->size, entry->path, err);
	if (r == 0 && over)
		r = sink_write(tarball->sink, zeros, block - over, err);
	if (r < 0)
		return r;
	tarball->discard = true;
	r = archive_write_finish_entry(tarball->archive);
	tarball->discard = false;
	return r == ARCHIVE_OK ? 0 : fail(tarball, entry->path, err);
}

/*
 * A cpio has no word for a hard link: entries of one inode, each of which says how many there are, are
 * one file. Inodes count from 1 in the order of the entries.
 */
static int number(struct tarball *tarball, const struct entry *entry,
		  const struct entry *twin, struct error *err)
{
	const char *path = twin ? twin->path : entry->path;
	uintptr_t more = (uintptr_t)strmap_get(&tarball->names, path);
	uintptr_t inode = twin ? (uintptr_t)strmap_get(&tarball->inodes, path)
			       : ++tarball->inode;

	archive_entry_set_nlink(tarball->entry, (unsigned)(more + 1));
	archive_entry_set_ino64(tarball->entry, (la_int64_t)inode);
	if (twin || !more)
		return 0;
	return strmap_put(&tarball->inodes, path, (void *)inode, err);
}

/* Readers forget an inode once they have seen as many names as it said. */
static int count_names(struct tarball *tarball, struct error *err)
{
	_cleanup_twins_ struct twins twins = {0};
	const struct entry *twin;
	int r = 0;

	for (size_t i = 0; r == 0 && i < tarball->manifest->count; i++) {
		const struct entry *entry = tarball->manifest->entries[i];

		if (entry->type != ENTRY_FILE || !entry->inode)
			continue;
		r = twins_find(&twins, entry, &twin, err);
		if (r < 0 || !twin)
			continue;
		uintptr_t more = (uintptr_t)strmap_get(&tarball->names, twin->path) + 1;
		r = strmap_put(&tarball->names, twin->path, (void *)more, err);
	}
	return r;
}

static int put_file(struct tarball *tarball, const struct entry *entry, struct error *err)
{
	_cleanup_content_ struct content_stream stream = CONTENT_NONE;
	const struct entry *twin;

	int r = twins_find(&tarball->twins, entry, &twin, err);
	if (r < 0)
		return r;
	r = number(tarball, entry, twin, err);
	if (r < 0)
		return r;
	if (twin && tarball->options->layout == LAYOUT_CPIO)
		archive_entry_set_size(tarball->entry, 0);
	else if (twin)
		archive_entry_set_hardlink(tarball->entry, twin->path + 1);
	if (twin)
		return put_header(tarball, entry, err);
	r = content_open(tarball->manifest->content, entry, &stream, err);
	if (r < 0)
		return r;
	archive_entry_set_size(tarball->entry, (la_int64_t)stream.size);
	r = put_header(tarball, entry, err);
	if (r == 0)
		r = put_data(tarball, entry, &stream, err);
	return r == 0 ? content_settle(&stream, entry, err) : r;
}

static int put_entry(struct tarball *tarball, const struct entry *entry,
		     struct error *err)
{
	int r = interrupt_check(err);

	if (r < 0)
		return r;
	fill_header(tarball, entry);
	if (entry->type == ENTRY_FILE)
		return put_file(tarball, entry, err);
	r = number(tarball, entry, NULL, err);
	return r < 0 ? r : put_header(tarball, entry, err);
}

/* What stands before everything else, so that a reader of a stream knows what is coming. */
static const char *const first_paths[] = {"/.jail", RECORD_PATH, SETTINGS_PATH};

enum { FIRST_COUNT = sizeof(first_paths) / sizeof(first_paths[0]) };

static bool is_first(const struct entry *entry)
{
	for (size_t i = 0; i < FIRST_COUNT; i++)
		if (!strcmp(entry->path, first_paths[i]))
			return true;
	return false;
}

static int put_all(struct tarball *tarball, struct error *err)
{
	const struct manifest *manifest = tarball->manifest;

	for (size_t i = 0; i < FIRST_COUNT; i++) {
		const struct entry *entry = manifest_find(manifest, first_paths[i]);
		int r = entry ? put_entry(tarball, entry, err) : 0;

		if (r < 0)
			return r;
	}
	for (size_t i = 0; i < manifest->count; i++) {
		int r = is_first(manifest->entries[i])
				? 0
				: put_entry(tarball, manifest->entries[i], err);

		if (r < 0)
			return r;
	}
	return 0;
}

static int write_all(struct tarball *tarball, int fd, struct error *err)
{
	int r = sink_new(fd, tarball->options->compression, &tarball->sink, err);

	if (r == 0)
		r = open_archive(tarball, err);
	if (r == 0 && tarball->options->layout == LAYOUT_CPIO)
		r = count_names(tarball, err);
	if (r == 0)
		r = put_all(tarball, err);
	if (r == 0 && archive_write_close(tarball->archive) != ARCHIVE_OK)
		r = fail(tarball, "the end", err);
	return r == 0 ? sink_finish(tarball->sink, err) : r;
}

int tarball_write(int fd, const struct manifest *manifest,
		  const struct tarball_options *options, struct error *err)
{
	struct tarball tarball = {.manifest = manifest, .options = options, .err = err};

	err->code = 0;
	int r = write_all(&tarball, fd, err);
	if (tarball.archive) {
		struct error kept = *err; /* freeing writes the end, into nowhere */

		tarball.discard = true;
		archive_write_free(tarball.archive);
		*err = kept;
	}
	archive_entry_free(tarball.entry);
	sink_free(tarball.sink);
	twins_free(&tarball.twins);
	strmap_free(&tarball.names);
	strmap_free(&tarball.inodes);
	return r;
}
