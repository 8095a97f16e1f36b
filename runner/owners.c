/* SPDX-License-Identifier: MIT */
/*
 * A list is in an image's own folder, or beside what the unpack helper has made of an archive, whose bytes
 * it repeats: both are hostile. Called by ids, and by the child of jail once the layers are there.
 */
#include "owners.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "common/cleanup.h"
#include "common/fd.h"
#include "common/path.h"

int owners_read(const struct image *image, char **ret, struct error *err)
{
	_cleanup_free_ char *text = NULL;
	size_t size;
	int r;

	*ret = NULL;
	if (!image->is_unpacked)
		r = image_read_file(image->root_fd, ".jail/owners", OWNERS_LIMIT, &text,
				    err);
	else if (image->owners_fd < 0 || lseek(image->owners_fd, 0, SEEK_SET) < 0)
		return 0;
	else
		r = fd_read_all(image->owners_fd, OWNERS_LIMIT, "the list of owners",
				&text, &size, err);
	if (r == 0 && *text)
		*ret = steal_pointer(&text);
	return r;
}

/* Strictly decimal, up to `stop`. */
static bool take_id(char **at, char stop, unsigned *ret)
{
	char *end;
	size_t digits = strspn(*at, "0123456789");

	if (!digits || digits > 9 || (*at)[digits] != stop)
		return false;
	*ret = (unsigned)strtoul(*at, &end, 10);
	*at = end + 1;
	return true;
}

/* The thing itself, which no symlink leads to; negative if it is not there. */
static int open_below(int root_fd, const char *path)
{
	struct open_how how = {
		.flags = O_PATH | O_NOFOLLOW | O_CLOEXEC,
		.resolve = RESOLVE_IN_ROOT | RESOLVE_NO_SYMLINKS | RESOLVE_NO_XDEV,
	};

	return (int)syscall(SYS_openat2, root_fd, path, &how, sizeof(how));
}

static int give(int root_fd, const char *path, unsigned uid, unsigned gid,
		struct error *err)
{
	_cleanup_fd_ int fd = open_below(root_fd, path);
	struct stat st;

	if (fd < 0 || fstat(fd, &st) < 0 || (st.st_uid == uid && st.st_gid == gid))
		return 0;
	if (fchownat(fd, "", uid, gid, AT_EMPTY_PATH) < 0)
		return error_errno(err, errno, "cannot set the owner of the image's %s",
				   path);
	return 0;
}

int owners_apply(char *list, int root_fd, const struct idmap *map, struct error *err)
{
	char *line, *rest = list;
	unsigned uid, gid;
	int r = 0;

	while (r == 0 && (line = strsep(&rest, "\n"))) {
		if (!take_id(&line, ':', &uid) || !take_id(&line, ' ', &gid) ||
		    uid >= map->count || gid >= map->count || line[0] != '/')
			continue;
		path_unescape(line);
		r = give(root_fd, line, uid, gid, err);
	}
	return r;
}
