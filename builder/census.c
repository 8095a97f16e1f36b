/* SPDX-License-Identifier: MIT */
/*
 * Walks a folder, breadth first, each folder by its path from the top, so that depth costs neither
 * stack nor descriptors. Called by view.
 */
#include "census.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/cleanup.h"
#include "common/path.h"
#include "common/strlist.h"
#include "deposit.h"
#include "ownership.h"

enum { MAX_ENTRIES = 2000000 }; /* as inspect */

struct census {
	int top;
	struct stat st; /* of it */
	struct manifest *manifest;
	struct strlist folders; /* still to be read, or read */
};

/* One name of a folder. */
struct sight {
	const char *path, *name;
	int folder;
	struct stat st;
};

/* False for a socket, which no image can hold. */
static bool type_of(mode_t mode, enum entry_type *ret)
{
	static const struct {
		mode_t kind;
		enum entry_type type;
	} types[] = {
		{S_IFREG, ENTRY_FILE}, {S_IFDIR, ENTRY_FOLDER}, {S_IFLNK, ENTRY_LINK},
		{S_IFCHR, ENTRY_CHAR}, {S_IFBLK, ENTRY_BLOCK},  {S_IFIFO, ENTRY_FIFO},
	};

	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		if ((mode & S_IFMT) != types[i].kind)
			continue;
		*ret = types[i].type;
		return true;
	}
	return false;
}

static int add_new(struct census *census, const struct sight *sight, enum entry_type type,
		   struct error *err)
{
	char target[PATH_MAX];
	struct entry entry = {
		.path = sight->path,
		.type = type,
		.mode = sight->st.st_mode & 07777,
		.mtime = sight->st.st_mtime,
		.rdev = sight->st.st_rdev,
		.origin = ORIGIN_IMAGE,
		.size = (uint64_t)sight->st.st_size,
		.reason = {.rule = RULE_FOUND},
	};

	ownership_read(&census->st, &sight->st, NULL, &entry);
	if (census->manifest->count >= MAX_ENTRIES)
		return error_set(err, EFBIG, "the folder holds more than %d things",
				 MAX_ENTRIES);
	if (type == ENTRY_LINK) {
		ssize_t length = readlinkat(sight->folder, sight->name, target,
					    sizeof(target) - 1);

		if (length < 0)
			return error_errno(err, errno, "cannot read %s", sight->path);
		target[length] = '\0';
		entry.target = target;
	}
	if (type == ENTRY_FILE) {
		entry.device = UINT64_MAX; /* as previous: no file of a root has it */
		entry.inode = sight->st.st_ino;
	}
	return manifest_add(census->manifest, &entry, err);
}

static int see(struct census *census, const struct sight *sight, struct error *err)
{
	struct entry *known = manifest_find(census->manifest, sight->path);
	enum entry_type type;
	int r = 0;

	if (!type_of(sight->st.st_mode, &type))
		return 0;
	if (known)
		known->mtime = sight->st.st_mtime;
	else
		r = add_new(census, sight, type, err);
	if (r == 0 && type == ENTRY_FOLDER && sight->st.st_dev == census->st.st_dev)
		r = strlist_add(&census->folders, sight->path, err);
	return r;
}

static bool is_dots(const char *name)
{
	return !strcmp(name, ".") || !strcmp(name, "..");
}

static int read_names(struct census *census, const char *folder, DIR *dir,
		      struct error *err)
{
	char path[PATH_MAX];
	struct sight sight = {.path = path, .folder = dirfd(dir)};
	const struct dirent *item;

	for (errno = 0; (item = readdir(dir)); errno = 0) {
		sight.name = item->d_name;
		if (is_dots(item->d_name))
			continue;
		int r = path_join(folder, item->d_name, path, sizeof(path), err);
		if (r < 0)
			return r;
		if (fstatat(sight.folder, item->d_name, &sight.st, AT_SYMLINK_NOFOLLOW) <
		    0)
			return error_errno(err, errno, "cannot read %s", path);
		r = see(census, &sight, err);
		if (r < 0)
			return r;
	}
	return errno ? error_errno(err, errno, "cannot read %s", folder) : 0;
}

static int read_folder(struct census *census, const char *folder, struct error *err)
{
	int fd = deposit_open(census->top, folder, O_RDONLY | O_DIRECTORY);
	if (fd < 0)
		return error_errno(err, -fd, "cannot read %s", folder);
	DIR *dir = fdopendir(fd);
	if (!dir) {
		int code = errno;

		close(fd);
		return error_errno(err, code, "cannot read %s", folder);
	}
	int r = read_names(census, folder, dir, err);
	closedir(dir);
	return r;
}

int census_folder(int fd, struct manifest *manifest, struct error *err)
{
	struct census census = {.top = fd, .manifest = manifest};

	if (fstat(fd, &census.st) < 0)
		return error_errno(err, errno, "cannot read the folder");
	int r = strlist_add(&census.folders, "/", err);
	for (size_t i = 0; r == 0 && i < census.folders.count; i++)
		r = read_folder(&census, census.folders.items[i], err);
	strlist_free(&census.folders);
	return r;
}
