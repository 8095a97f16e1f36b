/* SPDX-License-Identifier: MIT */
/*
 * libarchive with the doors shut that are not needed, and with its answers made strict: an image
 * is whole or refused, so what tar(1) passes with a warning is an error here. Called by extract.
 */
#include "unarchive.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/cleanup.h"

enum {
	READ_SIZE = 256 * 1024
}; /* fits the second-level cache; larger ones measured slower */

struct unarchive {
	struct archive *archive;
	int fd;
	int read_error; /* errno of a failed read(2); 0 none */
	uint64_t consumed;
	uint64_t seen; /* entries */
	unsigned char buffer[READ_SIZE];
};

static ssize_t read_more(struct archive *archive, void *data, const void **ret)
{
	struct unarchive *unarchive = data;
	ssize_t length;

	do
		length = read(unarchive->fd, unarchive->buffer,
			      sizeof(unarchive->buffer));
	while (length < 0 && errno == EINTR);
	if (length < 0) {
		unarchive->read_error = errno;
		archive_set_error(archive, errno, "cannot read");
		return -1;
	}
	unarchive->consumed += (uint64_t)length;
	*ret = unarchive->buffer;
	return length;
}

/* Turns libarchive's words into an error; `what` was being done. */
static int failed(struct unarchive *unarchive, const char *what, struct error *err)
{
	const char *words = archive_error_string(unarchive->archive);

	if (unarchive->read_error)
		return error_errno(err, unarchive->read_error, "cannot read the archive");
	if (archive_errno(unarchive->archive) == ENOMEM)
		return error_set(err, ENOMEM, "%s: out of memory", what);
	return error_set(err, EBADMSG, "%s: the archive is damaged or cut off (%s)", what,
			 words ? words : "no reason given");
}

static int no_archive(struct error *err)
{
	error_set(err, ENOEXEC, "this is no archive of a known kind");
	return error_hint(err,
			  "an image is a directory, a tar or a cpio archive, plain or "
			  "compressed by gzip, zstd or xz");
}

/*
 * No entry was found. The file is something else, unless reading failed, or there is a known
 * compression that is cut off or has something else in it.
 */
static int not_begun(struct unarchive *unarchive, struct error *err)
{
	bool is_compressed = archive_filter_count(unarchive->archive) >
			     1; /* one: the file itself */

	if (unarchive->read_error || is_compressed ||
	    archive_errno(unarchive->archive) != EILSEQ)
		return failed(unarchive, "cannot read the archive", err);
	return no_archive(err);
}

static int enable(struct archive *archive)
{
	if (archive_read_support_filter_gzip(archive) != ARCHIVE_OK ||
	    archive_read_support_filter_xz(archive) != ARCHIVE_OK ||
	    archive_read_support_filter_zstd(archive) != ARCHIVE_OK ||
	    archive_read_support_format_tar(archive) != ARCHIVE_OK ||
	    archive_read_support_format_cpio(archive) != ARCHIVE_OK)
		return -ENOMEM;
	return 0;
}

int unarchive_open(int fd, struct unarchive **ret, struct error *err)
{
	_cleanup_unarchive_ struct unarchive *unarchive = calloc(1, sizeof(*unarchive));

	if (!unarchive)
		return error_nomem(err);
	unarchive->fd = fd;
	unarchive->archive = archive_read_new();
	if (!unarchive->archive || enable(unarchive->archive) < 0)
		return error_nomem(err);
	if (archive_read_open(unarchive->archive, unarchive, NULL, read_more, NULL) !=
	    ARCHIVE_OK)
		return not_begun(unarchive, err);
	*ret = steal_pointer(&unarchive);
	return 0;
}

/*
 * At the end libarchive has noted where the next header should have been; if it took nothing from
 * there, no end mark was found. It says nothing itself, because some writers leave the mark out;
 * but then a download that stopped between two files would pass for the whole image.
 */
static int check_end(struct unarchive *unarchive, struct error *err)
{
	int format = archive_format(unarchive->archive) & ARCHIVE_FORMAT_BASE_MASK;
	int64_t header = archive_read_header_position(unarchive->archive);

	if (format != ARCHIVE_FORMAT_TAR ||
	    archive_filter_bytes(unarchive->archive, 0) > header)
		return 0;
	error_set(err, EBADMSG, "the archive is cut off: tar's end mark is missing");
	return error_hint(
		err, "copy it again; if its writer leaves the mark out, repack it with "
		     "tar");
}

/*
 * A warning is an error too, but for one: a name that is not valid in its declared character set
 * is kept as the bytes that it is.
 */
static bool is_acceptable(struct unarchive *unarchive, int verdict)
{
	if (verdict == ARCHIVE_OK)
		return true;
	return verdict == ARCHIVE_WARN && archive_errno(unarchive->archive) == EILSEQ;
}

int unarchive_next(struct unarchive *unarchive, struct archive_entry **ret,
		   struct error *err)
{
	int verdict = archive_read_next_header(unarchive->archive, ret);

	if (verdict == ARCHIVE_EOF && unarchive->seen == 0 && unarchive->consumed == 0)
		return no_archive(err);
	if (verdict == ARCHIVE_EOF)
		return check_end(unarchive, err);
	if (!is_acceptable(unarchive, verdict)) {
		/* Nobody claimed the bytes: format 0 (archive.h has no name for it). */
		if (archive_format(unarchive->archive) == 0)
			return not_begun(unarchive, err);
		return failed(unarchive, "cannot read the next entry", err);
	}
	unarchive->seen++;
	return 1;
}

int unarchive_read(struct unarchive *unarchive, struct unarchive_piece *ret,
		   struct error *err)
{
	int64_t offset = 0;
	int verdict = archive_read_data_block(unarchive->archive, &ret->data, &ret->size,
					      &offset);

	if (verdict == ARCHIVE_EOF)
		return 0;
	if (verdict != ARCHIVE_OK)
		return failed(unarchive, "cannot read its content", err);
	if (offset < 0)
		return error_set(err, EBADMSG, "its content has a hole of negative size");
	ret->offset = (uint64_t)offset;
	return 1;
}

uint64_t unarchive_consumed(const struct unarchive *unarchive)
{
	return unarchive->consumed;
}

void unarchive_free(struct unarchive *unarchive)
{
	if (!unarchive)
		return;
	archive_read_free(unarchive->archive);
	free(unarchive);
}
