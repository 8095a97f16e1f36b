/* SPDX-License-Identifier: MIT */
/*
 * The manifest itself is the list of folders still to read: no recursion that a deep tree could
 * exhaust. Called by survey.
 */
#include "foldertree.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "common/cleanup.h"
#include "common/fd.h"
#include "common/path.h"
#include "deposit.h"

enum { MAX_ENTRIES = 2000000 };

struct walk {
	int root;
	dev_t device;
	struct manifest *manifest;
	struct findings *findings;
};

static int unreadable(struct walk *walk, const char *path, int code, struct error *err)
{
	char text[200];

	snprintf(text, sizeof(text), "cannot be read: %s", error_words(code));
	return findings_add(
		walk->findings,
		&(struct finding){
			.severity = SEVERITY_WARNING,
			.path = path,
			.problem = "unreadable",
			.text = text,
			.fix = "check the image as the user who owns it, or as root",
		},
		err);
}

/* False for a socket, which nothing in an image needs. */
static bool fill(const struct stat *st, struct entry *ret)
{
	static const struct {
		mode_t mode;
		enum entry_type type;
	} types[] = {
		{S_IFREG, ENTRY_FILE}, {S_IFDIR, ENTRY_FOLDER}, {S_IFLNK, ENTRY_LINK},
		{S_IFCHR, ENTRY_CHAR}, {S_IFBLK, ENTRY_BLOCK},  {S_IFIFO, ENTRY_FIFO},
	};

	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		if ((st->st_mode & S_IFMT) != types[i].mode)
			continue;
		ret->type = types[i].type;
		ret->mode = st->st_mode & 07777;
		ret->uid = st->st_uid;
		ret->gid = st->st_gid;
		ret->rdev = st->st_rdev;
		ret->size = (uint64_t)st->st_size;
		ret->device = st->st_dev;
		ret->inode = st->st_ino;
		return true;
	}
	return false;
}

static int add_name(struct walk *walk, int folder, const char *above, const char *name,
		    struct error *err)
{
	char path[PATH_MAX], target[PATH_MAX];
	struct entry entry = {
		.path = path, .origin = ORIGIN_IMAGE, .reason = {.rule = RULE_FOUND}};
	struct stat st;

	if (path_join(above, name, path, sizeof(path), err) < 0)
		return unreadable(walk, above, ENAMETOOLONG, err);
	if (fstatat(folder, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return unreadable(walk, path, errno, err);
	if (!fill(&st, &entry))
		return 0;
	if (entry.type == ENTRY_LINK) {
		ssize_t length = readlinkat(folder, name, target, sizeof(target) - 1);
		if (length < 0)
			return unreadable(walk, path, errno, err);
		target[length] = '\0';
		entry.target = target;
	}
	if (walk->manifest->count >= MAX_ENTRIES)
		return error_set(err, EFBIG, "it holds more than %d things", MAX_ENTRIES);
	return manifest_add(walk->manifest, &entry, err);
}

static int add_names(struct walk *walk, DIR *dir, const char *path, struct error *err)
{
	const struct dirent *name;
	int r = 0;

	while (r == 0 && (errno = 0, name = readdir(dir)))
		if (strcmp(name->d_name, ".") != 0 && strcmp(name->d_name, "..") != 0)
			r = add_name(walk, dirfd(dir), path, name->d_name, err);
	if (r == 0 && errno)
		r = unreadable(walk, path, errno, err);
	return r;
}

static int read_folder(struct walk *walk, const char *path, struct error *err)
{
	_cleanup_fd_ int fd = deposit_open(walk->root, path, O_RDONLY | O_DIRECTORY);

	if (fd < 0)
		return unreadable(walk, path, -fd, err);
	_cleanup_dir_ DIR *dir = fdopendir(fd);
	if (!dir)
		return error_errno(err, errno, "cannot read %s", path);
	fd = -1; /* closedir closes it */
	return add_names(walk, dir, path, err);
}

int foldertree_read(int root, struct manifest *manifest, struct findings *findings,
		    struct error *err)
{
	struct walk walk = {.root = root, .manifest = manifest, .findings = findings};
	struct stat st;

	if (fstat(root, &st) < 0)
		return error_errno(err, errno, "cannot read the image");
	walk.device = st.st_dev;
	int r = read_folder(&walk, "/", err);
	for (size_t i = 0; r == 0 && i < manifest->count; i++) {
		const struct entry *entry = manifest->entries[i];

		if (entry->type == ENTRY_FOLDER && entry->device == walk.device)
			r = read_folder(&walk, entry->path, err);
	}
	return r;
}
