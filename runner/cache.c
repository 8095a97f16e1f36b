/* SPDX-License-Identifier: MIT */
/*
 * The way of an archive into the cache and out of it. A warm start is cache_open's first ten system
 * calls: identity, boot id, folder, entry, lock, root. Called by image.
 *
 * A miss: claim tmp.KEY by its lock, unpack, look at the archive again, rename. Who comes second
 * waits for the lock and then finds the entry, or the name gone and tries himself.
 */
#include "cache.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>

#include "cachefolder.h"
#include "helper.h"
#include "idmap.h"
#include "inventory.h"
#include "leftout.h"
#include "memory.h"
#include "sweep.h"

enum {
	MAX_TRIES = 32, /* each time somebody else was faster */
	BOOT_ID = 36,   /* characters of /proc/sys/kernel/random/boot_id */
};

/* One archive, and the names that its entry has. */
struct lookup {
	int archive_fd;
	const char *name;
	const struct cache_options *options;
	int folder_fd;          /* the cache folder, O_PATH */
	char folder[PATH_MAX];  /* its absolute path */
	char boot[BOOT_ID + 2]; /* "@" and the boot id */
	char source[48];        /* "DEVICE-INODE-" */
	char key[200];          /* source, size, times, boot */
	char temporary[NAME_MAX + 1];
};

static int read_boot_id(struct lookup *lookup, struct error *err)
{
	const char *path = "/proc/sys/kernel/random/boot_id";
	_cleanup_fd_ int fd = open(path, O_RDONLY | O_CLOEXEC);

	lookup->boot[0] = '@';
	if (fd < 0 || read(fd, lookup->boot + 1, BOOT_ID) != BOOT_ID)
		return error_errno(err, fd < 0 ? errno : EIO, "cannot read %s", path);
	return 0;
}

/* Writes the names that belong to the archive as it is now. */
static int identify(struct lookup *lookup, struct error *err)
{
	struct stat st;

	if (fstat(lookup->archive_fd, &st) < 0)
		return error_errno(err, errno, "cannot look at it");
	if (!S_ISREG(st.st_mode))
		return error_set(err, EINVAL, "it is not a regular file");
	snprintf(lookup->source, sizeof(lookup->source), "%llx-%llx-",
		 (unsigned long long)st.st_dev, (unsigned long long)st.st_ino);
	snprintf(lookup->key, sizeof(lookup->key), "%s%llx-%llx.%lx-%llx.%lx%s",
		 lookup->source, (unsigned long long)st.st_size,
		 (unsigned long long)st.st_mtim.tv_sec, st.st_mtim.tv_nsec,
		 (unsigned long long)st.st_ctim.tv_sec, st.st_ctim.tv_nsec, lookup->boot);
	snprintf(lookup->temporary, sizeof(lookup->temporary), "tmp.%s", lookup->key);
	return 0;
}

static int lock(int fd, int how)
{
	int r;

	do
		r = flock(fd, how);
	while (r < 0 && errno == EINTR);
	return r < 0 ? -errno : 0;
}

