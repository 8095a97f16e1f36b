/* SPDX-License-Identifier: MIT */
/*
 * Places a single file, and says what it loses on the way. Called by asked, tree, needs and the
 * rules.
 */
#include "intake.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/xattr.h>

#include "common/fd.h"

void intake_init(struct intake *intake, const struct intake *model)
{
	*intake = *model;
	intake->arena = (struct arena){0};
	intake->needs = NULL;
	intake->need_count = intake->need_capacity = 0;
	links_init(&intake->links, model->root, model->manifest);
}

/* Whether the file has a capability that an image without owners cannot keep. */
static bool has_capability(const struct intake *intake, const char *source)
{
	char path[64];

	if (intake->root->fd < 0)
		return lgetxattr(source, "security.capability", NULL, 0) > 0;
	_cleanup_fd_ int fd = sysroot_openat(intake->root, source, O_PATH);
	if (fd < 0)
		return false;
	/* An O_PATH descriptor has no fgetxattr; its name in /proc leads to the same file. */
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	return getxattr(path, "security.capability", NULL, 0) > 0;
}

static int note_dropped(struct intake *intake, const struct taken *taken,
			struct error *err)
{
	mode_t mode = taken->st->st_mode;

	if (mode & (S_ISUID | S_ISGID)) {
		int r = manifest_note(intake->manifest, err, "%s loses its set%s bit",
				      taken->path, mode & S_ISUID ? "uid" : "gid");
		if (r < 0)
			return r;
	}
	if ((mode & 0111) && has_capability(intake, taken->source))
		return manifest_note(intake->manifest, err,
				     "%s loses its file capabilities", taken->path);
	return 0;
}

int intake_file(struct intake *intake, const struct taken *taken, struct error *err)
{
	const struct stat *st = taken->st;
	const struct entry entry = {
		.path = taken->path,
		.type = ENTRY_FILE,
		.mode = st->st_mode & 0777,
		.source = taken->source,
		.origin = ORIGIN_ROOT,
		.size = (uint64_t)st->st_size,
		.device = st->st_nlink > 1 ? st->st_dev : 0,
		.inode = st->st_nlink > 1 ? st->st_ino : 0,
		.reason = taken->reason,
	};

	if (st->st_dev == intake->image_device && st->st_ino == intake->image_inode)
		return manifest_note(intake->manifest, err,
				     "%s is the image itself: left out", taken->source);
	int r = manifest_add(intake->manifest, &entry, err);
	if (r < 0)
		return r;
	return note_dropped(intake, taken, err);
}

int intake_special(struct intake *intake, const struct taken *taken, struct error *err)
{
	struct entry entry = {
		.path = taken->path,
		.mode = taken->st->st_mode & 0777,
		.source = taken->source,
		.rdev = taken->st->st_rdev,
		.reason = taken->reason,
	};

	switch (taken->st->st_mode & S_IFMT) {
	case S_IFCHR:
		entry.type = ENTRY_CHAR;
		break;
	case S_IFBLK:
		entry.type = ENTRY_BLOCK;
		break;
	case S_IFIFO:
		entry.type = ENTRY_FIFO;
		entry.rdev = 0;
		break;
	default:
		return manifest_note(intake->manifest, err, "%s is a socket: left out",
				     taken->source);
	}
	return manifest_add(intake->manifest, &entry, err);
}

void intake_free(struct intake *intake)
{
	links_free(&intake->links);
	arena_free(&intake->arena);
	free(intake->needs);
	intake->needs = NULL;
}
