/* SPDX-License-Identifier: MIT */
/*
 * Opening, judging and mounting the folder of --keep. Called by prepare in the caller's identity,
 * and by rootfs in the child.
 *
 * Why a folder between --keep's and the layers: root's jail has other ids, which may not pass
 * through a folder that is root's alone, and overlayfs is given its layers by name.
 */
#include "keep.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>

#include "common/alloc.h"
#include "common/cleanup.h"
#include "common/kernel.h"
#include "common/path.h"
#include "mount.h"

enum { RECORD_LIMIT = 5 * PATH_MAX };

static const int FOLDER = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;

static int open_folder(const char *path, struct error *err)
{
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0 && errno == ENOENT && (mkdir(path, 0700) == 0 || errno == EEXIST))
		fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return error_errno(err, errno, "cannot open the folder");
	return fd;
}

static int lock_folder(int fd, struct error *err)
{
	if (flock(fd, LOCK_EX | LOCK_NB) == 0)
		return 0;
	if (errno != EWOULDBLOCK)
		return error_errno(err, errno, "cannot lock the folder");
	error_set(err, EBUSY, "another jail is using it");
	return error_hint(err, "wait for that one to end, or keep in another folder");
}

/* Whether there is nothing but what keep_open makes. Returns 1, 0, or a negative errno. */
static int holds_only_ours(int fd, struct error *err)
{
	_cleanup_fd_ int again = openat(fd, ".", FOLDER);
	_cleanup_dir_ DIR *dir = again < 0 ? NULL : fdopendir(again);
	const struct dirent *entry;

	if (!dir)
		return error_errno(err, errno, "cannot read the folder");
	again = -1;
	while ((entry = readdir(dir)) != NULL)
		if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0 &&
		    strcmp(entry->d_name, "layer") != 0 &&
		    strcmp(entry->d_name, "image.new") != 0)
			return 0;
	return 1;
}

/* Whose it is, and that nobody else can reach what is in it. */
static int judge(int fd, bool is_known, struct error *err)
{
	struct stat st;

	if (fstat(fd, &st) < 0)
		return error_errno(err, errno, "cannot look at the folder");
	if (st.st_uid != geteuid())
		return error_set(err, EPERM,
				 "the folder belongs to user %u, not to user %u",
				 st.st_uid, geteuid());
	if (is_known && (st.st_mode & 022))
		return error_set(err, EPERM, "others may write to it (mode %03o)",
				 st.st_mode & 0777u);
	if ((st.st_mode & 0777) != 0700 && fchmod(fd, 0700) < 0)
		return error_errno(err, errno, "cannot close it to others");
	return 0;
}

/* An archive is another one when it was written anew; a folder's content may change. */
static char *describe(const struct keep_request *request, struct error *err)
{
	_cleanup_free_ char *real = realpath(request->image, NULL);
	const struct stat *st = request->named;
	char shown[4 * PATH_MAX], *text;
	int r;

	path_escape(real ? real : request->image, shown, sizeof(shown));
	if (S_ISDIR(st->st_mode))
		r = asprintf(&text, "image %s\nfolder %llu\n", shown,
			     (unsigned long long)st->st_ino);
	else
		r = asprintf(&text, "image %s\narchive %llu %llu %lld.%09ld\n", shown,
			     (unsigned long long)st->st_ino,
			     (unsigned long long)st->st_size,
			     (long long)st->st_mtim.tv_sec, st->st_mtim.tv_nsec);
	if (r < 0) {
		error_nomem(err);
		return NULL;
	}
	return text;
}

/* Reads `image`; *ret is NULL if it is not there. */
static int read_record(int fd, char **ret, struct error *err)
{
	size_t size;
	struct stat st;
	_cleanup_fd_ int file = openat(
		fd, "image", O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);

	*ret = NULL;
	if (file < 0 && errno == ENOENT)
		return 0;
	if (file < 0)
		return error_errno(err, errno, "cannot read 'image' in it");
	if (fstat(file, &st) < 0 || !S_ISREG(st.st_mode))
		return error_set(err, EINVAL, "'image' in it is no plain file");
	return fd_read_all(file, RECORD_LIMIT, "'image' in it", ret, &size, err);
}

