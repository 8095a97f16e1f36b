/* SPDX-License-Identifier: MIT */
/*
 * One entry after the other. Each is made under a parent folder that destination found, by *at
 * calls that never follow the last component. Called by unpack.c.
 *
 * Of all capabilities it needs CAP_CHOWN to give files away and CAP_FOWNER to link to and to
 * rewrite what was given away already (link(2): fs.protected_hardlinks).
 */
#include "extract.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "attributes.h"
#include "common/fd.h"
#include "common/path.h"
#include "destination.h"
#include "folders.h"
#include "ownerlist.h"
#include "unarchive.h"

struct extraction {
	const struct extract_options *options;
	struct unarchive *unarchive;
	struct destination destination, link_target;
	struct folders folders;
	struct extract_counts counts;
	uint64_t written; /* bytes of content, without holes */
	bool replaced;    /* the entry took the place of an earlier one, or was there */
};

/* One entry on its way into the folder. */
struct item {
	struct archive_entry *entry;
	struct attributes attributes;
	struct destination_place place;
};

static int count_bytes(struct extraction *extraction, uint64_t more, struct error *err)
{
	uint64_t limit = extraction->options->max_bytes;

	if (!limit)
		limit = EXTRACT_BYTES;
	if (more > limit || extraction->counts.bytes > limit - more) {
		error_set(err, EFBIG, "the archive unpacks to more than %llu bytes",
			  (unsigned long long)limit);
		return error_hint(err, "if it can be trusted: --max-unpacked");
	}
	extraction->counts.bytes += more;
	return 0;
}

/* Only what is written counts: a hole costs nothing. */
static int check_ratio(const struct extraction *extraction, struct error *err)
{
	/* Who names a size means it. */
	if (extraction->options->max_bytes || extraction->written < EXTRACT_RATIO_FROM ||
	    extraction->written / EXTRACT_RATIO <
		    unarchive_consumed(extraction->unarchive))
		return 0;
	error_set(err, EFBIG, "the archive unpacks to more than %d times its size",
		  EXTRACT_RATIO);
	return error_hint(err, "if it can be trusted: --max-unpacked");
}

static int write_piece(int fd, const struct unarchive_piece *piece, uint64_t *position,
		       struct error *err)
{
	if (fd < 0)
		return 0;
	if (piece->offset != *position && lseek(fd, (off_t)piece->offset, SEEK_SET) < 0)
		return error_errno(err, errno, "cannot write its content");
	*position = piece->offset + piece->size;
	return fd_write_all(fd, piece->data, piece->size, "its content", err);
}

/*
 * Writes the entry's data and brings the file to the `size` that the header declares. With `fd` -1
 * the data is only counted: an entry that is left out must not become a way around the limits.
 */
static int write_content(struct extraction *extraction, int fd, uint64_t size,
			 struct error *err)
{
	struct unarchive_piece piece;
	uint64_t position = 0, end = 0;
	int r = count_bytes(extraction, size, err);

	while (r >= 0 && (r = unarchive_read(extraction->unarchive, &piece, err)) > 0) {
		if (piece.offset > INT64_MAX - piece.size)
			return error_set(err, EBADMSG,
					 "its content lies behind any file's end");
		end = piece.offset + piece.size > end ? piece.offset + piece.size : end;
		if (end > size)
			return error_set(err, EBADMSG,
					 "its content is longer than declared");
		extraction->written += piece.size;
		r = check_ratio(extraction, err);
		if (r == 0)
			r = write_piece(fd, &piece, &position, err);
		if (extraction->options->progress)
			extraction->options->progress(extraction->options->data,
						      &extraction->counts);
	}
	if (r == 0 && fd >= 0 && position < size && ftruncate(fd, (off_t)size) < 0)
		return error_errno(err, errno, "cannot set its size");
	return r;
}

/* Removes what stands at the place, so that it can be taken; a folder stays. */
static int make_room(struct extraction *extraction, const struct destination_place *place,
		     struct error *err)
{
	struct stat st;

