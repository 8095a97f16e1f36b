/* SPDX-License-Identifier: MIT */
/*
 * Entries in a list that is searched from its end: what comes later in a tar wins. A descriptor is a
 * memfd with a copy of the bytes.
 */
#define _GNU_SOURCE
#include "archive.h"

#include <archive.h>
#include <archive_entry.h>
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

struct member {
	char *path, *target; /* with a slash in front; target NULL: no link */
	mode_t mode;
	uint64_t inode;
	char *bytes;
	size_t size;
};

struct archive_tree {
	struct member *members;
	size_t count;
};

/* `name` of `length` bytes is what follows the first slash. */
static struct member *find(const struct archive_tree *tree, const char *name,
			   size_t length)
{
	for (size_t i = tree->count; i > 0; i--) {
		struct member *member = &tree->members[i - 1];

		if (strlen(member->path) == length && !memcmp(member->path, name, length))
			return member;
	}
	return NULL;
}

/* "./usr/bin/" and "usr/bin" are both /usr/bin. */
static char *plain_path(const char *path)
{
	size_t length;
	char *plain;

	path += strncmp(path, "./", 2) ? 0 : 2;
	path += strspn(path, "/");
	length = strlen(path);
	while (length && path[length - 1] == '/')
		length--;
	plain = calloc(1, length + 2);
	if (!plain)
		err(1, "calloc");
	plain[0] = '/';
	memcpy(plain + 1, path, length);
	return plain;
}

static void add(struct archive_tree *tree, struct archive *tar,
		struct archive_entry *entry)
{
	const char *hard = archive_entry_hardlink(entry);
	struct member member = {
		.path = plain_path(archive_entry_pathname(entry)),
		.mode = archive_entry_mode(entry),
		.inode = tree->count + 1,
		.size = (size_t)archive_entry_size(entry),
	};

	if (hard) {
		char *path = plain_path(hard);
		const struct member *first = find(tree, path, strlen(path));

		if (!first)
			errx(1, "%s: a link to nothing", path);
		free(path);
		path = member.path;
		member = *first;
		member.path = path;
		member.bytes = NULL; /* the first one's: see open_member */
	} else if (S_ISLNK(member.mode)) {
		member.target = strdup(archive_entry_symlink(entry));
	} else if (S_ISREG(member.mode)) {
		member.bytes = malloc(member.size + 1);
		if (!member.bytes || archive_read_data(tar, member.bytes, member.size) !=
					     (la_ssize_t)member.size)
			errx(1, "%s", member.path);
	}
	tree->members = reallocarray(tree->members, tree->count + 1, sizeof(member));
	if (!tree->members)
		err(1, "reallocarray");
	tree->members[tree->count++] = member;
}

struct archive_tree *archive_load(const char *path)
{
	struct archive_tree *tree = calloc(1, sizeof(*tree));
	struct archive *tar = archive_read_new();
	struct archive_entry *entry;

	archive_read_support_format_tar(tar);
	if (!tree || archive_read_open_filename(tar, path, 1 << 16) != ARCHIVE_OK)
		errx(1, "%s: %s", path, archive_error_string(tar));
	while (archive_read_next_header(tar, &entry) == ARCHIVE_OK)
		add(tree, tar, entry);
	archive_read_free(tar);
	return tree;
}

void archive_unload(struct archive_tree *tree)
{
	for (size_t i = 0; i < tree->count; i++) {
		free(tree->members[i].path);
		free(tree->members[i].bytes);
		if (S_ISLNK(tree->members[i].mode))
			free(tree->members[i].target);
	}
	free(tree->members);
	free(tree);
}

static int stat_member(void *data, const char *path, struct elfdeps_file *ret)
{
	const struct member *member = find(data, path, strlen(path));

	if (!member)
		return -ENOENT;
	*ret = (struct elfdeps_file){
		.device = 1, .inode = member->inode, .mode = member->mode};
	return 0;
}

static int readlink_member(void *data, const char *path, char *ret, size_t size)
{
	const struct member *member = find(data, path, strlen(path));
	size_t length;

	if (!member || !member->target)
		return member ? -EINVAL : -ENOENT;
	length = strlen(member->target);
	memcpy(ret, member->target, length < size ? length : size);
	return (int)(length < size ? length : size);
}

/* The member that holds the bytes of a hard link's other name. */
static const struct member *holder(const struct archive_tree *tree,
				   const struct member *member)
{
	for (size_t i = 0; i < tree->count; i++)
		if (tree->members[i].inode == member->inode && tree->members[i].bytes)
			return &tree->members[i];
	return member;
}

static int open_member(void *data, const char *path)
{
	const struct member *member = find(data, path, strlen(path));
	int fd = member ? memfd_create(path, MFD_CLOEXEC) : -1;

	if (fd < 0)
		return member ? -errno : -ENOENT;
	member = holder(data, member);
	if (write(fd, member->bytes, member->size) == (ssize_t)member->size)
		return fd;
	close(fd);
	return -EIO;
}

const struct elfdeps_files archive_files = {
	.stat = stat_member,
	.readlink = readlink_member,
	.open = open_member,
};