static int write_record(int fd, const char *text, struct error *err)
{
	_cleanup_fd_ int file = -1;

	if (unlinkat(fd, "image.new", 0) < 0 && errno != ENOENT)
		return error_errno(err, errno, "cannot write 'image' in it");
	file = openat(fd, "image.new",
		      O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (file < 0)
		return error_errno(err, errno, "cannot write 'image' in it");
	int r = fd_write_all(file, text, strlen(text), "'image' in it", err);
	if (r < 0)
		return r;
	if (renameat(fd, "image.new", fd, "image") < 0)
		return error_errno(err, errno, "cannot write 'image' in it");
	return 0;
}

/* The line behind the first: what identifies the image, wherever it lies now. */
static const char *identity(const char *record)
{
	const char *end = strchr(record, '\n');

	return end ? end + 1 : "";
}

static int check_record(const char *path, const char *record, const char *now,
			struct error *err)
{
	if (!strcmp(identity(record), identity(now)))
		return 0;
	const char *image = strncmp(record, "image ", 6) ? record : record + 6;
	error_set(err, ESTALE, "it was made for another image: %.*s",
		  (int)strcspn(image, "\n"), image);
	return error_hint(err,
			  "keep in another folder; to go on with this one over another "
			  "image, whatever comes of that, remove %s/image",
			  path);
}

/* One of the two folders; what is there already must be one itself, not lead to one. */
static int make_part(int layer_fd, const char *name, mode_t mode,
		     const struct keep_request *request, struct error *err)
{
	bool is_new = mkdirat(layer_fd, name, 0700) == 0;

	if (!is_new && errno != EEXIST)
		return error_errno(err, errno, "cannot make layer/%s", name);
	_cleanup_fd_ int fd = openat(layer_fd, name,
				     O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		return error_errno(err, errno, "cannot open layer/%s", name);
	/* A change of owner may clear bits of the mode, chown(2). */
	if (is_new && (fchownat(fd, "", request->uid, request->gid, AT_EMPTY_PATH) < 0 ||
		       fchmodat(layer_fd, name, mode, 0) < 0))
		return error_errno(err, errno, "cannot prepare layer/%s", name);
	return 0;
}

static int open_layer(const struct keep_request *request, struct keep *keep,
		      struct error *err)
{
	bool is_new = mkdirat(keep->fd, "layer", 0700) == 0;

	if (!is_new && errno != EEXIST)
		return error_errno(err, errno, "cannot make 'layer' in it");
	keep->layer_fd = openat(keep->fd, "layer", FOLDER);
	if (keep->layer_fd < 0 ||
	    (is_new && fchown(keep->layer_fd, request->uid, request->gid) < 0) ||
	    fstat(keep->layer_fd, &keep->stat) < 0)
		return error_errno(err, errno, "cannot open 'layer' in it");
	if (keep->stat.st_uid != request->uid) {
		error_set(err, ESTALE,
			  "its files belong to user %u, the jail's root is user %u here",
			  keep->stat.st_uid, request->uid);
		return error_hint(err, "use it as it was made: with or without --share "
				       "user, as the same user");
	}
	int r = make_part(keep->layer_fd, "upper", request->mode & 07777, request, err);
	return r < 0 ? r : make_part(keep->layer_fd, "work", 0700, request, err);
}

static int copy_mount(struct keep *keep, struct error *err)
{
	struct mount_attr private = {.propagation = MS_PRIVATE};

	keep->mount_fd = mount_copy(keep->layer_fd, "", false, err);
	if (keep->mount_fd < 0)
		return keep->mount_fd;
	if (mount_setattr(keep->mount_fd, "", AT_EMPTY_PATH, &private, sizeof(private)) <
	    0)
		return error_errno(err, errno, "cannot make its mount private");
	return 0;
}

static int open_locked(const struct keep_request *request, struct keep *keep,
		       struct error *err)
{
	_cleanup_free_ char *record = NULL, *now = describe(request, err);
	int r = now ? read_record(keep->fd, &record, err) : -ENOMEM;

	if (r == 0 && !record)
		r = holds_only_ours(keep->fd, err);
	else if (r == 0)
		r = 1;
	if (r == 0) {
		error_set(err, ENOTEMPTY, "other things are in it");
		error_hint(err, "name a folder that is empty or not there yet");
		return -ENOTEMPTY;
	}
	if (r >= 0)
		r = judge(keep->fd, record, err);
	if (r == 0 && record)
		r = check_record(keep->path, record, now, err);
	if (r == 0)
		r = open_layer(request, keep, err);
	if (r == 0 && !record)
		r = write_record(keep->fd, now, err);
	if (r == 0 && request->by_root)
		r = copy_mount(keep, err);
	return r;
}

/* The absolute path of `layer`, for the child. */
static int name_layer(struct keep *keep, struct error *err)
{
	_cleanup_free_ char *real = realpath(keep->path, NULL);

	if (!real)
		return error_errno(err, errno, "cannot find its path");
	if (asprintf(&keep->layer_path, "%s/layer", real) < 0) {
		keep->layer_path = NULL;
		return error_nomem(err);
	}
	return 0;
}

int keep_open(const char *path, const struct keep_request *request, struct keep *ret,
	      struct error *err)
{
	struct keep keep = KEEP_NONE;
	int r;

	keep.path = alloc_copy(path, err);
	if (!keep.path)
		return -ENOMEM;
	r = keep.fd = open_folder(path, err);
	if (r >= 0)
		r = lock_folder(keep.fd, err);
	if (r >= 0)
		r = name_layer(&keep, err);
	if (r >= 0)
		r = open_locked(request, &keep, err);
	if (r < 0) {
		keep_close(&keep);
		return error_wrap(err, "--keep %s", path);
	}
	*ret = keep;
	return 0;
}

/* One that is there already: nothing is made, and nobody's rights are changed. */
static int look(struct keep *keep, char **ret_image, struct error *err)
{
	_cleanup_free_ char *record = NULL;
	struct stat st;

	keep->fd = open(keep->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int r = keep->fd < 0 ? error_errno(err, errno, "cannot open the folder")
			     : lock_folder(keep->fd, err);
	if (r >= 0 && fstat(keep->fd, &st) < 0)
		r = error_errno(err, errno, "cannot look at the folder");
	if (r < 0)
		return r;
	if (st.st_uid != geteuid() || (st.st_mode & 077))
		return error_set(err, EPERM, "it is no folder of --keep of user %u's",
				 geteuid());
	r = read_record(keep->fd, &record, err);
	if (r == 0 && (!record || strncmp(record, "image ", 6) != 0))
		r = error_set(err, ENODATA, "nothing was kept there by jailrun --keep");
	if (r < 0)
		return r;
	keep->layer_fd = openat(keep->fd, "layer", FOLDER);
	if (keep->layer_fd < 0 || fstat(keep->layer_fd, &keep->stat) < 0)
		return error_errno(err, errno, "cannot open 'layer' in it");
	record[strcspn(record, "\n")] = '\0';
	path_unescape(record + 6);
	*ret_image = alloc_copy(record + 6, err);
	return *ret_image ? 0 : -ENOMEM;
}

int keep_look(const char *path, struct keep *ret, char **ret_image, struct error *err)
{
	struct keep keep = KEEP_NONE;

	keep.path = alloc_copy(path, err);
	int r = keep.path ? look(&keep, ret_image, err) : -ENOMEM;
	if (r < 0) {
		keep_close(&keep);
		return error_wrap(err, "%s", path);
	}
	*ret = keep;
	return 0;
}

int keep_check(const struct keep *keep, const char *image, const struct stat *named,
	       struct error *err)
{
	const struct keep_request request = {.image = image, .named = named};
	_cleanup_free_ char *record = NULL, *now = describe(&request, err);
	int r = now ? read_record(keep->fd, &record, err) : -ENOMEM;

	if (r < 0)
		return error_wrap(err, "%s", keep->path);
	if (record && !strcmp(identity(record), identity(now)))
		return 0;
	return error_set(err, ESTALE,
			 "%s: it was made for image %s, which is another one by now",
			 keep->path, image);
}

int keep_mount(const struct keep *keep, struct error *err)
{
	struct stat st;

	if (keep->mount_fd >= 0) {
		int copy = fcntl(keep->mount_fd, F_DUPFD_CLOEXEC, 0);

		return copy < 0 ? error_errno(err, errno, "cannot copy a descriptor")
				: copy;
	}
	/* A descriptor from the parent leads to a mount of another namespace, open_tree(2). */
	_cleanup_fd_ int fd = mount_copy(AT_FDCWD, keep->layer_path, false, err);
	if (fd < 0)
		return error_wrap(err, "--keep %s", keep->path);
	if (fstat(fd, &st) < 0 || st.st_dev != keep->stat.st_dev ||
	    st.st_ino != keep->stat.st_ino)
		return error_set(err, ESTALE, "--keep %s: it was replaced just now",
				 keep->path);
	return steal_fd(&fd);
}

int keep_refused(const struct keep *keep, int code, struct error *err)
{
	error_wrap(err, "--keep %s", keep->path);
	if (code == -EINVAL || code == -EOPNOTSUPP)
		return error_hint(
			err, "layers can be kept on ext4, xfs, btrfs and tmpfs, but not "
			     "on an overlay (a container's root), NFS or FAT");
	if (code == -EROFS)
		return error_hint(err, "its file system is read-only");
	return error_hint(err, "unprivileged overlays need Linux 5.11");
}

void keep_finish(const struct keep *keep)
{
	char path[32];
	_cleanup_fd_ int work = openat(keep->layer_fd, "work", FOLDER);

	if (work < 0 || unlinkat(work, "work", AT_REMOVEDIR) == 0 || errno != ENOTEMPTY)
		return; /* what is in use stays */
	/* The whiteout in it of which all others are links; the next mount clears it away. */
	_cleanup_fd_ int left = openat(work, "work",
				       O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (left < 0)
		return;
	snprintf(path, sizeof(path), "/proc/self/fd/%d", left);
	int ignored = chmod(path, 0700); /* an O_PATH descriptor has no fchmod */
	(void)ignored;
}

void keep_close(struct keep *keep)
{
	cleanup_fd(&keep->mount_fd);
	cleanup_fd(&keep->layer_fd);
	cleanup_fd(&keep->fd);
	free(keep->path);
	free(keep->layer_path);
	*keep = (struct keep)KEEP_NONE;
}
