/* SPDX-License-Identifier: MIT */
/*
 * Makes and removes private folders. Called by folder.
 */
#include "scratch.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/cleanup.h"
#include "common/fd.h"

enum { NAME_TRIES = 16 };

static int make_folder(struct scratch *scratch, const char *name)
{
	for (int i = 0; i < NAME_TRIES; i++) {
		uint64_t random = 0;

		if (getrandom(&random, sizeof(random), GRND_NONBLOCK) < 0)
			random = (uint64_t)getpid() + (uint64_t)i;
		snprintf(scratch->name, sizeof(scratch->name), ".%.200s.%016" PRIx64,
			 name, random);
		if (mkdirat(scratch->folder_fd, scratch->name, 0700) == 0)
			return 0;
		if (errno != EEXIST)
			break;
	}
	int code = errno;
	scratch->name[0] = '\0';
	return -code;
}

int scratch_create(int folder_fd, const char *name, struct scratch *ret,
		   struct error *err)
{
	_cleanup_scratch_ struct scratch scratch = {.folder_fd = folder_fd, .fd = -1};

	int r = make_folder(&scratch, name);
	if (r < 0)
		return error_errno(err, -r, "cannot create a folder for %s", name);
	scratch.fd = openat(folder_fd, scratch.name,
			    O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (scratch.fd < 0)
		return error_errno(err, errno, "cannot create a folder for %s", name);
	/* A set-gid folder would hand its group and the bit on to all that is made below it. */
	if (geteuid() == 0 && fchown(scratch.fd, 0, 0) < 0)
		return error_errno(err, errno, "cannot create a folder for %s", name);
	if (fchmod(scratch.fd, 0700) < 0)
		return error_errno(err, errno, "cannot create a folder for %s", name);
	*ret = scratch;
	scratch = (struct scratch)SCRATCH_NONE;
	return 0;
}

/*
 * Removes what the folder holds; a folder in it that is not empty is entered: 1, with *fd changed
 * to it. Going down without recursion: the depth is the image's choice.
 */
static int remove_level(int *fd)
{
	_cleanup_fd_ int again = openat(*fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	_cleanup_dir_ DIR *folder = again < 0 ? NULL : fdopendir(again);
	const struct dirent *item;

	if (!folder)
		return -errno;
	again = -1; /* the DIR owns it */
	while ((item = readdir(folder))) {
		if (!strcmp(item->d_name, ".") || !strcmp(item->d_name, ".."))
			continue;
		if (unlinkat(*fd, item->d_name, 0) == 0 ||
		    unlinkat(*fd, item->d_name, AT_REMOVEDIR) == 0)
			continue;
		int inner = openat(*fd, item->d_name,
				   O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
		if (inner < 0)
			return -errno;
		if (fchmod(inner, 0700) <
		    0) /* a mode of 0555 forbids us, too, to remove */
			return close(inner), -EPERM;
		close(*fd);
		*fd = inner;
		return 1;
	}
	return 0;
}

static void remove_all(int root)
{
	/* Each round removes at least one folder's files; the bound ends a race with a writer. */
	for (int rounds = 0; rounds < 1 << 24; rounds++) {
		int r = 0, depth = 0;
		_cleanup_fd_ int fd = openat(root, ".",
					     O_RDONLY | O_DIRECTORY | O_CLOEXEC);

		while (fd >= 0 && (r = remove_level(&fd)) > 0)
			depth++;
		if (fd < 0 || r < 0 || !depth)
			return;
	}
}

/* Whether `text` is what make_folder calls a scratch folder for `name`. */
static bool is_scratch(const char *text, const char *name)
{
	size_t length = strlen(name);

	return text[0] == '.' && !strncmp(text + 1, name, length) &&
	       text[1 + length] == '.' &&
	       strspn(text + length + 2, "0123456789abcdef") == 16 &&
	       !text[length + 2 + 16];
}

void scratch_sweep(int folder_fd, const char *name)
{
	_cleanup_fd_ int again = openat(folder_fd, ".",
					O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	_cleanup_dir_ DIR *folder = again < 0 ? NULL : fdopendir(again);
	const struct dirent *item;

	if (!folder)
		return;
	again = -1; /* the DIR owns it */
	while ((item = readdir(folder))) {
		struct scratch old = {.folder_fd = folder_fd, .fd = -1};

		if (!is_scratch(item->d_name, name))
			continue;
		snprintf(old.name, sizeof(old.name), "%s", item->d_name);
		old.fd = openat(folder_fd, old.name,
				O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
		if (old.fd >= 0)
			scratch_close(&old);
	}
}

void scratch_close(struct scratch *scratch)
{
	if (scratch->fd >= 0 && scratch->name[0])
		remove_all(scratch->fd);
	if (scratch->name[0])
		unlinkat(scratch->folder_fd, scratch->name, AT_REMOVEDIR);
	cleanup_fd(&scratch->fd);
	*scratch = (struct scratch)SCRATCH_NONE;
}