/* Opens the root in an entry that is locked; -ENOENT if somebody has begun to remove it. */
static int open_root(const struct lookup *lookup, int entry_fd, struct cache_image *image)
{
	int fd = openat(entry_fd, "root", O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

	if (fd < 0)
		return -errno;
	image->root_fd = fd;
	if (asprintf(&image->root_path, "%s/%s/root", lookup->folder, lookup->key) < 0) {
		image->root_path = NULL;
		return -ENOMEM;
	}
	if (geteuid() != 0) /* root's files belong to whom they should */
		image->owners_fd = openat(entry_fd, "owners",
					  O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	return 0;
}

/* The warm start. Returns 1 if the entry is there, else 0. */
static int find_entry(const struct lookup *lookup, struct cache_image *ret,
		      struct error *err)
{
	_cleanup_cache_image_ struct cache_image image = CACHE_IMAGE_NONE;
	_cleanup_fd_ int fd = openat(lookup->folder_fd, lookup->key,
				     O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

	if (fd < 0 && errno == ENOENT)
		return 0;
	if (fd < 0)
		return error_errno(err, errno, "cannot open %s/%s", lookup->folder,
				   lookup->key);
	int r = lock(fd, LOCK_SH);
	if (r == 0)
		r = open_root(lookup, fd, &image);
	if (r == -ENOENT)
		return 0;
	if (r < 0)
		return error_errno(err, -r, "cannot use %s/%s", lookup->folder,
				   lookup->key);
	/* When it was last used, for who has to choose what goes; without that it still runs. */
	int ignored = futimens(fd, NULL);
	(void)ignored;
	image.lock_fd = steal_fd(&fd);
	*ret = image;
	image = (struct cache_image)CACHE_IMAGE_NONE;
	return 1;
}

static void say(const struct lookup *lookup, const char *text)
{
	if (lookup->options->verbose)
		lookup->options->verbose("%s: %s", lookup->name, text);
}

/*
 * Becomes the one who unpacks. Returns 1 with the locked tmp folder, or 0 if somebody else had it
 * and is done with it, one way or the other.
 */
static int claim(const struct lookup *lookup, int *ret_fd, struct error *err)
{
	struct stat named, opened;

	if (mkdirat(lookup->folder_fd, lookup->temporary, 0700) < 0 && errno != EEXIST)
		return error_errno(err, errno,
				   "cannot make a folder in the cache folder %s",
				   lookup->folder);
	_cleanup_fd_ int fd = openat(lookup->folder_fd, lookup->temporary,
				     O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0 && errno == ENOENT)
		return 0;
	if (fd < 0)
		return error_errno(err, errno, "cannot open %s/%s", lookup->folder,
				   lookup->temporary);
	int r = lock(fd, LOCK_EX | LOCK_NB);
	if (r == -EWOULDBLOCK) {
		say(lookup, "is being unpacked already; waiting");
		r = lock(fd, LOCK_EX);
	}
	if (r < 0)
		return error_errno(err, -r, "cannot lock %s/%s", lookup->folder,
				   lookup->temporary);
	if (fstatat(lookup->folder_fd, lookup->temporary, &named, AT_SYMLINK_NOFOLLOW) <
		    0 ||
	    fstat(fd, &opened) < 0 || named.st_ino != opened.st_ino)
		return 0;
	*ret_fd = steal_fd(&fd);
	return 1;
}

static int full_disk(const struct lookup *lookup, struct error *err)
{
	error_wrap(err, "no room in the cache folder %s", lookup->folder);
	return error_hint(
		err, "remove what is not needed from there, or set XDG_CACHE_HOME to a "
		     "folder with more room");
}

/* The file for the list of owners, where the helper cannot give files away. -1: not wanted. */
static int open_list(const struct lookup *lookup, int entry_fd, const struct idmap *map,
		     int *ret, struct error *err)
{
	*ret = -1;
	if (map->is_range || geteuid() == 0)
		return 0;
	*ret = openat(entry_fd, "owners",
		      O_RDWR | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (*ret < 0)
		return error_errno(err, errno,
				   "cannot make a file in the cache folder %s",
				   lookup->folder);
	return 0;
}

/* Has the helper unpack, and describes what came of it. */
static int run_helper(const struct lookup *lookup, int entry_fd, struct helper_job *job,
		      struct error *err)
{
	struct unpack_report report;
	_cleanup_fd_ int list_fd = -1;
	int r = open_list(lookup, entry_fd, &job->map, &list_fd, err);

	if (r < 0)
		return r;
	job->owners_fd = list_fd;
	r = helper_run(job, &report, err);
	if (r == 0 && list_fd >= 0 && !report.counts.listed &&
	    unlinkat(entry_fd, "owners", 0) < 0)
		r = error_errno(err, errno, "cannot remove an empty list of owners");
	if (r == 0)
		r = inventory_describe(entry_fd, lookup->name, report.counts.bytes,
				       report.counts.entries, err);
	if (r == 0)
		leftout_tell(lookup->name, lookup->options, &report);
	return r;
}

/* Unpacks into the claimed folder `entry_fd`. */
static int fill(const struct lookup *lookup, int entry_fd, struct error *err)
{
	struct helper_job job = {.archive_fd = lookup->archive_fd,
				 .options = lookup->options};
	int r = sweep_tree(entry_fd, "root", err);

	if (r < 0)
		return r;
	idmap_choose(lookup->options->root_range, &job.map);
	if (mkdirat(entry_fd, "root", 0700) < 0)
		return error_errno(err, errno,
				   "cannot make a folder in the cache folder %s",
				   lookup->folder);
	_cleanup_fd_ int root_fd = openat(
		entry_fd, "root", O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	/*
	 * What an archive without an entry for its root gets: any user of the jail may pass. The
	 * folder above keeps everybody else out.
	 */
	if (root_fd < 0 || fchmod(root_fd, 0755) < 0 ||
	    fchown(root_fd, job.map.host, job.map.host_gid) < 0)
		return error_errno(err, errno, "cannot prepare the cache folder %s",
				   lookup->folder);
	/* Held by the helper too: a killed jailrun's helper may live a moment longer. */
	r = lock(root_fd, LOCK_EX);
	if (r < 0)
		return error_errno(err, -r, "cannot lock the new image");
	job.folder_fd = root_fd;
	r = run_helper(lookup, entry_fd, &job, err);
	return r == -ENOSPC || r == -EDQUOT ? full_disk(lookup, err) : r;
}

/* Gives the whole entry its name. What has that name already is a wreck without a root. */
static int publish(const struct lookup *lookup, struct error *err)
{
	int folder_fd = lookup->folder_fd;

	if (renameat(folder_fd, lookup->temporary, folder_fd, lookup->key) == 0)
		return 0;
	if (errno == ENOTEMPTY || errno == EEXIST) {
		int r = sweep_entry(folder_fd, lookup->key, err);

		if (r < 0)
			return r;
		if (renameat(folder_fd, lookup->temporary, folder_fd, lookup->key) == 0)
			return 0;
	}
	return error_errno(err, errno, "cannot rename %s/%s", lookup->folder,
			   lookup->temporary);
}

/* Fills and publishes the claimed folder; -ESTALE if the archive changed meanwhile. */
static int make_entry(struct lookup *lookup, int entry_fd, struct error *err)
{
	char before[sizeof(lookup->key)];
	struct lookup now = *lookup;
	int r = fill(lookup, entry_fd, err);

	memcpy(before, lookup->key, sizeof(before));
	int identified = identify(&now, r < 0 ? NULL : err);
	/* A damaged archive may be one that was just being written. */
	if (identified == 0 && strcmp(now.key, before) != 0) {
		error_set(err, ESTALE, "it was changed while it was unpacked");
		return error_hint(err, "start again when it is complete");
	}
	if (r < 0 || identified < 0)
		return r < 0 ? r : identified;
	return publish(lookup, err);
}

/* Takes the claimed folder away again. */
static void discard(const struct lookup *lookup, int entry_fd)
{
	/* What cannot be removed now is, at the next miss. */
	if (sweep_contents(entry_fd, NULL) == 0)
		unlinkat(lookup->folder_fd, lookup->temporary, AT_REMOVEDIR);
}

/* Others go when the cache has grown too large. That it could not be tidied up stops no jail. */
static void make_room(const struct lookup *lookup)
{
	uint64_t limit = lookup->options->max_cache;
	struct inventory_freed freed;

	if (inventory_prune(lookup->folder_fd, limit ? limit : CACHE_BYTES, lookup->key,
			    &freed, NULL) == 0 &&
	    freed.entries)
		say(lookup, "removed what was not used for longest from the cache");
}

/* Returns 1 when the entry is there, 0 to try again. Its large frames are not for a warm start. */
static _noinline_ int try_to_make(struct lookup *lookup, struct cache_image *ret,
				  struct error *err)
{
	struct sweep_rules rules = {lookup->key, lookup->source, lookup->boot};
	_cleanup_fd_ int entry_fd = -1;
	int r = claim(lookup, &entry_fd, err);

	if (r <= 0)
		return r;
	/* Made by somebody between the first look and the claim? */
	r = find_entry(lookup, ret, err);
	if (r == 0) {
		sweep_folder(lookup->folder_fd, &rules);
		r = make_entry(lookup, entry_fd, err);
		if (r == 0) {
			make_room(lookup);
			return 0;
		}
	}
	discard(lookup, entry_fd);
	return r;
}

static int find_or_make(struct lookup *lookup, struct cache_image *ret, struct error *err)
{
	bool was_stale = false;
	int r = identify(lookup, err);

	for (int tries = 0; r == 0 && tries < MAX_TRIES; tries++) {
		r = find_entry(lookup, ret, err);
		if (r == 0 && lookup->options->look_only)
			return error_set(err, ENOENT, "it is not unpacked");
		if (r == 0)
			r = try_to_make(lookup, ret, err);
		if (r == -ESTALE && !was_stale) {
			was_stale = true;
			say(lookup, "changed while it was unpacked; trying again");
			r = identify(lookup, err);
		}
	}
	if (r == 0)
		return error_set(err, EBUSY, "others keep making and removing it in %s",
				 lookup->folder);
	return r;
}

/* No folder can be had at all; one that cannot be trusted is another matter. */
static bool is_no_place(int code)
{
	return code == -EACCES || code == -EROFS || code == -ENOENT;
}

static _noinline_ int do_without(const struct lookup *lookup, const struct error *why,
				 struct cache_image *ret, struct error *err)
{
	if (lookup->options->note)
		lookup->options->note("%s: unpacking into memory, for this run only",
				      why->text);
	return memory_unpack(lookup->archive_fd, lookup->name, lookup->options, ret, err);
}

int cache_open(int archive_fd, const char *name, const struct cache_options *options,
	       struct cache_image *ret, struct error *err)
{
	struct lookup lookup = {
		.archive_fd = archive_fd, .name = name, .options = options};
	_cleanup_fd_ int folder_fd = -1;
	int r;

	if (options->in_memory && options->look_only)
		return error_set(err, ENOENT, "image %s: it is not unpacked", name);
	if (options->in_memory)
		return memory_unpack(archive_fd, name, options, ret, err);
	r = cachefolder_open(options->folder, lookup.folder, &folder_fd, err);
	if (is_no_place(r) && err && !options->look_only) {
		struct error why = *err;

		*err = (struct error){0};
		return do_without(&lookup, &why, ret, err);
	}
	if (r < 0)
		return r;
	lookup.folder_fd = folder_fd;
	r = read_boot_id(&lookup, err);
	if (r == 0)
		r = find_or_make(&lookup, ret, err);
	return r < 0 ? error_wrap(err, "image %s", name) : 0;
}
