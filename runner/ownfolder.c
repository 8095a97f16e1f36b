/* SPDX-License-Identifier: MIT */
/*
 * Choosing, making and judging such a folder. Called at every start, so the usual case is one open
 * and one fstat.
 */
#include "ownfolder.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/fd.h"

/* Paths get "/KEY/root" behind them. */
enum { FOLDER_MAX = PATH_MAX - 256 };

static int choose(const struct ownfolder_kind *kind, const char *asked, char *ret,
		  struct error *err)
{
	const char *base = getenv(kind->variable), *tail = "/jailrun";

	if (asked) {
		base = asked;
		tail = "";
	} else if ((!base || *base != '/') && geteuid() == 0) {
		base = kind->base;
	} else if (!base || *base != '/') {
		base = getenv("HOME");
		tail = kind->home;
	}
	if (!base || *base != '/') {
		error_set(err, ENOENT, "there is no place for the %s", kind->what);
		return error_hint(err, "set HOME or %s to an absolute path",
				  kind->variable);
	}
	if (snprintf(ret, PATH_MAX, "%s%s", base, tail) >= FOLDER_MAX)
		return error_set(err, ENAMETOOLONG, "the %s's path is too long: %.80s…",
				 kind->what, base);
	return 0;
}

/* mkdir -p, without the last component. */
static _noinline_ int make_parents(const char *path)
{
	char parent[PATH_MAX];

	snprintf(parent, sizeof(parent), "%s", path);
	for (char *slash = strchr(parent + 1, '/'); slash;
	     slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		if (mkdir(parent, 0755) < 0 && errno != EEXIST)
			return -errno;
		*slash = '/';
	}
	return 0;
}

static int open_folder(const char *path)
{
	int fd = open(path, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

	return fd < 0 ? -errno : fd;
}

static int open_or_make(const char *path)
{
	int fd = open_folder(path);

	if (fd != -ENOENT)
		return fd;
	int r = make_parents(path);
	if (r < 0)
		return r;
	if (mkdir(path, 0700) < 0 && errno != EEXIST)
		return -errno;
	return open_folder(path);
}

static int cannot_open(const struct ownfolder_kind *kind, int code, const char *path,
		       struct error *err)
{
	struct stat st;

	if (lstat(path, &st) == 0 && !S_ISDIR(st.st_mode)) {
		error_set(err, EPERM, "the %s %s is %s", kind->what, path,
			  S_ISLNK(st.st_mode) ? "a symlink" : "not a folder");
		return error_hint(err, "remove it; to keep %s elsewhere set %s",
				  kind->contents, kind->variable);
	}
	error_errno(err, code, "cannot make the %s %s", kind->what, path);
	return error_hint(err, "set %s to a folder that can be written to",
			  kind->variable);
}

/* Whether what is in the folder can only be the caller's doing. */
static int judge(const struct ownfolder_kind *kind, const struct stat *st,
		 const char *path, struct error *err)
{
	if (st->st_uid != geteuid()) {
		error_set(err, EPERM, "the %s %s belongs to user %u, not to user %u",
			  kind->what, path, st->st_uid, geteuid());
		return error_hint(err, "remove it, or set %s to a folder of your own",
				  kind->variable);
	}
	if (st->st_mode & 022) {
		error_set(err, EPERM, "others may write to the %s %s (mode %03o)",
			  kind->what, path, st->st_mode & 0777u);
		return error_hint(err, "remove it: its %s cannot be trusted",
				  kind->contents);
	}
	return 0;
}

int ownfolder_open(const struct ownfolder_kind *kind, const char *asked, char *ret_path,
		   int *ret_fd, struct error *err)
{
	const char *path = ret_path;
	struct stat st;
	int r = choose(kind, asked, ret_path, err);

	if (r < 0)
		return r;
	_cleanup_fd_ int fd = open_or_make(path);
	if (fd < 0)
		return cannot_open(kind, -fd, path, err);
	if (fstat(fd, &st) < 0)
		return error_errno(err, errno, "cannot look at the %s %s", kind->what,
				   path);
	r = judge(kind, &st, path, err);
	if (r < 0)
		return r;
	/* Nobody else has any business there; that they could read it did no harm. */
	if ((st.st_mode & 0777) != 0700 && chmod(path, 0700) < 0)
		return error_errno(err, errno, "cannot close the %s %s to others",
				   kind->what, path);
	*ret_fd = steal_fd(&fd);
	return 0;
}