	if (fstatat(place->parent_fd, place->base, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return error_errno(err, errno, "cannot look at what stands there");
	if (S_ISDIR(st.st_mode))
		return error_set(err, EBADMSG,
				 "the archive has made a folder of that name");
	if (unlinkat(place->parent_fd, place->base, 0) < 0)
		return error_errno(err, errno, "cannot replace the earlier one");
	extraction->replaced = true;
	destination_forget(&extraction->destination);
	destination_forget(&extraction->link_target);
	return 0;
}

static int open_new(const struct destination_place *place, mode_t mode)
{
	int fd = openat(place->parent_fd, place->base,
			O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode);

	return fd < 0 ? -errno : fd;
}

static int finish_file(struct extraction *extraction, const struct item *item, int fd,
		       bool set_mode, struct error *err)
{
	int r = write_content(extraction, fd, (uint64_t)archive_entry_size(item->entry),
			      err);

	if (r < 0)
		return r;
	attributes_write_extended(fd, item->entry, &extraction->counts);
	r = attributes_write(fd, &item->attributes, set_mode);
	return r < 0 ? error_errno(err, -r, "cannot set its mode, time and owner") : 0;
}

static int make_file(struct extraction *extraction, const struct item *item,
		     struct error *err)
{
	/* setxattr(2) wants a file that may be written, by its mode. */
	bool set_mode = archive_entry_xattr_count(item->entry) > 0;
	mode_t mode = set_mode ? 0600 : item->attributes.mode;
	int r = 0;
	_cleanup_fd_ int fd = open_new(&item->place, mode);

	if (fd == -EEXIST) {
		r = make_room(extraction, &item->place, err);
		fd = r < 0 ? r : open_new(&item->place, mode);
	}
	if (r < 0)
		return r;
	if (fd < 0)
		return error_errno(err, -fd, "cannot make the file");
	return finish_file(extraction, item, fd, set_mode, err);
}

/* The path of the place without symlinks: it stays right when a link is replaced later. */
static int canonical_path(const struct destination *destination,
			  const struct destination_place *place, char *ret,
			  struct error *err)
{
	if (!*destination->canonical) {
		snprintf(ret, PATH_MAX, "%s", place->base);
		return 0;
	}
	return path_join(destination->canonical, place->base, ret, PATH_MAX, err);
}

static void write_folder_extended(struct extraction *extraction, const struct item *item)
{
	const char *base = *item->place.base ? item->place.base : ".";

	if (archive_entry_xattr_count(item->entry) == 0)
		return;
	_cleanup_fd_ int fd = openat(item->place.parent_fd, base,
				     O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	attributes_write_extended(fd, item->entry, &extraction->counts);
}

/* mkdir(2), after making room if need be. A folder that is there is as good as a new one. */
static int make_folder_at(struct extraction *extraction,
			  const struct destination_place *place, struct error *err)
{
	struct stat st;

	if (!*place->base || mkdirat(place->parent_fd, place->base, 0700) == 0)
		return 0;
	if (errno == EEXIST &&
	    fstatat(place->parent_fd, place->base, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
	    !S_ISDIR(st.st_mode)) {
		int r = make_room(extraction, place, err);

		if (r < 0)
			return r;
		if (mkdirat(place->parent_fd, place->base, 0700) == 0)
			return 0;
	} else if (errno == EEXIST) {
		extraction->replaced = true;
		return 0;
	}
	return error_errno(err, errno, "cannot make the folder");
}

static int make_folder(struct extraction *extraction, const struct item *item,
		       struct error *err)
{
	char path[PATH_MAX];
	struct folder folder = {.path = path, .attributes = item->attributes};
	int r = make_folder_at(extraction, &item->place, err);

	if (r < 0)
		return r;
	r = canonical_path(&extraction->destination, &item->place, path, err);
	if (r < 0)
		return r;
	write_folder_extended(extraction, item);
	return folders_add(&extraction->folders, &folder, err);
}

/* symlink(2) or mkfifo(3), as the entry says. */
static int make_node_at(const struct item *item)
{
	const struct destination_place *place = &item->place;
	const char *target = archive_entry_symlink(item->entry);
	int r;

	if (archive_entry_filetype(item->entry) == AE_IFIFO)
		r = mknodat(place->parent_fd, place->base,
			    S_IFIFO | item->attributes.mode, 0);
	else
		r = symlinkat(target ? target : "", place->parent_fd, place->base);
	return r < 0 ? -errno : 0;
}

static int make_node(struct extraction *extraction, const struct item *item,
		     struct error *err)
{
	int r = make_node_at(item);

	if (r == -EEXIST) {
		r = make_room(extraction, &item->place, err);
		if (r < 0)
			return r;
		r = make_node_at(item);
	}
	if (r == 0)
		r = attributes_write_at(item->place.parent_fd, item->place.base,
					&item->attributes);
	return r < 0 ? error_errno(err, -r, "cannot make it") : 0;
}

/* Finds what a hard link leads to: a file that the archive brought. */
static int find_link_target(struct extraction *extraction, const char *name,
			    struct destination_place *ret, struct error *err)
{
	char shown[256];
	struct stat st;
	int r = destination_find(&extraction->link_target, name, ret, err);

	if (r == 0 && (fstatat(ret->parent_fd, ret->base, &st, AT_SYMLINK_NOFOLLOW) < 0 ||
		       !S_ISREG(st.st_mode)))
		r = error_set(err, EBADMSG,
			      "there is no such file before it in the archive");
	if (r < 0)
		error_wrap(err, "hard link to %s",
			   path_escape(name, shown, sizeof(shown)));
	return r;
}

static bool is_same_file(const struct destination_place *first,
			 const struct destination_place *second)
{
	struct stat a, b;

	return fstatat(first->parent_fd, first->base, &a, AT_SYMLINK_NOFOLLOW) == 0 &&
	       fstatat(second->parent_fd, second->base, &b, AT_SYMLINK_NOFOLLOW) == 0 &&
	       a.st_dev == b.st_dev && a.st_ino == b.st_ino;
}

/* link(2): a 0 in place of AT_SYMLINK_FOLLOW, so the last component is the file that was seen. */
static int link_at(const struct destination_place *from,
		   const struct destination_place *to)
{
	int r = linkat(from->parent_fd, from->base, to->parent_fd, to->base, 0);

	return r < 0 ? -errno : 0;
}

/* A link with content: pax and newc cpio may put a file's bytes at its last name. */
static int rewrite(struct extraction *extraction, const struct item *item,
		   struct error *err)
{
	const struct destination_place *place = &item->place;

	if (extraction->options->owners &&
	    fchownat(place->parent_fd, place->base, 0, 0, AT_SYMLINK_NOFOLLOW) < 0)
		return error_errno(err, errno, "cannot take the file back to write it");
	if (fchmodat(place->parent_fd, place->base, 0600, 0) < 0)
		return error_errno(err, errno, "cannot make the file writable");
	_cleanup_fd_ int fd = openat(place->parent_fd, place->base,
				     O_WRONLY | O_TRUNC | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		return error_errno(err, errno, "cannot write the file");
	return finish_file(extraction, item, fd, true, err);
}

static int make_link(struct extraction *extraction, const struct item *item,
		     const char *name, struct error *err)
{
	struct destination_place target;
	int r = find_link_target(extraction, name, &target, err);

	if (r < 0)
		return r;
	r = link_at(&target, &item->place);
	if (r == -EEXIST && !is_same_file(&target, &item->place)) {
		r = make_room(extraction, &item->place, err);
		if (r < 0)
			return r;
		r = link_at(&target, &item->place);
	}
	if (r < 0 && r != -EEXIST)
		return error_errno(err, -r, "cannot make the hard link");
	if (archive_entry_size_is_set(item->entry) && archive_entry_size(item->entry) > 0)
		return rewrite(extraction, item, err);
	return 0;
}

static int make_item(struct extraction *extraction, const struct item *item,
		     struct error *err)
{
	const char *link = archive_entry_hardlink(item->entry);

	if (archive_entry_filetype(item->entry) == AE_IFDIR)
		return make_folder(extraction, item, err);
	if (!*item->place.base)
		return error_set(err, EBADMSG,
				 "the output folder itself can only be a folder");
	if (link)
		return make_link(extraction, item, link, err);
	switch (archive_entry_filetype(item->entry)) {
	case AE_IFREG:
		return make_file(extraction, item, err);
	case AE_IFLNK:
	case AE_IFIFO:
		return make_node(extraction, item, err);
	case AE_IFCHR:
	case AE_IFBLK:
	case AE_IFSOCK:
		/* The kernel lets no user namespace make devices, mknod(2). */
		extraction->counts.devices++;
		return 0;
	default:
		return error_set(err, EBADMSG, "the entry is of no known type");
	}
}

/* Whose it is to be, for who can give it away later. */
static int list_owner(struct extraction *extraction, const struct item *item,
		      struct error *err)
{
	struct ownerlist *list = extraction->options->list;
	struct ownerlist_owner owner = {archive_entry_uid(item->entry),
					archive_entry_gid(item->entry)};
	char path[PATH_MAX];

	if (!list || !ownerlist_see(list, &owner, extraction->replaced))
		return 0;
	int r = canonical_path(&extraction->destination, &item->place, path, err);
	if (r == 0)
		r = ownerlist_add(list, path, &owner, err);
	return r;
}

static int extract_entry(struct extraction *extraction, struct archive_entry *entry,
			 const char *name, struct error *err)
{
	struct item item = {.entry = entry};

	if (archive_entry_size(entry) < 0)
		return error_set(err, EBADMSG, "its size is negative");
	int r = destination_find(&extraction->destination, name, &item.place, err);
	if (r < 0)
		return r;
	item.attributes = attributes_read(entry, extraction->options->owners,
					  &extraction->counts);
	extraction->replaced = false;
	r = make_item(extraction, &item, err);
	if (r == 0)
		r = list_owner(extraction, &item, err);
	if (r < 0)
		return r;
	/* What was not written has no reader yet. */
	return write_content(extraction, -1, 0, err);
}

/* The name's bytes; those of a pax header come as UTF-8 where the locale has no form for them. */
static const char *name_of(struct archive_entry *entry)
{
	const char *name = archive_entry_pathname(entry);

	return name ? name : archive_entry_pathname_utf8(entry);
}

static int too_many(uint64_t limit, struct error *err)
{
	error_set(err, EFBIG, "the archive has more than %llu entries",
		  (unsigned long long)limit);
	return error_hint(err, "if it can be trusted: --max-entries");
}

static int next_entry(struct extraction *extraction, struct error *err)
{
	struct archive_entry *entry;
	char shown[512];
	uint64_t limit = extraction->options->max_entries;
	int r = unarchive_next(extraction->unarchive, &entry, err);

	if (r <= 0)
		return r;
	if (++extraction->counts.entries > (limit ? limit : EXTRACT_ENTRIES))
		return too_many(limit ? limit : EXTRACT_ENTRIES, err);
	const char *name = name_of(entry);
	if (!name || !*name)
		return error_set(err, EBADMSG, "entry %llu of the archive has no name",
				 (unsigned long long)extraction->counts.entries);
	r = extract_entry(extraction, entry, name, err);
	if (r < 0)
		return error_wrap(err, "%s", path_escape(name, shown, sizeof(shown)));
	if (extraction->options->progress)
		extraction->options->progress(extraction->options->data,
					      &extraction->counts);
	return 1;
}

int extract_archive(int archive_fd, int root_fd, const struct extract_options *options,
		    struct extract_counts *ret, struct error *err)
{
	_cleanup_unarchive_ struct unarchive *unarchive = NULL;
	struct extraction extraction = {
		.options = options,
		.destination = {.root_fd = root_fd, .parent_fd = -1},
		.link_target = {.root_fd = root_fd, .parent_fd = -1},
	};
	int r = unarchive_open(archive_fd, &unarchive, err);

	extraction.unarchive = unarchive;
	while (r >= 0 && (r = next_entry(&extraction, err)) > 0)
		;
	if (r == 0)
		r = folders_finish(&extraction.folders, root_fd, err);
	destination_close(&extraction.destination);
	destination_close(&extraction.link_target);
	folders_free(&extraction.folders);
	if (r == 0)
		*ret = extraction.counts;
	return r;
}
