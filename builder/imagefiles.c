/* SPDX-License-Identifier: MIT */
/*
 * Answers from the manifest; an open file is a memfd with a copy of the bytes, because the archive's
 * own descriptor has one offset for all. Called by survey.
 */
#include "imagefiles.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include "common/fd.h"

static mode_t mode_of(const struct entry *entry)
{
	static const mode_t types[] = {
		[ENTRY_FILE] = S_IFREG, [ENTRY_FOLDER] = S_IFDIR, [ENTRY_LINK] = S_IFLNK,
		[ENTRY_CHAR] = S_IFCHR, [ENTRY_BLOCK] = S_IFBLK,  [ENTRY_FIFO] = S_IFIFO,
	};

	return types[entry->type] | (entry->mode & 07777);
}

/* Names of one file share an inode; anything else has its own, by its place in memory. */
static uint64_t inode_of(const struct entry *entry)
{
	return entry->inode ? entry->inode : (uintptr_t)entry;
}

static int stat_entry(void *data, const char *path, struct elfdeps_file *ret)
{
	struct imagefiles *files = data;

	files->spent += strlen(path);
	if (files->spent > IMAGEFILES_MAX)
		return -ELOOP;
	const struct entry *entry = manifest_find(files->manifest, path);
	if (!entry)
		return -ENOENT;
	*ret = (struct elfdeps_file){
		.device = 1, .inode = inode_of(entry), .mode = mode_of(entry)};
	return 0;
}

static int readlink_entry(void *data, const char *path, char *ret, size_t size)
{
	const struct imagefiles *files = data;
	const struct entry *entry = manifest_find(files->manifest, path);

	if (!entry || entry->type != ENTRY_LINK)
		return entry ? -EINVAL : -ENOENT;
	size_t length = strnlen(entry->target, size);
	memcpy(ret, entry->target, length);
	return (int)length;
}

static int copy(const struct content_stream *stream, const struct entry *entry)
{
	struct error ignored;
	int fd = memfd_create("image", MFD_CLOEXEC);
	int r;

	if (fd < 0)
		return -errno;
	if (stream->fd < 0)
		r = fd_write_all(fd, stream->text, stream->size, entry->path, &ignored);
	else
		r = fd_copy(stream->fd, fd, stream->size, entry->path, &ignored);
	if (r == 0)
		return fd;
	close(fd);
	return r;
}

static int open_entry(void *data, const char *path)
{
	const struct imagefiles *files = data;
	const struct entry *entry = manifest_find(files->manifest, path);
	_cleanup_content_ struct content_stream stream = CONTENT_NONE;
	struct error ignored;

	if (!entry || entry->type != ENTRY_FILE)
		return entry ? -EISDIR : -ENOENT;
	int r = content_open(files->content, entry, &stream, &ignored);
	return r < 0 ? r : copy(&stream, entry);
}

const struct elfdeps_files imagefiles_hooks = {
	.stat = stat_entry,
	.readlink = readlink_entry,
	.open = open_entry,
};

static int sysroot_stat_entry(void *data, const char *path, struct stat *ret)
{
	struct elfdeps_file file;
	int r = stat_entry(data, path, &file);

	if (r == 0)
		*ret = (struct stat){.st_dev = (dev_t)file.device,
				     .st_ino = (ino_t)file.inode,
				     .st_mode = file.mode};
	return r;
}

struct sysroot_files imagefiles_sysroot(struct imagefiles *files)
{
	return (struct sysroot_files){
		.stat = sysroot_stat_entry,
		.readlink = readlink_entry,
		.open = open_entry,
		.data = files,
	};
}
